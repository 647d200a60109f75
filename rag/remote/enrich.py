"""Filling what papers with an arXiv id or a DOI lack: title, authors, date, and beside them DOI and venue.

What a paper says already stands. A paper whose abstract at the service is about something else carries a wrong
identifier, and is left as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.errors import RemoteError, RemoteGarbled, RemoteRefused
from rag.library.identity import merge
from rag.paper import Paper
from rag.readers.dump import Dump
from rag.remote.service import Found, Service
from rag.terms import content_words

SOUGHT = ("title", "authors", "date")  # a paper that lacks one of these is looked up
FILLED = {
    "title": "titles",
    "authors": "authors",
    "date": "dates",
    "year": "years",
    "doi": "DOIs",
    "comment": "venues",
    "arxiv_id": "arXiv ids",
}
BAD_REQUEST = 400  # one identifier spoils the whole list

# Share of the smaller abstract's words that the other one has too. Of 200,000 random pairs of abstracts, one in a thousand
# reaches 0.33; versions of one abstract share well over a half.
SAME_TEXT = 0.35
JUDGEABLE = 20  # distinct content words below which a text is too short to tell


@dataclass(frozen=True, slots=True)
class Change:
    """A paper with what was filled in, and the names of those fields."""

    paper: Paper
    fields: tuple[str, ...]


@dataclass(slots=True)
class EnrichReport:
    """Counts of papers. looked_up = filled + nothing_new + not_found + doubtful + failed.

    `doubtful` are those whose identifier leads to another text. `fields` counts per field what was filled. `problems` are
    the errors that were met, the same one once; also of papers that another service then knew.
    """

    looked_up: int = 0
    filled: int = 0
    nothing_new: int = 0
    not_found: int = 0
    doubtful: int = 0
    failed: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    problems: dict[str, RemoteError] = field(default_factory=dict)

    def __str__(self) -> str:
        named = ", ".join(f"{FILLED[name]} {self.fields[name]}" for name in FILLED if self.fields[name])
        rest = f"{self.nothing_new} with nothing new, {self.not_found} not found, {self.failed} failed"
        lines = [f"{self.looked_up} papers looked up: {self.filled} filled{f' ({named})' if named else ''}, {rest}."]
        if self.doubtful:
            lines.append(f"{self.doubtful} left as they are: their identifier leads to a paper with another abstract.")
        return "\n".join(lines)


@dataclass(slots=True)
class _Case:
    """One paper on its way through the services."""

    known: Paper
    now: Paper
    found: bool = False
    doubtful: bool = False
    failed: bool = False


class Enrichment:
    """Looks papers up in batches. Each paper goes to the first service that may know it, and on to the next one as long
    as something is lacking. A service that is away or busy is not asked again."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.report = EnrichReport()
        self._services = services
        self._queues: list[list[_Case]] = [[] for _ in services]
        self._given_up: set[int] = set()

    def changes(self, papers: Iterable[Paper]) -> Iterator[list[Change]]:
        """What was found, batch by batch. Problems are kept in `report`, not raised."""
        for paper in papers:
            place = self._next_place(paper, 0)
            if place is None:
                continue
            self.report.looked_up += 1
            self._queues[place].append(_Case(paper, paper))
            for full, service in enumerate(self._services):
                while len(self._queues[full]) >= service.ids_at_once:
                    yield self._answered(full)
        for place, queue in enumerate(self._queues):  # in order: each one feeds those behind it
            while queue:
                yield self._answered(place)

    def _next_place(self, paper: Paper, first: int) -> int | None:
        """The first service from `first` on that may know what the paper lacks."""
        if not lacking(paper):
            return None
        places = range(first, len(self._services))
        return next((place for place in places if self._services[place].identifier(paper) is not None), None)

    def _answered(self, place: int) -> list[Change]:
        """Look up one batch; the changes of papers that no other service is to be asked about."""
        service, queue = self._services[place], self._queues[place]
        batch, queue[:] = queue[: service.ids_at_once], queue[service.ids_at_once :]
        named = [(service.identifier(case.now) or "", case) for case in batch]
        records, failed = self._found(place, list(dict.fromkeys(name for name, _ in named)))
        changes = []
        for name, case in named:
            case.failed |= name in failed
            if name in records:
                case.found = True
                if same_text(case.known.abstract, records[name].abstract):
                    case.now = filled(case.now, records[name])
                else:
                    case.doubtful = True
            later = self._next_place(case.now, place + 1)
            if later is not None:
                self._queues[later].append(case)
            elif change := self._settled(case):
                changes.append(change)
        return changes

    def _found(self, place: int, identifiers: list[str]) -> tuple[dict[str, Found], set[str]]:
        """What the service knows, and the identifiers that it could not be asked about."""
        if place in self._given_up:
            return {}, set(identifiers)
        try:
            return self._services[place].find(identifiers), set()
        except RemoteError as error:
            bad_request = isinstance(error, RemoteRefused) and error.status == BAD_REQUEST
            if bad_request and len(identifiers) > 1:
                half = len(identifiers) // 2
                (one, lost), (two, lost_too) = (self._found(place, part) for part in (identifiers[:half], identifiers[half:]))
                return one | two, lost | lost_too
            if not bad_request and not isinstance(error, RemoteGarbled):
                self._given_up.add(place)
            self.report.problems.setdefault(str(error), error)
            return {}, set(identifiers)

    def _settled(self, case: _Case) -> Change | None:
        """Count the paper; its change where there is one."""
        names = tuple(name for name in FILLED if getattr(case.now, name) != getattr(case.known, name))
        report = self.report
        report.fields.update(names)
        if names:
            report.filled += 1
            return Change(case.now, names)
        if case.failed:
            report.failed += 1
        elif case.doubtful:
            report.doubtful += 1
        elif case.found:
            report.nothing_new += 1
        else:
            report.not_found += 1
        return None


def lacking(paper: Paper) -> bool:
    """Whether title, authors or date are missing."""
    return any(getattr(paper, name) in (None, ()) for name in SOUGHT)


def filled(known: Paper, record: Found) -> Paper:
    """`known` with what it lacked from the record, cleaned; without sources, so that adding it names no new place.

    A date in another year than the one that is known is not taken.
    """
    read = replace(record, abstract=known.abstract, url=None).read(Dump("", ""), 1)
    if not isinstance(read, Paper):
        return known
    if known.year is not None and read.date is not None and read.date.year != known.year:
        read = replace(read, date=None, year=None)
    return replace(merge(known, replace(read, sources=())), sources=())


def same_text(one: str, other: str) -> bool:
    """Whether two abstracts can be of one paper. True where one of them is missing or too short to tell."""
    words, more = set(content_words(one)), set(content_words(other))
    least = min(len(words), len(more))
    return least < JUDGEABLE or len(words & more) >= SAME_TEXT * least
