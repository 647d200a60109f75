"""Conversations survive restarts and kills, and are found again; verified answers come back for the same question only."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.answering.record import Answer, AnswerKind, CitedSource, Passage, Sentence, Tokens, Verdict
from rag.conversations.record import Interrupted, Reply, Turn, new_id
from rag.conversations.store import ConversationStore, shortened
from rag.conversations.verified import VerifiedAnswers
from rag.errors import BackendTimeout, LibraryError
from rag.paper import Paper


def answer(question: str = "What are cranes?", text: str = "Cranes are birds.", **other: object) -> Answer:
    paper = Paper("abs:1", f"{text} They fly.\n Far\u00a0away\u2009…")
    passage = Passage(paper.id, 0, 0, len(text), text)
    said = Sentence(text, (1,), Verdict.SUPPORTED, 1.0, passage)
    sources = (CitedSource(1, paper, (passage,)),)
    made = Answer(
        *(question, f"{text} [1]", (said,), sources, (), AnswerKind.QUOTED, False, 0.9),
        *("extractive", Tokens(), 0.0, {"retrieve": 0.1}),
    )
    return replace(made, **other)


def turn(question: str = "What are cranes?", **reply: object) -> Turn:
    return Turn(new_id(), question, (Reply(new_id(), "extractive", **reply),))


@pytest.fixture
def store(tmp_path: Path) -> ConversationStore:
    return ConversationStore(tmp_path)


def test_another_store_reads_back_every_byte(store: ConversationStore, tmp_path: Path) -> None:
    asked = turn(answer=store.answers.keep(answer()), good=True, follow_ups=("And herons?",), without=("from 2021",))
    failed = turn("And storks?", error=BackendTimeout("Silence.", remedy="Wait."))
    store.save("c1", {0: asked, 1: failed})
    first, second = ConversationStore(tmp_path).turns("c1") or ()
    assert first == asked
    assert first.replies[0].answer is not None
    assert first.replies[0].answer.sources[0].paper.abstract == "Cranes are birds. They fly.\n Far\u00a0away\u2009…"
    assert isinstance(second.replies[0].error, BackendTimeout)
    assert second.replies[0].error.remedy == "Wait."


def test_a_conversation_that_is_not_there(store: ConversationStore) -> None:
    assert store.turns("none") is None
    assert store.version("none") is None
    assert store.list(10) == ()
    store.delete("none")
    store.save("c1", {0: turn()})
    assert store.turns("none") is None


def test_the_list_is_newest_first_and_searches_questions_titles_and_answers(store: ConversationStore) -> None:
    store.save("c1", {0: turn(answer=answer(text="They migrate at night."))})
    store.save("c2", {0: turn("How deep do 100% of seals dive?")})
    store.save("c3", {0: turn("Third?")})
    store.rename("c3", "Moss on walls")
    assert [found.id for found in store.list(10)] == ["c3", "c2", "c1"]
    assert [found.id for found in store.list(2)] == ["c3", "c2"]
    for words, expected in (("MIGRATE", "c1"), ("100%", "c2"), ("moss", "c3"), ("Third", "c3")):
        assert [found.id for found in store.list(10, contains=words)] == [expected]
    assert store.list(10, contains="0% o_ seals") == ()
    assert store.title("c3") == "Moss on walls"
    store.rename("c3", "  ")
    assert store.title("c3") == "Moss on walls"


def test_every_change_has_a_version(store: ConversationStore) -> None:
    own = turn()
    assert [store.save("c1", {0: own}), store.save("c1", {0: own})] == [1, 2]
    assert store.version("c1") == 2


def test_deleting_forgets_the_answers_but_not_verified_ones(store: ConversationStore) -> None:
    gone, kept = (store.answers.keep(answer(text=text)) for text in ("One.", "Two."))
    store.save("c1", {0: turn(answer=gone), 1: turn(answer=kept)})
    VerifiedAnswers(store).keep(kept, "m", np.ones(2, np.float32))
    store.delete("c1")
    assert store.turns("c1") is None
    assert [one.id for one in store.answers.list()] == [kept.id]


def test_an_answer_that_was_removed_is_told(store: ConversationStore) -> None:
    kept = store.answers.keep(answer())
    store.save("c1", {0: turn(answer=kept)})
    store.answers.remove(kept.id)
    (only,) = store.turns("c1") or ()
    assert only.replies[0].answer is None
    assert kept.id in str(only.replies[0].error)


def test_a_reply_under_way_is_open_here_and_elsewhere_until_its_process_ends(store: ConversationStore, tmp_path: Path) -> None:
    store.save("c1", {0: turn(owner=store.owner())})
    other = ConversationStore(tmp_path)
    for reader in (store, other):
        (only,) = reader.turns("c1") or ()
        assert only.replies[0].open
    store.close()
    (only,) = other.turns("c1") or ()
    assert isinstance(only.replies[0].error, Interrupted)


def test_a_killed_process_leaves_the_question_and_says_so(tmp_path: Path) -> None:
    program = f"""
import time
from pathlib import Path
from rag.conversations.record import Reply, Turn
from rag.conversations.store import ConversationStore
store = ConversationStore(Path({str(tmp_path)!r}))
store.save("c1", {{0: Turn("t1", "What are cranes?", (Reply("r1", "extractive", owner=store.owner()),))}})
print("asked", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "asked\n"
        store = ConversationStore(tmp_path)
        (only,) = store.turns("c1") or ()
        assert only.replies[0].open
        process.send_signal(signal.SIGKILL)
    (only,) = store.turns("c1") or ()
    assert only.question == "What are cranes?"
    assert isinstance(only.replies[0].error, Interrupted)
    assert list((tmp_path / "serving").iterdir()) == []  # the dead process's lock is cleared away
    store.save("c1", {0: only.with_reply(Reply("r2", "extractive", answer=answer()))})
    (again,) = store.turns("c1") or ()
    assert [reply.open for reply in again.replies] == [False, False]


def test_a_place_that_cannot_be_used_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError, match="could not be saved"):
        ConversationStore(tmp_path / "file").save("c1", {0: turn()})
    (tmp_path / "conversations.sqlite").write_bytes(b"no database at all, but long enough to be one" * 30)
    with pytest.raises(LibraryError, match="could not be read"):
        ConversationStore(tmp_path).list(3)


def test_titles_are_short_and_on_one_line() -> None:
    assert shortened(" a\n b ") == "a b"
    assert len(shortened("word " * 60)) <= 90


def test_the_same_question_finds_the_verified_answer_and_another_does_not(store: ConversationStore) -> None:
    verified = VerifiedAnswers(store)
    near, far = np.array([1, 0], np.float32), np.array([0.6, 0.8], np.float32)
    kept = store.answers.keep(answer("Which papers are from 2021?"))
    own = verified.keep(kept, "minilm", near)
    assert verified.keep(kept, "minilm", near) == own
    assert verified.near("List the papers of 2021.", "minilm", near) == own
    assert verified.near("List the papers of 2022.", "minilm", near) == ""  # another number
    assert verified.near("Which papers are from 2021?", "minilm", far) == ""  # another meaning
    assert verified.near("Which papers are from 2021?", "other", near) == ""  # vectors of another embedder
    found = verified.get(own)
    assert found is not None
    assert found.answer == kept
    assert verified.of_answer(kept.id) == own
    verified.drop(own)
    assert verified.get(own) is None
    assert verified.near("Which papers are from 2021?", "minilm", near) == ""


def test_a_follow_up_is_kept_under_the_question_it_stood_for(store: ConversationStore) -> None:
    verified = VerifiedAnswers(store)
    own = verified.keep(answer("When does it fail?", standalone="When does radar fail?"), "m", np.ones(1, np.float32))
    found = verified.get(own)
    assert found is not None
    assert found.question == "When does radar fail?"
