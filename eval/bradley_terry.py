"""Bradley-Terry strengths from pairwise votes, with bootstrap intervals.

P(i beats j) = s_i / (s_i + s_j) (Bradley and Terry, Biometrika 39, 1952), fitted by the MM algorithm (Hunter, Annals of
Statistics 32, 2004). A tie counts half a win each way. Every pair that met gets one tie more, without which a contestant that
never lost would be infinitely strong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

RESAMPLES = 1_000
SEED = 20_240_611
ITERATIONS = 2_000
TOLERANCE = 1e-8
PRIOR = 0.5  # wins added on either side of every pair that met


@dataclass(frozen=True, slots=True)
class Bout:
    """One vote: `winner` is `first`, `second`, or None for a tie. Votes on the same `question` are not independent."""

    question: str
    first: str
    second: str
    winner: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """`strength` is log s, 0 the mean of all who are connected by votes (`group`), with its 95 % interval over questions.

    A difference of d means that the stronger wins with probability 1 / (1 + e^-d). Votes it won, lost and tied.
    """

    name: str
    strength: float
    low: float
    high: float
    won: int
    lost: int
    tied: int
    group: int


def standings(bouts: Sequence[Bout]) -> list[Standing]:
    """Everybody who was voted on, the strongest first. Strengths compare within a `group` only. [] where nobody voted."""
    import numpy as np

    if not bouts:
        return []
    names = sorted({name for bout in bouts for name in (bout.first, bout.second)})
    place = {name: n for n, name in enumerate(names)}
    by_question: defaultdict[str, Floats] = defaultdict(lambda: np.zeros((len(names), len(names))))
    for bout in bouts:
        one, other = place[bout.first], place[bout.second]
        if bout.winner is None:
            by_question[bout.question][one, other] += 0.5
            by_question[bout.question][other, one] += 0.5
        else:
            winner = place[bout.winner]
            by_question[bout.question][winner, other if winner == one else one] += 1
    tables = np.array([by_question[question] for question in sorted(by_question)])
    met = tables.sum(axis=0)
    met = ((met + met.T) > 0).astype(float)
    groups = components(met)
    random = np.random.default_rng(SEED)
    draws = random.multinomial(len(tables), [1 / len(tables)] * len(tables), size=RESAMPLES).astype(float)
    wins = np.concatenate([tables.sum(axis=0)[None], np.tensordot(draws, tables, axes=1)]) + PRIOR * met
    strengths = fit(wins, groups)
    low, high = np.quantile(strengths[1:], [0.025, 0.975], axis=0)
    counts = tally(bouts)
    found = [
        Standing(name, float(strengths[0, n]), float(low[n]), float(high[n]), *counts[name], groups[n])
        for n, name in enumerate(names)
    ]
    return sorted(found, key=lambda one: (one.group, -one.strength, one.name))


def fit(wins: Floats, groups: Sequence[int]) -> Floats:
    """Log strengths (b, k) for tables of wins (b, k, k), each group's mean 0."""
    import numpy as np

    met = wins + wins.transpose(0, 2, 1)
    total = wins.sum(axis=2)
    s = np.ones(total.shape)
    for _ in range(ITERATIONS):
        shared = (met / (s[:, :, None] + s[:, None, :])).sum(axis=2)
        new = centred(total / shared, groups)
        done = np.abs(np.log(new) - np.log(s)).max() < TOLERANCE
        s = new
        if done:
            break
    logs: Floats = np.log(s)
    return logs


def centred(s: Floats, groups: Sequence[int]) -> Floats:
    """Each row's strengths divided by the geometric mean of their group."""
    import numpy as np

    logs = np.log(s)
    labels = np.array(groups)
    for group in set(groups):
        mine = labels == group
        logs[:, mine] -= logs[:, mine].mean(axis=1, keepdims=True)
    found: Floats = np.exp(logs)
    return found


def components(met: Any) -> list[int]:
    """For each contestant the number of its connected component."""
    group = [-1] * len(met)
    for start in range(len(met)):
        if group[start] >= 0:
            continue
        label = max(group) + 1
        waiting = [start]
        while waiting:
            one = waiting.pop()
            if group[one] < 0:
                group[one] = label
                waiting += [other for other in range(len(met)) if met[one][other]]
    return group


def tally(bouts: Sequence[Bout]) -> Mapping[str, tuple[int, int, int]]:
    """Votes won, lost and tied by each."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for bout in bouts:
        for name in (bout.first, bout.second):
            counts[name][2 if bout.winner is None else 0 if bout.winner == name else 1] += 1
    return {name: (won, lost, tied) for name, (won, lost, tied) in counts.items()}
