"""Scripted: a back end that says what it was told to, for tests and demonstrations without a model."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from itertools import islice

from rag.answering.record import Tokens
from rag.backends.base import Message, Reply, never
from rag.errors import BackendError

Line = str | BackendError | Callable[[Sequence[Message]], str]


class Scripted:
    """Gives one line of the script per question and the last one for ever after.

    A line is the reply itself, an error to raise, or a function from the messages to the reply. `heard` keeps the
    messages of every question; `size` is the number of characters in a piece of the stream.
    """

    def __init__(self, *script: Line, name: str = "scripted", size: int = 5) -> None:
        self._script, self._name, self._size = script, name, size
        self.heard: list[tuple[Message, ...]] = []

    @property
    def name(self) -> str:
        return self._name

    def stream(self, messages: Sequence[Message], *, cancelled: Callable[[], bool] = never) -> Generator[str, None, Reply]:
        """See `Backend.stream`."""
        line = self._script[min(len(self.heard), len(self._script) - 1)]
        self.heard.append(tuple(messages))
        if isinstance(line, BackendError):
            raise line
        text = line if isinstance(line, str) else line(messages)
        rest, said = iter(text), ""
        while piece := "".join(islice(rest, self._size)):
            if cancelled():
                return Reply(said, Tokens(), "cancelled")
            said += piece
            yield piece
        return Reply(said, Tokens(len(messages), len(said.split()), "server"), "end")
