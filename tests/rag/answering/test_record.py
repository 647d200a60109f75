"""The record of an answer survives being written and read, and cannot be changed."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import HealthCheck, given, settings

from rag.answering.record import Answer, AnswerKind, CitedSource, Hit, Passage, Repair, Sentence, Support, Tokens, Verdict
from rag.paper import Paper, Source
from tests.rag.strategies import answers


def answer() -> Answer:
    """Two sentences, the second one without a source."""
    paper = Paper(id="arxiv:2407.02833", abstract="One. Two.", authors=("A. Ng",), sources=(Source("dump.txt", 3),))
    passage = Passage(paper.id, 0, 0, 4, "One.")
    return Answer(
        question="Which?",
        text="One [1]. And more.",
        sentences=(
            Sentence("One.", (1,), Verdict.SUPPORTED, 0.9, passage, judged=Verdict.PARTLY),
            Sentence("And more.", (), Verdict.UNCITED, outside=True),
        ),
        sources=(CitedSource(1, paper, (passage,)),),
        retrieved=(Hit(paper, passage, 0.7, {"dense": 0.6}),),
        kind=AnswerKind.WRITTEN,
        abstained=False,
        confidence=0.8,
        model="openai:gpt-4o-mini",
        tokens=Tokens(100, 20, "server"),
        cost=0.002,
        timings={"retrieve": 0.01},
        follows=("0123456789ab",),
        settings={"answer_words": 90},
        repairs=(Repair("Ten.", Verdict.UNSUPPORTED, None),),
    )


def test_json_and_back_is_the_same_answer() -> None:
    written = json.dumps(answer().to_dict())
    assert Answer.from_dict(json.loads(written)) == answer()


def test_a_row_of_an_earlier_version_is_read() -> None:
    row = answer().to_dict()
    for later in ("id", "follows", "settings", "repairs"):
        del row[later]
    for sentence in row["sentences"]:
        for later in ("evidence", "outside", "judged"):
            del sentence[later]
    read = Answer.from_dict(row)
    assert (read.id, read.repairs, read.sentences[0].evidence) == ("", (), None)
    assert read.sentences[0].text == "One."


@given(answers)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_answer_survives_json(some: Answer) -> None:
    read = Answer.from_dict(json.loads(json.dumps(some.to_dict())))
    assert read == some
    assert read.to_dict() == some.to_dict()


def test_the_mapping_holds_every_field() -> None:
    assert set(answer().to_dict()) == {field.name for field in dataclasses.fields(Answer)}


def test_the_mapping_is_plain() -> None:
    row = answer().to_dict()
    assert row["kind"] == "written"
    first = row["sentences"][0]
    assert first["citations"] == [1]
    assert first["verdict"] == "supported"
    assert first["evidence"] == {"paper_id": "arxiv:2407.02833", "index": 0, "start": 0, "end": 4, "text": "One."}
    assert (first["outside"], first["judged"]) == (False, "partly")
    assert row["repairs"] == [{"before": "Ten.", "verdict": "unsupported", "after": None}]
    assert row["tokens"] == {"prompt": 100, "completion": 20, "counted_by": "server"}
    assert row["sources"][0]["paper"]["sources"] == [{"file": "dump.txt", "line": 3}]


@pytest.mark.parametrize(
    ("record", "field"),
    [
        (answer(), "text"),
        (answer().sentences[0], "verdict"),
        (answer().sources[0], "number"),
        (answer().sources[0].passages[0], "start"),
        (answer().retrieved[0], "score"),
        (answer().tokens, "prompt"),
        (answer().sources[0].paper, "title"),
        (Support(Verdict.PARTLY, 0.4, None), "label"),
    ],
    ids=lambda value: type(value).__name__ if dataclasses.is_dataclass(value) else value,
)
def test_no_record_can_be_changed(record: object, field: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(record, field, None)


def test_a_source_is_found_by_its_number() -> None:
    assert answer().source(1) == answer().sources[0]
    with pytest.raises(KeyError):
        answer().source(2)


def test_tokens_add_up() -> None:
    assert Tokens(100, 20).total == 120
