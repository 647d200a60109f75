"""Several papers asked for at once, each searched for itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.paper import Paper
from rag.retrieval.items import Called, called

LOOM, KILN, BOTH, SNOW, TAN = (
    "LoomNet: Weaving Wool",
    "Clay in Three Kilns",
    "Weaving and Baking: A Survey",
    "Snow on Roofs",
    "Tanning",
)
PAPERS = {
    LOOM: "We propose LoomNet, which weaves wool into cloth. It reaches twelve metres an hour.",
    KILN: "We propose a way to bake clay bowls called KilnFire. It reaches nine hundred degrees.",
    BOTH: "Wool is woven and clay is baked. We compare crafts by the hour.",
    SNOW: "Roofs break under snow. A sensor weighs it in time.",
    TAN: "Leather is tanned with bark from oaks. The hides rest for a year.",
}


def test_a_paper_is_called_so_in_its_title_or_by_what_it_coins() -> None:
    kilns = Paper("abs:1", PAPERS[KILN], title=KILN)
    assert called("KilnFire", kilns) is Called.BY_NAME
    assert called("the three kilns paper", kilns) is Called.IN_TITLE
    assert called("bake clay bowls", kilns) is Called.IN_WORDS
    assert called("LoomNet", kilns) is Called.NO
    assert called("CTK", kilns) is Called.BY_NAME  # initials
    assert called("in", kilns) is Called.NO


@pytest.fixture(scope="module")
def assistant(
    tmp_path_factory: pytest.TempPathFactory, write_papers: Callable[..., Path], open_library: Callable[[Path], Assistant]
) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("apart")
    with open_library(place / "home") as library:
        library.ingest([write_papers(place / "papers.jsonl", list(PAPERS.items()))])
        yield library


@pytest.mark.parametrize(
    ("question", "papers"),
    [
        ("What is the difference between LoomNet and KilnFire?", {LOOM, KILN}),
        ("LoomNet or KilnFire? What does each reach?", {LOOM, KILN}),
        ("How many metres of cloth does LoomNet weave, and how hot does KilnFire bake clay?", {LOOM, KILN}),
        ("LoomNet, a way to bake clay bowls, and leather tanned with oak bark: what is reached in each?", {LOOM, KILN, TAN}),
        ("Crafts, wool and clay: which one weaves with a net, which one compares by the hour?", {LOOM, BOTH}),
        ("How hot does KilnFire bake its bowls and clay?", {KILN}),
    ],
)
def test_the_papers_of_the_sides_are_quoted_and_no_other(assistant: Assistant, question: str, papers: set[str]) -> None:
    assert {source.paper.title for source in assistant.ask(question).sources} == papers
    assert {hit.paper.title for hit in assistant.search(question)[: len(papers)]} == papers


def test_each_side_is_asked_without_the_names(assistant: Assistant) -> None:
    found = assistant.find("LoomNet or KilnFire? What does each reach?")
    assert [side.asked for side in found.sides] == ["What does each reach"] * 2


def test_a_title_with_both_is_the_comparison(assistant: Assistant) -> None:
    answer = assistant.ask("Compare weaving with baking")
    assert answer.sources[0].paper.title == BOTH


def test_a_side_that_no_paper_mentions_is_told(assistant: Assistant) -> None:
    answer = assistant.ask("What is the difference between LoomNet and GlassOven?")
    assert "No paper found mentions “GlassOven”." in answer.notes


def test_what_records_tell_of_each_is_told(tmp_path: Path, open_library: Callable[[Path], Assistant]) -> None:
    rows = [
        {"title": title, "abstract": PAPERS[title], "authors": authors, "date": date}
        for title, authors, date in ((LOOM, ["Ann Lee"], "2021-05-03"), (KILN, ["Bo Dahl", "Cy Roe"], "2023-01-09"))
    ]
    dump = tmp_path / "papers.jsonl"
    dump.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    with open_library(tmp_path / "home") as library:
        library.ingest([dump])
        assert library.ask("Which is older, LoomNet or KilnFire?").text.splitlines() == [
            "“LoomNet: Weaving Wool” is the older one. [1]",
            "“LoomNet: Weaving Wool” is dated 2021-05-03. [1]",
            "“Clay in Three Kilns” is dated 2023-01-09. [2]",
        ]
        assert {source.paper.title for source in library.ask("Who wrote LoomNet and KilnFire?").sources} == {LOOM, KILN}
