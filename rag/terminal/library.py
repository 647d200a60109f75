"""The commands that keep the library in step: `vouch sync` and `vouch reindex`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

INTERRUPTED = 128 + 2  # what shells expect after Ctrl-C


def sync(
    folder: Annotated[Path, typer.Argument(help="Folder with files of paper abstracts.")],
    *,
    year: Annotated[int | None, typer.Option(min=1900, max=2100, help="Year of dates that are written without one.")] = None,
    named: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="Column of a table that holds a field; repeatable.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Read unchanged files too.")] = False,
    emptied: Annotated[bool, typer.Option("--emptied", help="The folder is empty, and its papers are to leave.")] = False,
    moved_from: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Where the folder was the last time.")] = None,
) -> None:
    """Bring the library in step with a folder. Reads what is new or changed, and lets go of what is no longer there."""
    from rag.assistant import Assistant
    from rag.cli import columns_of
    from rag.settings import Settings
    from rag.terminal.clean import clean
    from rag.terminal.progress import IngestBar
    from rag.terminal.remote import messages

    settings, columns = Settings.load(), columns_of(named or [])
    try:
        with Assistant.open(settings) as assistant, IngestBar(messages()) as bar:
            report = assistant.sync(
                folder, year=year, columns=columns, again=again, emptied=emptied, moved_from=moved_from, progress=bar
            )
    except KeyboardInterrupt:
        typer.echo("Stopped. What was read is kept; the same command goes on from there.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    typer.echo(clean(str(report)))


def reindex(
    prune: Annotated[bool, typer.Option("--prune", help="Remove indexes of other settings.")] = False,
) -> None:
    """Build the indexes again from the catalogue. Needs no dumps; after a changed embedding it says what was kept."""
    from rag.assistant import Assistant
    from rag.settings import Settings
    from rag.terminal.clean import clean
    from rag.terminal.progress import IngestBar
    from rag.terminal.remote import messages

    settings = Settings.load()
    try:
        with Assistant.open(settings) as assistant, IngestBar(messages()) as bar:
            report = assistant.reindex(prune=prune, progress=bar)
    except KeyboardInterrupt:
        typer.echo("Stopped. What was embedded is kept; the same command goes on from there.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    typer.echo(clean(str(report)))
