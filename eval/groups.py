"""The aggregates of the questions of one kind: means with intervals, counts, and what confidence is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from eval.calibration import Bin, Point


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over `n` scored answers with its 95 % interval (see `metrics.mean_interval`).

    `least` and `most` are the means if every failed question this figure applies to had scored 0, or 1; None where none
    failed, or the figure is not in 0..1. `baseline` is what saying the commonest label every time would score.
    """

    value: float
    n: int
    low: float
    high: float
    least: float | None = None
    most: float | None = None
    baseline: float | None = None


@dataclass(frozen=True, slots=True)
class Confidence:
    """What confidence is worth; see `eval.calibration` for every figure. A figure that is not defined is None.

    `brier`, `ece`, `aurc` and `bins` are over the `n` answers given that can be called right or wrong; `curve` has its
    coverage over all judged questions. `auroc` tells answerable questions from others.
    """

    n: int
    brier: float | None
    ece: float | None
    aurc: float | None
    auroc: float | None
    bins: tuple[Bin, ...] = ()
    curve: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """The questions of one kind, or all. `questions` = rows; `failures` of them ended in an error and are in no mean.

    `answers` are the scored answers of the rest: one a question, for a dialogue one a turn from the second on;
    answers = answered + abstained. `figures` holds those of `scoring.FIGURES` that apply to at least one answer; `outcomes`
    and `blame` count exchanges by `blame.Outcome` and `blame.Blame`, failed ones too; `verdicts` counts sentences. `cost` is
    in US dollars over all answers, None where the price of one is unknown.
    """

    questions: int
    failures: int
    answers: int
    answered: int
    abstained: int
    figures: Mapping[str, Figure]
    outcomes: Mapping[str, int] = field(default_factory=dict)
    blame: Mapping[str, int] = field(default_factory=dict)
    verdicts: Mapping[str, int] = field(default_factory=dict)
    confidence: Confidence | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: float | None = 0.0

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready mapping; `from_dict` gives back an equal group."""
        return asdict(self)

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Group:
        """The inverse of `to_dict`."""
        values = dict(row)
        values["figures"] = {name: Figure(**figure) for name, figure in row["figures"].items()}
        if (held := row.get("confidence")) is not None:
            bins, curve = tuple(Bin(**b) for b in held["bins"]), tuple(Point(**p) for p in held["curve"])
            values["confidence"] = Confidence(**{**held, "bins": bins, "curve": curve})
        return cls(**values)
