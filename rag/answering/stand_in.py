"""When a back end fails before the reader saw a word, another one stands in, and the answer says so."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from time import perf_counter

from rag.answering.draft import Draft
from rag.answering.record import Attempt
from rag.backends import Backend, Message, Reply
from rag.backends.base import never
from rag.errors import BackendError

OnToken = Callable[[str], None]
Compose = Callable[[str, OnToken | None], Draft]
"""Answers with the back end of that name, and hands the text to the reader as it comes."""


class Recorded:
    """A back end that keeps what became of every request to it, and waits for each piece of a reply within `away`."""

    def __init__(self, backend: Backend, away: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._backend, self._away = backend, away
        self.attempts: list[Attempt] = []

    @property
    def name(self) -> str:
        return self._backend.name

    def stream(self, messages: Sequence[Message], *, cancelled: Callable[[], bool] = never) -> Generator[str, None, Reply]:
        """See `Backend.stream`."""
        started = perf_counter()
        try:
            with closing(self._backend.stream(messages, cancelled=cancelled)) as stream:
                while isinstance(piece := self._next(stream), str):
                    yield piece
                reply = piece
        except BackendError as error:
            self.attempts += error.attempts or [Attempt(self.name, perf_counter() - started, "failed")]
            raise
        outcome = "cancelled" if reply.stop == "cancelled" else "answered"
        self.attempts += reply.attempts or [Attempt(self.name, perf_counter() - started, outcome)]
        return reply

    def _next(self, stream: Generator[str, None, Reply]) -> str | Reply:
        """The next piece of the reply, or the whole at its end."""
        with self._away():
            try:
                return next(stream)
            except StopIteration as end:
                whole: Reply = end.value
                return whole


def first_usable(specs: Sequence[str], compose: Compose, on_token: OnToken | None) -> tuple[str, Draft]:
    """The draft of the first of `specs` (one or two back ends) that gives one, and which that was.

    The second is asked only where the first failed before anything reached `on_token`: nobody is shown two beginnings.
    Raises the BackendError of the last one asked.
    """
    first, *others = specs
    shown = False

    def tell(text: str) -> None:
        nonlocal shown
        shown = True
        if on_token is not None:
            on_token(text)

    listener = None if on_token is None else tell
    try:
        return first, compose(first, listener)
    except BackendError as error:
        if shown or not others:
            raise
        failure = error
    second = others[0]
    try:
        draft = compose(second, listener)
    except BackendError as error:
        error.remedy = f"{error.remedy} Before that: {failure.message}".strip()
        raise
    return second, replace(draft, notes=(f"{failure.message} So {second} answered in its place.", *draft.notes))
