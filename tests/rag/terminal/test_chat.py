"""A conversation in the terminal, line by line."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from rag.answering.record import Answer, AnswerKind, Tokens
from rag.errors import BackendUnreachable
from rag.terminal.chat import Conversation

Asked = list[tuple[str, tuple[str, ...], str | None]]


def answer(question: str) -> Answer:
    return Answer(question, f"Answer to {question}", (), (), (), AnswerKind.QUOTED, False, 1.0, "extractive", Tokens(), 0.0, {})


def talk(monkeypatch: pytest.MonkeyPatch, lines: str, *, broken: str | None = None, llm: str | None = None) -> tuple[str, Asked]:
    """Type `lines`; the back end named `broken` is unreachable. Gives what was printed and (question, history, llm) asked."""
    asked: Asked = []

    def ask(question: str, history: tuple[Answer, ...], on_token: Callable[[str], None] | None, chosen: str | None) -> Answer:
        asked.append((question, tuple(earlier.question for earlier in history), chosen))
        if question == "stop":
            raise KeyboardInterrupt
        if broken is not None and chosen == broken:
            raise BackendUnreachable("No server at localhost:1.", remedy="Start it.")
        return answer(question)

    console = Console(file=io.StringIO(), width=80, markup=False, emoji=False, highlight=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    Conversation(console, ask, llm=llm).run()
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue(), asked


def test_later_questions_see_earlier_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, asked = talk(monkeypatch, "one\n\ntwo\n", llm="ollama:m")
    assert asked == [("one", (), "ollama:m"), ("two", ("one",), "ollama:m")]
    assert "Answer to two" in shown


def test_the_end_of_input_and_quit_leave_politely(monkeypatch: pytest.MonkeyPatch) -> None:
    assert talk(monkeypatch, "")[0].endswith("Goodbye.\n")
    shown, asked = talk(monkeypatch, "/quit\none\n")
    assert shown.endswith("Goodbye.\n")
    assert asked == []


def test_new_forgets_the_history(monkeypatch: pytest.MonkeyPatch) -> None:
    _, asked = talk(monkeypatch, "one\n/new\ntwo\n")
    assert asked[-1] == ("two", (), None)


def test_an_error_is_told_and_the_conversation_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, asked = talk(monkeypatch, "one\n/quote\ntwo\n", broken="openai:m", llm="openai:m")
    assert "No server at localhost:1. Start it." in shown
    assert "Type /quote" in shown
    assert asked == [("one", (), "openai:m"), ("one", (), "extractive"), ("two", ("one",), "openai:m")]


def test_quoting_again_takes_the_place_of_the_earlier_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    _, asked = talk(monkeypatch, "one\ntwo\n/quote\nthree\n")
    assert asked[2:] == [("two", ("one",), "extractive"), ("three", ("one", "two"), None)]


def test_an_interrupted_question_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, asked = talk(monkeypatch, "one\nstop\ntwo\n")
    assert "left out of the conversation" in shown
    assert asked[-1] == ("two", ("one",), None)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("/help", "/sources"),
        ("/sources", "No answer with sources yet."),
        ("/quote", "Ask something first."),
        ("/x y", "/x is no command."),
    ],
)
def test_commands_always_say_something(monkeypatch: pytest.MonkeyPatch, typed: str, shown: str) -> None:
    assert shown in talk(monkeypatch, f"{typed}\n")[0]
