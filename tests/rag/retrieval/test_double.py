"""Two questions in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.answering.record import Hit, Passage
from rag.assistant import Assistant
from rag.paper import Paper
from rag.retrieval.double import both, two_questions

PAPERS = {
    "LoomNet: Weaving Wool": "We propose LoomNet, which weaves wool into cloth. It reaches twelve metres an hour.",
    "KilnFire: Baking Clay": "We propose KilnFire, which bakes clay bowls. It reaches nine hundred degrees.",
    "Snow on Roofs": "Roofs break under snow. A sensor weighs it in time.",
}


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What is LoomNet for, and what is KilnFire for?", ("What is LoomNet for", "what is KilnFire for?")),
        ("How fast is LoomNet? And how hot is KilnFire?", ("How fast is LoomNet", "how hot is KilnFire?")),
        ("How fast is LoomNet, and how does it weave?", None),  # leans on the first
        ("What is LoomNet and why?", None),
        ("How do LoomNet and KilnFire differ?", None),
    ],
)
def test_the_wording(question: str, parts: tuple[str, str] | None) -> None:
    assert two_questions(question) == parts


def hit(key: str, score: float) -> Hit:
    return Hit(Paper(f"abs:{key}", "Text."), Passage(f"abs:{key}", 0, 0, 5, "Text."), score, {"dense": 0.5})


def test_the_best_of_either_come_first() -> None:
    joined = both([hit("a", 0.8), hit("c", 0.6)], [hit("b", 0.5), hit("c", 0.2)], 10)
    assert [(found.paper.id, found.score) for found in joined] == [("abs:a", 0.8), ("abs:b", 0.8), ("abs:c", 0.6)]


def test_questions_of_one_paper_or_of_none_in_particular_are_not_joined() -> None:
    assert both([hit("a", 0.8), hit("c", 0.6)], [hit("a", 0.5), hit("c", 0.2)], 10) == []
    assert both([hit("a", 0.8), hit("c", 0.75)], [hit("b", 0.5), hit("c", 0.2)], 10) == []


@pytest.fixture(scope="module")
def library(
    tmp_path_factory: pytest.TempPathFactory, open_library: Callable[[Path], Assistant], write_papers: Callable[..., Path]
) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("double")
    with open_library(folder / "home") as assistant:
        assistant.ingest([write_papers(folder / "papers.jsonl", PAPERS)])
        yield assistant


def test_both_papers_are_quoted(library: Assistant) -> None:
    answer = library.ask("How many metres of cloth does LoomNet weave, and how hot does KilnFire bake clay?")
    assert [source.paper.title for source in answer.sources] == ["LoomNet: Weaving Wool", "KilnFire: Baking Clay"]
