"""Groups of papers are named by what they are about, and not by how abstracts are written."""

from __future__ import annotations

from rag.library.topics import names
from rag.paper import Paper


def paper(title: str, abstract: str) -> Paper:
    return Paper(id=title, title=title, abstract=abstract)


CRANES = [
    paper("Counting cranes", "We show that weather radar counts cranes over every lake."),
    paper("Weather radar at night", "Cranes fly over every lake at night; weather radar sees them."),
    paper("Crane flocks", "Flocks of cranes are tracked by weather radar over every layer of air."),
]
BREAD = [
    paper("Sourdough crumb", "We show that reinforcement learning bakes sourdough."),
    paper("Better sourdough", "Reinforcement learning tunes the oven of a sourdough bakery."),
    paper("Ovens", "Over every layer of dough the oven is hot. Sourdough rises."),
]


def test_a_group_is_named_by_what_its_papers_share_and_others_lack() -> None:
    assert names([*CRANES, *BREAD], [0, 0, 0, 1, 1, 1]) == [
        "cranes, weather radar, lake",
        "sourdough, ovens, reinforcement learning",
    ]


def test_abbreviations_and_names_keep_their_capitals() -> None:
    papers = [paper("Reading with LLMs", "LLMs read."), paper("LLMs in law", "Courts ask LLMs."), *BREAD]
    assert names(papers, [0, 0, 1, 1, 1])[0].startswith("LLMs")


def test_a_group_of_one_paper_has_a_name_and_nothing_gives_none() -> None:
    assert names([paper("Tidal clocks", "Clocks under the sea."), *CRANES], [0, 1, 1, 1])[0].startswith("tidal clocks")
    assert names([paper("It", "We show this."), *CRANES], [0, 1, 1, 1])[0] == "other"
    assert names([], []) == []
