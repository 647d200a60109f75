"""How many of the papers found a question is about."""

from __future__ import annotations

import pytest

from rag.answering.record import Hit, Passage
from rag.paper import Paper
from rag.retrieval.extent import asked_about, length, with_list
from rag.retrieval.understand import QuestionType, how_many, surely_several


def hits(*papers: tuple[str, float]) -> list[Hit]:
    return [Hit(Paper(text, text), Passage(text, 0, 0, len(text), text), score, {}) for text, score in papers]


BEES = hits(("Bees dance.", 1.0), ("Bees sleep in Pohang.", 0.9), ("Wasps in Pohang.", 0.55), ("Ants.", 0.5))


def test_a_list_ends_at_the_widest_gap_behind_good_papers() -> None:
    assert length([1.0, 0.9, 0.55, 0.5]) == 2
    assert length([1.0, 0.75, 0.73, 0.5, 0.1]) == 3
    assert length([1.0, 0.97, 0.93, 0.9, 0.85, 0.8, 0.75, 0.71, 0.66]) == 8  # no gap: down to 0.7
    assert length([1.0, 0.9, 0.75, 0.65], every=True) == 3
    assert length([1.0]) == 1
    assert length([]) == 0


def test_which_papers_are_asked_about() -> None:
    said = ["Bees dance.", "Bees sleep in Pohang.", "Wasps in Pohang.", "Ants."]
    assert asked_about("Which papers are about bees?", QuestionType.LIST, BEES) == tuple(said[:2])
    assert asked_about("Which papers are on insects at Pohang?", QuestionType.LIST, BEES) == (
        said[1],
        said[2],
    )  # the name is theirs
    assert asked_about("Which three papers are those?", QuestionType.LIST, BEES) == tuple(said[:3])
    assert asked_about("Compare the ways of bees", QuestionType.COMPARE, BEES) == ()
    assert asked_about("How do bees dance?", QuestionType.ONE, BEES) == ()


def test_a_list_completes_the_papers_of_a_row() -> None:
    assert with_list(["Ants."], "which papers study insects?", BEES) == ("Ants.", "Bees dance.", "Bees sleep in Pohang.")
    assert with_list(["Ants."], "What do ants do?", BEES) == ("Ants.",)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("Which two, and how well does it work?", 2),
        ("Three papers mix wool and clay.", 3),
        ("LoomNet or KilnFire: which of the two is older?", 2),
        ("What do both papers measure?", 2),
        ("Which two drawbacks does LoomNet have?", 0),
        ("What are the three stages of LoomNet?", 0),
    ],
)
def test_how_many_papers_the_question_says_there_are(question: str, count: int) -> None:
    assert how_many(question) == count


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who uses looms, and what for?", True),
        ("Which recommenders are live?", True),
        ("What does it cost in each case?", True),
        ("Who was filmed?", False),
        ("Which data does LoomNet use?", False),
    ],
)
def test_wording_that_no_single_paper_answers(question: str, expected: bool) -> None:
    assert surely_several(question) is expected
