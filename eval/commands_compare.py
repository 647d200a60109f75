"""vouch eval compare | gate: two or more runs against each other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval.comparison_text import probability, remarks, sentence
from eval.console import one_message, tell
from rag.errors import VouchError
from rag.terminal.clean import one_line

if TYPE_CHECKING:
    from eval.compare import Comparison, Effect, Flip

MOST_FLIPS = 10
WIDTH = 110

Runs = Annotated[list[Path], typer.Argument(metavar="RUN…", help="Folders of runs over the same questions, the baseline first.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `vouch eval`."""
    app.command("compare")(compare)
    app.command("gate")(gate)


def compare(
    runs: Runs,
    *,
    score: Annotated[str | None, typer.Option(metavar="FIGURE", help="The figure that decides, such as fact_recall.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare runs question by question: difference, 95 % interval, p, effect by kind and tag, questions that flipped."""
    with one_message():
        from eval.compare import compare_all, read_runs
        from eval.errors import RunError

        if len(runs) < 2:
            raise RunError("A comparison takes two runs or more; one was named.", remedy="vouch eval list shows the runs.")
        found = compare_all(read_runs(runs), score)
        if as_json:
            typer.echo(json.dumps([one.to_dict() for one in found], indent=1, ensure_ascii=False))
            return
        for one in found:
            show(one, len(found))


def gate(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run to judge.")],
    *,
    baseline: Annotated[Path, typer.Option(metavar="RUN", help="Folder of the run to hold it against.")],
    max_drop: Annotated[float, typer.Option(min=0.0, max=1.0, metavar="X", help="Drop that is allowed.")] = 0.02,
    score: Annotated[list[str] | None, typer.Option(metavar="FIGURE", help="Figure to check; may be repeated.")] = None,
) -> None:
    """Exit with 1 where RUN is worse than the baseline by more than --max-drop and the data support it; say why either way.

    An error, such as runs that share no question, exits with 2.
    """
    try:
        from eval import gate as gates
        from eval.compare import read_runs

        first, second = read_runs([baseline, run])
        found = gates.gate(first, second, max_drop, score or ())
    except VouchError as error:
        tell(f"vouch: {error}")
        raise typer.Exit(2) from None
    for check in found.checks:
        typer.echo(f"{'pass' if check.passed else 'FAIL'}  {check.reason}")
    for remark in remarks(found.comparison):
        typer.echo(remark)
    if not found.passed:
        raise typer.Exit(1)


def show(found: Comparison, comparisons: int) -> None:
    """A comparison as text."""
    typer.echo(f"{one_line(found.second)} against {one_line(found.first)}\n  {sentence(found.headline, comparisons)}")
    for remark in remarks(found):
        typer.echo(f"  {remark}")
    console = _console()
    for title, effects in (("by kind and tag", found.groups), ("other figures", found.others)):
        changed = [one for one in effects if one.difference or one.p < 1]
        if changed:
            console.print(table(title, changed))
        if len(changed) < len(effects):
            typer.echo(f"{title}: {len(effects) - len(changed)} did not change.")
    for verb, flips in (("gained", found.gained), ("lost", found.lost)):
        list_flips(verb, flips, MOST_FLIPS if comparisons == 1 else 0)
    typer.echo("")


def table(title: str, effects: Sequence[Effect]) -> Any:
    """The effects as a table for the terminal; `*` marks the significant ones."""
    from rich import box
    from rich.table import Table

    from eval.scoring import FIGURES

    drawn = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    drawn.add_column("", overflow="fold")
    for column in ("n", "first", "second", "difference", "95 % interval", "p", "Holm", ""):
        drawn.add_column(column, justify="right")
    for one in effects:
        drawn.add_row(
            one_line(FIGURES.get(one.name, one.name)),
            str(one.n),
            f"{one.first:.3f}",
            f"{one.second:.3f}",
            f"{one.difference:+.3f}",
            f"{one.low:+.3f} to {one.high:+.3f}",
            probability(one.p).removeprefix("= "),
            probability(one.adjusted).removeprefix("= "),
            "*" if one.significant else "",
        )
    return drawn


def list_flips(verb: str, flips: Sequence[Flip], most: int) -> None:
    """How many questions changed, and at most so many of them, those that changed most first."""
    if not flips:
        return
    typer.echo(f"{len(flips)} questions {verb}{':' if most else '; --json lists them.'}")
    for one in flips[:most]:
        typer.echo(f"  {one.before:.2f} to {one.after:.2f}  {one_line(one.id)}: {one_line(one.question)[:80]}")
    if len(flips) > most > 0:
        typer.echo(f"  … and {len(flips) - most} more; --json lists all.")


def _console() -> Any:
    from rich.console import Console

    return Console(width=WIDTH, color_system=None, markup=False, emoji=False, highlight=False)
