"""Hybrid search over a library a person can read whole, and what odd questions do to it: nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.answering.record import Hit
from rag.assistant import Assistant
from rag.library.conditions import Conditions
from rag.library.passages import cut
from rag.retrieval import finder, hybrid, legs
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.legs import best_of
from tests.rag.conftest import SMALL


@pytest.fixture
def retriever(small: Assistant) -> HybridRetriever:
    stores = small.stores()
    return HybridRetriever(stores.catalogue, stores.vectors, stores.keywords, small._embedder())


def assert_sound(hits: list[Hit], limit: int) -> None:
    """One hit a paper, best first, each with a passage of its own abstract."""
    assert len(hits) <= limit
    assert len({hit.paper.id for hit in hits}) == len(hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        assert hit.passage.paper_id == hit.paper.id
        assert hit.passage.text
        assert hit.passage.text == hit.paper.abstract[hit.passage.start : hit.passage.end]
        assert hit.parts.keys() <= {"dense", "keyword"}


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("How do insects tell each other about food?", "Waggle dances of honey bees"),
        ("electricity from the sea", "Tidal turbines in narrow straits"),
        ("Which microbes live in bread dough?", "Sourdough from mountain bakeries"),
        ("measuring how thick frozen rivers are from the air", None),
        ("Q7LatticeSign", "Q7LatticeSign: signatures for small devices"),
        ("What colours a fiddle?", "Varnish of old violins"),
        ("rook", "Chess endgames without search"),
        ("Do fish nap?", "Sleep of young zebrafish"),
    ],
)
def test_the_paper_is_found_by_meaning_or_by_name(retriever: HybridRetriever, question: str, title: str | None) -> None:
    hits = retriever.search(question, 3)
    assert_sound(hits, 3)
    assert hits[0].paper.title == title


def test_both_legs_show_their_scores(retriever: HybridRetriever) -> None:
    best = retriever.search("chess endgames with a rook", 8)[0]
    assert best.paper.title == "Chess endgames without search"
    assert 0.5 < best.parts["dense"] <= 1
    assert best.parts["keyword"] > 0


def test_who_shares_no_word_has_no_keyword_score(retriever: HybridRetriever) -> None:
    hits = {hit.paper.title: hit for hit in retriever.search("rook", 8)}
    assert [title for title, hit in hits.items() if "keyword" in hit.parts] == ["Chess endgames without search"]
    assert len(hits) == len(SMALL)


def test_a_question_of_framing_words_alone_is_searched_by_meaning(retriever: HybridRetriever) -> None:
    hits = retriever.search("What is it about, and why?", 5)
    assert_sound(hits, 5)
    assert len(hits) == 5
    assert all(hit.parts.keys() == {"dense"} for hit in hits)


def test_what_only_keywords_find_has_its_nearest_passage(
    tmp_path: Path,
    open_library: Callable[[Path], Assistant],
    write_papers: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A rare name in the middle of a long abstract, whose passages meaning ranks behind those of all other papers."""
    monkeypatch.setattr(hybrid, "DEPTH", 2)
    monkeypatch.setattr(finder, "AMONG", 1)
    tiles = "The survey turns to painted tiles and woven baskets. " * 12
    long = f"{tiles}Ozurgeti lies in the west. {tiles}"
    blocks = [(None, f"Granite block number {n} measures {n} centimetres.") for n in range(20)]
    with open_library(tmp_path / "home") as assistant:
        assistant.ingest([write_papers(tmp_path / "p.jsonl", [(None, long), *blocks])])
        (hit,) = assistant.search("How many centimetres do the granite blocks of Ozurgeti measure?", 1)
        assert_sound([hit], 1)
        assert hit.parts.keys() == {"keyword"}
        assert "Ozurgeti lies in the west." in hit.passage.text
        assert len(cut([hit.paper], assistant._embedder())[0]) > 2


@pytest.mark.parametrize("limit", [0, 1, 3, len(SMALL), 1000])
def test_the_limit_holds(retriever: HybridRetriever, limit: int) -> None:
    hits = retriever.search("bees and turbines", limit)
    assert_sound(hits, limit)
    assert len(hits) == min(limit, len(SMALL))


@pytest.mark.parametrize("question", ["", " ", "\n\t "])
def test_no_question_finds_nothing(retriever: HybridRetriever, question: str) -> None:
    assert retriever.search(question, 5) == []


def test_an_empty_library_finds_nothing(tmp_path: Path, open_library: Callable[[Path], Assistant]) -> None:
    with open_library(tmp_path) as assistant:
        assert assistant.search("bees") == []


ODD = [
    *("bees " * 2000, "x" * 10_000, '"', "'bees", "(bees", "bees AND", "OR", "NOT NOT", "title:x", "text:bees", "id:abs", "\x00"),
    *(
        "bees\x00",
        "\ud800",
        "\udcff bees",
        "🐝",
        "e\u0301te\u0301",
        "\u202ebees",
        "-",
        "*",
        "[a TO z]",
        "\\",
        "a" * 300 + " bees",
    ),
    *(
        "{}",
        "<script>alert(1)</script>",
        "'; DROP TABLE papers; --",
        "%s%n",
        "../../etc/passwd",
        "?" * 500,
        "1" * 500,
        "∑∫",
        "日本",
    ),
]


@pytest.mark.parametrize("question", ODD, ids=lambda question: ascii(question)[:24])
def test_odd_questions_are_only_questions(small: Assistant, question: str) -> None:
    assert_sound(small.search(question, 5), 5)
    answer = small.ask(question)
    assert answer.question == question
    assert answer.abstained == (not answer.sentences)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_question_raises(retriever: HybridRetriever, question: str) -> None:
    assert_sound(retriever.search(question, 3), 3)


def test_the_best_passage_of_each_paper_counts(retriever: HybridRetriever, small: Assistant) -> None:
    stores = small.stores()
    near = stores.vectors.nearest(small._embedder().embed(["violins"])[0], 100)
    best = best_of(near)
    assert {paper for paper, _ in best.items()} == {passage.paper_id for passage, _ in near}
    for passage, cosine in near:
        assert cosine <= best[passage.paper_id][1]


SIDES = [
    ["chess endgames with a rook"],
    ["sleep of fish", "tidal turbines"],
    ["What is it about, and why?"],
    ["bees", " ", "oil and bees"],
]


@pytest.mark.parametrize("sides", SIDES, ids=" or ".join)
@pytest.mark.parametrize("unwanted", ["Varnish of old violins", "Chess endgames without search"])
def test_few_matching_papers_and_many_are_ranked_alike(
    retriever: HybridRetriever, monkeypatch: pytest.MonkeyPatch, sides: list[str], unwanted: str
) -> None:
    """Of few every one is scored; of many those are that both legs find. Both ways find all papers of so small a library."""
    (other,) = (hit.paper.id for hit in retriever.search("violins", 8) if hit.paper.title == unwanted)
    conditions = Conditions(none_of=(Conditions(ids=(other,)),))
    few = retriever.search_sides(sides, 5, conditions)
    monkeypatch.setattr(legs, "NARROW", 0)
    many = retriever.search_sides(sides, 5, conditions)
    assert_sound(few, 5)
    assert [hit.paper.title for hit in many] == [hit.paper.title for hit in few]
    assert unwanted not in [hit.paper.title for hit in many]
    for one, two in zip(few, many, strict=True):
        assert (one.paper, one.passage) == (two.paper, two.passage)
        assert one.score == pytest.approx(two.score, abs=1e-5)
        assert one.parts == pytest.approx(two.parts, abs=1e-5)
