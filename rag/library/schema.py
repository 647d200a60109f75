"""The catalogue's tables in SQLite, how a new file gets them, and how the file of an earlier version is brought forward."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from rag.errors import LibraryDamaged, LibraryError
from rag.library.packed import PackedText, pack

SCHEMA_VERSION = 3

_meta = sa.MetaData()
PAPERS = sa.Table(
    "papers",
    _meta,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text),
    sa.Column("abstract", PackedText, nullable=False),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("author_count", sa.Integer),
    sa.Column("organisation", sa.Text),
    sa.Column("date", sa.Text),
    sa.Column("year", sa.Integer),
    sa.Column("arxiv_id", sa.Text, index=True),
    sa.Column("doi", sa.Text, index=True),
    sa.Column("comment", sa.Text),
    sa.Column("upvotes", sa.Integer),
    sa.Column("url", sa.Text),
    sa.Index("ix_papers_when", "year", "date"),  # what conditions on time and what the library says of itself are read from
    sa.Index("ix_papers_date", "date"),
    sa.Index("ix_papers_organisation", "organisation", sqlite_where=sa.text("organisation IS NOT NULL")),
)
# One row for each record that was read. `root` is the synced folder that `file` lies in, empty where the file was named by hand,
# AMENDED where the row holds what was filled in later. `own` is the record itself as JSON; where it is NULL the paper's row is
# the record, as for nearly all papers. `reason` says why the record was taken for this paper's. `key` is NULL for records
# read by version 1, which did not keep them. `state` is a State, NULL for HELD, so that its index holds only the others.
SOURCES = sa.Table(
    "sources",
    _meta,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("paper_id", sa.Text, sa.ForeignKey("papers.id"), nullable=False, index=True),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("key", sa.Integer),
    sa.Column("own", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("state", sa.Integer),
    sa.UniqueConstraint("root", "file", "key"),
    sa.Index("ix_sources_state", "state", sqlite_where=sa.text("state IS NOT NULL")),
)
KEYS = sa.Table(  # what a record of the same work would share with the source: see rag.library.identity and rag.library.near
    "keys",
    _meta,
    sa.Column("hash", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("source", sa.Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
SPLITS = sa.Table(  # keys of records that somebody said are of different works; one < other, or equal
    "splits",
    _meta,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("other", sa.Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
MERGES = sa.Table(  # keys of records that somebody said are of one work; one < other, or equal
    "merges",
    _meta,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("other", sa.Integer, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
FILES = sa.Table(  # the files of synced folders; no digest while a file is being read
    "files",
    _meta,
    sa.Column("root", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text),
    sqlite_with_rowid=False,
)
INDEXED = sa.Table(
    "indexed",
    _meta,
    sa.Column("index_name", sa.Text, primary_key=True),
    sa.Column("paper_id", sa.Text, sa.ForeignKey("papers.id"), primary_key=True),
    sa.Column("passages", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
INDEXES = sa.Table(  # every index that was ever begun and not pruned
    "indexes",
    _meta,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("collection", sa.Text, nullable=False),
    sa.Column("keywords", sa.Text, nullable=False),
    sa.Column("clearing", sa.Boolean, nullable=False),
)
LEAVING = sa.Table(  # papers of which an index may still hold what must go
    "leaving",
    _meta,
    sa.Column("index_name", sa.Text, primary_key=True),
    sa.Column("paper_id", sa.Text, primary_key=True),
    sqlite_with_rowid=False,
)
TOTALS = (
    sa.Table(  # kept by triggers, so that counting 184,305 rows takes no time: all papers under "", each index under its name
        "totals",
        _meta,
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("papers", sa.Integer, nullable=False),
        sa.Column("passages", sa.Integer, nullable=False),
    )
)
_COUNT = (
    "INSERT INTO totals VALUES ({}) ON CONFLICT (name) DO UPDATE SET papers = papers + excluded.papers, "
    "passages = passages + excluded.passages"
)
_TRIGGERS = tuple(
    f"CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} BEGIN {_COUNT.format(row)}; END"
    for name, event, row in (
        ("paper_in", "INSERT ON papers", "'', 1, 0"),
        ("paper_out", "DELETE ON papers", "'', -1, 0"),
        ("indexed_in", "INSERT ON indexed", "new.index_name, 1, new.passages"),
        ("indexed_out", "DELETE ON indexed", "old.index_name, -1, -old.passages"),
    )
)
AMENDED = "+"
BUSY_SECONDS = 60.0  # waited for another process that writes
CACHE_KB = 32_768  # a large library's keys are written all over their table


class State(IntEnum):
    """Whether a source still holds its paper."""

    HELD = 0
    UNSEEN = 1  # its file is being read again and has not shown it yet
    LEAVING = 2  # it is gone; the indexes may not know yet


def open_catalogue(path: Path) -> sa.Engine:
    """The file's engine, its tables made or brought forward. Raises LibraryDamaged, or LibraryError for a later version."""
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _prepare)
    try:
        with engine.begin() as db:
            version = _version(db)
            if version < SCHEMA_VERSION:
                db.exec_driver_sql("BEGIN IMMEDIATE")
                version = _bring_forward(db)
    except sa.exc.DatabaseError as error:
        engine.dispose()
        raise LibraryDamaged(
            f"{path} cannot be used as the catalogue ({error.orig}).",
            remedy="If the disk is full or read-only, mend that; if the file is damaged, move it away and ingest again.",
        ) from error
    if version != SCHEMA_VERSION:
        engine.dispose()
        raise LibraryError(
            f"{path} has catalogue version {version}; this program reads version {SCHEMA_VERSION}.",
            remedy="Use the version of Vouch that made it, or another VOUCH_HOME.",
        )
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    """Write-ahead logging lets the chat read while an ingest writes; NORMAL survives a killed process."""
    _log_ahead(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA cache_size = -{CACHE_KB}")


def _log_ahead(connection: Any) -> None:
    """Turn write-ahead logging on, which stays with the file.

    SQLite does not wait for a lock here: of several processes that open a new file at once, all but one are told that it
    is locked, whatever the timeout.
    """
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED} or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _version(db: sa.Connection) -> int:
    return int(db.exec_driver_sql("PRAGMA user_version").scalar_one())


def _bring_forward(db: sa.Connection) -> int:
    """Make or migrate the tables; returns the version. Another process may have done it since the version was first read."""
    version = _version(db)
    if version == 0:
        _create_tables(db)
    elif version < SCHEMA_VERSION:
        _pack_abstracts(db)
        if version == 1:
            _from_version_1(db)
        _create_tables(db)
        db.exec_driver_sql("DROP INDEX IF EXISTS ix_papers_year")
    else:
        return version
    db.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return SCHEMA_VERSION


def _create_tables(db: sa.Connection) -> None:
    for table in _meta.sorted_tables:
        db.execute(sa.schema.CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            db.execute(sa.schema.CreateIndex(index, if_not_exists=True))
    for trigger in _TRIGGERS:
        db.exec_driver_sql(trigger)


def _pack_abstracts(db: sa.Connection) -> None:
    """Versions 1 and 2 kept abstracts as plain text."""
    raw: Any = db.connection.driver_connection
    raw.create_function("pack", 1, pack, deterministic=True)
    db.exec_driver_sql("UPDATE papers SET abstract = pack(abstract)")


def _from_version_1(db: sa.Connection) -> None:
    """Version 1 kept a fingerprint with each paper, and of its sources only file and line."""
    from rag.library.sources import record_known_papers

    for statement in (
        "DROP INDEX ix_papers_fingerprint",
        "ALTER TABLE papers DROP COLUMN fingerprint",
        "DROP INDEX ix_sources_paper_id",
        "ALTER TABLE sources RENAME TO sources_1",
    ):
        db.exec_driver_sql(statement)
    _create_tables(db)
    for statement in (
        "INSERT INTO sources (seq, paper_id, root, file, line) SELECT seq, paper_id, '', file, line FROM sources_1",
        "DROP TABLE sources_1",
        "INSERT INTO totals SELECT '', count(*), 0 FROM papers",
        "INSERT INTO totals SELECT index_name, count(*), sum(passages) FROM indexed GROUP BY index_name",
    ):
        db.exec_driver_sql(statement)
    for name in db.execute(sa.select(INDEXED.c.index_name).distinct()).scalars().all():
        collection, _, keywords = name.rpartition("-")
        db.execute(sa.insert(INDEXES).values(name=name, collection=collection, keywords=keywords, clearing=False))
    record_known_papers(db)


def in_pages(items: list[Any], size: int = 400) -> Iterator[list[Any]]:
    """Lists short enough for one IN (…): SQLite allows 32,766 variables, and shorter statements are planned faster."""
    for at in range(0, len(items), size):
        yield items[at : at + size]
