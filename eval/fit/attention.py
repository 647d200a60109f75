"""The gradient of rag.answering.direction and its descent: plain NumPy, one statement at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.direction import Floats, softmax

POLES = 3
ASKED = 16  # width of what word pieces ask for and answer to
DECAY = {"asks": 4e-4, "answers": 4e-4, "poles": 4e-4, "weight": 4e-4}
"""L2 penalties; what has no entry has none."""
RATE, SLOWER = 3e-3, 0.6  # Adam's, and by how much it falls each round
WIDE = {"cosine": 10.0, "sentence": 10.0}
"""Parameters of another size than the rest, and how many times as far they go."""
BATCH = 32
BETAS, TINY = (0.9, 0.999), 1e-8

Parameters = dict[str, NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Side:
    """Word pieces of a statement or of its evidence: unit vectors (n, d), marks (n, 4), and for evidence how much less alike its
    sentence is than the best one (n,)."""

    pieces: NDArray[np.float16]
    marks: Floats
    near: Floats


@dataclass(frozen=True, slots=True)
class Group:
    """A statement, its reversals, their common evidence."""

    said: Side
    reversals: tuple[Side, ...]
    evidence: Side


def start(dimension: int, seed: int) -> Parameters:
    """Small random numbers, and an attention that goes by likeness."""
    rng = np.random.default_rng(seed)

    def normal(spread: float, *shape: int) -> NDArray[np.float64]:
        return rng.normal(0, spread, shape)

    return {
        "asks": normal(0.07, dimension, ASKED),
        "answers": normal(0.07, dimension, ASKED),
        "poles": normal(0.03, dimension, POLES),
        "marked": normal(0.1, 4, POLES),
        "rest": np.zeros(POLES),
        "weight": normal(0.03, dimension),
        "weight_marked": np.zeros(4),
        "weight_rest": np.array(-1.0),
        "cosine": np.array(12.0),
        "bilinear": np.array(1.3),
        "sentence": np.array(3.0),
        "offset": np.array(0.0),
    }


def slope(p: Parameters, said: Side, evidence: Side) -> tuple[float, Parameters]:
    """The log odds z of agreement and dz/dp; the same arithmetic as `Direction.agreement`."""
    x, y = said.pieces.astype(np.float32), evidence.pieces.astype(np.float32)
    asked, answered, alike = x @ p["asks"], y @ p["answers"], x @ y.T
    match = asked @ answered.T
    odds = p["cosine"] * alike + p["bilinear"] * match + p["sentence"] * evidence.near
    share = softmax(odds.astype(np.float32))
    own = np.tanh(x @ p["poles"] + said.marks @ p["marked"] + p["rest"])
    other = np.tanh(y @ p["poles"] + evidence.marks @ p["marked"] + p["rest"])
    seen = share @ other
    agree = (own * seen).sum(axis=1)
    raw = x @ p["weight"] + said.marks @ p["weight_marked"] + p["weight_rest"]
    weight = np.logaddexp(0, raw)

    to_own = weight[:, None] * seen * (1 - own**2)
    to_seen = weight[:, None] * own
    to_other = (share.T @ to_seen) * (1 - other**2)
    to_share = to_seen @ other.T
    to_odds = share * (to_share - (share * to_share).sum(axis=1, keepdims=True))
    to_raw = agree / (1 + np.exp(-raw))
    found = {
        "asks": x.T @ (p["bilinear"] * (to_odds @ answered)),
        "answers": y.T @ (p["bilinear"] * (to_odds.T @ asked)),
        "poles": x.T @ to_own + y.T @ to_other,
        "marked": said.marks.T @ to_own + evidence.marks.T @ to_other,
        "rest": to_own.sum(axis=0) + to_other.sum(axis=0),
        "weight": x.T @ to_raw,
        "weight_marked": said.marks.T @ to_raw,
        "weight_rest": to_raw.sum(),
        "cosine": (to_odds * alike).sum(),
        "bilinear": (to_odds * match).sum(),
        "sentence": to_odds.sum(axis=0) @ evidence.near,
        "offset": np.float64(1.0),
    }
    return float(weight @ agree + p["offset"]), {name: np.asarray(value, np.float64) for name, value in found.items()}


def step_of(p: Parameters, pairs: Sequence[tuple[Side, Side, Side]]) -> tuple[float, Parameters]:
    """Loss and its slope over (statement, reversal, evidence): half that each is told for itself, half that the statement is told
    from its reversal; both logistic."""
    loss, total = 0.0, {name: 2 * DECAY.get(name, 0.0) * value for name, value in p.items()}
    for said, reversal, evidence in pairs:
        (right, up), (wrong, down) = slope(p, said, evidence), slope(p, reversal, evidence)
        loss += (np.logaddexp(0, -right) + np.logaddexp(0, wrong)) / 4 + np.logaddexp(0, wrong - right) / 2
        apart = _logistic(wrong - right) / 2
        to_right, to_wrong = -_logistic(-right) / 4 - apart, _logistic(wrong) / 4 + apart
        for name in p:
            total[name] = total[name] + (to_right * up[name] + to_wrong * down[name]) / len(pairs)
    return loss / len(pairs), total


def descend(groups: Sequence[Group], rounds: int, seed: int, batch: int = BATCH) -> Parameters:
    """Adam over all groups, each time with one of the reversals; the mean of the parameters after every step but those of the
    first round, where there is more than one."""
    rng = np.random.default_rng(seed)
    p = start(groups[0].said.pieces.shape[1], seed)
    adam, mean = Adam(p), Mean()
    for turn in range(rounds):
        order = rng.permutation(len(groups))
        for at in range(0, len(order), batch):
            rows = [groups[n] for n in order[at : at + batch].tolist()]
            pairs = [(row.said, row.reversals[rng.integers(len(row.reversals))], row.evidence) for row in rows]
            _, slopes = step_of(p, pairs)
            p = adam.moved(p, slopes, RATE * SLOWER**turn, WIDE)
            if turn or rounds == 1:
                mean.add(p)
    return mean.value


class Adam:
    """Kingma and Ba 2015, over parameters by name."""

    def __init__(self, p: Parameters) -> None:
        self._first, self._second = ({name: np.zeros_like(value) for name, value in p.items()} for _ in range(2))
        self._step = 0

    def moved(self, p: Parameters, slopes: Parameters, rate: float, wide: Mapping[str, float]) -> Parameters:
        """The parameters after a step; those in `wide` go so many times as far."""
        self._step += 1
        moved = {}
        for name, value in p.items():
            self._first[name] = BETAS[0] * self._first[name] + (1 - BETAS[0]) * slopes[name]
            self._second[name] = BETAS[1] * self._second[name] + (1 - BETAS[1]) * slopes[name] ** 2
            ahead = self._first[name] / (1 - BETAS[0] ** self._step)
            spread = np.sqrt(self._second[name] / (1 - BETAS[1] ** self._step)) + TINY
            moved[name] = value - rate * wide.get(name, 1.0) * ahead / spread
        return moved


class Mean:
    """The mean of the parameters after several steps (Polyak and Juditsky 1992)."""

    def __init__(self) -> None:
        self.value: Parameters = {}
        self._count = 0

    def add(self, p: Parameters) -> None:
        """Count these in."""
        self._count += 1
        self.value = {
            name: self.value.get(name, value) + (value - self.value.get(name, value)) / self._count for name, value in p.items()
        }


def odds(p: Parameters, said: Side, evidence: Side) -> float:
    """The log odds of agreement."""
    return slope(p, said, evidence)[0]


def told(p: Mapping[str, NDArray[np.float64]], groups: Sequence[Group]) -> float:
    """Share of reversals that get lower odds than their statement."""
    own = dict(p)
    found = [
        slope(own, group.said, group.evidence)[0] > slope(own, reversal, group.evidence)[0]
        for group in groups
        for reversal in group.reversals
    ]
    return float(np.mean(found))


def _logistic(x: float) -> float:
    return float(np.exp(-np.logaddexp(0, -x)))
