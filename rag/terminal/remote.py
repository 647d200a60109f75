"""The commands that ask services of papers: `vouch fetch` and `vouch enrich`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import ReadError, RemoteError

if TYPE_CHECKING:
    from rich.console import Console

    from rag.library.report import IngestReport
    from rag.remote.enrich import Change
    from rag.remote.fetch import Fetch

INTERRUPTED = 128 + 2  # what shells expect after Ctrl-C
DEFAULT_LIMIT = 100


class ServiceName(StrEnum):
    """What `vouch fetch` can ask."""

    ARXIV = "arxiv"
    OPENALEX = "openalex"


def fetch(
    service: Annotated[ServiceName, typer.Argument(help="The service to ask.")],
    query: Annotated[list[str], typer.Argument(metavar="QUERY", help="What to search for, in the service's own language.")],
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Only papers from this day on.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Results to take at most, the most relevant first.")] = DEFAULT_LIMIT,
    restart: Annotated[bool, typer.Option("--restart", help="Begin anew instead of where the same fetch stopped.")] = False,
) -> None:
    """Fetch papers from arXiv or OpenAlex. Goes on where the same fetch stopped; a higher limit goes on behind the old one."""
    from rag.assistant import Assistant
    from rag.library.report import IngestProgress
    from rag.remote import SERVICES
    from rag.remote.fetch import Fetch
    from rag.settings import Settings
    from rag.terminal.progress import IngestBar

    text = " ".join(" ".join(query).split())
    if not text:
        raise typer.BadParameter("the query is empty.")
    settings, screen = Settings.load(), messages()
    tally = Tally()
    with Assistant.open(settings) as assistant:
        job = Fetch(
            SERVICES[service](settings, lambda words: show(screen, words)),
            text,
            folder=settings.home / "fetch",
            since=since.date() if since else None,
            limit=limit,
            restart=restart,
        )
        if job.resumed:
            begun = f"{job.progress.before.astimezone():%Y-%m-%d %H:%M}"
            show(screen, f"Going on behind result {job.progress.position} of the fetch begun on {begun}; --restart begins anew.")
        try:
            with IngestBar(screen) as bar:
                bar(IngestProgress("fetching", job.progress.position, job.goal))
                for reads in job.pages():
                    tally.add(assistant.add(reads, name=f"{service}: {text}"))
                    bar(IngestProgress("fetching", job.progress.position, job.goal))
        except KeyboardInterrupt:
            show(screen, "Stopped. What was fetched is kept; the same command goes on from there.")
            raise typer.Exit(INTERRUPTED) from None
        except RemoteError:
            if tally.counts["records"]:
                show(screen, tally.summary(job))
            raise
        total = assistant.count()
    out(f"{tally.summary(job)}\nThe library holds {total} papers.")


def enrich(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be filled, and write nothing.")] = False,
) -> None:
    """Fill missing titles, authors and dates. Asks arXiv and OpenAlex about papers with an arXiv id or a DOI."""
    from rag.assistant import Assistant
    from rag.library.report import IngestProgress
    from rag.remote import SERVICES
    from rag.remote.enrich import Enrichment
    from rag.settings import Settings
    from rag.terminal.progress import IngestBar

    settings, screen = Settings.load(), messages()
    job = Enrichment([service(settings, lambda words: show(screen, words)) for service in SERVICES.values()])
    try:
        with Assistant.open(settings) as assistant, IngestBar(screen) as bar:
            for changes in job.changes(assistant.papers()):
                if dry_run:
                    for change in changes:
                        out(line(change))
                elif changes:
                    assistant.add([change.paper for change in changes], name="enrich")
                bar(IngestProgress("looking up", job.report.looked_up, None))
    except KeyboardInterrupt:
        show(screen, "Stopped. What was filled is kept.")
        raise typer.Exit(INTERRUPTED) from None
    for problem in job.report.problems:
        show(screen, f"vouch: {problem}")
    out(f"{job.report}{' Nothing was written.' if dry_run else ''}")
    if job.report.failed:
        raise typer.Exit(1)


class Tally:
    """The reports of all pages as one."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.skipped: list[ReadError] = []

    def add(self, report: IngestReport) -> None:
        """Count a page."""
        for name in ("records", "new", "merged", "unchanged"):
            self.counts[name] += getattr(report, name)
        self.skipped += report.skipped

    def summary(self, job: Fetch) -> str:
        """What the fetch brought, and what it could not read."""
        fits = job.progress.total
        if fits == 0:
            return f"{job.service.name} has nothing that fits."
        count = self.counts
        lines = [
            f"{count['records']} records from {job.service.name}"
            + (f", where {fits} results fit" if fits is not None else "")
            + f": {count['new']} new papers, {count['merged']} merged, {count['unchanged']} unchanged, "
            f"{len(self.skipped)} skipped."
        ]
        return "\n".join([*lines, *(f"  skipped: {error}" for error in self.skipped)])


def line(change: Change) -> str:
    """`arxiv:2407.02833: title, date`."""
    return f"{change.paper.id}: {', '.join(change.fields)}"


def messages() -> Console:
    """A console on standard error that takes text as it is."""
    from rich.console import Console

    return Console(stderr=True, markup=False, emoji=False, highlight=False, soft_wrap=True)


def show(screen: Console, text: str) -> None:
    """A message, above the progress bar where there is one, without control sequences."""
    from rag.terminal.clean import clean

    screen.print(clean(text))


def out(text: str) -> None:
    """A result on standard output, without control sequences."""
    from rag.terminal.clean import clean

    typer.echo(clean(text))
