"""Papers and sentences whose word pieces fit a question, though they hold few of its words."""

from __future__ import annotations

import numpy as np
import pytest

from rag.answering.record import Hit, Passage
from rag.embedding.minilm import MiniLM
from rag.paper import Paper
from rag.retrieval.closely import READ, closely
from rag.retrieval.evidence import SentenceScorer, reading
from rag.retrieval.fits import greatest, weights_of
from rag.terms import stem

BEES = "Workers signal the site of nectar by moving in circles. Others follow them."
TIDES = "Turbines in a strait yield power from the tide. Costs fall with each year."
ICE = "Glaciers lose mass in warm summers. We drill cores to date the layers."


def hit(abstract: str, score: float, title: str | None = None) -> Hit:
    paper = Paper(id=abstract[:8], abstract=abstract, title=title)
    return Hit(paper, Passage(paper.id, 0, 0, len(abstract), abstract), score, {})


def as_rare(stems: set[str]) -> dict[str, float]:
    return dict.fromkeys(stems, 1.0)


def ordered(embedder: MiniLM, question: str, *hits: Hit) -> list[Hit]:
    return closely(question, hits, SentenceScorer(embedder).score(question, hits), reading(embedder), as_rare)


def test_a_paper_that_says_it_in_other_words_goes_in_front(embedder: MiniLM) -> None:
    found = ordered(embedder, "How do bees tell the hive about food?", hit(TIDES, 0.41), hit(BEES, 0.4))
    assert [own.paper.abstract for own in found] == [BEES, TIDES]
    assert [own.score for own in found] == [0.4, 0.41]  # those of the search


def test_a_clear_lead_is_kept(embedder: MiniLM) -> None:
    found = ordered(embedder, "How do bees tell the hive about food?", hit(TIDES, 0.9), hit(BEES, 0.4))
    assert [own.paper.abstract for own in found] == [TIDES, BEES]


def test_only_the_first_papers_are_read(embedder: MiniLM) -> None:
    hits = [hit(TIDES, 0.5), hit(ICE, 0.49), hit(TIDES + " Again.", 0.48), hit(BEES, 0.47)]
    found = ordered(embedder, "How do bees tell the hive about food?", *hits)
    assert found[READ:] == hits[READ:]


@pytest.mark.parametrize("question", ["What is it?", "", "How?"])
def test_a_question_without_content_changes_nothing(embedder: MiniLM, question: str) -> None:
    hits = [hit(TIDES, 0.5), hit(BEES, 0.4)]
    assert ordered(embedder, question, *hits) == hits


def test_one_paper_or_none_is_left_alone(embedder: MiniLM) -> None:
    assert ordered(embedder, "bees") == []
    alone = hit(BEES, 0.4)
    assert ordered(embedder, "bees", alone) == [alone]


def test_only_content_words_weigh() -> None:
    question = "How do bees dance?"
    spans = [(0, 3), (4, 6), (7, 11), (12, 15), (15, 17), (17, 18)]  # "dance" in two pieces
    weights = weights_of(question, spans, {stem("bees"): 2.0, stem("dance"): 3.0})
    assert weights.tolist() == [0, 0, 2, 3, 3, 0]


def test_the_greatest_cosine_of_each_text_is_taken() -> None:
    east, north, between = np.eye(2, dtype=np.float32)[0], np.eye(2, dtype=np.float32)[1], np.array([0.6, 0.8], np.float32)
    wanted = np.stack([east, north])
    found = greatest(wanted, [np.stack([east, between]), np.zeros((0, 2), np.float32), north[None]])
    assert found == pytest.approx(np.array([[1.0, 0.0, 0.0], [0.8, 0.0, 1.0]]))
