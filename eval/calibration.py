"""Whether confidence means anything: risk by coverage, Brier score, calibration error, and telling what can be answered.

Every function takes pairs (confidence in 0..1, True or False) in any order and gives the same value for every order.
ValueError where there is nothing to compute from; nothing here is ever NaN.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

Pair = tuple[float, bool]
BINS = 10
CURVE_POINTS = 100


@dataclass(frozen=True, slots=True)
class Bin:
    """The `n` pairs with a confidence in [low, high), the last bin with its upper end: mean confidence and share of True."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Point:
    """Answering whatever is at least `confidence`: `coverage` is the share of all questions that are then answered, `risk`
    the share of wrong ones among those answers."""

    coverage: float
    risk: float
    confidence: float


def brier(pairs: Sequence[Pair]) -> float:
    """Mean of (confidence - outcome)², 0 best, 0.25 what a constant 0.5 gets (Brier, Monthly Weather Review 78, 1950)."""
    _require(pairs)
    return math.fsum((confidence - right) ** 2 for confidence, right in pairs) / len(pairs)


def bins(pairs: Sequence[Pair], count: int = BINS) -> list[Bin]:
    """The pairs in `count` bins of equal width; empty bins are left out."""
    _require(pairs)
    filled: dict[int, list[Pair]] = {}
    for confidence, right in pairs:
        filled.setdefault(min(int(confidence * count), count - 1), []).append((confidence, right))
    return [
        Bin(at / count, (at + 1) / count, len(own), math.fsum(c for c, _ in own) / len(own), sum(r for _, r in own) / len(own))
        for at, own in sorted(filled.items())
    ]


def expected_calibration_error(pairs: Sequence[Pair], count: int = BINS) -> float:
    """Mean over bins, weighted by their size, of |mean confidence - share of True| (Naeini et al., AAAI 2015; ten bins)."""
    return math.fsum(own.n * abs(own.confidence - own.right) for own in bins(pairs, count)) / len(pairs)


def risk_coverage(pairs: Sequence[Pair], total: int | None = None) -> list[Point]:
    """The risk–coverage curve (El-Yaniv and Wiener, JMLR 11, 2010), a point for each different confidence, highest first.

    `pairs` are the answers given, True where right; `total` counts the questions, refused ones too (by default none was).
    """
    _require(pairs)
    total = len(pairs) if total is None else total
    points, answered, wrong = [], 0, 0
    for confidence, own in _levels(pairs):
        answered += len(own)
        wrong += own.count(False)
        points.append(Point(answered / total, wrong / answered, confidence))
    return points


def area_under_risk_coverage(pairs: Sequence[Pair]) -> float:
    """Mean risk over the n prefixes of the answers in order of falling confidence (AURC; Geifman et al., ICLR 2019).

    0 where every answer is right; for an order that knows nothing the share of wrong ones. Answers of equal confidence count
    with the mean over all their orders, so that ties help nobody.
    """
    _require(pairs)
    risks: list[float] = []
    answered, wrong = 0, 0
    for _, own in _levels(pairs):
        rate = own.count(False) / len(own)
        risks += [(wrong + rate * n) / (answered + n) for n in range(1, len(own) + 1)]
        answered += len(own)
        wrong += own.count(False)
    return math.fsum(risks) / len(risks)


def auroc(pairs: Sequence[Pair]) -> float:
    """Chance that a True pair has a higher confidence than a False one, ties half (Mann–Whitney U over n·m).

    ValueError where one of the two kinds is missing.
    """
    positives = sum(right for _, right in pairs)
    negatives = len(pairs) - positives
    if not positives or not negatives:
        raise ValueError("all pairs are alike: the area is not defined")
    above, won = 0, 0.0
    for _, own in _levels(pairs):
        right = own.count(True)
        won += (len(own) - right) * (above + right / 2)
        above += right
    return won / (positives * negatives)


def thinned(points: Sequence[Point], most: int = CURVE_POINTS) -> list[Point]:
    """At most `most` of the points, evenly spread, the last one included: enough to draw."""
    if len(points) <= most:
        return list(points)
    return [points[round(at * (len(points) - 1) / (most - 1))] for at in range(most)]


def _levels(pairs: Sequence[Pair]) -> Iterator[tuple[float, list[bool]]]:
    """Each different confidence, highest first, with its outcomes."""
    for confidence, own in groupby(sorted(pairs, key=lambda pair: -pair[0]), key=lambda pair: pair[0]):
        yield confidence, [right for _, right in own]


def _require(pairs: Sequence[Pair]) -> None:
    if not pairs:
        raise ValueError("no answer: the figure is not defined")
