"""The tables of `conversations.sqlite`, how the file is opened, and its errors in words."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from rag.errors import LibraryError
from rag.library.disk import is_forbidden, is_full

FILE = "conversations.sqlite"
BUSY_SECONDS = 30.0  # waited for another process that writes
LATER = ("within", "knowledge")  # columns of replies that files from before lack

_meta = sa.MetaData()
CONVERSATIONS = sa.Table(
    "conversations",
    _meta,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("updated", sa.Text, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
)
TURNS = sa.Table(
    "turns",
    _meta,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("conversation", sa.ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
)
REPLIES = sa.Table(
    "replies",
    _meta,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("turn", sa.ForeignKey("turns.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("llm", sa.Text, nullable=False),
    sa.Column("without", sa.JSON, nullable=False),
    sa.Column("alone", sa.Boolean, nullable=False),
    sa.Column("beside", sa.Boolean, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, index=True),  # its id in the AnswerStore
    sa.Column("said", sa.Text, nullable=False),  # the answer's text, for searching
    sa.Column("error", sa.JSON),
    sa.Column("follow_ups", sa.JSON),
    sa.Column("good", sa.Boolean),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("verified", sa.Text, nullable=False),
    *(sa.Column(name, sa.Text, nullable=False, server_default="") for name in LATER),
)
VERIFIED = sa.Table(
    "verified",
    _meta,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("embedder", sa.Text, nullable=False),  # its fingerprint
    sa.Column("vector", sa.LargeBinary, nullable=False),  # float32, little-endian
    sa.Column("answer", sa.Text, nullable=False),  # its id in the AnswerStore
    sa.Column("kept", sa.Text, nullable=False),
)


def open_file(folder: Path, *, only_read: bool = False) -> sa.Engine:
    """The engine of the file in `folder`, its tables made; what is written later is refused where it may `only_read`."""
    engine = sa.create_engine(f"sqlite:///{folder / FILE}", connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _prepare)
    _meta.create_all(engine)
    _bring_forward(engine)
    if only_read:
        engine.dispose()  # the next connections are the first that it holds for
        sa.event.listen(engine, "connect", _seal)
    return engine


def copied(home: Path) -> tempfile.TemporaryDirectory[str] | None:
    """A temporary folder with a copy of the file in `home`, None where that may be written to.

    SQLite writes beside a file that it only reads, and a file from before lacks columns. The copy shows the conversations as they
    were when it was made.
    """
    if not (home / FILE).exists() or (os.access(home, os.W_OK) and os.access(home / FILE, os.W_OK)):
        return None
    folder = tempfile.TemporaryDirectory(prefix="vouch-")
    for name in (FILE, f"{FILE}-wal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(home / name, Path(folder.name, name))
    return folder


def _bring_forward(engine: sa.Engine) -> None:
    """Give a file from before what later versions know of a reply; another process may do the same at this moment."""
    with engine.begin() as db:
        known = {row[1] for row in db.exec_driver_sql("PRAGMA table_info(replies)")}
    for name in LATER:
        if name not in known:
            with suppress(sa.exc.OperationalError), engine.begin() as db:
                db.exec_driver_sql(f"ALTER TABLE replies ADD COLUMN \"{name}\" TEXT NOT NULL DEFAULT ''")


def told(error: Exception, home: Path, done: str) -> LibraryError:
    """That a conversation could not be `done` (saved, read), and what is safe."""
    safe = "What this page shows stays until Vouch ends"
    if is_full(error, home):
        remedy = f"{safe}. Make room; the next question saves all of it."
        return LibraryError(f"The conversation could not be {done}: the disk that holds {home} is full.", remedy=remedy)
    if is_forbidden(error):
        remedy = f"{safe}; export what you want to keep. Give Vouch the right to write there, or set VOUCH_HOME."
        return LibraryError(f"The conversation could not be {done}: {home} cannot be written to.", remedy=remedy)
    found = f"{type(error).__name__}: {error}".splitlines()[0]
    return LibraryError(f"The conversation could not be {done} ({found}).", remedy=f"{safe}. Check {home / FILE}.")


def _prepare(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _seal(connection: sa.engine.interfaces.DBAPIConnection, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()
