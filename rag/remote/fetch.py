"""A fetch that can be stopped at any moment: what was asked for is on disk before anybody works with it.

The progress of a fetch is one JSON file, replaced as a whole after each page. It also holds the papers of the last page
until they are stored, so that a killed fetch neither asks for a page twice nor loses one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from filelock import FileLock, Timeout

from rag.errors import LibraryLocked, RemoteRefused
from rag.paper import Paper
from rag.readers.dump import Dump, Read
from rag.remote.service import Page, Query, Service

VERSION = 1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fetch is. `position` results were asked for; `waiting` are papers that are not stored yet."""

    before: dt.datetime
    position: int = 0
    cursor: str | None = None
    total: int | None = None
    exhausted: bool = False
    waiting: tuple[Paper, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready mapping; `from_dict` gives back an equal one."""
        own = {name: getattr(self, name) for name in ("position", "cursor", "total", "exhausted")}
        return {"before": self.before.isoformat(), **own, "waiting": [paper.to_dict() for paper in self.waiting]}

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> Self:
        """Raises KeyError, TypeError, ValueError or AttributeError for what `to_dict` never wrote."""
        waiting = tuple(Paper.from_dict(paper) for paper in row["waiting"])
        before = dt.datetime.fromisoformat(row["before"])
        return cls(before, int(row["position"]), row["cursor"], row["total"], bool(row["exhausted"]), waiting)


class Fetch:
    """One search of one service, at most `limit` results; the same search goes on where it stopped.

    A search that is complete, or reached its limit, begins anew the next time; a higher limit goes on behind the old one.
    `restart` forgets the progress.
    """

    def __init__(
        self,
        service: Service,
        text: str,
        *,
        folder: Path,
        since: dt.date | None = None,
        limit: int | None = None,
        restart: bool = False,
    ) -> None:
        self.service, self.limit = service, limit
        self.text, self.since = " ".join(text.split()), since
        key = json.dumps([service.label, self.text, since.isoformat() if since else None])
        self._file = folder / f"{hashlib.sha256(key.encode()).hexdigest()[:16]}.json"
        known = None if restart else load(self._file)
        self.resumed = known is not None and not self._complete(known)
        self.progress = known if known is not None and self.resumed else Progress(dt.datetime.now(dt.UTC))

    @property
    def goal(self) -> int | None:
        """Number of results the fetch is to take in all; None before the first page."""
        return wanted(self.progress.total, self.limit) if self.progress.total is not None else None

    def pages(self) -> Generator[list[Read], None, None]:
        """The results page by page. A page counts as stored when the next one is asked for.

        Raises RemoteError, and LibraryLocked where another process does the same fetch.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._file.with_suffix(".lock"), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise LibraryLocked("Another process does the same fetch.", remedy="Wait until it is done, or stop it.") from None
        try:
            yield from self._pages()
        finally:
            lock.release()

    def _pages(self) -> Iterator[list[Read]]:
        if self.progress.waiting:
            yield list(self.progress.waiting)
            self._save(replace(self.progress, waiting=()))
        while not self._complete(self.progress):
            at = self.progress.position
            size = min(self.service.page_size, self.limit - at) if self.limit is not None else self.service.page_size
            page = self._ask(at, size)
            reads = self._read(page)
            waiting = tuple(read for read in reads if isinstance(read, Paper))
            self._save(Progress(self.progress.before, at + page.taken, page.cursor, page.total, page.last, waiting))
            yield reads
            self._save(replace(self.progress, waiting=()))

    def _ask(self, position: int, size: int) -> Page:
        query = Query(self.text, self.since, self.progress.before)
        try:
            return self.service.page(query, position, self.progress.cursor, size)
        except RemoteRefused as error:
            if position:  # pages before this one were fine: the service may have forgotten the cursor
                error.remedy = "Give --restart to begin this fetch anew."
            raise

    def _read(self, page: Page) -> list[Read]:
        """The page's papers, and what of it could not be read."""
        name = f"{self.service.label}: {self.text}"
        dump, first = Dump(name, name), self.progress.position + 1
        reads = [found.read(dump, line) for line, found in enumerate(page.found, start=first)]
        lost = page.taken - len(page.found)
        if lost:
            expected = "an id and a date in every result"
            reads.append(dump.error(None, f"{lost} results from {first} on that cannot be read", expected=expected))
        return reads

    def _complete(self, progress: Progress) -> bool:
        reached = self.limit is not None and progress.position >= self.limit
        return (progress.exhausted or reached) and not progress.waiting

    def _save(self, progress: Progress) -> None:
        """Write the progress beside the file and move it there: a reader sees the old or the new one, never a half."""
        row = {"version": VERSION, "service": self.service.label, "query": self.text, **progress.to_dict()}
        part = self._file.with_suffix(".part")
        with part.open("w", encoding="utf-8") as out:
            json.dump(row, out)
            out.flush()
            os.fsync(out.fileno())
        part.replace(self._file)
        self.progress = progress


def load(file: Path) -> Progress | None:
    """The progress in the file; None where there is none, or none that this version wrote: the fetch then begins anew."""
    try:
        row = json.loads(file.read_text(encoding="utf-8"))
        return Progress.from_dict(row) if row["version"] == VERSION else None
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def wanted(total: int, limit: int | None) -> int:
    """The smaller of the two."""
    return total if limit is None else min(total, limit)
