"""Two runs compared question by question: how large the difference is, how sure, where it lies and which questions flipped.

A question takes part in a figure where both runs have it; a question that failed in one of them is counted, and `bounds` says
between which values the difference lies whatever the failed answers would have been.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from eval import metrics, statistics
from eval.errors import NothingInCommon, RunError
from eval.runs import open_run
from eval.scoring import FIGURES, UNBOUNDED, applicable
from eval.summary import exchanges

HEADLINES = ("label_accuracy", "right", "fact_recall", "citation_recall", "hit@1", "answered")
"""The figures a comparison is decided by: the first that both runs have. Labels go before `right` where all have them."""

LOWER_IS_BETTER = frozenset({"wrongly_refused", "partly", "contradicted", "number_mismatch", "unsupported", "uncited"})
FLIP = 0.5  # change of a question's score from which it counts as flipped


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a run, as far as a comparison needs it. `scores` holds one mapping a scored turn, none where it failed;
    `missing` are then the figures it would have had."""

    id: str
    question: str
    kind: str
    tags: tuple[str, ...]
    failed: bool
    scores: tuple[Mapping[str, float], ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """A run under the name it is shown by."""

    name: str
    folder: Path
    asked: Mapping[str, Asked]

    @property
    def figures(self) -> tuple[str, ...]:
        """The names of the scores it has, in the order of a summary; unknown ones last."""
        have = {name for one in self.asked.values() for scores in one.scores for name in scores}
        return (*(name for name in FIGURES if name in have), *sorted(have - FIGURES.keys()))


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure of two runs over the `n` questions that both have it for: means, and second minus first with its 95 %
    bootstrap interval. `p` is that of `test`; `adjusted` is Holm's, over all effects it was tested beside."""

    name: str
    n: int
    first: float
    second: float
    difference: float
    low: float
    high: float
    test: str
    p: float
    adjusted: float

    @property
    def significant(self) -> bool:
        return self.adjusted < statistics.LEVEL


@dataclass(frozen=True, slots=True)
class Flip:
    """A question whose score changed by half or more."""

    id: str
    kind: str
    question: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """`second` against `first`. `headline` is the figure that decides, `others` the rest, `groups` the headline by kind and
    tag. `bounds` is the least and the greatest difference that the failed questions allow, None where none failed.
    `unpaired` questions are in one run only, `reworded` ones have the same id and other words."""

    first: str
    second: str
    headline: Effect
    others: tuple[Effect, ...]
    groups: tuple[Effect, ...]
    gained: tuple[Flip, ...]
    lost: tuple[Flip, ...]
    failures: tuple[int, int]
    bounds: tuple[float, float] | None
    unpaired: int
    reworded: int

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready mapping; `significant` is added to every effect."""
        row = asdict(self)
        row["headline"]["significant"] = self.headline.significant
        for name in ("others", "groups"):
            row[name] = [{**asdict(effect), "significant": effect.significant} for effect in getattr(self, name)]
        return row


def read_run(folder: Path, name: str | None = None) -> Run:
    """The scores of a run, finished or not; its answers are not kept. Raises RunError where the folder holds no row."""
    opened = open_run(folder)
    found = {row["id"]: asked(row) for row in opened.rows()}
    if not found:
        raise RunError(f"{folder} holds no answer yet.", remedy="Ask its questions first: vouch eval run.")
    return Run(name or opened.manifest.name or folder.resolve().name, folder, found)


def read_runs(folders: Sequence[Path]) -> list[Run]:
    """Several runs, under names that differ."""
    return [read_run(folder, name) for folder, name in zip(folders, run_names(folders), strict=True)]


def run_names(folders: Sequence[Path]) -> list[str]:
    """What to call each run: the name it was given, else its folder's, with as many parents as it takes to tell them apart."""
    given = [open_run(folder).manifest.name or folder.resolve().name for folder in folders]
    if len(set(given)) == len(given):
        return given
    parts = [folder.resolve().parts for folder in folders]
    for depth in range(1, max((len(p) for p in parts), default=0) + 1):
        names = ["/".join(p[-depth:]) for p in parts]
        if len(set(names)) == len(names):
            return names
    raise RunError("The same run is named twice.", remedy="Name different runs.")


def asked(row: Mapping[str, Any]) -> Asked:
    """A row without its answers. Scores that are no finite numbers are left out."""
    failed = row["error"] is not None
    scored = () if failed else tuple(numbers(e["scores"]) for e in exchanges(row) if e.get("scores") is not None)
    missing = tuple(applicable(exchanges(row)[-1])) if failed else ()
    return Asked(row["id"], row.get("question", ""), row["kind"], tuple(row.get("tags", ())), failed, scored, missing)


def numbers(scores: Mapping[str, Any]) -> dict[str, float]:
    """The scores that are finite numbers."""
    return {name: float(v) for name, v in scores.items() if isinstance(v, int | float) and math.isfinite(v)}


def compare(first: Run, second: Run, headline: str | None = None) -> Comparison:
    """`second` against `first`. Raises RunError where they share no question, or not the figure asked for."""
    both = [key for key in first.asked if key in second.asked]
    shared = [name for name in second.figures if pairs(first, second, name, both)]
    if not shared:
        raise NothingInCommon(
            f"{first.name} and {second.name} have no scored question in common.", remedy="Compare runs of the same question set."
        )
    chosen = headline or deciding({name: len(pairs(first, second, name, both)) for name in shared})
    if chosen not in shared:
        raise RunError(f"The two runs have no {chosen!r} in common.", remedy=f"Choose one of: {', '.join(shared)}.")
    groups = grouped(first, second, chosen, both)
    flips = sorted(flipped(first, second, chosen, both), key=lambda flip: (-abs(flip.after - flip.before), flip.id))
    return Comparison(
        first.name,
        second.name,
        effect(chosen, pairs(first, second, chosen, both)),
        adjust([effect(name, pairs(first, second, name, both)) for name in shared if name != chosen]),
        adjust([effect(name, found) for name, found in groups.items()]) if len(groups) > 1 else (),
        tuple(flip for flip in flips if flip.after > flip.before),
        tuple(flip for flip in flips if flip.after < flip.before),
        (sum(one.failed for one in first.asked.values()), sum(one.failed for one in second.asked.values())),
        bounds(first, second, chosen, both),
        len(first.asked.keys() ^ second.asked.keys()),
        sum(first.asked[key].question != second.asked[key].question for key in both),
    )


def deciding(shared: Mapping[str, int]) -> str:
    """The figure of HEADLINES that decides, given how many questions have each."""
    names = [name for name in HEADLINES if name in shared]
    if names[:2] == list(HEADLINES[:2]) and shared[names[0]] < shared[names[1]]:
        return names[1]
    return next(iter([*names, *shared]))


def compare_all(runs: Sequence[Run], headline: str | None = None, *, where_possible: bool = False) -> list[Comparison]:
    """Every later run against every earlier one; the headlines are adjusted for being several. With `where_possible` pairs
    that share no question are left out."""
    found = []
    for first, second in combinations(runs, 2):
        with suppress(NothingInCommon) if where_possible else nullcontext():
            found.append(compare(first, second, headline))
    headlines = adjust([one.headline for one in found])
    return [replace(one, headline=decided) for one, decided in zip(found, headlines, strict=True)]


Pair = tuple[tuple[float, ...], tuple[float, ...]]


def pairs(first: Run, second: Run, name: str, keys: Sequence[str]) -> dict[str, Pair]:
    """For each question that has the figure in both runs: its values, those of the same turns."""
    found: dict[str, Pair] = {}
    for key in keys:
        one, other = first.asked[key], second.asked[key]
        turns = [(a[name], b[name]) for a, b in zip(one.scores, other.scores, strict=False) if name in a and name in b]
        if turns and not one.failed and not other.failed:
            found[key] = (tuple(a for a, _ in turns), tuple(b for _, b in turns))
    return found


def effect(name: str, found: Mapping[str, Pair]) -> Effect:
    """The difference over these questions; `adjusted` is `p` itself until `adjust`."""
    # Sorted, because the bootstrap draws by position: the order of asking must not show.
    values = [found[key] for key in sorted(found)]
    differences = [[b - a for a, b in zip(*pair, strict=True)] for pair in values]
    low, high = metrics.bootstrap_interval(differences)
    test, p = statistics.paired_test(differences)
    return Effect(name, len(values), *means(values, differences), low, high, test, p, p)


def means(values: Sequence[Pair], differences: Sequence[Sequence[float]]) -> tuple[float, float, float]:
    """Of the first run, of the second one, and of the differences."""
    first, second = ([one for pair in values for one in pair[place]] for place in (0, 1))
    return metrics.mean(first), metrics.mean(second), metrics.mean([one for group in differences for one in group])


def adjust(effects: Sequence[Effect]) -> tuple[Effect, ...]:
    """The effects with Holm's p over all of them."""
    adjusted = statistics.holm([one.p for one in effects])
    return tuple(replace(one, adjusted=p) for one, p in zip(effects, adjusted, strict=True))


def grouped(first: Run, second: Run, name: str, keys: Sequence[str]) -> dict[str, dict[str, Pair]]:
    """The pairs of each kind and of each tag."""
    found: defaultdict[str, dict[str, Pair]] = defaultdict(dict)
    for key, pair in pairs(first, second, name, keys).items():
        one = second.asked[key]
        for group in (f"kind {one.kind}", *(f"tag {tag}" for tag in dict.fromkeys(one.tags))):
            found[group][key] = pair
    return {group: found[group] for group in sorted(found)}


def flipped(first: Run, second: Run, name: str, keys: Sequence[str]) -> list[Flip]:
    """The questions whose mean score changed by half or more."""
    found = []
    for key, (before, after) in pairs(first, second, name, keys).items():
        old, new = metrics.mean(before), metrics.mean(after)
        if abs(new - old) >= FLIP and name not in UNBOUNDED:
            one = second.asked[key]
            found.append(Flip(key, one.kind, one.question, old, new))
    return found


def bounds(first: Run, second: Run, name: str, keys: Sequence[str]) -> tuple[float, float] | None:
    """The difference if every failed answer had been wrong or right, whichever gives the least, then the greatest.

    A failed question counts where the figure applies to it. None where nothing failed, or the figure is not in 0..1.
    """
    if name in UNBOUNDED:
        return None
    found = pairs(first, second, name, keys)
    low = high = math.fsum(b - a for pair in found.values() for a, b in zip(*pair, strict=True))
    n = sum(len(pair[0]) for pair in found.values())
    failed = 0
    for key in keys:
        one, other = first.asked[key], second.asked[key]
        if not one.failed and not other.failed:
            continue
        if one.failed and other.failed:
            if name not in one.missing or name not in other.missing:
                continue
            least, most, turns = -1.0, 1.0, 1
        else:
            known = [scores[name] for scores in (one.scores or other.scores) if name in scores]
            if not known:
                continue
            turns = len(known)
            least, most = (
                (-math.fsum(known), turns - math.fsum(known)) if other.failed else (math.fsum(known) - turns, math.fsum(known))
            )
        low, high, n, failed = low + least, high + most, n + turns, failed + 1
    return (low / n, high / n) if failed else None
