"""The conversations of this process: kept on disk, shared by all tabs, answered by one engine."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from rag.answering.record import Answer, Sentence
from rag.conversations.record import Reply, Turn, new_id
from rag.conversations.store import ConversationStore
from rag.conversations.verified import Verified, VerifiedAnswers, asked
from rag.embedding import Vectors
from rag.errors import LibraryError, VouchError
from ui import scope, suggestions
from ui.conversation import Conversation, Task
from ui.jobs import Job

LIVE = 200  # conversations held in memory beside those at work
LOOK = 0.05  # seconds between two looks whether there is room for what can wait
PATIENCE = 20.0  # seconds after which it is done all the same


class Engine(scope.Library, Protocol):
    """What answers: the Assistant, as far as conversations need it."""

    def ask(
        self,
        question: str,
        history: Sequence[Answer] = (),
        on_token: Callable[[str], None] | None = None,
        *,
        llm: str | None = None,
        without: Collection[str] = (),
        within: Collection[str] | None = None,
        cancelled: Callable[[], bool] = ...,
        on_sentence: Callable[[int, Sentence | None], None] | None = None,
        knowledge: str | None = None,
    ) -> Answer: ...

    def embed_question(self, question: str) -> tuple[str, Vectors]: ...


class Talks:
    """Safe to use from several threads. `quoting` is the back end that asks no model."""

    def __init__(self, home: Path, engine: Engine, quoting: str) -> None:
        self.store = ConversationStore(home)
        self.verified = VerifiedAnswers(self.store)
        self._engine, self._quoting = engine, quoting
        self._live: OrderedDict[str, Conversation] = OrderedDict()
        self._leading: set[str] = set()  # replies for which questions that lead on are being looked for
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()

    def close(self) -> None:
        """Let go of the files; what is being answered counts as interrupted."""
        for talk in self._live.values():
            talk.forget()
        self.store.close()

    def new(self) -> Conversation:
        """An empty conversation; it is kept from its first question on."""
        return self._hold(Conversation(new_id(), self.store, self._answer, self._after))

    def find(self, identity: str) -> Conversation | None:
        """The conversation of that id, None where there is none. Raises LibraryError where the disk cannot be read."""
        with self._lock:
            if identity in self._live:
                self._live.move_to_end(identity)
                return self._live[identity]
        turns = self.store.turns(identity)
        if turns is None:
            return None
        return self._hold(Conversation(identity, self.store, self._answer, self._after, turns))

    def _hold(self, talk: Conversation) -> Conversation:
        with self._lock:
            held = self._live.setdefault(talk.id, talk)  # another tab may have been quicker
            idle = [identity for identity, other in self._live.items() if not other.busy and other.unsaved is None]
            for identity in idle[: max(0, len(self._live) - LIVE)]:
                del self._live[identity]
        return held

    def delete(self, identity: str) -> None:
        """Forget a conversation, its answers included."""
        with self._lock:
            talk = self._live.pop(identity, None)
        if talk is not None:
            talk.forget()
        self.store.delete(identity)

    # --- an answer -------------------------------------------------------------------------------------------------------

    def _answer(self, task: Task, job: Job[Answer]) -> Answer:
        reply = task.reply
        if not task.history:
            self._recall(task.conversation, reply.id, task.question)
        closed: dict[int, Sentence | None] = {}

        def close(number: int, sentence: Sentence | None) -> None:
            closed[number] = sentence
            job.latest = tuple(own for _, own in sorted(closed.items()) if own is not None)

        ask = partial(self._engine.ask, llm=reply.llm, without=reply.without, cancelled=job.unwanted, on_sentence=close)
        ask = partial(ask, knowledge=reply.knowledge or None)
        if not reply.within:
            return ask(task.question, task.history, job.say)
        part = scope.look_up(self._engine, reply.within)
        if part is None:
            raise LibraryError("The collection or paper that was asked is not in the library.", remedy="Ask the whole library.")
        answer = ask(task.question, task.history, job.say, within=part.papers)
        said = f"Asked within {part.name}" + (f" ({len(part.papers):,} papers)." if len(part.papers) != 1 else ".")
        return replace(answer, notes=(said, *answer.notes), settings={**answer.settings, "scope": reply.within})

    def _recall(self, talk: Conversation, reply_id: str, question: str) -> None:
        """Note the verified answer to the same question; that there is none, or that it cannot be read, stops nothing."""
        with suppress(VouchError):
            if self.store.exists() and (found := self.verified.near(question, *self._engine.embed_question(question))):
                for turn in talk.turns:
                    talk.note(turn.id, reply_id, {"verified": found})

    def _after(self, talk: Conversation, turn: Turn, reply: Reply) -> None:
        answer = reply.answer
        if answer is None:
            return
        if not reply.verified and asked(answer) != turn.question:
            self._recall(talk, reply.id, asked(answer))
        self._leading.add(reply.id)
        Job(lambda _: self._lead_on(talk, answer), "lead-on", lambda job: self._led(talk, turn, reply, job))

    def _lead_on(self, talk: Conversation, answer: Answer) -> tuple[str, ...]:
        began = time.monotonic()
        with self._one_at_a_time:
            while time.monotonic() - began < PATIENCE and self._busy():
                time.sleep(LOOK)  # a question that somebody waits for goes first
            questions = [turn.question for turn in talk.turns]
            return suggestions.lead_on(answer, questions, lambda question: self._engine.ask(question, llm=self._quoting))

    def _busy(self) -> bool:
        with self._lock:
            return any(talk.busy for talk in self._live.values())

    def _led(self, talk: Conversation, turn: Turn, reply: Reply, job: Job[tuple[str, ...]]) -> None:
        talk.note(turn.id, reply.id, {"follow_ups": () if job.error else job.result()})
        self._leading.discard(reply.id)

    def leading(self, reply: Reply) -> bool:
        """Whether questions that lead on from that reply are still being looked for."""
        return reply.follow_ups is None and reply.id in self._leading

    # --- what readers think ----------------------------------------------------------------------------------------------

    def keep_verified(self, answer: Answer) -> None:
        """Keep the answer, to be shown first when its question comes again."""
        self.verified.keep(answer, *self._engine.embed_question(asked(answer)))

    def recalled(self, reply: Reply) -> Verified | None:
        """The verified answer that is shown before that reply."""
        with suppress(VouchError):
            found = self.verified.get(reply.verified)
            own = reply.answer.id if reply.answer else ""
            return found if found is not None and found.answer.id != own else None
        return None
