"""ConversationStore: conversations on disk, in `conversations.sqlite` under VOUCH_HOME; the answers lie in the AnswerStore.

    store = ConversationStore(settings.home)
    store.save(conversation_id, {0: turn})
    store.turns(conversation_id)

Every change is one transaction: a program killed at any moment loses at most the answer it was writing, never a question.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from rag import errors
from rag.answers import AnswerStore
from rag.conversations.owners import Owners
from rag.conversations.record import Interrupted, Listed, Reply, Turn
from rag.conversations.schema import CONVERSATIONS, FILE, REPLIES, TURNS, VERIFIED, copied, open_file, told
from rag.errors import LibraryError, VouchError

TITLE_LETTERS = 90
_PLAIN = ("id", "llm", "alone", "beside", "owner", "good", "reason", "verified", "within", "knowledge")


class ConversationStore:
    """Safe to use from several threads and processes. Files are made with the first question.

    Every method raises LibraryError where they cannot be read or written.
    """

    def __init__(self, home: Path) -> None:
        self.answers = AnswerStore(home)
        self._home = home
        self._owners = Owners(home)
        self._lock = Lock()
        self._engine: sa.Engine | None = None
        self._copy: TemporaryDirectory[str] | None = None  # of a file that may only be read

    def save(self, conversation_id: str, turns: Mapping[int, Turn]) -> int:
        """Write the turns, by their place in the conversation, which is made where it is new; returns its new version.

        What the store holds of other turns stays.
        """
        now = dt.datetime.now(dt.UTC).isoformat()
        first = turns.get(0) or next(iter(turns.values()))
        head = {"id": conversation_id, "title": shortened(first.question), "created": now, "updated": now, "version": 1}
        with self.told("saved"):
            self._home.mkdir(parents=True, exist_ok=True)
            rows = [self._rows(turn) for turn in turns.values()]
            with self.engine.begin() as db:
                again = {"updated": now, "version": CONVERSATIONS.c.version + 1}
                made = insert(CONVERSATIONS).on_conflict_do_update(index_elements=["id"], set_=again)
                version = db.execute(made.returning(CONVERSATIONS.c.version), head).scalar_one()
                for (position, turn), replies in zip(turns.items(), rows, strict=True):
                    own = {"id": turn.id, "conversation": conversation_id, "position": position, "question": turn.question}
                    db.execute(insert(TURNS).on_conflict_do_nothing(), own)
                    for reply in replies:
                        db.execute(insert(REPLIES).on_conflict_do_update(index_elements=["id"], set_=reply), reply)
        return int(version)

    def _rows(self, turn: Turn) -> list[dict[str, object]]:
        return [
            {
                **{name: getattr(reply, name) for name in _PLAIN},
                "turn": turn.id,
                "position": position,
                "without": list(reply.without),
                "answer": (reply.answer.id or self.answers.add(reply.answer)) if reply.answer else None,
                "said": reply.answer.text if reply.answer else "",
                "error": _error_row(reply.error) if reply.error and not isinstance(reply.error, Interrupted) else None,
                "follow_ups": None if reply.follow_ups is None else list(reply.follow_ups),
            }
            for position, reply in enumerate(turn.replies)
        ]

    def turns(self, conversation_id: str) -> tuple[Turn, ...] | None:
        """The turns in order, None where there is no such conversation. What nobody is at work on any more is Interrupted."""
        if not self.exists():
            return None
        with self.told("read"), self.engine.connect() as db:
            if db.execute(sa.select(CONVERSATIONS.c.id).where(CONVERSATIONS.c.id == conversation_id)).first() is None:
                return None
            of_it = TURNS.c.conversation == conversation_id
            turns = db.execute(sa.select(TURNS).where(of_it).order_by(TURNS.c.position, TURNS.c.id)).all()
            query = sa.select(REPLIES).join(TURNS).where(of_it).order_by(REPLIES.c.position, REPLIES.c.id)
            rows = db.execute(query).mappings().all()
        replies: dict[str, list[Reply]] = {}
        for row in rows:
            replies.setdefault(row["turn"], []).append(self._reply(row))
        return tuple(Turn(row.id, row.question, tuple(replies.get(row.id, ()))) for row in turns)

    def _reply(self, row: sa.RowMapping) -> Reply:
        answer, error = None, _error(row["error"]) if row["error"] else None
        if row["answer"]:
            try:
                answer = self.answers.get(row["answer"])
            except LibraryError as lost:
                error = lost
        elif error is None and not self._owners.lives(row["owner"]):
            error = Interrupted(
                "Vouch ended before this question was answered.", remedy="The question is kept. Ask it again when you like."
            )
        plain = {name: row[name] for name in _PLAIN}
        follow_ups = None if row["follow_ups"] is None else tuple(row["follow_ups"])
        return Reply(**plain, without=tuple(row["without"]), answer=answer, error=error, follow_ups=follow_ups)

    def version(self, conversation_id: str) -> int | None:
        """A number that grows with every change; None where there is no such conversation."""
        if not self.exists():
            return None
        with self.told("read"), self.engine.connect() as db:
            query = sa.select(CONVERSATIONS.c.version).where(CONVERSATIONS.c.id == conversation_id)
            return db.execute(query).scalar_one_or_none()

    def list(self, limit: int, *, contains: str = "") -> tuple[Listed, ...]:
        """The conversations, the latest change first; only those that hold the text in title, question or answer."""
        if not self.exists():
            return ()
        query = sa.select(CONVERSATIONS).order_by(CONVERSATIONS.c.updated.desc()).limit(limit)
        if wanted := contains.strip():
            asked = sa.select(TURNS.c.conversation).where(TURNS.c.question.icontains(wanted, autoescape=True))
            said = sa.select(TURNS.c.conversation).join(REPLIES).where(REPLIES.c.said.icontains(wanted, autoescape=True))
            titled = CONVERSATIONS.c.title.icontains(wanted, autoescape=True)
            query = query.where(sa.or_(titled, CONVERSATIONS.c.id.in_(asked), CONVERSATIONS.c.id.in_(said)))
        with self.told("read"), self.engine.connect() as db:
            return tuple(Listed(row.id, row.title, dt.datetime.fromisoformat(row.updated)) for row in db.execute(query))

    def title(self, conversation_id: str) -> str:
        """What the conversation is called; empty where there is none."""
        if not self.exists():
            return ""
        with self.told("read"), self.engine.connect() as db:
            query = sa.select(CONVERSATIONS.c.title).where(CONVERSATIONS.c.id == conversation_id)
            return db.execute(query).scalar_one_or_none() or ""

    def rename(self, conversation_id: str, title: str) -> None:
        """Give it another title; an empty one changes nothing. Its place in the list stays."""
        if new := shortened(title):
            with self.told("renamed"), self.engine.begin() as db:
                db.execute(sa.update(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id).values(title=new))

    def delete(self, conversation_id: str) -> None:
        """Forget it with its answers, except verified ones. One that is not there is no error."""
        if not self.exists():
            return
        with self.told("deleted"), self.engine.begin() as db:
            query = sa.select(REPLIES.c.answer).join(TURNS).where(TURNS.c.conversation == conversation_id)
            verified = set(db.execute(sa.select(VERIFIED.c.answer)).scalars())
            gone = [answer for answer in db.execute(query).scalars() if answer and answer not in verified]
            db.execute(sa.delete(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id))
        for answer in gone:
            self.answers.remove(answer)

    # --- the file --------------------------------------------------------------------------------------------------------

    def owner(self) -> str:
        """Names this process in what it is at work on."""
        with self.told("saved"):
            return self._owners.me()

    def close(self) -> None:
        """Let go of the files; what is being answered counts as interrupted from now on."""
        with self._lock:
            self.answers.close()
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None
            if self._copy is not None:
                self._copy.cleanup()
                self._copy = None
        self._owners.leave()

    @property
    def engine(self) -> sa.Engine:
        """The open file with its tables."""
        with self._lock:
            if self._engine is None:
                self._copy = copied(self._home)
                folder = Path(self._copy.name) if self._copy else self._home
                self._engine = open_file(folder, only_read=self._copy is not None)
            return self._engine

    def exists(self) -> bool:
        """Whether there is a file yet."""
        return (self._home / FILE).exists()

    @contextmanager
    def told(self, done: str) -> Iterator[None]:
        """Errors of the file and its database as ours; `done` is what could not be done (saved, read)."""
        try:
            yield
        except (OSError, sa.exc.DBAPIError) as error:
            raise told(error, self._home, done) from error


def shortened(text: str) -> str:
    """A title of at most TITLE_LETTERS letters, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LETTERS else f"{line[: TITLE_LETTERS - 1].rstrip()}…"


def _error_row(error: VouchError) -> dict[str, str]:
    return {"kind": type(error).__name__, "message": error.message, "remedy": error.remedy}


def _error(row: Mapping[str, str]) -> VouchError:
    """The error again, of its own kind where that can be made from a message."""
    kind = getattr(errors, row["kind"], VouchError)
    try:
        made: VouchError = kind(row["message"], remedy=row["remedy"])
    except TypeError:
        made = VouchError(row["message"], remedy=row["remedy"])
    return made
