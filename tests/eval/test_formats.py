"""YAML, JSON arrays and packed files: the same questions whatever they are written in, and errors with their line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.questions import PaperRef, load_questions
from rag.errors import QuestionSetError

Write = Callable[[str, str | bytes], Path]

YAML = """
# Two questions.
- id: 1
  question: Does it gain 5.10 points?
  answer: "Yes"
  key_facts: [5.10, 007]
  papers:
    - title: Steps
    - passage: counted in the middle
  answerable: yes
  filters: {year: 2024}
  kind: ~

- question: >-
    A question
    over two lines?
  turns:
"""


def test_yaml_keeps_every_scalar_as_it_is_written(write: Write) -> None:
    first, second = load_questions(write("set.yaml", YAML))
    assert (first.id, first.line, first.kind) == ("1", 3, "question")
    assert first.key_facts == ("5.10", "007")
    assert first.label == "yes"
    assert first.papers == (PaperRef(title="Steps"), PaperRef(opening="counted in the middle"))
    assert first.filters == {"year": "2024"}
    assert (second.question, second.line) == ("A question over two lines?", 14)


def test_a_mapping_may_hold_the_list(write: Write) -> None:
    (question,) = load_questions(write("set.yml", "name: mine\nquestions:\n- question: Why?\n"))
    assert (question.question, question.line) == ("Why?", 3)


def test_rows_of_yaml_that_are_no_questions(write: Write) -> None:
    questions = load_questions(write("set.yaml", "- question: Why?\n- just a text\n- answer: none\n"))
    assert [(error.line, error.found) for error in questions.errors] == [(2, "a YAML scalar"), (3, "no question")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("- question: Why?\n  id: [1, 2\n- b", "line [23]: no YAML"),
        ("question: Why?", "no list of questions"),
        ("- &a question: Why?\n- *a\n", "line 2: an alias"),
        ("- question: !!python/object:os.system Why?\n", ""),
    ],
)
def test_yaml_that_is_broken_or_built_to_harm(write: Write, content: str, said: str) -> None:
    path = write("set.yaml", content)
    if not said:  # a tag is not heeded: the scalar is text
        (question,) = load_questions(path)
        assert question.question == "Why?"
        return
    with pytest.raises(QuestionSetError, match=said):
        load_questions(path)


def test_a_json_array_names_lines(write: Write) -> None:
    questions = load_questions(write("set.json", '[\n {"question": "Why?"},\n 7,\n {"question":\n "How?"}\n]\n'))
    assert [(question.question, question.line) for question in questions] == [("Why?", 2), ("How?", 4)]
    assert [error.line for error in questions.errors] == [3]
    broken = load_questions(write("broken.json", '[{"question": "Why?"},\n {"question": }]'))
    assert len(broken) == 1
    assert "line 2: no JSON" in str(broken.errors[0])


def test_a_json_object_may_hold_the_array_and_json_lines_may_be_called_json(write: Write) -> None:
    assert len(load_questions(write("a.json", '{"questions": [{"question": "Why?"}]}'))) == 1
    assert len(load_questions(write("b.json", '{"question": "Why?"}\n{"question": "How?"}\n'))) == 2


def test_a_packed_set_is_unpacked_whatever_it_is_called(write: Write) -> None:
    packed = gzip.compress(b'{"question": "Why?"}\n')
    for name in ("set.jsonl.gz", "set.jsonl"):
        assert [question.question for question in load_questions(write(name, packed))] == ["Why?"]
    assert [q.question for q in load_questions(write("s.yaml.gz", gzip.compress(b"- question: Why?")))] == ["Why?"]
    with pytest.raises(QuestionSetError, match="cannot be read"):
        load_questions(write("cut.jsonl.gz", packed[:-9]))


def test_fields_of_the_kinds_of_questions(write: Write) -> None:
    rows = [
        {"question": "Q1?", "evidence": "One passage. | not a separator", "style": "named", "subkind": "x", "tags": ["t"]},
        {"question": "Q2?", "filters": {"year": 1999}, "papers": []},
        {"question": "Q3?", "label": "maybe", "answer": "It depends."},
        {"question": "Q4?", "answer": "No."},
        {"question": "Q5?", "attack": "an order", "abstract": "…"},
        {"question": "Q6?", "status": "draft", "without": ["arxiv:1"], "answerable": False},
        {"question": "Q7?", "status": "rejected"},
        {"question": "Q8?", "evidence": [{"text": "A passage."}]},
        {"question": "Q9?", "filters": "2024"},
    ]
    questions = load_questions(write("set.jsonl", "\n".join(map(json.dumps, rows))))
    by = {question.question: question for question in questions}
    assert by["Q1?"].evidence == ("One passage. | not a separator",)
    assert by["Q1?"].tags == ("t", "named", "x")
    assert not by["Q2?"].answerable  # no paper meets the conditions: saying so is right
    assert (by["Q3?"].label, by["Q4?"].label) == ("maybe", "no")
    assert by["Q5?"].kind == "injected"
    assert by["Q6?"].without == (PaperRef("arxiv:1", "arxiv:1", "arxiv:1"),)
    assert "Q7?" not in by
    assert by["Q8?"].evidence == ("A passage.",)
    assert "`filters` is" in str(questions.errors[0])
    assert (questions.drafts, questions.labels) == (1, ("maybe", "no"))
