"""AnswerStore: the answers that were given, kept in `answers.sqlite` under VOUCH_HOME, each exactly as it was.

    store = AnswerStore(settings.home)
    answer_id = store.add(answer)
    store.get(answer_id)

A record is written in one transaction: a program killed at any moment leaves it whole or not there at all.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from rag.answering.record import Answer, AnswerKind
from rag.errors import LibraryError
from rag.library.disk import told

if TYPE_CHECKING:
    import sqlalchemy as sa

FILE = "answers.sqlite"
BUSY_SECONDS = 30.0  # waited for another process that writes
ID_DIGITS = 12
LAST = "last"  # stands for the id of the newest answer

_CREATE = (
    "CREATE TABLE IF NOT EXISTS answers (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, asked_at TEXT NOT NULL, "
    "question TEXT NOT NULL, model TEXT NOT NULL, kind TEXT NOT NULL, record TEXT NOT NULL)"
)
_PREFIX = re.compile(r"[0-9a-f]{4,}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a list of answers shows of one, without reading its record. `asked_at` is ISO 8601, in UTC."""

    id: str
    asked_at: str
    question: str
    model: str
    kind: AnswerKind


class AnswerStore:
    """Safe to use from several threads and processes. The file is made when the first answer is added.

    Every method raises LibraryError where the file cannot be read or written.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = home / FILE
        self._lock = RLock()

    def add(self, answer: Answer) -> str:
        """Keep the answer and return its id; the same answer twice is kept once.

        The id is the beginning of the SHA-256 of the record without its id: a record that was tampered with no longer fits.
        """
        answer_id = fingerprint(answer)
        row = {
            "id": answer_id,
            "asked_at": answer.asked_at,
            "question": _storable(answer.question),
            "model": _storable(answer.model),
            "kind": answer.kind.value,
            "record": json.dumps(replace(answer, id=answer_id).to_dict()),
        }
        with self._told():
            self._home.mkdir(parents=True, exist_ok=True)
            with self.engine.begin() as db:
                db.execute(
                    _text(
                        "INSERT OR IGNORE INTO answers (id, asked_at, question, model, kind, record) "
                        "VALUES (:id, :asked_at, :question, :model, :kind, :record)"
                    ),
                    row,
                )
        return answer_id

    def keep(self, answer: Answer) -> Answer:
        """The answer with the id under which it is now kept."""
        return replace(answer, id=self.add(answer))

    def get(self, answer_id: str) -> Answer:
        """The answer with that id, its beginning (four digits or more), or `last`.

        Raises LibraryError where there is none, or several begin so.
        """
        wanted = answer_id.strip().lower()
        records: list[str] = []
        if self._path.exists():
            with self._told(), self.engine.connect() as db:
                if wanted == LAST:
                    found = db.execute(_text("SELECT record FROM answers ORDER BY seq DESC LIMIT 1"))
                    records = list(found.scalars())
                elif _PREFIX.fullmatch(wanted):
                    query = _text("SELECT record FROM answers WHERE id >= :low AND id < :high ORDER BY id LIMIT 2")
                    records = list(db.execute(query, {"low": wanted, "high": f"{wanted}g"}).scalars())
        if len(records) == 1:
            return Answer.from_dict(json.loads(records[0]))
        if records:
            raise LibraryError(
                f"Several answers begin with {wanted}.", remedy="Give more of the id; `vouch answers list` has it."
            )
        remedy = "`vouch answers list` names those that are kept."
        raise LibraryError(f"No answer is kept under the id {answer_id!r}.", remedy=remedy)

    def list(self, limit: int | None = None, *, contains: str = "") -> tuple[Kept, ...]:
        """The answers, newest first, at most `limit`; only those whose question contains the text, in any case."""
        if not self._path.exists():
            return ()
        query = _text("SELECT id, asked_at, question, model, kind FROM answers ORDER BY seq DESC")
        wanted = contains.casefold()
        kept: list[Kept] = []
        with self._told(), self.engine.connect() as db:
            for row in db.execute(query):
                if len(kept) == limit:
                    break
                if wanted in row.question.casefold():
                    kept.append(Kept(row.id, row.asked_at, row.question, row.model, AnswerKind(row.kind)))
        return tuple(kept)

    def remove(self, answer_id: str) -> None:
        """Forget one answer. An id that is not kept is no error."""
        if self._path.exists():
            with self._told(), self.engine.begin() as db:
                db.execute(_text("DELETE FROM answers WHERE id = :id"), {"id": answer_id})

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if "engine" in self.__dict__:
                self.engine.dispose()
                del self.__dict__["engine"]

    @cached_property
    def engine(self) -> sa.Engine:
        """The open file, its table made; other tables about answers may lie beside it."""
        import sqlalchemy as sa

        with self._lock:
            engine = sa.create_engine(f"sqlite:///{self._path}", connect_args={"timeout": BUSY_SECONDS})
            with engine.connect() as db:
                ready = db.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'answers'").first()
            if ready is None:  # a file that may only be read is not touched
                with engine.begin() as db:
                    db.exec_driver_sql(_CREATE)
            return engine

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the file and its database as ours."""
        import sqlalchemy as sa

        try:
            yield
        except (OSError, sa.exc.DBAPIError) as error:
            raise told(error, self._home) from error


def fingerprint(answer: Answer) -> str:
    """The id under which the answer is kept, whatever id it carries."""
    record = json.dumps(replace(answer, id="").to_dict(), sort_keys=True)
    return hashlib.sha256(record.encode("ascii")).hexdigest()[:ID_DIGITS]


def _storable(text: str) -> str:
    """`text` without halves of characters, which the database refuses; the record holds them escaped."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _text(query: str) -> sa.TextClause:
    import sqlalchemy as sa

    return sa.text(query)
