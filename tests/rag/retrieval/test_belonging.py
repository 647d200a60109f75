"""Which papers belong to a list by topic and condition."""

from __future__ import annotations

import pytest

from rag.answering.record import Hit, Passage
from rag.paper import Paper
from rag.retrieval.belonging import asks_for_list, belonging, surely_about


def hit(title: str | None, score: float, abstract: str = "Nothing of note.") -> Hit:
    paper = Paper(id=f"{title}{score}", abstract=abstract, title=title)
    return Hit(paper, Passage(paper.id, 0, 0, len(abstract), abstract), score, {})


def test_near_the_best_or_named_by_the_title() -> None:
    hits = [hit("Looms", 0.8), hit("Threads", 0.65), hit("A dialogue of weavers", 0.4), hit("Wool", 0.4), hit("Dialog", 0.2)]
    kept = belonging(hits, ["papers on dialog"])
    assert [own.paper.title for own in kept] == ["Looms", "Threads", "A dialogue of weavers"]
    assert kept[2].score == pytest.approx(0.6)  # as near as it takes
    assert belonging([], ["looms"]) == []


def test_surely_about_is_word_for_word() -> None:
    assert surely_about([hit("Dialogue of weavers", 0.3)], ["Which papers deal with dialog?"])
    assert surely_about([hit(None, 0.3, "Looms hum. A loom is wood.")], ["volcanoes", "looms"])
    assert not surely_about([hit("Weaving", 0.9, "One loom was there.")], ["papers on looms"])
    assert not surely_about([hit("Weaving", 0.9)], ["Which papers are there?"])


@pytest.mark.parametrize(
    ("topic", "a_list"),
    [
        ("machine translation", True),
        ("What was published on looms ?", True),
        ("What did people write about wool ?", True),
        ("What does the paper on wool say of looms?", False),
        ("How does a loom reach 40 threads ?", False),
    ],
)
def test_what_asks_for_a_list(topic: str, a_list: bool) -> None:
    assert asks_for_list(topic) == a_list
