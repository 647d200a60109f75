"""First questions come from titles, and only those remain that the library answers."""

from __future__ import annotations

import re
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
        "Which data does Wall use?",
        "What is Tide?",  # its data would be a third question of that kind
    )


def test_they_come_from_all_over_the_library() -> None:
    papers = [Paper(id=str(n), abstract="a", title=f"N{n}: more") for n in range(120)]
    assert [paper.id for paper, _ in suggestions.spread(papers)] == [str(n) for n in range(0, 120, 10)]


def test_what_leads_on_is_of_several_kinds_and_told_by_what_was_not_quoted(make_answer: Callable[..., Answer]) -> None:
    moss = Paper(id="m", title="Moss: a wall plant", abstract="Moss is green. It grows 40% faster. It is limited to shade.")
    wall = Paper(id="w", title="Wall: bricks", abstract="Walls are old. Each is 30% lime. They fail because of frost.")
    tide = Paper(id="t", title="Tide: water", abstract="Tides come twice. They rise by pulling. A benchmark tells how far.")
    papers = {"Moss": moss, "Wall": wall, "Tide": tide}

    def ask(question: str) -> Answer:
        """Every sentence of the papers that are named; what Tide's data are, nobody knows."""
        named = [paper for name, paper in papers.items() if name in question]
        refused = AnswerKind.REFUSED if question == "Which data does Tide use?" else AnswerKind.QUOTED
        spans = {paper.id: [(at.start(), at.end()) for at in re.finditer(r"[^ ][^.]*\.", paper.abstract)] for paper in named}
        return make_answer([], [(paper, spans[paper.id]) for paper in named], kind=refused)

    answer = make_answer([("Moss is green.", (1,), Verdict.SUPPORTED)], [(moss, [(0, 14)])], retrieved=[moss, wall, tide])
    found = suggestions.lead_on(answer, ["What is Moss?"], ask)
    assert found == ("How large are the gains of Moss?", "Compare Moss and Wall", "How does Tide work?")
    assert suggestions.lead_on(answer, ["What is Moss?", found[0]], ask)[0] == "What are the limits of Moss?"
    assert suggestions.lead_on(make_answer(kind=AnswerKind.REFUSED), [], ask) == ()


def test_no_more_than_one_of_them_asks_what_something_is(make_answer: Callable[..., Answer]) -> None:
    papers = [Paper(id=name, abstract=f"{name} is it.", title=f"{name}: more") for name in ("Moss", "Wall", "Tide", "Rain")]

    def ask(question: str) -> Answer:
        named = [paper for paper in papers if str(paper.title).split(":")[0] in question]
        return make_answer([], [(paper, [(0, 11)]) for paper in named])

    answer = make_answer([("Moss is it.", (1,), Verdict.SUPPORTED)], [(papers[0], [(0, 11)])], retrieved=papers)
    assert suggestions.lead_on(answer, [], ask) == ("Compare Moss and Wall", "What is Tide?")
