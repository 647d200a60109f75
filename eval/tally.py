"""Rows of a run, one after the other -> a Group. Keeps the scores of each row and nothing else of it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from eval import calibration, metrics
from eval.blame import Outcome
from eval.groups import Confidence, Figure, Group
from eval.results import exchanges, scored_exchanges
from eval.scoring import FIGURES, UNBOUNDED, applicable

DIGITS = 6
Row = Mapping[str, Any]
Record = TypeVar("Record", calibration.Bin, calibration.Point)


@dataclass(slots=True)
class Tally:
    """Counts what `add` is given; `group` is the result so far, the same for every order of the rows."""

    questions: int = 0
    failures: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    blame: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)  # figure -> exchanges that failed and would have had it
    tokens: Counter[str] = field(default_factory=Counter)
    costs: list[float] = field(default_factory=list)
    unknown_price: bool = False
    judged: list[calibration.Pair] = field(default_factory=list)  # (confidence, right) of answers given
    refused: int = 0
    answerable: list[calibration.Pair] = field(default_factory=list)  # (confidence, answerable)
    # figure -> row id -> the values of that row's scored answers
    values: defaultdict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, row: Row) -> None:
        """Count one row."""
        self.questions += 1
        for exchange in exchanges(row):
            self._spend(exchange.get("answer"))
        if row["error"] is not None:
            self._fail(row)
            return
        for exchange in scored_exchanges(row):
            self._count(row["id"], exchange)

    def _fail(self, row: Row) -> None:
        self.failures += 1
        last = exchanges(row)[-1]
        self.outcomes[Outcome.FAILED.value] += 1
        self.blame[Outcome.FAILED.value] += 1
        self.missing.update(applicable(last))

    def _count(self, row_id: str, exchange: Row) -> None:
        scores: Mapping[str, float] = exchange["scores"]
        self.answers["abstained" if scores["abstained"] else "answered"] += 1
        for name, value in scores.items():
            self.values[name].setdefault(row_id, []).append(value)
        for name, counter in (("outcome", self.outcomes), ("blame", self.blame)):
            if exchange.get(name) is not None:
                counter[exchange[name]] += 1
        if exchange.get("label") is not None:
            self.labels[exchange["label"]] += 1
        self.verdicts.update(sentence["verdict"] for sentence in (exchange.get("answer") or {}).get("sentences", ()))
        if (confidence := exchange.get("confidence")) is None:
            return
        self.answerable.append((confidence, exchange["answerable"]))
        if scores["abstained"]:
            self.refused += 1
        elif "right" in scores:
            self.judged.append((confidence, scores["right"] == 1.0))

    def _spend(self, answer: Row | None) -> None:
        if answer is None:
            return
        self.tokens["prompt"] += answer["tokens"]["prompt"]
        self.tokens["completion"] += answer["tokens"]["completion"]
        if answer["cost"] is None:
            self.unknown_price = True
        else:
            self.costs.append(answer["cost"])

    def group(self) -> Group:
        """Everything counted so far."""
        answered, abstained = self.answers["answered"], self.answers["abstained"]
        return Group(
            self.questions,
            self.failures,
            answered + abstained,
            answered,
            abstained,
            figures={name: self._figure(name) for name in FIGURES if name in self.values},
            outcomes=_sorted(self.outcomes),
            blame=_sorted(self.blame),
            verdicts=_sorted(self.verdicts),
            confidence=self._confidence(),
            prompt_tokens=self.tokens["prompt"],
            completion_tokens=self.tokens["completion"],
            cost=None if self.unknown_price else round(math.fsum(self.costs), DIGITS),
        )

    def _figure(self, name: str) -> Figure:
        # The bootstrap draws rows by position: sorted, so that the order in which questions were asked does not show.
        groups = [own for _, own in sorted(self.values[name].items())]
        values = [value for group in groups for value in group]
        low, high = (metrics.bootstrap_interval if name in UNBOUNDED else metrics.mean_interval)(groups)
        figure = Figure(round(metrics.mean(values), DIGITS), len(values), round(low, DIGITS), round(high, DIGITS))
        if (missing := self.missing[name]) and name not in UNBOUNDED:
            total, n = math.fsum(values), len(values) + missing
            figure = replace(figure, least=round(total / n, DIGITS), most=round((total + missing) / n, DIGITS))
        if name == "label_accuracy":
            figure = replace(figure, baseline=round(max(self.labels.values()) / self.labels.total(), DIGITS))
        return figure

    def _confidence(self) -> Confidence | None:
        if not self.answerable:
            return None
        kinds = {answerable for _, answerable in self.answerable}
        auroc = round(calibration.auroc(self.answerable), DIGITS) if len(kinds) == 2 else None
        pairs = self.judged
        if not pairs:
            return Confidence(0, None, None, None, auroc)
        curve = calibration.thinned(calibration.risk_coverage(pairs, len(pairs) + self.refused))
        return Confidence(
            len(pairs),
            round(calibration.brier(pairs), DIGITS),
            round(calibration.expected_calibration_error(pairs), DIGITS),
            round(calibration.area_under_risk_coverage(pairs), DIGITS),
            auroc,
            tuple(_rounded(one) for one in calibration.bins(pairs)),
            tuple(_rounded(point) for point in curve),
        )


def _rounded(record: Record) -> Record:
    """The record with its fractions rounded: the last digits depend on the order of summing."""
    values: dict[str, Any] = {f.name: getattr(record, f.name) for f in fields(record)}
    rounded: dict[str, Any] = {n: round(value, DIGITS) for n, value in values.items() if isinstance(value, float)}
    return replace(record, **rounded)


def _sorted(counts: Counter[str]) -> dict[str, int]:
    """Most frequent first, equal ones by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
