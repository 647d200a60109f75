"""Answers are kept exactly as they were given, also when the program is killed while it keeps them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from rag.answering.record import Answer, AnswerKind, Sentence, Tokens, Verdict
from rag.answers import FILE, AnswerStore, fingerprint
from rag.errors import LibraryDamaged, LibraryError
from tests.rag.strategies import answers

ANSWER = Answer(
    question="Who dances?",
    text="Bees dance. [1]",
    sentences=(Sentence("Bees dance.", (), Verdict.UNCITED),),
    sources=(),
    retrieved=(),
    kind=AnswerKind.WRITTEN,
    abstained=False,
    confidence=0.9,
    model="openai:gpt-4o-mini",
    tokens=Tokens(),
    cost=None,
    timings={"answer": 0.1},
    asked_at="2026-11-20T10:00:00+00:00",
)
KEEP_UNTIL_KILLED = """
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from rag.answers import AnswerStore
from tests.rag.test_answers import ANSWER

store = AnswerStore(Path(sys.argv[1]))
for n in count():
    print(store.add(replace(ANSWER, question=f"Question {n}?")), flush=True)
"""


def test_an_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    answer_id = AnswerStore(tmp_path).add(ANSWER)
    read = AnswerStore(tmp_path).get(answer_id)
    assert read == replace(ANSWER, id=answer_id)
    assert json.dumps(read.to_dict()) == json.dumps(replace(ANSWER, id=answer_id).to_dict())
    assert fingerprint(read) == answer_id


@given(answers)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
def test_any_answer_comes_back_as_it_was(tmp_path: Path, some: Answer) -> None:
    store = AnswerStore(tmp_path)
    kept = store.keep(some)
    assert store.get(kept.id) == kept
    store.close()


def test_the_same_answer_is_kept_once(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path)
    kept = store.keep(ANSWER)
    assert store.add(ANSWER) == store.add(kept) == kept.id
    assert len(store.list()) == 1


def test_an_answer_is_found_by_the_beginning_of_its_id_and_the_newest_by_a_word(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path)
    first, second = store.add(ANSWER), store.add(replace(ANSWER, question="And who sings?"))
    assert store.get(first[:4].upper()).question == "Who dances?"
    assert store.get("last").id == second


@pytest.mark.parametrize("unknown", ["0000", "ab", "", "%", "last"])
def test_an_answer_that_is_not_kept_is_told(tmp_path: Path, unknown: str) -> None:
    with pytest.raises(LibraryError, match="No answer is kept"):
        AnswerStore(tmp_path).get(unknown)
    assert not (tmp_path / FILE).exists()


def test_the_list_is_newest_first_and_can_be_narrowed(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path)
    for question in ("Who DANCES?", "Who sings?", "Où danse-t-on?"):
        store.add(replace(ANSWER, question=question))
    assert [kept.question for kept in store.list()] == ["Où danse-t-on?", "Who sings?", "Who DANCES?"]
    assert [kept.question for kept in store.list(1, contains="dan")] == ["Où danse-t-on?"]
    assert [kept.question for kept in store.list(contains="dances")] == ["Who DANCES?"]


def test_a_removed_answer_is_gone(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path)
    store.remove(store.add(ANSWER))
    assert store.list() == ()


def test_a_question_that_is_no_proper_text_is_kept_too(tmp_path: Path) -> None:
    store = AnswerStore(tmp_path)
    odd = replace(ANSWER, question="Half a character: \ud83d, and a zero: \x00")
    assert store.get(store.add(odd)).question == odd.question
    assert len(store.list()) == 1


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("Not a database, but long enough to be looked at." * 50)
    with pytest.raises(LibraryDamaged):
        AnswerStore(tmp_path).add(ANSWER)


def test_answers_in_a_folder_that_may_only_be_read_can_be_read(tmp_path: Path) -> None:
    answer_id = AnswerStore(tmp_path).add(ANSWER)
    (tmp_path / FILE).chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        assert AnswerStore(tmp_path).get(answer_id).question == "Who dances?"
    finally:
        tmp_path.chmod(0o700)


def test_a_killed_program_leaves_whole_answers(tmp_path: Path) -> None:
    for round_ in range(3):
        home = tmp_path / str(round_)
        child = subprocess.Popen(
            [sys.executable, "-c", KEEP_UNTIL_KILLED, str(home)], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        assert child.stdout is not None
        told = [child.stdout.readline().strip() for _ in range(5 + 7 * round_)]
        child.send_signal(signal.SIGKILL)
        told += child.stdout.read().split()
        child.wait()
        store = AnswerStore(home)
        kept = [entry.id for entry in store.list()]
        assert set(told) <= set(kept)
        assert len(kept) <= len(told) + 1
        assert all(fingerprint(store.get(answer_id)) == answer_id for answer_id in kept)
