"""What a question puts side by side, by its wording."""

from __future__ import annotations

import pytest

from rag.retrieval.rows import bare, clauses, heading, heads, kinds_of, rows, several

ROWS = [
    ("LoomNet or KilnFire? What does each burn?", ("LoomNet", "KilnFire")),
    ("LoomNet vs. KilnFire", ("LoomNet", "KilnFire")),
    ("What is the difference between LoomNet and KilnFire?", ("LoomNet", "KilnFire")),
    ("Compare the LoomNet paper with KilnFire in cost.", ("the LoomNet paper", "KilnFire")),
    ("How does LoomNet differ from KilnFire?", ("LoomNet", "KilnFire")),
    ("What sets LoomNet apart from weaving by hand?", ("LoomNet", "weaving by hand")),
    ("Which is faster, LoomNet or KilnFire?", ("LoomNet", "KilnFire")),
    ("Crafts: LoomNet, KilnFire and the tannery. How hot is each?", ("LoomNet", "KilnFire", "the tannery")),
    (
        "A bank of wool, a team of potters, and a tannery. Which three papers are those?",
        ("A bank of wool", "a team of potters", "a tannery"),
    ),
    ("Wool weighed by weavers; bowls baked by boys. Which two?", ("Wool weighed by weavers", "bowls baked by boys")),
    ("Who weaves wool and who bakes clay, and how fast is each?", ("Who weaves wool", "who bakes clay")),
    ("A paper that weaves and one that bakes bowls: how fast?", ("A paper that weaves", "one that bakes bowls")),
    (
        "How many metres does LoomNet weave, and how hot is KilnFire?",
        ("How many metres does LoomNet weave", "how hot is KilnFire"),
    ),
]


@pytest.mark.parametrize(("question", "row"), ROWS)
def test_a_row_is_among_the_ways_to_read_it(question: str, row: tuple[str, ...]) -> None:
    assert row in rows(question)


def test_what_is_asked_of_all_is_no_item() -> None:
    assert clauses("which weaves wool, which one bakes clay, and what does each of them need?") == [
        "which weaves wool",
        "which one bakes clay",
    ]
    assert rows("How fast does LoomNet weave?") == []
    assert rows("LoomNet vs LoomNet") == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How hot is each?", True),
        ("Which two papers weave?", True),
        ("Who weaves and who bakes?", True),
        ("One weaves, the other bakes.", True),
        ("What does the first weave and what is baked in the second?", True),
        ("What fails when looms stop one after another?", False),
        ("How fast does LoomNet weave?", False),
        ("What was LoomNet compared against, and how hot was it?", False),
    ],
)
def test_wording_that_wants_several(question: str, expected: bool) -> None:
    assert several(question) is expected


def test_a_row_in_front_of_what_is_asked() -> None:
    assert heads("LoomNet and the clay study - how fast are they?", ("LoomNet", "the clay study"))
    assert not heads("How fast do LoomNet and KilnFire run?", ("LoomNet", "KilnFire"))


def test_articles_and_words_for_papers_are_no_part_of_a_name() -> None:
    assert bare("in the LoomNet paper") == "LoomNet"
    assert bare("the tannery") == "tannery"


def test_kinds_of_what_stands_in_front_of_a_colon() -> None:
    question = "Compare the craft papers (by that name): which is a survey, one is about wool, and what does each need?"
    assert heading(question) == "craft"
    assert kinds_of(question) == ["which is a survey", "one is about wool"]
    assert kinds_of("Who weaves?") == []
