"""Claims, questions and questions for several papers are ranked in different ways; each step by hand."""

from __future__ import annotations

import pytest

from rag.assistant import Assistant
from rag.retrieval import statement
from rag.retrieval.feedback import SHARE, expand
from rag.retrieval.letters import groups, shared, weigh, wording, words_of
from rag.retrieval.understand import Form, form_of


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("What causes attention sinks?", Form.QUESTION),
        ("does dropout help small models", Form.QUESTION),
        ("which score does the larger model reach?", Form.QUESTION),
        ("Which papers compare optimizers?", Form.SEVERAL),
        ("Three studies disagree about honey. Why?", Form.SEVERAL),
        ("Adam versus SGD on small batches", Form.SEVERAL),
        ("How do Alpha and Beta treat noise in each case?", Form.SEVERAL),
        ("Honey bees learn faster in spring.", Form.STATEMENT),
        ("attention sinks", Form.STATEMENT),
        ("", Form.STATEMENT),
    ],
)
def test_the_wording_shows_what_is_wanted(text: str, form: Form) -> None:
    assert form_of(text) is form


def test_letters_are_groups_of_three_with_the_borders() -> None:
    assert groups("gene") == {b" ge", b"gen", b"ene", b"ne "}
    assert groups("a") == {b" a "}


def test_endings_and_marks_cost_little() -> None:
    text = wording("Genes of T-cells")
    assert text == b" genes of t cells "
    assert shared(weigh(["genes"], {}), text) == pytest.approx(1.0)
    assert shared(weigh(["gene"], {}), text) == pytest.approx(3 / 4)  # all but "ne "
    assert shared(weigh(["moss"], {}), text) == 0.0


def test_rare_words_count_more_and_unknown_ones_as_the_rarest() -> None:
    rarity = {"gene": 3.0, "moss": 1.0}
    assert shared(weigh(["gene", "moss"], rarity), wording("a gene")) == pytest.approx(3 / 4)
    assert shared(weigh(["moss", "zyx"], rarity), wording("zyx")) == pytest.approx(3 / 4)
    assert shared(weigh([], rarity), b" ") == 0.0


def test_a_word_is_looked_for_once_and_framing_words_not_at_all() -> None:
    assert words_of("What is the gene of the Gene?") == ["gene"]


def test_a_statement_adds_up_its_parts() -> None:
    parts = statement.Parts({"a": 0.5, "b": 0.2}, {"b": 8.0, "c": 4.0}, {"a": 0.1, "b": 0.0, "c": 0.0}, {"a": 1.0, "b": 0.5})
    scores = statement.score(parts)
    w = statement.WEIGHTS
    assert scores["a"] == pytest.approx(w["cosine"] * 0.5 + w["near"] * 0.1 + w["letters"])
    assert scores["b"] == pytest.approx(w["cosine"] * 0.2 + w["keyword"] + w["letters"] * 0.5)
    assert scores["c"] == pytest.approx(w["cosine"] * 0.2 + w["keyword"] * 0.5)  # no cosine known: the least of the others
    assert w["cosine"] + w["keyword"] + w["letters"] == pytest.approx(1.0)


def test_feedback_brings_the_words_that_stand_out_in_what_was_found() -> None:
    weights = expand(["long", "answer"], [("length bias in long answers", 0.9), ("cats", 0.1)], {"length": 3.0, "bias": 3.0})
    assert weights["long"] == pytest.approx(1 - SHARE)
    assert weights["length"] == weights["bias"] == pytest.approx(SHARE)
    assert sum(weights.values()) == pytest.approx(2)
    assert "cat" not in weights  # not in the index: no rarity


def test_without_papers_or_telling_words_the_question_stays_what_it_is() -> None:
    assert expand(["honey"], [], {}) == {"honey": 1.0}
    assert expand([], [("honey", 1.0)], {"honey": 1.0}) == {}
    assert expand(["honey"], [("wax", 1.0)], {}) == {"honey": 1.0}


def test_the_index_knows_how_rare_a_stem_is_and_counts_it_by_weight(small: Assistant) -> None:
    index = small.stores().keywords
    rarity = index.rarity(["rook", "the", "nowhere"])
    assert "nowhere" not in rarity
    assert rarity["rook"] > rarity["the"]
    ((one, once),) = index.search_stems({"rook": 1.0}, 5)
    ((other, twice),) = index.search_stems({"rook": 2.0}, 5)
    assert one == other
    assert twice == pytest.approx(2 * once)
    assert index.search_stems({}, 5) == []


@pytest.mark.parametrize(
    "text", ["Which papers are about bees or turbines?", "Honey bees dance for each other.", "varnished violin"]
)
def test_every_form_finds_sound_hits(small: Assistant, text: str) -> None:
    hits = small.search(text, 5)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert len({hit.paper.id for hit in hits}) == 5
    assert {"Waggle dances of honey bees", "Varnish of old violins"} & {hit.paper.title for hit in hits[:2]}
