"""What a benchmark returns: figures with their runs, their ratio to a baseline and, for some, a target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on a figure's ratio, or with `of_ratio` False on its value, in the figure's own unit."""

    limit: float
    at_least: bool
    of_ratio: bool

    def holds(self, number: float) -> bool:
        """Whether the number is on the right side; the limit itself is."""
        return number >= self.limit if self.at_least else number <= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured quantity. `value` is the median of `runs`, one number a round; `ratio` compares it with `baseline`."""

    name: str
    unit: str
    runs: tuple[float, ...]
    baseline: str = ""
    ratio: float | None = None
    target: Target | None = None

    @property
    def value(self) -> float:
        """The median run, NaN where nothing was measured."""
        return median(self.runs) if self.runs else math.nan

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without a target."""
        if self.target is None:
            return None
        number = self.ratio if self.target.of_ratio else self.value
        return number is not None and self.target.holds(number)

    def to_dict(self) -> dict[str, Any]:
        """All fields, `value` and `met`, ready for JSON."""
        return {**asdict(self), "value": None if math.isnan(self.value) else self.value, "met": self.met}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of one benchmark and what to know about them."""

    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()


def paired_ratio(runs: Sequence[float], baseline: Sequence[float]) -> float:
    """The median over rounds of run / baseline: each round's two numbers come from the same minute, so that a machine that
    slows down between rounds moves neither. Raises ValueError where the rounds do not match or there are none."""
    return median(run / base for run, base in zip(runs, baseline, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed (nearest rank).

    Raises ValueError for no values.
    """
    if not values:
        raise ValueError("a percentile needs at least one value")
    ordered = sorted(values)
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]
