"""vouch eval report: one or more runs as a page, Markdown, a table or JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.console import Home, load_settings, one_message, tell

if TYPE_CHECKING:
    from eval.report.gather import Report

SUFFIXES = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md", ".csv": "csv", ".json": "json"}


def register(app: typer.Typer) -> None:
    """Add the command to `vouch eval`."""
    app.command("report")(report)


def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Folders of runs, the baseline first.")],
    *,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write it; by default to standard output.")] = None,
    html: Annotated[bool, typer.Option("--html", help="One page that needs nothing else.")] = False,
    markdown: Annotated[bool, typer.Option("--md", help="Markdown: figures and comparisons.")] = False,
    table: Annotated[bool, typer.Option("--csv", help="A line an answer, with every score.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for programs.")] = False,
    score: Annotated[str | None, typer.Option(metavar="FIGURE", help="The figure that decides, such as fact_recall.")] = None,
    home: Home = None,
) -> None:
    """Write a report of RUN…; the form is that of the option, else of FILE's name. The same runs give the same bytes."""
    with one_message():
        from eval import results
        from eval.errors import RunError
        from eval.report.gather import gather

        asked = [name for name, wanted in (("html", html), ("md", markdown), ("csv", table), ("json", as_json)) if wanted]
        form = asked[0] if asked else SUFFIXES.get(out.suffix.lower() if out else "")
        if len(asked) > 1 or form is None:
            raise RunError("A report has one form.", remedy="Give one of --html, --md, --csv, --json, or a FILE that ends so.")
        for run in runs:
            if run.suffix.lower() in SUFFIXES and not run.is_dir():
                raise RunError(f"{run} is no folder of a run.", remedy=f"To write the report there: --out {run}.")
        pieces = forms()[form](gather(runs, load_settings(home).home, score))
        if out is None:
            sys.stdout.writelines(pieces)
            return
        out.parent.mkdir(parents=True, exist_ok=True)
        results.replace_file(out, pieces)
        tell(f"Written to {out}.")


def forms() -> dict[str, Callable[[Report], Iterator[str]]]:
    """What makes each form."""
    from eval.report.page import page
    from eval.report.tables import as_json, comma_separated, markdown

    return {"html": page, "md": markdown, "csv": comma_separated, "json": as_json}
