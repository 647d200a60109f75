"""Rows of a run -> counts, means and intervals. Everything comes from the rows, so the same rows give the same bytes."""

from __future__ import annotations

import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from eval import metrics
from eval.scoring import FIGURES
from rag.terminal.clean import one_line

DIGITS = 6
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over `n` scored answers with its 95 % interval (see `metrics.bootstrap_interval`)."""

    value: float
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Group:
    """The questions of one kind, or all. `questions` = rows; `failures` of them ended in an error and are in no mean.

    `answers` are the scored answers of the rest: one a question, for a dialogue one a turn from the second on;
    answers = answered + abstained. `figures` holds those of `scoring.FIGURES` that apply to at least one answer.
    """

    questions: int
    failures: int
    answers: int
    answered: int
    abstained: int
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Summary:
    """All aggregates of a run. `errors` are (question id, message) of the failures, `unresolved` (question id, paper) of
    the named papers that are not in the library and therefore in no figure."""

    overall: Group
    kinds: Mapping[str, Group]
    errors: tuple[tuple[str, str], ...]
    unresolved: tuple[tuple[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready mapping; `from_dict` gives back an equal summary."""
        return {
            "overall": _plain(self.overall),
            "kinds": {kind: _plain(group) for kind, group in self.kinds.items()},
            "errors": [{"id": question, "message": message} for question, message in self.errors],
            "unresolved": [{"id": question, "paper": paper} for question, paper in self.unresolved],
        }

    @classmethod
    def from_dict(cls, row: Row) -> Summary:
        """The inverse of `to_dict`."""
        return cls(
            _group(row["overall"]),
            {kind: _group(group) for kind, group in row["kinds"].items()},
            tuple((error["id"], error["message"]) for error in row["errors"]),
            tuple((ref["id"], ref["paper"]) for ref in row["unresolved"]),
        )

    def to_json(self) -> str:
        """The text of summary.json."""
        return json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n"

    def table(self, width: int = 100) -> str:
        """All figures as plain text for a terminal: overall, then each kind where there are several."""
        from rich.console import Console

        text = io.StringIO()
        console = Console(file=text, width=width, color_system=None, highlight=False, markup=False, emoji=False)
        for title, group in self._titled():
            console.print(_table(title, group))
        for question, message in self.errors:
            console.print(f"failed: {one_line(question)}: {one_line(message)}", soft_wrap=True)
        for question, paper in self.unresolved:
            console.print(f"not resolved: {one_line(question)}: {one_line(paper)}", soft_wrap=True)
        return text.getvalue().rstrip("\n")

    def _titled(self) -> Iterator[tuple[str, Group]]:
        if len(self.kinds) == 1:
            yield next(iter(self.kinds)), self.overall
            return
        yield "all kinds", self.overall
        yield from self.kinds.items()


@dataclass(slots=True)
class _Tally:
    questions: int = 0
    failures: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    # figure -> row id -> the values of that row's scored answers
    values: defaultdict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, row: Row) -> None:
        self.questions += 1
        if row["error"] is not None:
            self.failures += 1
            return
        for exchange in scored_exchanges(row):
            scores: Mapping[str, float] = exchange["scores"]
            self.answers["abstained" if scores["abstained"] else "answered"] += 1
            for name, value in scores.items():
                self.values[name].setdefault(row["id"], []).append(value)

    def group(self) -> Group:
        answered, abstained = self.answers["answered"], self.answers["abstained"]
        figures = {name: _figure(self.values[name]) for name in FIGURES if name in self.values}
        return Group(self.questions, self.failures, answered + abstained, answered, abstained, figures)


def exchanges(row: Row) -> list[Mapping[str, Any]]:
    """What was asked and answered in a row: the turns of a dialogue, or the row itself."""
    return list(row["turns"]) if "turns" in row else [row]


def scored_exchanges(row: Row) -> list[Mapping[str, Any]]:
    """The exchanges that have scores; none where the row failed."""
    return [] if row["error"] is not None else [exchange for exchange in exchanges(row) if exchange["scores"] is not None]


def summarise(rows: Iterable[Row]) -> Summary:
    """Aggregate rows in any order; keeps the scores of each row and nothing else of it."""
    overall, kinds = _Tally(), defaultdict[str, _Tally](_Tally)
    errors: list[tuple[str, str]] = []
    unresolved: list[tuple[str, str]] = []
    for row in rows:
        overall.add(row)
        kinds[row["kind"]].add(row)
        if row["error"] is not None:
            errors.append((row["id"], row["error"]["message"]))
        unresolved += [(row["id"], paper) for exchange in exchanges(row) for paper in exchange["unresolved"]]
    groups = {kind: kinds[kind].group() for kind in sorted(kinds)}
    return Summary(overall.group(), groups, tuple(sorted(errors)), tuple(sorted(set(unresolved))))


def _figure(by_row: Mapping[str, list[float]]) -> Figure:
    # The bootstrap draws rows by position: sorted, so that the order in which questions were asked does not show.
    groups = [by_row[row] for row in sorted(by_row)]
    values = [value for group in groups for value in group]
    low, high = metrics.bootstrap_interval(groups)
    return Figure(round(metrics.mean(values), DIGITS), len(values), round(low, DIGITS), round(high, DIGITS))


def _plain(group: Group) -> dict[str, Any]:
    return {**asdict(group), "figures": {name: asdict(figure) for name, figure in group.figures.items()}}


def _group(row: Row) -> Group:
    return Group(**{**row, "figures": {name: Figure(**figure) for name, figure in row["figures"].items()}})


def _table(title: str, group: Group) -> Any:
    from rich import box
    from rich.table import Table

    counts = f"{group.questions} questions, {group.answered} answered, {group.abstained} abstained, {group.failures} failures"
    table = Table(title=f"{one_line(title)}: {counts}", title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    table.add_column("figure", min_width=30)
    for column in ("value", "95 % interval", "n"):
        table.add_column(column, justify="right")
    for name, figure in group.figures.items():
        digits = 1 if name == "words" else 3
        interval = f"{figure.low:.{digits}f} to {figure.high:.{digits}f}"
        table.add_row(FIGURES[name], f"{figure.value:.{digits}f}", interval, str(figure.n))
    return table
