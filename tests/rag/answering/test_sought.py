"""A follow-up hears what is new, and of the kind it asks for."""

from __future__ import annotations

import pytest

from rag.answering.record import Passage
from rag.answering.sought import Sought, dependent, fresh, leading, sought
from rag.paper import Paper
from rag.retrieval.evidence import ScoredSentence, sentence_passages
from rag.retrieval.followup import leans

PROBLEM = "Deep layers hardly learn because the variance of their output grows with depth."
REMEDY = "We propose to scale the output of each layer by the root of its depth."
RESULT = "Models of seven sizes improve by 4%."
PAPER = Paper(id="deep", abstract=f"{PROBLEM} {REMEDY} {RESULT}")


def scored(*scores: float) -> list[ScoredSentence]:
    return [ScoredSentence(PAPER, p, score, 0.5, 0.5) for p, score in zip(sentence_passages(PAPER), scores, strict=True)]


@pytest.mark.parametrize(
    ("turn", "kind"),
    [
        ("And how is it fixed?", Sought.METHOD),
        ("Why?", Sought.CAUSE),
        ("Does it help?", Sought.RESULT),
        ("Any limitations?", Sought.LIMITATION),
        ("By how much?", Sought.NUMBER),
        ("And in Norway?", None),
    ],
)
def test_what_a_turn_asks_for(turn: str, kind: Sought | None) -> None:
    assert sought(turn) is kind


def best(turn: str, *before: str) -> str:
    return max(fresh(turn, scored(5, 3, 4), before), key=lambda sentence: sentence.score).passage.text


def test_a_follow_up_hears_what_was_not_told() -> None:
    assert best("And how is it fixed?", PROBLEM) == REMEDY
    assert best("Does it help?", PROBLEM, REMEDY) == RESULT
    assert best("And then?", PROBLEM) == RESULT


def test_what_was_told_is_told_again_where_nothing_else_answers() -> None:
    assert best("Why?", PROBLEM) == PROBLEM
    assert best("By how much?", RESULT) == RESULT
    assert best("And then?", PROBLEM, REMEDY, RESULT) == PROBLEM


def test_a_first_answer_to_why_begins_with_the_cause() -> None:
    assert leading("Why do deep layers hardly learn?", scored(3, 2, 4)).passage.text == PROBLEM
    assert leading("What do deep layers learn?", scored(3, 2, 4)).passage.text == RESULT


@pytest.mark.parametrize(
    ("text", "leaning"),
    [
        ("This gives more features.", True),
        ("(2) Weights vanish.", True),
        ("Furthermore, weights vanish.", True),
        ("This paper counts weights.", False),
        ("Weights vanish.", False),
        ("Its weights vanish.", True),
        ("Itching bees dance.", False),
    ],
)
def test_a_sentence_leans_on_the_one_before_it(text: str, leaning: bool) -> None:
    assert dependent(Passage("x", 3, 0, len(text), text)) is leaning
    assert not dependent(Passage("x", 0, 0, len(text), text))


def test_an_answer_begins_with_a_sentence_that_stands_alone() -> None:
    paper = Paper(id="alone", abstract="Weights vanish in deep layers. This slows training down a lot.")
    close = [ScoredSentence(paper, p, score, 0.5, 0.5) for p, score in zip(sentence_passages(paper), (3.0, 3.2), strict=True)]
    assert leading("What do weights do?", close) is close[0]
    far = [ScoredSentence(paper, p, score, 0.5, 0.5) for p, score in zip(sentence_passages(paper), (1.0, 3.2), strict=True)]
    assert leading("What do weights do?", far) is far[1]


@pytest.mark.parametrize(
    ("turn", "back"), [("What are the results?", True), ("Limitations?", True), ("What do bees eat?", False)]
)
def test_a_turn_of_nothing_but_a_part_of_a_paper_points_back(turn: str, back: bool) -> None:
    assert leans(turn) is back
