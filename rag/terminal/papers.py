"""The commands about single papers: `vouch papers list | show | remove | split | merge | export`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from rag.errors import LibraryError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.library.sources import Held
    from rag.paper import Paper


class ListByDefault(TyperGroup):
    """`vouch papers TEXT` lists, as `vouch papers list TEXT` does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `list` in front where no command is named."""
        known = {*self.commands, *ctx.help_option_names}
        return super().parse_args(ctx, args if args and args[0] in known else ["list", *args])


app = typer.Typer(
    cls=ListByDefault,
    help="List, show, remove, split, merge and export papers. Without a command: list.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """What papers are exported as."""

    JSONL = "jsonl"
    BIBTEX = "bibtex"
    RIS = "ris"
    CSV = "csv"


Text = Annotated[list[str] | None, typer.Argument(metavar="[TEXT]", help="Only papers that contain this.")]
Limit = Annotated[int | None, typer.Option(min=1, help="Papers to take; all by default.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole result as JSON.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="A paper's id, arXiv id or DOI.")]


@app.command("list")
def list_papers(text: Text = None, limit: Limit = None, as_json: AsJson = False) -> None:
    """List the papers of the library. One line each: date, id, title."""
    from rag.terminal.clean import json_text
    from rag.terminal.show import contains, show_papers

    with opened() as assistant:
        chosen = list(islice((p for p in assistant.papers() if contains(p, " ".join(text or []))), limit))
        total = assistant.count()
    if as_json:
        typer.echo("[" + ",\n ".join(json_text(paper.to_dict()) for paper in chosen) + "]")
        return
    from rich.console import Console

    show_papers(Console(markup=False, emoji=False, highlight=False), chosen)
    typer.echo(f"{len(chosen)} of {total} papers", err=True)


@app.command()
def show(paper: Id, as_json: AsJson = False) -> None:
    """Show a paper and the records it was read from. Says why each of them was taken for the same work."""
    from rag.terminal.clean import json_text

    with opened() as assistant:
        found = find(assistant, paper)
        held = assistant.sources(found.id)
    if as_json:
        typer.echo(json_text({**found.to_dict(), "records": [record_row(record) for record in held]}))
        return
    from rich.console import Console

    describe(Console(markup=False, emoji=False, highlight=False), found, held)


@app.command()
def remove(papers: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, arXiv ids or DOIs.")]) -> None:
    """Remove papers from the library. A file that holds one brings it back when it is read again."""
    with opened() as assistant:
        ids = [find(assistant, paper).id for paper in papers]
        count = assistant.remove(ids)
        typer.echo(f"{count} {'paper' if count == 1 else 'papers'} removed; the library holds {assistant.count()}.")


@app.command()
def split(
    paper: Id,
    source: Annotated[
        list[str] | None, typer.Option(metavar="SOURCE", help="What goes: a number or FILE or FILE:LINE; repeatable.")
    ] = None,
) -> None:
    """Split a paper whose sources are of different works. It is remembered, so that nothing merges them again."""
    from rag.terminal.clean import one_line

    with opened() as assistant:
        found = find(assistant, paper)
        held = [record for record in assistant.sources(found.id) if not record.amendment]
        ids = assistant.split(found.id, chosen(held, source) if source else None)
        for paper_id in ids:
            files = ", ".join(f"{record.file}:{record.line}" for record in assistant.sources(paper_id) if not record.amendment)
            typer.echo(one_line(f"{paper_id}: {files}"))


@app.command()
def merge(papers: Annotated[list[str], typer.Argument(metavar="ID ID...", help="Ids, arXiv ids or DOIs of one work.")]) -> None:
    """Merge papers that are one work. It is remembered; `vouch papers split` takes them apart again."""
    from rag.terminal.clean import one_line

    with opened() as assistant:
        kept = assistant.merge_papers([find(assistant, paper).id for paper in papers])
        files = ", ".join(f"{record.file}:{record.line}" for record in assistant.sources(kept) if not record.amendment)
        typer.echo(one_line(f"{kept}: {files}"))


@app.command()
def export(
    text: Text = None,
    form: Annotated[Format | None, typer.Option("--format", help="By default what OUTPUT ends in, or jsonl.")] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write; standard output by default.")] = None,
    limit: Limit = None,
) -> None:
    """Export papers as JSON Lines, BibTeX, RIS or CSV."""
    from rag.export import ENDINGS
    from rag.export import export as written
    from rag.terminal.show import contains

    name = str(form or ENDINGS.get(output.suffix.lower() if output else "", Format.JSONL))
    with opened() as assistant:
        papers = islice((p for p in assistant.papers() if contains(p, " ".join(text or []))), limit)
        if output is None:
            for piece in written(papers, name):
                sys.stdout.write(piece)
            return
        part = output.with_name(f"{output.name}.part")  # a run that is stopped leaves no half file under the name
        with part.open("w", encoding="utf-8", newline="") as file:
            file.writelines(written(papers, name))
        os.replace(part, output)


def opened() -> Assistant:
    """The engine over the library the settings name."""
    from rag.settings import Settings

    settings = Settings.load()  # first, so that a wrong setting is told at once
    from rag.assistant import Assistant

    return Assistant.open(settings)


def find(assistant: Assistant, wanted: str) -> Paper:
    """The paper with that id, arXiv id or DOI. Raises LibraryError where there is none."""
    from rag.readers.identifiers import arxiv_id, doi

    names = [wanted, f"arxiv:{arxiv_id(wanted)}", f"doi:{(doi(wanted) or '').lower()}"]
    if found := next((paper for paper in map(assistant.paper, names) if paper), None):
        return found
    known = {arxiv_id(wanted), doi(wanted)} - {None}
    for paper in assistant.papers() if known else ():
        if paper.arxiv_id in known or paper.doi in known:
            return paper
    raise LibraryError(f"The library has no paper {wanted}.", remedy="`vouch papers list` shows the ids.")


def chosen(held: Sequence[Held], wanted: Sequence[str]) -> list[int]:
    """The numbers of the records that are named by number, file, or file and line. Raises LibraryError for no such record."""
    numbers: list[int] = []
    for name in wanted:
        found = [n for n, record in enumerate(held, start=1) if name in (str(n), record.file, f"{record.file}:{record.line}")]
        if not found:
            raise LibraryError(f"The paper has no source {name}.", remedy="`vouch papers show` lists its sources.")
        numbers += found
    return numbers


def record_row(record: Held) -> dict[str, Any]:
    """A record as a JSON-ready mapping: where it lies, why it is here, and what it says itself."""
    place = {"file": record.file, "line": record.line, "folder": record.root or None, "reason": record.reason}
    own = {name: value for name, value in record.own.to_dict().items() if name != "sources"}
    return place | {"filled_in_later": record.amendment, "record": own}


def describe(console: Any, paper: Paper, held: Sequence[Held]) -> None:
    """Print the paper, then its records; what a record says otherwise than the paper stands under it."""
    from rich.text import Text as Line

    from rag.answering.hostile import flags
    from rag.terminal.clean import one_line
    from rag.terminal.show import fold, when

    fold(console, Line(one_line(paper.label)), style="bold")
    facts = [when(paper), paper.id, paper.link if paper.link not in (None, paper.id) else None, paper.comment, paper.organisation]
    fold(console, Line(one_line(" · ".join(fact for fact in facts if fact))), style="dim")
    if paper.authors:
        fold(console, Line(one_line(", ".join(paper.authors))), style="dim")
    for flag in flags(paper):
        fold(console, Line(f"! {flag}"), style="yellow")
    fold(console, Line("\n" + one_line(paper.abstract)))
    console.print("\nSources", style="bold")
    for number, record in enumerate((record for record in held if not record.amendment), start=1):
        reason = f" ({record.reason})" if record.reason else ""
        fold(console, Line(one_line(f"{record.file}, line {record.line}{reason}")), f"[{number}] ")
        if record.own.title != paper.title:
            fold(console, Line(one_line(f"title: {record.own.title or 'none'}")), "    ", style="dim")
        if record.own.abstract != paper.abstract:
            fold(console, Line(one_line(f"abstract: {record.own.abstract}")), "    ", style="dim")
    if any(record.amendment for record in held):
        console.print("Some fields were filled in later (`vouch enrich`).", style="dim")
