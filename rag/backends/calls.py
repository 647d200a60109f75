"""One request to a provider, read as pieces of one shape whatever the protocol."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.answering.record import Tokens
from rag.backends.base import Message, Stop
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage

PROMPT_TOKENS = 4096  # room beside the evidence: instructions, question, earlier turns

BRIEF = "brief"
"""What a call leaves out when its limit on tokens is to have room for thoughts."""

# Words of the protocols for a reply that a filter stopped.
_WITHHELD = {
    *("content_filter", "refusal", "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "OTHER"),
}

# OpenAI's models that think before they answer, under whatever prefix a server lists them; -chat are those that do not.
_THINKS = re.compile(r"(?:^|[/.:_-])(?:o[1-9]|gpt-(?:[5-9]|\d\d))(?![0-9a-z])(?!.*-chat)")


@dataclass(frozen=True, slots=True)
class Piece:
    """What one message of the stream brought: text, hidden thinking, the tokens so far, the reason for the end."""

    text: str = ""
    tokens: Tokens | None = None
    stop: Stop | None = None
    thinking: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that can be read once. `options` names the parameters sent that a server may not know; the request is made
    when `pieces` is first advanced, in the thread that does so, and never before. `close` works from any thread."""

    options: tuple[str, ...]
    pieces: Callable[[Sequence[Message]], Iterator[Piece]]
    close: Callable[[], None]


Opener = Callable[[frozenset[str]], Call]
"""Prepares a call that leaves out the options named; any number of them may be open at once."""


class Withheld(Exception):
    """The service stopped its reply on purpose; `reason` is its own word for why."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def thinks(model: str) -> bool:
    """Whether an OpenAI model of that name thinks first: it takes no temperature, and its limit is on thoughts and words."""
    return _THINKS.search(model.lower()) is not None


def limit(settings: Settings, *, thinks: bool) -> int:
    """Tokens of a reply at most. Thoughts are counted with the words, so that they get room of their own."""
    return settings.llm_max_tokens + (settings.llm_thinking_tokens if thinks else 0)


def chat_messages(messages: Sequence[Message]) -> list[ChatMessage]:
    """The messages in LlamaIndex's form."""
    from llama_index.core.llms import ChatMessage, MessageRole

    return [ChatMessage(role=MessageRole(message.role), content=message.text) for message in messages]


def stop_of(reason: str | None, cut_off: str) -> Stop | None:
    """Why the reply ended, where `cut_off` is the protocol's word for a limit that was reached.

    Raises Withheld where a filter ended it.
    """
    if not reason:
        return None
    if reason in _WITHHELD:
        raise Withheld(reason)
    return "length" if reason == cut_off else "end"


def tokens_of(counts: Mapping[str, Any], prompt: str, *completion: str) -> Tokens | None:
    """The server's counts under the names given, or None where it gives none."""
    asked, said = int(counts.get(prompt) or 0), sum(int(counts.get(name) or 0) for name in completion)
    return Tokens(asked, said, "server") if asked or said else None
