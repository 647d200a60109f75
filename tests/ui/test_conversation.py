"""A conversation loses no question and asks none twice, whenever and however often the page is drawn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from rag.answering.record import Answer
from rag.errors import BackendTimeout
from ui.conversation import Conversation
from ui.jobs import Job, Unforeseen

Make = Callable[..., Answer]


@dataclass
class Engine:
    """Answers when it is let go; remembers what it was asked and with which history."""

    make_answer: Make
    asked: list[tuple[str, list[str], str | None]] = field(default_factory=list)
    gates: list[threading.Event] = field(default_factory=list)
    error: Exception | None = None

    def begin(self, question: str, history: tuple[Answer, ...], llm: str | None) -> Job[Answer]:
        self.asked.append((question, [answer.question for answer in history], llm))
        gate = threading.Event()
        self.gates.append(gate)

        def work(job: Job[Answer]) -> Answer:
            job.say("said ")
            gate.wait(10)
            if self.error is not None:
                raise self.error
            return self.make_answer(question=question)

        return Job(work, "test")

    def let_go(self, job: Job[Answer] | None) -> None:
        assert job is not None
        self.gates[-1].set()
        assert job.wait(10)


@pytest.fixture
def engine(make_answer: Make) -> Engine:
    return Engine(make_answer)


@pytest.fixture
def talk(engine: Engine) -> Conversation:
    return Conversation(engine.begin)


def test_a_question_is_begun_once_however_often_the_page_is_drawn(talk: Conversation, engine: Engine) -> None:
    talk.ask(" What are cranes? ")
    jobs = {id(talk.advance()) for _ in range(5)}
    assert len(jobs) == 1
    assert engine.asked == [("What are cranes?", [], None)]


def test_a_double_click_asks_once(talk: Conversation) -> None:
    talk.ask("What are cranes?")
    talk.advance()
    talk.ask("What are cranes?")
    assert len(talk.turns) == 1


def test_the_same_question_may_be_asked_again_later(talk: Conversation, engine: Engine) -> None:
    for _ in range(2):
        talk.ask("What are cranes?")
        engine.let_go(talk.advance())
        talk.advance()
    assert [turn.answer is not None for turn in talk.turns] == [True, True]


def test_a_result_that_came_while_no_page_was_drawn_is_there_at_the_next(talk: Conversation, engine: Engine) -> None:
    talk.ask("What are cranes?")
    engine.let_go(talk.advance())
    assert talk.advance() is None
    answer = talk.turns[0].answer
    assert answer is not None
    assert answer.question == "What are cranes?"


def test_a_second_question_waits_and_then_sees_the_first_answer(talk: Conversation, engine: Engine) -> None:
    talk.ask("What are cranes?")
    first = talk.advance()
    talk.ask("And herons?", "ollama:x")
    assert talk.advance() is first
    engine.let_go(first)
    engine.let_go(talk.advance())
    talk.advance()
    assert engine.asked[1] == ("And herons?", ["What are cranes?"], "ollama:x")
    assert not any(turn.open for turn in talk.turns)


def test_an_error_belongs_to_its_turn_and_is_no_history(talk: Conversation, engine: Engine) -> None:
    engine.error = BackendTimeout("Silence.")
    talk.ask("What are cranes?", "ollama:x")
    engine.let_go(talk.advance())
    talk.advance()
    assert isinstance(talk.turns[0].error, BackendTimeout)
    engine.error = None
    talk.ask("And herons?")
    engine.let_go(talk.advance())
    talk.advance()
    assert engine.asked[1] == ("And herons?", [], None)


def test_another_back_end_answers_in_the_same_place_with_the_same_history(talk: Conversation, engine: Engine) -> None:
    for question in ("One?", "Two?", "Three?"):
        engine.error = BackendTimeout("Silence.") if question == "Two?" else None
        talk.ask(question, "ollama:x")
        engine.let_go(talk.advance())
        talk.advance()
    engine.error = None
    talk.ask_again(talk.turns[1].number, "extractive")
    engine.let_go(talk.advance())
    talk.advance()
    assert engine.asked[-1] == ("Two?", ["One?"], "extractive")
    assert [turn.question for turn in talk.turns] == ["One?", "Two?", "Three?"]
    assert talk.turns[1].error is None


def test_a_turn_that_waits_is_not_asked_again(talk: Conversation, engine: Engine) -> None:
    talk.ask("One?")
    talk.advance()
    talk.ask_again(talk.turns[0].number, "extractive")
    assert len(engine.asked) == 1
    assert talk.turns[0].llm is None


def test_a_new_conversation_does_not_get_the_old_ones_answer(talk: Conversation, engine: Engine) -> None:
    talk.ask("One?")
    old = talk.advance()
    talk.clear()
    talk.ask("Two?")
    new = talk.advance()
    engine.gates[0].set()
    assert old is not None
    assert old.wait(10)
    assert talk.advance() is new
    engine.let_go(new)
    talk.advance()
    assert [turn.answer.question for turn in talk.turns if turn.answer] == ["Two?"]


def test_a_bug_is_told_in_words_and_ends_the_wait(talk: Conversation, engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    engine.error = ZeroDivisionError("inside")
    talk.ask("One?")
    engine.let_go(talk.advance())
    assert talk.advance() is None
    assert isinstance(talk.turns[0].error, Unforeseen)
    assert "ZeroDivisionError" in str(talk.turns[0].error)
    assert "inside" in caplog.text  # the log has the details


def test_a_job_tells_what_was_said_and_what_it_returned() -> None:
    def work(job: Job[int]) -> int:
        job.say("a")
        job.say("b")
        return 3

    job = Job(work, "test")
    assert job.wait(10)
    assert (job.text, job.result(), job.done) == ("ab", 3, True)
    gate = threading.Event()
    waiting = Job(lambda _: gate.wait(10), "test")
    with pytest.raises(RuntimeError, match="not done"):
        waiting.result()
    gate.set()
