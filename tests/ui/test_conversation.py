"""A conversation loses no question and asks none twice, whenever and however often the page is drawn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.answering.record import Answer
from rag.conversations.record import Interrupted
from rag.conversations.store import ConversationStore
from rag.errors import BackendTimeout
from ui.conversation import Conversation, Task
from ui.jobs import Job, Unforeseen

Make = Callable[..., Answer]


@dataclass
class Engine:
    """Answers when it is let go, or at once where nobody holds it; remembers what it was asked."""

    make_answer: Make
    tasks: list[Task] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None

    def work(self, task: Task, job: Job[Answer]) -> Answer:
        self.tasks.append(task)
        job.say("said ")
        while not self.gate.wait(0.01) and not job.unwanted():
            pass
        if self.error is not None:
            raise self.error
        return self.make_answer(question=task.question, text=job.text + task.reply.llm)

    @property
    def asked(self) -> list[tuple[str, list[str], str]]:
        return [(task.question, [answer.question for answer in task.history], task.reply.llm) for task in self.tasks]


@pytest.fixture
def engine(make_answer: Make) -> Engine:
    return Engine(make_answer)


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path)


@pytest.fixture
def talk(engine: Engine, store: ConversationStore) -> Conversation:
    return Conversation("c1", store, engine.work)


def settle(talk: Conversation, engine: Engine) -> None:
    """Let everything that waits be answered."""
    engine.gate.set()
    while job := talk.advance():
        assert job.wait(10)
    engine.gate.clear()


def replies(talk: Conversation) -> list[list[str]]:
    return [[reply.answer.text if reply.answer else str(reply.error) for reply in turn.replies] for turn in talk.turns]


def test_a_question_is_begun_once_however_often_the_page_is_drawn(talk: Conversation, engine: Engine) -> None:
    talk.ask(" What are cranes? ", "x")
    assert len({id(talk.advance()) for _ in range(5)}) == 1
    settle(talk, engine)
    assert engine.asked == [("What are cranes?", [], "x")]


def test_a_double_click_asks_once_and_nothing_is_no_question(talk: Conversation, engine: Engine) -> None:
    for question in ("What are cranes?", "What are cranes?", "  "):
        talk.ask(question, "x")
    assert len(talk.turns) == 1
    settle(talk, engine)


def test_the_same_question_may_be_asked_again_later(talk: Conversation, engine: Engine) -> None:
    for _ in range(2):
        talk.ask("What are cranes?", "x")
        settle(talk, engine)
    assert replies(talk) == [["said x"], ["said x"]]


def test_an_answer_is_kept_though_no_page_looks_on(talk: Conversation, engine: Engine, store: ConversationStore) -> None:
    talk.ask("What are cranes?", "x")
    job = talk.advance()
    assert job is not None
    engine.gate.set()
    assert job.wait(10)
    (kept,) = store.turns("c1") or ()
    assert kept == talk.turns[0]
    assert kept.replies[0].answer is not None
    assert kept.replies[0].answer.id


def test_a_second_question_waits_and_then_sees_the_first_answer(talk: Conversation, engine: Engine) -> None:
    talk.ask("What are cranes?", "x")
    talk.ask("And herons?", "y")
    settle(talk, engine)
    assert engine.asked[1] == ("And herons?", ["What are cranes?"], "y")


def test_an_error_belongs_to_its_turn_and_is_no_history(talk: Conversation, engine: Engine) -> None:
    engine.error = BackendTimeout("Silence.")
    talk.ask("What are cranes?", "x")
    settle(talk, engine)
    assert isinstance(talk.turns[0].replies[0].error, BackendTimeout)
    engine.error = None
    talk.ask("And herons?", "x")
    settle(talk, engine)
    assert engine.asked[1] == ("And herons?", [], "x")


def test_another_back_end_answers_the_same_turn_with_the_same_history(talk: Conversation, engine: Engine) -> None:
    for question in ("One?", "Two?", "Three?"):
        talk.ask(question, "x")
        settle(talk, engine)
    talk.ask_again(talk.turns[1].id, "y", beside=True)
    settle(talk, engine)
    assert engine.asked[-1] == ("Two?", ["One?"], "y")
    assert replies(talk) == [["said x"], ["said x", "said y"], ["said x"]]
    talk.ask_again(talk.turns[2].id, "z", alone=True, without=("from 2021",))
    settle(talk, engine)
    assert engine.asked[-1] == ("Three?", [], "z")
    assert engine.tasks[-1].reply.without == ("from 2021",)


def test_a_turn_that_waits_is_not_asked_again(talk: Conversation, engine: Engine) -> None:
    talk.ask("One?", "x")
    talk.ask_again(talk.turns[0].id, "y")
    settle(talk, engine)
    assert replies(talk) == [["said x"]]


def test_stop_ends_the_answer_with_what_there_is_and_drops_what_waits(talk: Conversation, engine: Engine) -> None:
    talk.ask("One?", "x")
    talk.ask("Two?", "x")
    job = talk.advance()
    assert job is not None
    talk.stop()
    assert job.wait(10)
    assert replies(talk) == [["said x"], ["Stopped before it was asked. Ask again."]]
    assert len(engine.tasks) == 1


def test_a_bug_is_told_in_words_and_ends_the_wait(talk: Conversation, engine: Engine, caplog: pytest.LogCaptureFixture) -> None:
    engine.error = ZeroDivisionError("inside")
    talk.ask("One?", "x")
    settle(talk, engine)
    error = talk.turns[0].replies[0].error
    assert isinstance(error, Unforeseen)
    assert "ZeroDivisionError" in str(error)
    assert "inside" in caplog.text  # the log has the details


def test_what_another_process_adds_appears(talk: Conversation, engine: Engine, tmp_path: Path) -> None:
    talk.ask("One?", "x")
    settle(talk, engine)
    there = ConversationStore(tmp_path)
    elsewhere = Conversation("c1", there, engine.work, turns=there.turns("c1") or ())
    elsewhere.ask("Two?", "x")
    talk.refresh()
    assert [turn.replies[-1].open for turn in talk.turns] == [False, True]
    assert talk.advance() is None  # the other one is at work on it
    settle(elsewhere, engine)
    talk.refresh()
    assert replies(talk) == [["said x"], ["said x"]]


def test_after_the_end_of_the_process_the_question_is_there_and_can_be_asked_again(
    talk: Conversation, engine: Engine, tmp_path: Path
) -> None:
    talk.ask("One?", "x")
    talk.forget()  # as a process that dies: nothing is written any more
    talk._store.close()
    there = ConversationStore(tmp_path)
    again = Conversation("c1", there, engine.work, turns=there.turns("c1") or ())
    assert isinstance(again.turns[0].replies[0].error, Interrupted)
    again.ask_again(again.turns[0].id, "x")
    settle(again, engine)
    assert replies(again)[0][-1] == "said x"
    assert replies(Conversation("c1", there, engine.work, turns=there.turns("c1") or ()))[0][-1] == "said x"


def test_a_disk_that_takes_nothing_is_told_and_everything_is_saved_once_it_does(
    talk: Conversation, engine: Engine, store: ConversationStore, tmp_path: Path
) -> None:
    (tmp_path / "serving").write_text("in the way")
    (tmp_path / "conversations.sqlite").mkdir()
    talk.ask("One?", "x")
    settle(talk, engine)
    assert replies(talk) == [["said x"]]
    assert "could not be saved" in str(talk.unsaved)
    (tmp_path / "serving").unlink()
    (tmp_path / "conversations.sqlite").rmdir()
    talk.ask("Two?", "x")
    settle(talk, engine)
    assert talk.unsaved is None
    assert [turn.question for turn in store.turns("c1") or ()] == ["One?", "Two?"]


def test_a_deleted_conversation_does_not_come_back_with_its_answer(
    talk: Conversation, engine: Engine, store: ConversationStore
) -> None:
    talk.ask("One?", "x")
    talk.forget()
    store.delete("c1")
    settle(talk, engine)
    assert store.turns("c1") is None


def test_a_job_tells_what_was_said_and_what_it_returned() -> None:
    def work(job: Job[int]) -> int:
        job.say("a")
        job.say("b")
        return 3

    seen: list[int] = []
    job = Job(work, "test", lambda done: seen.append(done.result()))
    assert job.wait(10)
    assert (job.text, job.result(), job.done, seen) == ("ab", 3, True, [3])
    gate = threading.Event()
    waiting = Job(lambda _: gate.wait(10), "test")
    with pytest.raises(RuntimeError, match="not done"):
        waiting.result()
    gate.set()
