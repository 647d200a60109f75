"""What a back end is: something that streams a model's reply to a few messages."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from rag.answering.record import Attempt, Tokens

Stop = Literal["end", "length", "cancelled"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply. `stop` tells why it ended: `length` means that the token limit cut it off, `cancelled` that the
    caller did; the text is then what had arrived. `attempts` are the requests it took, the failed ones first."""

    text: str
    tokens: Tokens
    stop: Stop
    attempts: tuple[Attempt, ...] = ()


def never() -> bool:
    """The `cancelled` of a caller that never cancels."""
    return False


class Backend(Protocol):
    """A model that can be asked. One back end serves any number of threads at once."""

    @property
    def name(self) -> str:
        """What the user wrote to get it: `provider:model`."""
        ...

    def stream(self, messages: Sequence[Message], *, cancelled: Callable[[], bool] = never) -> Generator[str, None, Reply]:
        """Yield the reply's text as it arrives, never an empty string, and return the whole Reply.

        Raises a BackendError where there is no usable reply. Text yielded before an error is a fragment: drop it.
        """
        ...


def collect(stream: Generator[str, None, Reply], on_text: Callable[[str], None] | None = None) -> Reply:
    """Run `stream` to its end, hand each piece of text to `on_text`, and give back the reply.

    The stream is closed, and with it the connection, whatever `on_text` raises.
    """
    try:
        while True:
            text = next(stream)
            if on_text is not None:
                on_text(text)
    except StopIteration as end:
        reply: Reply = end.value
        return reply
    finally:
        stream.close()
