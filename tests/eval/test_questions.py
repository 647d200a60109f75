"""Question files as people write them: every row is a question, or an error that names file and line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.checking import check
from eval.questions import PaperRef, Question, Turn, load_questions, require_questions
from rag.errors import QuestionSetError

Write = Callable[[str, str | bytes], Path]


def test_only_the_question_is_required(write: Write) -> None:
    questions = load_questions(write("set.jsonl", '{"question": "What is DPO?"}\n'))
    (question,) = questions
    assert question == Question(id=question.id, question="What is DPO?", line=1)
    assert question.kind == "question"
    assert question.answerable
    assert not questions.errors


def test_all_fields_of_a_row(write: Write) -> None:
    row = {
        "id": "s-1",
        "kind": "single",
        "question": "How many steps?",
        "answer": "Three.",
        "key_facts": ["three steps", "5 %"],
        "papers": [{"title": "Steps", "opening": "We count"}, {"id": "arxiv:2407.02833"}, "Plain title"],
        "tags": ["numbers"],
        "style": "named",
    }
    questions = load_questions(write("set.jsonl", json.dumps(row)))
    assert questions.questions == (
        Question(
            id="s-1",
            question="How many steps?",
            kind="single",
            answer="Three.",
            key_facts=("three steps", "5 %"),
            papers=(
                PaperRef(title="Steps", opening="We count"),
                PaperRef(id="arxiv:2407.02833"),
                PaperRef("Plain title", "Plain title", "Plain title"),
            ),
            tags=("numbers", "named"),
            line=1,
        ),
    )
    assert questions.unused == ()


@pytest.mark.parametrize(
    ("row", "answerable"),
    [
        ({}, True),
        ({"answerable": False}, False),
        ({"kind": "unanswerable"}, False),
        ({"kind": "unanswerable", "answerable": True}, True),
    ],
)
def test_what_a_refusal_means(write: Write, row: dict[str, object], answerable: bool) -> None:
    (question,) = load_questions(write("set.jsonl", json.dumps({"question": "Q?", **row})))
    assert question.answerable is answerable


def test_a_dialogue_is_asked_turn_by_turn_and_scored_from_the_second_one(write: Write) -> None:
    row = {
        "id": "d",
        "turns": [{"user": "What is xMEN?"}, {"user": "And its size?", "standalone": "How big is xMEN?", "key_facts": ["3B"]}],
    }
    (question,) = load_questions(write("set.jsonl", json.dumps(row)))
    assert question.kind == "dialogue"
    assert question.question == "What is xMEN?"
    assert question.asked == (Turn("What is xMEN?"), Turn("And its size?", key_facts=("3B",), standalone="How big is xMEN?"))
    assert [question.is_scored(position) for position in range(2)] == [False, True]


def test_default_ids_stay_the_same_and_differ_for_equal_questions(write: Write) -> None:
    path = write("set.jsonl", '{"question": "Same?"}\n{"question": "Same?"}\n{"question": "Other?"}\n')
    ids = [question.id for question in load_questions(path)]
    assert len(set(ids)) == 3
    assert ids == [question.id for question in load_questions(path)]
    # A row repaired above does not change the ids below it.
    broken = write("broken.jsonl", '{"question": "Same?"}\nnot json\n{"question": "Other?"}\n')
    assert [question.id for question in load_questions(broken)] == [ids[0], ids[2]]


def test_bad_rows_are_listed_with_file_and_line_and_the_rest_goes_on(write: Write) -> None:
    rows = [
        '{"question": "Good 1?", "id": "a"}',
        "not json",
        "",
        "[1, 2]",
        '{"id": "no question"}',
        '{"question": "   "}',
        '{"question": ["a", "list"]}',
        '{"question": "Q?", "papers": [{"doi": "10.1/x"}]}',
        '{"question": "Q?", "papers": "{}", "key_facts": {"a": 1}}',
        '{"question": "Q?", "key_facts": ["—"]}',
        '{"question": "Q?", "answerable": "perhaps"}',
        '{"question": "Q?", "id": "a"}',
        '{"turns": [{"standalone": "no user"}]}',
        '{"turns": ["text"]}',
        '{"question": "Half a pair: \\ud83d"}',
        '{"question": "Good 2?"',
        '{"question": "Good 2?", "id": 2}',
    ]
    path = write("set.jsonl", "\n".join(rows))
    questions = load_questions(path)
    assert [question.id for question in questions] == ["a", "2"]
    assert [error.line for error in questions.errors] == [2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    assert all(str(error).startswith(f"{path}, line {error.line}: ") for error in questions.errors)
    found = {error.line: error.found for error in questions.errors}
    assert found[4] == "a JSON list"
    assert found[5] == found[6] == "no question"
    assert found[8] == '`papers` holds \'{"doi": "10.1/x"}\''
    assert found[10] == "the key fact '—' holds no letter or digit"
    assert found[12] == "the id 'a' of line 1 again"
    assert found[13] == "no question in turn 1"


@pytest.mark.parametrize(
    "content",
    [
        b'\xef\xbb\xbf{"question": "First?"}\r\n\r\n{"question": "Second?"}\r\n',
        b'\n\n{"question": "First?"}\n{"question": "Second?"}',
        b"\xef\xbb\xbfquestion\r\nFirst?\r\n\r\nSecond?\r\n",
        b"question;id\nFirst?;1\nSecond?;2\n",
    ],
)
def test_byte_order_marks_line_ends_and_blank_lines(write: Write, content: bytes) -> None:
    questions = load_questions(write("set.txt", content))
    assert [question.question for question in questions] == ["First?", "Second?"]
    assert not questions.errors


def test_one_line_that_is_not_utf8_costs_one_row(write: Write) -> None:
    content = '{"question": "Größe?"}\n'.encode("latin-1") + '{"question": "Größe?"}\n'.encode()
    questions = load_questions(write("set.jsonl", content))
    assert [question.question for question in questions] == ["Größe?"]
    assert [(error.line, error.found) for error in questions.errors] == [(1, "bytes that are not UTF-8")]
    in_csv = load_questions(write("set.csv", "question\nGröße?\n".encode("latin-1") + b"Size?\n"))
    assert [question.question for question in in_csv] == ["Size?"]
    assert [error.line for error in in_csv.errors] == [2]


def test_csv_cells_hold_commas_quotes_lines_and_lists(write: Write) -> None:
    content = """id,Question,key_facts,papers,answerable,tags,note
a,"Which one, A or B?",28%|1.5x,arxiv:2407.02833|Layer Normalization,yes,x;y,kept for me
b,"She said ""no"".
Why?",one; two,,FALSE,,
c,Plain?,"[""a; b"", ""c""]","[{""title"": ""T""}]",,,
"""
    questions = load_questions(write("set.csv", content))
    a, b, c = questions
    assert not questions.errors
    assert a.question == "Which one, A or B?"
    assert a.key_facts == ("28%", "1.5x")
    assert [paper.id for paper in a.papers] == ["arxiv:2407.02833", "Layer Normalization"]
    assert a.tags == ("x", "y")
    assert b.question == 'She said "no".\nWhy?'
    assert b.key_facts == ("one", "two")
    assert (b.line, b.answerable) == (3, False)
    assert (c.line, c.key_facts, c.papers) == (5, ("a; b", "c"), (PaperRef(title="T"),))
    assert questions.unused == ("note",)


def test_broken_csv_rows(write: Write) -> None:
    content = 'question,id\n"quoted" and not,1\nFine?,2\nToo,many,cells\n"never closed,4\nlost?,5\n'
    questions = load_questions(write("set.csv", content))
    assert [question.question for question in questions] == ["Fine?"]
    assert [error.line for error in questions.errors] == [2, 4, 5]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("set.jsonl", b"", "is empty"),
        ("set.csv", b"\xef\xbb\xbf \r\n", "is empty"),
        ("set.csv", b"frage,id\nWas?,1\n", "no column `question` in 'frage,id'"),
        ("set.csv", "question\nWhat?\n".encode("utf-16"), "is UTF-16"),
    ],
)
def test_files_that_hold_no_questions(write: Write, name: str, content: bytes, message: str) -> None:
    with pytest.raises(QuestionSetError, match=message):
        load_questions(write(name, content))


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="No such file"):
        load_questions(tmp_path / "absent.jsonl")
    with pytest.raises(QuestionSetError, match="is a folder"):
        load_questions(tmp_path)


def test_a_set_of_nothing_but_bad_rows(write: Write) -> None:
    questions = load_questions(write("set.jsonl", "x\ny\n"))
    assert len(questions.errors) == 2
    with pytest.raises(QuestionSetError, match="none of its 2 rows is a question"):
        require_questions(questions)


def test_the_hash_names_the_content_not_the_place(write: Write) -> None:
    first = load_questions(write("a.jsonl", '{"question": "Q?"}'))
    assert load_questions(write("b.jsonl", '{"question": "Q?"}')).hash == first.hash
    assert load_questions(write("c.jsonl", '{"question": "R?"}')).hash != first.hash


@pytest.mark.parametrize(
    ("name", "count"), [("single", 55), ("multi", 12), ("unanswerable", 18), ("dialogue", 8), ("filter", 8), ("injected", 7)]
)
def test_the_real_sets_load_as_they_are(shared: Path, name: str, count: int) -> None:
    questions = load_questions(shared / "questions" / f"{name}.jsonl")
    assert len(questions) == count
    assert not questions.errors
    assert all(question.answerable is (name != "unanswerable") for question in questions)
    assert all(question.papers for question in questions) is (name not in {"unanswerable", "injected"})


def test_a_row_that_says_what_must_not_be_said_has_something_to_be_scored_by(write: Write) -> None:
    file = write("hostile.jsonl", '{"question": "What is best?", "must_not": ["zebra"]}\n{"question": "What else?"}\n')
    assert [problem.line for problem in check(load_questions(file))] == [2]
