"""Answers recorded elsewhere: scored like any other, by what was recorded and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval import runs
from eval.importing import import_runs
from eval.questions import load_questions
from eval.recorded import declines
from rag.answering.record import Answer
from rag.errors import QuestionSetError, SettingsError

Write = Callable[[str, str | bytes], Path]


def lines(*rows: dict[str, Any]) -> str:
    return "\n".join(map(json.dumps, rows))


def test_two_systems_are_two_runs_over_the_same_questions(write: Write, tmp_path: Path) -> None:
    golds = {"1": "yes", "2": "no", "3": "yes"}
    said = {"a/one": ("yes", "no", "no"), "b two": ("yes", None, "maybe")}
    rows = [
        {"system": system, "id": key, "question": f"Q{key}?", "gold": gold, "choice": choice, "output": "Because."}
        for system, choices in said.items()
        for (key, gold), choice in zip(golds.items(), choices, strict=True)
    ]
    found, errors = import_runs(write("recorded.jsonl", lines(*rows)), tmp_path / "out")
    assert not errors
    assert [(one.system, one.folder.name) for one in found] == [("a/one", "a-one"), ("b two", "b-two")]
    beside, _ = import_runs(tmp_path / "recorded.jsonl", tmp_path / "runs" / "mine", beside=True)
    assert [one.folder for one in beside] == [tmp_path / "runs" / "mine-a-one", tmp_path / "runs" / "mine-b-two"]
    accuracy = [one.summary.overall.figures["label_accuracy"] for one in found]
    assert [figure.value for figure in accuracy] == [pytest.approx(2 / 3, abs=1e-6), pytest.approx(1 / 3, abs=1e-6)]
    assert accuracy[0].baseline == pytest.approx(2 / 3, abs=1e-6)  # two of the three are yes
    first, second = (runs.open_run(one.folder).manifest for one in found)
    assert first.set_hash == second.set_hash  # so that they can be compared
    assert (first.source, first.name) == ("imported", "a/one")
    rows_read, summary = runs.load_run(found[0].folder)
    assert summary == found[0].summary
    assert [(row["outcome"], row["confidence"]) for row in rows_read] == [
        ("answered right", None),
        ("answered right", None),
        ("answered wrong", None),
    ]
    assert Answer.from_dict(rows_read[0]["answer"]).model == "a/one"
    # No ranking, citation or confidence was recorded, so none is scored.
    assert "hit@1" not in summary.overall.figures
    assert "uncited" not in summary.overall.figures
    assert summary.overall.confidence is None


def test_the_same_file_again_writes_the_same_bytes(write: Write, tmp_path: Path) -> None:
    file = write("recorded.jsonl", lines({"question": "Why?", "answer": "Because.", "reference": "Because of it."}))
    import_runs(file, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    import_runs(file, tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_gold_from_a_set_and_citations_resolved_in_the_library(assistant: Any, write: Write, tmp_path: Path) -> None:
    opening = "Honeybees find their way home by landmarks. We move hives by"
    gold_row = {
        "id": "q2",
        "question": "How do honeybees find home?",
        "papers": [{"opening": opening}],
        "key_facts": ["landmarks"],
    }
    gold = load_questions(write("gold.jsonl", lines(gold_row)))
    bees = next(paper for paper in assistant.papers() if paper.abstract.startswith("Honeybees"))
    row = {
        "query": "how do honeybees  find HOME?",
        "response": "Honeybees find their way home by landmarks. [1] They dance [2].",
        "confidence": 0.9,
        "seconds": 1.5,
        "citations": [{"id": bees.id}, {"title": "A paper of another library", "text": "Nothing of the kind."}],
    }
    file = write("recorded.jsonl", lines(row))
    (one,), errors = import_runs(file, tmp_path / "out", assistant, questions=gold)
    assert not errors
    figures = one.summary.overall.figures
    assert (figures["fact_recall"].value, figures["citation_recall"].value, figures["citation_precision"].value) == (1, 1, 0.5)
    assert figures["supported"].value == 0.5
    (found,), _ = runs.load_run(one.folder)
    assert [s["citations"] for s in found["answer"]["sentences"]] == [[1], [2]]
    assert (found["relevant"], found["confidence"], found["blame"]) == ([bees.id], 0.9, "none")
    assert json.loads((one.folder / runs.SPEED).read_text())["total"]["p50"] == 1.5


def test_rows_that_cannot_be_used_are_named(write: Write, tmp_path: Path) -> None:
    file = write("recorded.jsonl", '{"question": "Why?", "answer": "So."}\nnot json\n{"question": "How?"}\n{"answer": "So."}\n')
    (one,), errors = import_runs(file, tmp_path / "out")
    assert one.summary.overall.questions == 1
    assert [(error.line, error.found.split(" (")[0]) for error in errors] == [
        (2, "no JSON"),
        (3, "no answer"),
        (4, "no question"),
    ]
    with pytest.raises(QuestionSetError, match="holds no recorded answer"):
        import_runs(write("none.jsonl", "7\n"), tmp_path / "none")


def test_fields_may_have_other_names(write: Write, tmp_path: Path) -> None:
    file = write("recorded.jsonl", lines({"question": "Why?", "text": "Yes, it is.", "truth": "yes"}))
    (one,), _ = import_runs(file, tmp_path / "out", names={"answer": "text", "label": "truth"})
    assert one.summary.overall.figures["label_accuracy"].value == 1  # no field for what was said: it is read from the text
    with pytest.raises(SettingsError, match="--map colour is nothing"):
        import_runs(file, tmp_path / "other", names={"colour": "x"})


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("I don't know.", True), ("", True), ("The answer cannot be determined from this.", True), ("It gains 5%.", False)],
)
def test_which_answers_are_refusals(text: str, refusal: bool) -> None:
    assert declines(text) is refusal


def test_the_four_recorded_systems(shared: Path, tmp_path: Path) -> None:
    found, errors = import_runs(shared / "bench" / "recorded" / "pubmedqa.jsonl.gz", tmp_path)
    assert not errors
    assert {one.system: one.summary.overall.figures["label_accuracy"].value for one in found} == {
        "cot/gpt-35-turbo-16k": 0.36,
        "cot/gpt-4-32k": 0.396,
        "rag_32/gpt-35-turbo-16k": 0.674,
        "rag_32/gpt-4-32k": 0.704,
    }
    assert {one.summary.overall.figures["label_accuracy"].baseline for one in found} == {0.552}
