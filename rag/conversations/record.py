"""What a conversation is made of: turns, and the replies to each."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, replace

from rag.answering.record import Answer
from rag.errors import LibraryError, VouchError


class Interrupted(LibraryError):
    """The process that was answering is no more."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One attempt at a question; neither answer nor error while it waits or is being written.

    `without` are conditions it was asked without, `alone` that it was asked without the conversation, `beside` that it is read
    beside the reply before it. `owner` is the process at work on it. `good` and `reason` are a reader's judgement, `verified`
    the id of the answer kept as verified that is shown first. `within` names the part of the library that is asked,
    `knowledge` what a model may write from (empty for what the settings say).
    `follow_ups` is None until they were looked for.
    """

    id: str
    llm: str
    without: tuple[str, ...] = ()
    alone: bool = False
    beside: bool = False
    owner: str = ""
    answer: Answer | None = None
    error: VouchError | None = None
    follow_ups: tuple[str, ...] | None = None
    good: bool | None = None
    reason: str = ""
    verified: str = ""
    within: str = ""
    knowledge: str = ""

    @property
    def open(self) -> bool:
        return self.answer is None and self.error is None


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and every reply to it, the oldest first; there is at least one."""

    id: str
    question: str
    replies: tuple[Reply, ...]

    def with_reply(self, reply: Reply) -> Turn:
        """The turn with that reply put in, in the place of the one with its id or at the end."""
        if all(own.id != reply.id for own in self.replies):
            return replace(self, replies=(*self.replies, reply))
        return replace(self, replies=tuple(reply if own.id == reply.id else own for own in self.replies))


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list of conversations shows of one. `updated` is in UTC."""

    id: str
    title: str
    updated: dt.datetime


def new_id() -> str:
    """16 hex digits that nobody can guess."""
    return secrets.token_hex(8)
