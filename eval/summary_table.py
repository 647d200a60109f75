"""Aggregates as plain text for a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from eval.groups import Confidence, Figure, Group
from eval.scoring import FIGURES, UNBOUNDED, key_of
from rag.answering.record import Verdict
from rag.terminal.clean import one_line

RARE = frozenset(key_of(verdict) for verdict in Verdict if verdict is not Verdict.SUPPORTED)
"""Figures that are shown only where they are not 0."""
MOST_LINES = 20  # failures, and papers that are not there, that are listed


def table(
    groups: Sequence[tuple[str, Group]],
    errors: Sequence[tuple[str, str]],
    unresolved: Sequence[tuple[str, str]],
    width: int,
    broken: Sequence[tuple[str, str]] = (),
) -> str:
    """A table a group, then the failures, what was said and must not be, and the named papers that were not found."""
    from rich.console import Console

    text = io.StringIO()
    console = Console(file=text, width=width, color_system=None, highlight=False, markup=False, emoji=False)
    for title, group in groups:
        console.print(f"{one_line(title)}: {_size(group)}", soft_wrap=True)
        console.print(_figures(group))
        for line in _lines(group):
            console.print(f"  {line}", soft_wrap=True)
        console.print()
    for what, pairs in (("failed", errors), ("must not", broken), ("not resolved", unresolved)):
        for question, message in pairs[:MOST_LINES]:
            console.print(f"{what}: {one_line(question)}: {one_line(message)}", soft_wrap=True)
        if len(pairs) > MOST_LINES:
            console.print(f"{what}: … and {len(pairs) - MOST_LINES} more")
    return text.getvalue().rstrip("\n")


def _size(group: Group) -> str:
    turns = f" of {group.answers} turns that are judged" if group.answers > group.questions else ""
    return (
        f"{group.questions} questions{turns}, {group.answered} answered, {group.abstained} abstained, {group.failures} failures"
    )


def _figures(group: Group) -> Any:
    from rich import box
    from rich.table import Table

    shown = Table(box=box.SIMPLE_HEAD)
    shown.add_column("figure", min_width=30)
    columns: dict[str, Callable[[Figure], str]] = {
        "if failed 0 or 1": lambda f: "" if f.least is None else f"{f.least:.3f} to {f.most:.3f}",
        "majority": lambda f: "" if f.baseline is None else f"{f.baseline:.3f}",
    }
    extra = {name: show for name, show in columns.items() if any(map(show, group.figures.values()))}
    for column in ("value", "95 % interval", "n", *extra):
        shown.add_column(column, justify="right")
    for name, figure in group.figures.items():
        if name in RARE and figure.value == 0:
            continue
        digits = 1 if name in UNBOUNDED else 3
        interval = f"{figure.low:.{digits}f} to {figure.high:.{digits}f}"
        more = [show(figure) for show in extra.values()]
        shown.add_row(FIGURES.get(name, name), f"{figure.value:.{digits}f}", interval, str(figure.n), *more)
    return shown


def _lines(group: Group) -> Iterator[str]:
    if group.outcomes:
        yield f"outcomes: {_counts(group.outcomes.items())}"
    if faults := [(name, n) for name, n in group.blame.items() if name != "none"]:
        yield f"blame: {_counts(faults)}"
    if group.confidence is not None and (shown := _confidence(group.confidence)):
        yield f"confidence of the {group.confidence.n} judged answers: {shown}" if group.confidence.n else f"confidence: {shown}"
    if group.prompt_tokens or group.completion_tokens:
        price = "unknown price" if group.cost is None else f"${group.cost:.4f}"
        yield f"tokens: {group.prompt_tokens:,} in, {group.completion_tokens:,} out; {price}"


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{n} {name}" for name, n in counts)


def _confidence(held: Confidence) -> str:
    figures = {
        "area under risk–coverage": held.aurc,
        "Brier": held.brier,
        "ECE": held.ece,
        "AUROC answerable": held.auroc,
    }
    return ", ".join(f"{name} {value:.3f}" for name, value in figures.items() if value is not None)
