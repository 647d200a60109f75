"""How long answers took: what a clock says, kept apart from the summary so that equal answers give equal summaries."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.results import exchanges


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds: the median, the 95th percentile (nearest rank), the mean and the longest."""

    p50: float
    p95: float
    mean: float
    longest: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds of the `answers` of a run as a whole and by stage. Each answer's clock runs by itself: with several questions
    at once the sum is more than the run took."""

    answers: int
    total: Spread | None
    stages: Mapping[str, Spread]

    def to_json(self) -> str:
        """The text of speed.json."""
        return json.dumps(asdict(self), indent=1) + "\n"


def speed_of(rows: Iterable[Mapping[str, Any]]) -> Speed:
    """The speed of a run from its rows."""
    totals: list[float] = []
    stages: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        for exchange in exchanges(row):
            timings = (exchange.get("answer") or {}).get("timings")
            if not timings:
                continue
            totals.append(math.fsum(timings.values()))
            for stage, seconds in timings.items():
                stages[stage].append(seconds)
    return Speed(len(totals), _spread(totals) if totals else None, {name: _spread(own) for name, own in stages.items()})


def _spread(seconds: Sequence[float]) -> Spread:
    ordered = sorted(seconds)
    p50, p95 = (ordered[max(0, math.ceil(share * len(ordered)) - 1)] for share in (0.5, 0.95))
    return Spread(*(round(value, 6) for value in (p50, p95, math.fsum(ordered) / len(ordered), ordered[-1])))
