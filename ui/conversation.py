"""A conversation: turns in order, of which at most one is being answered. Knows nothing of pages."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from rag.answering.record import Answer
from rag.errors import VouchError
from ui.jobs import Job

Begin = Callable[[str, tuple[Answer, ...], str | None], Job[Answer]]
_numbers = itertools.count(1)  # never used again, so that a page cannot take one turn's elements for another's


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what became of it; neither answer nor error while it waits. `llm` None is the setting's back end."""

    number: int
    question: str
    llm: str | None
    answer: Answer | None = None
    error: VouchError | None = None

    @property
    def open(self) -> bool:
        return self.answer is None and self.error is None


@dataclass(slots=True)
class Conversation:
    """`begin(question, history, llm)` starts the work on an answer."""

    begin: Begin
    turns: list[Turn] = field(default_factory=list)
    _job: Job[Answer] | None = None
    _at: int = -1  # number of the turn the job is for

    def ask(self, question: str, llm: str | None = None) -> None:
        """Add a question. The same one again while it still waits is a double click, and is not added."""
        question = question.strip()
        if question and not any(turn.open and turn.question == question for turn in self.turns):
            self.turns.append(Turn(next(_numbers), question, llm))

    def ask_again(self, number: int, llm: str) -> None:
        """Answer that turn anew with another back end, in its place."""
        for index, turn in enumerate(self.turns):
            if turn.number == number and not turn.open:
                self.turns[index] = replace(turn, llm=llm, answer=None, error=None)

    def advance(self) -> Job[Answer] | None:
        """Take in the result of work that is done and start on the next open turn; the job under way, or None.

        Call it as often as you like: a result is taken once, and a question is started once.
        """
        if self._job is not None and self._job.done:
            self._settle(self._job)
        if self._job is None:
            waiting = next((index for index, turn in enumerate(self.turns) if turn.open), None)
            if waiting is not None:
                turn = self.turns[waiting]
                history = tuple(earlier.answer for earlier in self.turns[:waiting] if earlier.answer is not None)
                self._job, self._at = self.begin(turn.question, history, turn.llm), turn.number
        return self._job

    def running(self, turn: Turn) -> bool:
        """Whether the job is for that turn."""
        return self._job is not None and self._at == turn.number

    def clear(self) -> None:
        """Forget everything; an answer that is under way is not waited for."""
        self.turns, self._job, self._at = [], None, -1

    def _settle(self, job: Job[Answer]) -> None:
        self._job = None
        for index, turn in enumerate(self.turns):
            if turn.number == self._at:
                if job.error is not None:
                    self.turns[index] = replace(turn, error=job.error)
                else:
                    self.turns[index] = replace(turn, answer=job.result())
