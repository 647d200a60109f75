"""A conversation as it is lived in: questions asked, at most one being answered, all of it kept. Knows nothing of pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

from rag.answering.record import Answer
from rag.conversations.record import Reply, Turn, new_id
from rag.conversations.store import ConversationStore
from rag.errors import LibraryError, VouchError
from ui.jobs import Job


@dataclass(frozen=True, slots=True)
class Task:
    """What one reply is made from. `history` are the answers before it, oldest first."""

    conversation: Conversation
    question: str
    history: tuple[Answer, ...]
    reply: Reply


Work = Callable[[Task, Job[Answer]], Answer]
After = Callable[["Conversation", Turn, Reply], None]


class Conversation:
    """Shared by every tab that shows it; safe to use from several threads.

    `work(task, job)` answers, on a thread of its own, whether or not a page looks on; `after` is told of every answer.
    Where the store cannot be written, `unsaved` says why, and the conversation goes on in memory.
    """

    def __init__(
        self, identity: str, store: ConversationStore, work: Work, after: After | None = None, turns: Sequence[Turn] = ()
    ) -> None:
        self.id = identity
        self.unsaved: LibraryError | None = None
        self._store, self._work, self._after = store, work, after
        self._turns = list(turns)
        self._version = store.version(identity) or 0 if turns else 0
        self._waiting: list[tuple[str, str]] = []  # turn and reply; only who asked them starts them
        self._job: Job[Answer] | None = None
        self._at = ""  # the reply the job is for
        self._gone = False
        self._lock = RLock()

    @property
    def turns(self) -> tuple[Turn, ...]:
        with self._lock:
            return tuple(self._turns)

    @property
    def busy(self) -> bool:
        """Whether something is being answered or waits for it, here."""
        return bool(self._job or self._waiting)

    def ask(self, question: str, llm: str, within: str = "", knowledge: str = "") -> None:
        """Add a question and begin on it. The same one again while it still waits is a double click, and is not added."""
        question = question.strip()
        with self._lock:
            last = self._turns[-1] if self._turns else None
            if not question or (last and last.question == question and last.replies[-1].open):
                return
            self._add(Turn(new_id(), question, ()), Reply(new_id(), llm, within=within, knowledge=knowledge))

    def ask_again(
        self,
        turn_id: str,
        llm: str,
        *,
        without: Sequence[str] = (),
        alone: bool = False,
        beside: bool = False,
        knowledge: str = "",
    ) -> None:
        """Answer that turn once more: by another back end, without conditions, or without the conversation before it.

        It is written from the same as before, where `knowledge` says nothing else.
        """
        with self._lock:
            turn = self._turn(turn_id)
            if turn is not None and not turn.replies[-1].open:
                last = turn.replies[-1]
                said = last.answer.settings if last.answer else {}
                within, known = last.within or str(said.get("scope", "")), last.knowledge or str(said.get("knowledge", ""))
                reply = Reply(new_id(), llm, tuple(without), alone, beside, within=within, knowledge=knowledge or known)
                self._add(turn, reply)

    def _add(self, turn: Turn, reply: Reply) -> None:
        try:
            reply = replace(reply, owner=self._store.owner())
        except LibraryError as error:
            self.unsaved = error
        self._put(turn.with_reply(reply))
        self._waiting.append((turn.id, reply.id))
        self.advance()

    def advance(self) -> Job[Answer] | None:
        """The work under way, begun where something waits; None where nothing does. Call it as often as you like."""
        with self._lock:
            while self._job is None and self._waiting:
                turn_id, reply_id = self._waiting.pop(0)
                turn = self._turn(turn_id)
                reply = next((own for own in turn.replies if own.id == reply_id), None) if turn else None
                if turn is not None and reply is not None and reply.open:
                    self._begin(turn, reply)
            return self._job

    def _begin(self, turn: Turn, reply: Reply) -> None:
        earlier = self._turns[: self._place(turn.id)]
        history = () if reply.alone else tuple(answer for before in earlier if (answer := latest(before)))
        task = Task(self, turn.question, history, reply)
        self._at = reply.id
        self._job = Job(lambda job: self._work(task, job), "answer", lambda job: self._settle(turn.id, reply.id, job))

    def _settle(self, turn_id: str, reply_id: str, job: Job[Answer]) -> None:
        values: dict[str, Any] = {"error": job.error}
        if job.error is None:
            values["answer"] = answer = job.result()
            try:
                values["answer"] = self._store.answers.keep(answer)
            except LibraryError as error:
                self.unsaved = error
        with self._lock:
            self.note(turn_id, reply_id, values)
            self._job, self._at = None, ""
            turn = self._turn(turn_id)
            self.advance()
        if turn is not None and job.error is None and self._after is not None:
            self._after(self, turn, next(own for own in turn.replies if own.id == reply_id))

    def note(self, turn_id: str, reply_id: str, values: Mapping[str, Any]) -> None:
        """Set fields of a reply: what came of it, what a reader thought of it. One that is gone is no error."""
        with self._lock:
            turn = self._turn(turn_id)
            for reply in turn.replies if turn else ():
                if turn is not None and reply.id == reply_id:
                    self._put(turn.with_reply(replace(reply, **values)))

    def running(self, reply: Reply) -> Job[Answer] | None:
        """The work on that reply, if it is under way here."""
        with self._lock:
            return self._job if self._at == reply.id else None

    def stop(self) -> None:
        """End the answer under way with what has arrived; what waits behind it is not asked."""
        with self._lock:
            waiting, self._waiting = self._waiting, []
            for turn_id, reply_id in waiting:
                self.note(turn_id, reply_id, {"error": VouchError("Stopped before it was asked.", remedy="Ask again.")})
            if self._job is not None:
                self._job.stop()

    def forget(self) -> None:
        """It was deleted: stop, and write nothing any more."""
        with self._lock:
            self._gone = True
            self.stop()

    def refresh(self) -> None:
        """Take in what another process has added or changed."""
        with self._lock:
            if self.unsaved is None and self._turns and self._store.version(self.id) not in (self._version, None):
                self._version = self._store.version(self.id) or 0
                self._turns = list(self._store.turns(self.id) or self._turns)

    def _turn(self, turn_id: str) -> Turn | None:
        return next((turn for turn in self._turns if turn.id == turn_id), None)

    def _place(self, turn_id: str) -> int:
        return next((at for at, turn in enumerate(self._turns) if turn.id == turn_id), len(self._turns))

    def _put(self, turn: Turn) -> None:
        """The turn in its place, or at the end; and on disk, with everything that could not be saved before."""
        place = self._place(turn.id)
        self._turns[place : place + 1] = [turn]
        if self._gone:
            return
        try:
            everything = dict(enumerate(self._turns)) if self.unsaved else {place: turn}
            version = self._store.save(self.id, everything)
        except LibraryError as error:
            self.unsaved = error
        else:
            self.unsaved = None
            if version == self._version + 1:  # otherwise another process wrote too, and `refresh` has something to take in
                self._version = version


def latest(turn: Turn) -> Answer | None:
    """The turn's answer that later ones build upon: its last one."""
    return next((reply.answer for reply in reversed(turn.replies) if reply.answer), None)
