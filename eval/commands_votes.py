"""vouch eval votes: what people preferred, without knowing whose answer it was."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.console import Home, load_settings, one_message, tell
from rag.terminal.clean import one_line

if TYPE_CHECKING:
    from eval.bradley_terry import Standing

EXPORT_HELP = "Write every vote to FILE (.jsonl or .csv)."


def register(app: typer.Typer) -> None:
    """Add the command to `vouch eval`."""
    app.command("votes")(votes)


def votes(
    *,
    export: Annotated[Path | None, typer.Option(metavar="FILE", help=EXPORT_HELP)] = None,
    home: Home = None,
) -> None:
    """Show the Bradley-Terry strengths of the runs from the blind votes of the evaluation page, with 95 % intervals."""
    with one_message():
        from eval import votes as store
        from eval.bradley_terry import standings

        folder = load_settings(home).home
        cast = store.read_votes(folder)
        if export is not None:
            store.export(cast, export)
            tell(f"{len(cast)} votes written to {export}.")
            return
        if not cast:
            tell(f"No votes in {store.path_of(folder)} yet. Cast some on the evaluation page: vouch serve")
            return
        counted = store.counted(cast)
        left = sum(vote.vote == "left" for vote in counted)
        decided = sum(vote.vote != "tie" for vote in counted)
        show(standings(store.bouts(cast)))
        typer.echo(f"{len(counted)} votes, {len(counted) - decided} of them ties; {left} of {decided} went to the left side.")


def show(found: list[Standing]) -> None:
    """A line a run."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("run", overflow="fold")
    for column in ("strength", "95 % interval", "won", "lost", "tied"):
        table.add_column(column, justify="right")
    several = len({one.group for one in found}) > 1
    if several:
        table.add_column("compares within", justify="right")
    for one in found:
        cells = [one_line(one.name), f"{one.strength:+.2f}", f"{one.low:+.2f} to {one.high:+.2f}"]
        cells += [str(one.won), str(one.lost), str(one.tied)]
        table.add_row(*cells, *([f"group {one.group + 1}"] if several else []))
    Console(width=110, color_system=None, markup=False, emoji=False, highlight=False).print(table)
