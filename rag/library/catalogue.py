"""The catalogue: papers and their sources in SQLite, the record of truth from which all else can be rebuilt."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from rag.errors import LibraryDamaged, LibraryError
from rag.library.identity import merge
from rag.paper import Paper, Source, fingerprint

SCHEMA_VERSION = 1
CHUNK = 400  # ids in one IN (…); SQLite allows 32,766 variables, shorter statements are planned faster

_meta = sa.MetaData()
PAPERS = sa.Table(
    "papers",
    _meta,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("fingerprint", sa.Text, nullable=False, index=True),
    sa.Column("title", sa.Text),
    sa.Column("abstract", sa.Text, nullable=False),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("author_count", sa.Integer),
    sa.Column("organisation", sa.Text),
    sa.Column("date", sa.Text),
    sa.Column("year", sa.Integer, index=True),
    sa.Column("arxiv_id", sa.Text, index=True),
    sa.Column("doi", sa.Text, index=True),
    sa.Column("comment", sa.Text),
    sa.Column("upvotes", sa.Integer),
    sa.Column("url", sa.Text),
)
SOURCES = sa.Table(
    "sources",
    _meta,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("paper_id", sa.Text, sa.ForeignKey("papers.id"), nullable=False, index=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.UniqueConstraint("paper_id", "file"),
)
INDEXED = sa.Table(
    "indexed",
    _meta,
    sa.Column("index_name", sa.Text, primary_key=True),
    sa.Column("paper_id", sa.Text, sa.ForeignKey("papers.id"), primary_key=True),
    sa.Column("passages", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
FIELDS = ("title", "authors", "author_count", "organisation", "date", "year", "arxiv_id", "doi", "comment", "upvotes", "url")


class Outcome(StrEnum):
    """What became of one record."""

    NEW = "new"
    MERGED = "merged"
    UNCHANGED = "unchanged"


class Catalogue:
    """All papers, in the order they came. Safe to read from several threads and processes; one writer at a time."""

    def __init__(self, path: Path) -> None:
        self._engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
        sa.event.listen(self._engine, "connect", _prepare)
        try:
            with self._engine.begin() as db:
                version = db.execute(sa.text("PRAGMA user_version")).scalar_one()
                if version == 0:
                    _create_tables(db)
                    db.execute(sa.text(f"PRAGMA user_version = {SCHEMA_VERSION}"))
        except sa.exc.DatabaseError as error:
            raise LibraryDamaged(
                f"{path} cannot be used as the catalogue ({error.orig}).",
                remedy="If the disk is full or read-only, mend that; if the file is damaged, move it away and ingest again.",
            ) from error
        if version not in (0, SCHEMA_VERSION):
            raise LibraryError(
                f"{path} has catalogue version {version}; this program reads version {SCHEMA_VERSION}.",
                remedy="Use the version of Vouch that made it, or another VOUCH_HOME.",
            )

    def close(self) -> None:
        self._engine.dispose()

    def reading(self) -> sa.Connection:
        """A connection for queries that other modules of this package build."""
        return self._engine.connect()

    def add(self, papers: Sequence[Paper]) -> list[Outcome]:
        """Add records in one transaction; a record of a paper that is there already adds its source and what was missing."""
        outcomes = []
        with self._engine.begin() as db:
            for paper in papers:
                known = self._find(db, paper)
                if known is None:
                    _insert(db, paper)
                    outcomes.append(Outcome.NEW)
                    continue
                merged = merge(known, paper)
                seen = {source.file for source in known.sources}
                outcomes.append(Outcome.UNCHANGED if all(s.file in seen for s in paper.sources) else Outcome.MERGED)
                if merged != known:
                    _update(db, known, merged)
        return outcomes

    def _find(self, db: sa.Connection, paper: Paper) -> Paper | None:
        same = [PAPERS.c.id == paper.id, PAPERS.c.fingerprint == fingerprint(paper.abstract)]
        if paper.arxiv_id:
            same.append(PAPERS.c.arxiv_id == paper.arxiv_id)
        if paper.doi:
            same.append(PAPERS.c.doi == paper.doi)
        for condition in same:
            row = db.execute(sa.select(PAPERS).where(condition).order_by(PAPERS.c.seq)).mappings().first()
            if row is not None:
                return _paper(row, _sources(db, [row["id"]]).get(row["id"], ()))
        return None

    def get(self, ids: Sequence[str]) -> dict[str, Paper]:
        """id -> paper, for those that exist."""
        found: dict[str, Paper] = {}
        with self._engine.connect() as db:
            for at in range(0, len(ids), CHUNK):
                part = list(ids[at : at + CHUNK])
                sources = _sources(db, part)
                for row in db.execute(sa.select(PAPERS).where(PAPERS.c.id.in_(part))).mappings():
                    found[row["id"]] = _paper(row, sources.get(row["id"], ()))
        return found

    def papers(self) -> Iterator[Paper]:
        """Every paper, in the order they came."""
        last = 0
        while True:
            with self._engine.connect() as db:
                page = (
                    db.execute(sa.select(PAPERS).where(PAPERS.c.seq > last).order_by(PAPERS.c.seq).limit(CHUNK)).mappings().all()
                )
                sources = _sources(db, [row["id"] for row in page])
            if not page:
                return
            for row in page:
                yield _paper(row, sources.get(row["id"], ()))
            last = page[-1]["seq"]

    def count(self) -> int:
        with self._engine.connect() as db:
            return int(db.execute(sa.select(sa.func.count()).select_from(PAPERS)).scalar_one())

    def library_fingerprint(self) -> str:
        """12 hex digits over the sorted ids of all papers: equal libraries have equal fingerprints."""
        digest = hashlib.sha256()
        with self._engine.connect() as db:
            for paper_id in db.execute(sa.select(PAPERS.c.id).order_by(PAPERS.c.id)).scalars():
                digest.update(f"{paper_id}\n".encode())
        return digest.hexdigest()[:12]

    def pending(self, index_name: str, page: int) -> Iterator[list[Paper]]:
        """The papers that the index does not hold yet, in the order they came, in pages of at most `page`."""
        last = 0
        while True:
            with self._engine.connect() as db:
                query = sa.select(PAPERS).where(PAPERS.c.seq > last, _unindexed(index_name)).order_by(PAPERS.c.seq).limit(page)
                rows = db.execute(query).mappings().all()
                sources = _sources(db, [row["id"] for row in rows])
            if not rows:
                return
            yield [_paper(row, sources.get(row["id"], ())) for row in rows]
            last = rows[-1]["seq"]

    def pending_count(self, index_name: str) -> int:
        with self._engine.connect() as db:
            query = sa.select(sa.func.count()).select_from(PAPERS).where(_unindexed(index_name))
            return int(db.execute(query).scalar_one())

    def mark_indexed(self, index_name: str, passages: dict[str, int]) -> None:
        """Record that both stores of the index hold these papers; `passages` gives each paper's number of passages."""
        rows = [{"index_name": index_name, "paper_id": paper, "passages": n} for paper, n in passages.items()]
        with self._engine.begin() as db:
            db.execute(insert(INDEXED).on_conflict_do_nothing(), rows)

    def forget_index(self, index_name: str) -> None:
        """Make every paper pending for the index."""
        with self._engine.begin() as db:
            db.execute(sa.delete(INDEXED).where(INDEXED.c.index_name == index_name))

    def indexed_count(self, index_name: str) -> tuple[int, int]:
        """(papers, passages) the index holds, as far as the catalogue knows."""
        query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(INDEXED.c.passages), 0))
        with self._engine.connect() as db:
            papers, passages = db.execute(query.where(INDEXED.c.index_name == index_name)).one()
        return int(papers), int(passages)


def _prepare(connection: Any, _record: Any) -> None:
    """Write-ahead logging lets the chat read while an ingest writes; NORMAL survives a killed process."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _create_tables(db: sa.Connection) -> None:
    """Each one only where it is missing: two processes may open a new library at the same time."""
    for table in _meta.sorted_tables:
        db.execute(sa.schema.CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            db.execute(sa.schema.CreateIndex(index, if_not_exists=True))


def _unindexed(index_name: str) -> sa.ColumnElement[bool]:
    done = sa.select(INDEXED.c.paper_id).where(INDEXED.c.index_name == index_name, INDEXED.c.paper_id == PAPERS.c.id)
    return ~done.exists()


def _insert(db: sa.Connection, paper: Paper) -> None:
    db.execute(
        sa.insert(PAPERS).values(id=paper.id, fingerprint=fingerprint(paper.abstract), abstract=paper.abstract, **_row(paper))
    )
    _insert_sources(db, paper.id, paper.sources)


def _update(db: sa.Connection, known: Paper, merged: Paper) -> None:
    db.execute(sa.update(PAPERS).where(PAPERS.c.id == known.id).values(**_row(merged)))
    _insert_sources(db, known.id, merged.sources)
    if merged.title != known.title:  # the title is part of what both indexes hold
        db.execute(sa.delete(INDEXED).where(INDEXED.c.paper_id == known.id))


def _insert_sources(db: sa.Connection, paper_id: str, sources: Iterable[Source]) -> None:
    for source in sources:
        row = insert(SOURCES).values(paper_id=paper_id, file=source.file, line=source.line)
        db.execute(row.on_conflict_do_update(index_elements=["paper_id", "file"], set_={"line": source.line}))


def _row(paper: Paper) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(paper, name) for name in FIELDS}
    values["authors"] = list(paper.authors)
    values["date"] = paper.date.isoformat() if paper.date else None
    return values


def _sources(db: sa.Connection, ids: Sequence[str]) -> dict[str, tuple[Source, ...]]:
    found: dict[str, tuple[Source, ...]] = {}
    query = sa.select(SOURCES).where(SOURCES.c.paper_id.in_(list(ids))).order_by(SOURCES.c.seq)
    for row in db.execute(query).mappings():
        found[row["paper_id"]] = (*found.get(row["paper_id"], ()), Source(row["file"], row["line"]))
    return found


def _paper(row: Any, sources: tuple[Source, ...]) -> Paper:
    values = {name: row[name] for name in FIELDS}
    values["authors"] = tuple(row["authors"])
    values["date"] = dt.date.fromisoformat(row["date"]) if row["date"] else None
    return Paper(id=row["id"], abstract=row["abstract"], sources=sources, **values)
