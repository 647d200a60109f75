"""The two sides of a comparison that names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.paper import Paper
from rag.retrieval.compared import is_named, sides

PAPERS = {
    "LoomNet: Weaving Wool": "We propose LoomNet, which weaves wool into cloth. It reaches twelve metres an hour.",
    "Clay in Three Kilns": "We propose a way to bake bowls called KilnFire. It reaches nine hundred degrees.",
    "Weaving and Baking: A Survey": "Wool is woven and clay is baked. We compare crafts by the hour.",
    "Snow on Roofs": "Roofs break under snow. A sensor weighs it in time.",
}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What is the difference between LoomNet and KilnFire?", ("LoomNet", "KilnFire")),
        ("Compare the LoomNet paper with KilnFire in cost.", ("LoomNet", "KilnFire")),
        ("How does LoomNet differ from KilnFire?", ("LoomNet", "KilnFire")),
        ("How do LoomNet and KilnFire differ?", ("LoomNet", "KilnFire")),
        ("LoomNet vs. KilnFire", ("LoomNet", "KilnFire")),
        ("What sets LoomNet apart from weaving by hand?", ("LoomNet", "weaving by hand")),
        ("Compare how the first paper weighs wool with what the second one says of clay", None),  # clauses, not names
        ("Is LoomNet faster?", None),
        ("LoomNet vs LoomNet", None),
    ],
)
def test_the_wording(question: str, names: tuple[str, str] | None) -> None:
    assert sides(question) == names


def test_a_paper_is_called_so_in_its_title_or_by_what_it_coins() -> None:
    kilns = Paper("abs:1", PAPERS["Clay in Three Kilns"], title="Clay in Three Kilns")
    assert is_named("KilnFire", kilns)
    assert is_named("three kilns", kilns)
    assert not is_named("LoomNet", kilns)


@pytest.fixture(scope="module")
def assistant(
    tmp_path_factory: pytest.TempPathFactory, write_papers: Callable[..., Path], open_library: Callable[[Path], Assistant]
) -> Iterator[Assistant]:
    place = tmp_path_factory.mktemp("compared")
    with open_library(place / "home") as library:
        library.ingest([write_papers(place / "papers.jsonl", list(PAPERS.items()))])
        yield library


def test_the_papers_of_both_sides_are_quoted_and_no_other(assistant: Assistant) -> None:
    answer = assistant.ask("What is the difference between LoomNet and KilnFire?")
    assert {source.paper.title for source in answer.sources} == {"LoomNet: Weaving Wool", "Clay in Three Kilns"}


def test_a_title_with_both_names_is_the_comparison(assistant: Assistant) -> None:
    answer = assistant.ask("Compare weaving with baking")
    assert answer.sources[0].paper.title == "Weaving and Baking: A Survey"


def test_a_side_that_no_paper_mentions_is_told(assistant: Assistant) -> None:
    answer = assistant.ask("What is the difference between LoomNet and GlassOven?")
    assert "No paper found mentions “GlassOven”." in answer.notes
