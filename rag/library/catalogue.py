"""The catalogue: papers and their sources in SQLite, the record of truth from which all else can be rebuilt."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from rag.library import intake
from rag.library.intake import Outcome, Place
from rag.library.schema import INDEXED, PAPERS, SCHEMA_VERSION, SOURCES, TOTALS, in_pages, open_catalogue
from rag.library.sources import Held, insert_ignoring, load_held, load_papers, paper_of, source_files
from rag.paper import Paper

__all__ = ["CHUNK", "PAPERS", "SCHEMA_VERSION", "SOURCES", "Catalogue", "Outcome", "Place"]

T = TypeVar("T")
REMEMBERED = 500  # answers kept at most
CHUNK = 400  # papers in one page, ids in one IN (…)


class Catalogue:
    """All papers, in the order they came. Safe to read from several threads and processes; one writer at a time."""

    def __init__(self, path: Path) -> None:
        """Open or make the file; one of an earlier version is brought forward. Raises LibraryDamaged or LibraryError."""
        self._engine = open_catalogue(path)
        self._remembered: dict[Hashable, Any] = {}
        self._remembered_at = -1
        self._watching = threading.Lock()
        self._watcher: sa.Connection | None = None

    def close(self) -> None:
        with self._watching:
            if self._watcher is not None:
                self._watcher.close()
                self._watcher = None
        self._engine.dispose()

    def remembered(self, key: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` gives, kept until the catalogue changes."""
        version = self.version()
        if version != self._remembered_at or len(self._remembered) > REMEMBERED:
            self._remembered, self._remembered_at = {}, version
        memory = self._remembered
        if key not in memory:
            memory[key] = compute()
        found: T = memory[key]
        return found

    def version(self) -> int:
        """A number that changes whenever anything in the catalogue has changed, by whatever process."""
        with self._watching:
            if self._watcher is None:
                # Never written through: SQLite tells a connection of the commits of all others.
                self._watcher = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            return int(self._watcher.exec_driver_sql("PRAGMA data_version").scalar_one())

    def reading(self) -> sa.Connection:
        """A connection for queries that other modules of this package build."""
        return self._engine.connect()

    @contextmanager
    def changing(self) -> Iterator[sa.Connection]:
        """A transaction for changes that other modules of this package make: all of them are made or none.

        It takes the write lock at once, so that what it reads is still true when it writes.
        """
        with self._engine.begin() as db:
            db.exec_driver_sql("BEGIN IMMEDIATE")
            yield db

    def add(self, papers: Sequence[Paper], places: Sequence[Place] | None = None) -> list[Outcome]:
        """Take records in, in one transaction; one of a paper that is there already adds its source and what was missing.

        `places` says where each record lies. Without it a record lies where its own sources say, and one that has the id,
        the abstract and the sources of a paper that is there fills in what that lacks.
        """
        with self.changing() as db:
            if places is not None:
                return intake.add(db, list(zip(places, papers, strict=True)))
            return intake.add_unplaced(db, papers)

    def get(self, ids: Sequence[str]) -> dict[str, Paper]:
        """id -> paper, for those that exist."""
        with self.reading() as db:
            return load_papers(db, ids)

    def titles(self, ids: Sequence[str]) -> dict[str, str]:
        """id -> title, for those that exist and have one."""
        query = sa.select(PAPERS.c.id, PAPERS.c.title).where(PAPERS.c.title.is_not(None))
        with self.reading() as db:
            return {row.id: row.title for part in in_pages(list(ids)) for row in db.execute(query.where(PAPERS.c.id.in_(part)))}

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """id -> title and abstract, for those that exist: a third of the cost of whole papers."""
        query = sa.select(PAPERS.c.id, PAPERS.c.title, PAPERS.c.abstract)
        with self.reading() as db:
            rows = [row for part in in_pages(list(ids)) for row in db.execute(query.where(PAPERS.c.id.in_(part)))]
        return {row.id: f"{row.title or ''} {row.abstract}" for row in rows}

    def held(self, paper_id: str) -> list[Held]:
        """The records that the paper was read from, in the order they came."""
        with self.reading() as db:
            return load_held(db, load_papers(db, [paper_id])).get(paper_id, [])

    def papers(self) -> Iterator[Paper]:
        """Every paper, in the order they came."""
        for page in self._pages(sa.true(), CHUNK):
            yield from page

    def pending(self, index_name: str, page: int) -> Iterator[list[Paper]]:
        """The papers that the index does not hold yet, in the order they came, in pages of at most `page`."""
        done = sa.select(INDEXED.c.paper_id).where(INDEXED.c.index_name == index_name, INDEXED.c.paper_id == PAPERS.c.id)
        return self._pages(~done.exists(), page)

    def _pages(self, condition: sa.ColumnElement[bool], size: int) -> Iterator[list[Paper]]:
        last = 0
        while True:
            with self.reading() as db:
                query = sa.select(PAPERS).where(PAPERS.c.seq > last, condition).order_by(PAPERS.c.seq).limit(size)
                rows = db.execute(query).mappings().all()
                sources = source_files(db, [row["id"] for row in rows])
            if not rows:
                return
            yield [paper_of(row, sources.get(row["id"], ())) for row in rows]
            last = rows[-1]["seq"]

    def count(self) -> int:
        return self._totals("")[0]

    def pending_count(self, index_name: str) -> int:
        return self.count() - self.indexed_count(index_name)[0]

    def indexed_count(self, index_name: str) -> tuple[int, int]:
        """(papers, passages) the index holds, as far as the catalogue knows."""
        return self._totals(index_name)

    def _totals(self, name: str) -> tuple[int, int]:
        with self.reading() as db:
            row = db.execute(sa.select(TOTALS.c.papers, TOTALS.c.passages).where(TOTALS.c.name == name)).first()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def library_fingerprint(self) -> str:
        """12 hex digits over the sorted ids of all papers: equal libraries have equal fingerprints."""
        digest = hashlib.sha256()
        with self.reading() as db:
            for paper_id in db.execute(sa.select(PAPERS.c.id).order_by(PAPERS.c.id)).scalars():
                digest.update(f"{paper_id}\n".encode())
        return digest.hexdigest()[:12]

    def mark(self) -> str:
        """Changes whenever papers come or go. Two lookups, however large the library; for caches in one process."""
        with self.reading() as db:
            last = db.execute(sa.select(PAPERS.c.seq, PAPERS.c.id).order_by(PAPERS.c.seq.desc()).limit(1)).first()
        return f"{self.count()}-{last[0]}-{last[1]}" if last else "empty"

    def mark_indexed(self, index_name: str, passages: dict[str, int]) -> None:
        """Record that both stores of the index hold these papers; `passages` gives each paper's number of passages."""
        rows = [{"index_name": index_name, "paper_id": paper, "passages": n} for paper, n in passages.items()]
        with self.changing() as db:
            for part in in_pages(rows):
                db.execute(insert_ignoring(INDEXED), part)

    def forget_index(self, index_name: str) -> None:
        """Make every paper pending for the index."""
        with self.changing() as db:
            db.execute(sa.delete(INDEXED).where(INDEXED.c.index_name == index_name))
