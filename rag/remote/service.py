"""What a service of papers is: pages of a search, look-ups by identifier, and one record for what it says of a paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from rag.paper import Paper
from rag.readers.dump import Dump, Read


@dataclass(frozen=True, slots=True)
class Found:
    """What a service says of one paper, texts as they came; what it leaves out is None or empty."""

    abstract: str = ""
    title: str | None = None
    authors: tuple[str, ...] = ()
    date: dt.date | None = None
    year: int | None = None
    arxiv_id: str | None = None
    doi: str | None = None
    comment: str | None = None
    url: str | None = None

    def read(self, dump: Dump, line: int) -> Read:
        """The paper with its texts cleaned, or the ReadError that says why there is none."""
        return dump.paper(line, **asdict(self))


@dataclass(frozen=True, slots=True)
class Query:
    """A search. `since` is the first day of publication; `before` the moment the fetch began: what appeared later is left
    out by services that number their results, because it would shift the pages that are still to come."""

    text: str
    since: dt.date | None
    before: dt.datetime


@dataclass(frozen=True, slots=True)
class Page:
    """One page of results.

    `taken` is the number of results the page stands for: more than `found` where some could not be read. `total` is the
    number of results in all; `cursor` names the next page where the service works with cursors; `last` that there is none.
    """

    found: tuple[Found, ...]
    taken: int
    total: int
    cursor: str | None
    last: bool


class Service(Protocol):
    """A service of papers. All calls raise RemoteError, after the retries that are worth it."""

    name: str  # as people write it
    label: str  # as sources and the command line write it
    page_size: int
    ids_at_once: int

    def page(self, query: Query, position: int, cursor: str | None, size: int) -> Page:
        """The `size` results behind the first `position`; `cursor` is what the page before gave."""

    def identifier(self, paper: Paper) -> str | None:
        """The identifier under which `find` may know the paper."""

    def find(self, identifiers: Sequence[str]) -> dict[str, Found]:
        """identifier -> what the service says, for those it knows; at most `ids_at_once` at a time."""
