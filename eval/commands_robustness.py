"""vouch eval robustness: the same questions under harder conditions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.console import Home, load_settings, one_message, tell
from rag.terminal.clean import one_line

if TYPE_CHECKING:
    from eval.robustness import Curve
    from eval.runner import RunProgress

PAGE = "robustness.html"


def register(app: typer.Typer) -> None:
    """Add the command to `vouch eval`."""
    app.command("robustness")(robustness)


def robustness(
    file: Annotated[Path, typer.Argument(metavar="SET", help="The question set; its questions name papers of the library.")],
    *,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the runs and the curves go.")],
    llm: Annotated[str | None, typer.Option(metavar="PROVIDER:MODEL", help="Back end to use in place of VOUCH_LLM.")] = None,
    distractors: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Files of papers to distract with; may be repeated.")
    ] = None,
    most_papers: Annotated[int, typer.Option("--papers", min=1, help="Papers of the temporary library at most.")] = 2_000,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first questions of the set.")] = None,
    concurrency: Annotated[int | None, typer.Option(min=1, max=64, help="Questions in flight at a model.")] = None,
    max_cost: Annotated[float | None, typer.Option(min=0.0, metavar="DOLLARS", help="What all runs may cost together.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed gives other typos, numbers and distractors.")] = 0,
    home: Home = None,
) -> None:
    """Ask SET with typos, paraphrases, distractors, contradicting papers and named papers removed; print a curve each.

    The library is only read: the trials take place in a temporary one.
    """
    with one_message():
        from eval import robustness as trials
        from eval.budget import Budget
        from eval.questions import load_questions
        from eval.report.curves import curves_page
        from eval.results import replace_file
        from eval.runner import Plan

        budget = Budget() if max_cost is None else Budget(most=max_cost)
        told: set[str] = set()

        def progress(name: str, state: RunProgress) -> None:
            if state.stopped and name not in told:
                tell(f"{name}: {state.stopped}.")
            elif state.done >= state.total and name not in told:
                tell(f"{name}: {state.done} questions, {state.failures} failed")
            else:
                return
            told.add(name)

        try:
            found = trials.robustness(
                load_questions(file),
                load_settings(home),
                out,
                llm=llm,
                distractors=distractors or (),
                most_papers=most_papers,
                seed=seed,
                plan=Plan(limit=limit, concurrency=concurrency, budget=budget),
                progress=progress,
            )
        except KeyboardInterrupt:
            tell(f"Stopped; what was asked is kept in {out}. The same command goes on from there.")
            raise typer.Exit(1) from None
        for curve in found.curves:
            show(curve)
        for note in found.notes:
            typer.echo(one_line(note))
        replace_file(out / PAGE, curves_page(found))
        tell(f"Written to {out / PAGE} and {out / trials.REPORT}.")


def show(curve: Curve) -> None:
    """A curve as a table, a column a level."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    from eval.report.curves import TITLES

    table = Table(title=f"{curve.name}: {curve.unit}", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    table.add_column("", min_width=30)
    for point in curve.points:
        table.add_column(f"{point.level:g}", justify="right")
    counts = [f"{p.questions}, {p.failures} failed" if p.failures else str(p.questions) for p in curve.points]
    table.add_row("questions", *counts)
    for name in (name for name in TITLES if any(name in point.figures for point in curve.points)):
        values = [point.figures.get(name) for point in curve.points]
        table.add_row(TITLES[name], *("" if value is None else f"{value.value:.3f}" for value in values))
    Console(width=100, color_system=None, markup=False, emoji=False, highlight=False).print(table)
