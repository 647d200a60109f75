"""The scripted back end keeps the same contract as the live ones."""

from __future__ import annotations

import pytest

from rag.backends import Message, collect
from rag.backends.scripted import Scripted
from rag.errors import BackendBusy

QUESTION = (Message("user", "Who are you?"),)


def test_it_says_one_line_per_question_and_the_last_for_ever() -> None:
    backend = Scripted("First.", lambda heard: f"You asked: {heard[-1].text}")
    assert [collect(backend.stream(QUESTION)).text for _ in range(3)] == ["First."] + ["You asked: Who are you?"] * 2
    assert backend.heard == [QUESTION] * 3


def test_it_streams_in_pieces_and_can_be_cancelled() -> None:
    pieces: list[str] = []
    reply = collect(Scripted("one two three", size=4).stream(QUESTION, cancelled=lambda: len(pieces) == 2), pieces.append)
    assert pieces == ["one ", "two "]
    assert (reply.text, reply.stop) == ("one two ", "cancelled")


def test_it_fails_as_told() -> None:
    with pytest.raises(BackendBusy, match="too much"):
        collect(Scripted(BackendBusy("too much")).stream(QUESTION))
