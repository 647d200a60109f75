"""First questions come from titles, and only those remain that the library answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.answering.record import Answer, AnswerKind, Verdict
from rag.paper import Paper
from ui import suggestions


@pytest.mark.parametrize(
    ("title", "question"),
    [
        ("SkyLedger: Counting Migrating Cranes from Radar", "What is SkyLedger?"),
        ("Do Glaciers Remember Earthquakes?", "Do Glaciers Remember Earthquakes?"),
        ("Why sleep? A survey: part two", "What does “Why sleep? A survey: part two” show?"),
        ("Moss on City Walls", "What does “Moss on City Walls” show?"),
        ("A Very Long Name of Many Words: it is long", "What does “A Very Long Name of Many Words: it is long” show?"),
        ("w" * 200, None),
        (None, None),
    ],
)
def test_a_title_gives_a_question(title: str | None, question: str | None) -> None:
    assert suggestions.question_about(Paper(id="x", abstract="a", title=title)) == question


def test_only_questions_answered_from_their_own_paper_remain(make_answer: Callable[..., Answer]) -> None:
    papers = [Paper(id=name, abstract="Abstract.", title=f"{name}: more") for name in "ABCDEFG"]
    others = Paper(id="Z", abstract="Abstract.")

    def ask(question: str) -> Answer:
        name = question[8]
        if name == "A":
            return make_answer(kind=AnswerKind.REFUSED)
        cited = others if name == "B" else papers["ABCDEFG".index(name)]
        return make_answer([("Abstract.", (1,), Verdict.SUPPORTED)], [(cited, [(0, 9)])])

    assert suggestions.choose(papers, ask) == ("What is C?", "What is D?", "What is E?", "What is F?")
    assert suggestions.choose(papers[:2], ask) == ()


def test_they_are_of_several_kinds(make_answer: Callable[..., Answer]) -> None:
    papers = [
        Paper(id=name, abstract="It is so. We release a data set.", title=f"{name}: more") for name in ("Moss", "Wall", "Tide")
    ]

    def ask(question: str) -> Answer:
        named = [paper for paper in papers if str(paper.title).split(":")[0] in question]
        cited = [(paper, [(0, 9)]) for paper in named]
        return make_answer([("It is so.", (1,), Verdict.SUPPORTED)], cited, retrieved=papers)

    assert suggestions.choose(papers, ask) == (
        "What is Moss?",
        "Compare Moss and Wall",
        "What is Wall?",
        "Which data does Tide use?",
    )


def test_they_come_from_all_over_the_library() -> None:
    papers = [Paper(id=str(n), abstract="a", title=f"N{n}: more") for n in range(120)]
    assert [paper.id for paper, _ in suggestions.spread(papers)] == [str(n) for n in range(0, 120, 10)]
