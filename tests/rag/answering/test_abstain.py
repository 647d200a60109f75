"""When the library does not answer."""

from __future__ import annotations

import pytest

from rag.answering import abstain
from rag.answering.abstain import INTERCEPT, REFUSE_BELOW, WEIGHTS, confidence, names_found
from rag.answering.record import Hit, Passage
from rag.answering.support import logistic
from rag.assistant import Assistant
from rag.paper import Paper
from rag.retrieval.evidence import ScoredSentence


def hit(text: str, score: float = 1.0, title: str | None = None) -> Hit:
    return Hit(Paper(id=text, abstract=text, title=title), Passage(text, 0, 0, len(text), text), score, {})


def sentence(cosine: float) -> ScoredSentence:
    return ScoredSentence(Paper(id="x", abstract=""), Passage("x", 0, 0, 0, ""), 0.0, cosine, 0.0)


def test_without_papers_nothing_is_sure() -> None:
    assert confidence("What is GPT-4?", [], []) == 0.0


def test_the_confidence_is_the_logistic_of_three_features() -> None:
    hits = [hit("About LayerNorm.", 0.9), hit("Else.", 0.6)]
    expected = INTERCEPT + WEIGHTS["cosine"] * 0.7 + WEIGHTS["lead"] * 0.3 + WEIGHTS["names"] * 1.0
    assert confidence("What is LayerNorm?", hits, [[sentence(0.2), sentence(0.7)], [sentence(0.1)]]) == pytest.approx(
        logistic(expected)
    )


def test_more_evidence_is_more_confidence() -> None:
    near, far = hit("Bees dance.", 0.9), hit("Ice melts.", 0.5)
    assert confidence("bees", [near], [[sentence(0.8)]]) > confidence("bees", [near], [[sentence(0.3)]])
    assert confidence("bees", [near, far], [[sentence(0.5)]]) > confidence("bees", [near, near], [[sentence(0.5)]])


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("How do bees dance?", 0.5),  # no name: neither for nor against
        ("What is Q7LatticeSign?", 1.0),
        ("Is Q7LatticeSign faster than RSA2048?", 0.5),
        ("What does the NASA say?", 0.0),
    ],
)
def test_names_are_looked_for_in_the_first_papers(question: str, share: float) -> None:
    hits = [hit("Signs messages.", title="Q7LatticeSign: signatures"), hit("Else."), hit("More."), hit("NASA and RSA2048.")]
    assert names_found(question, hits[: abstain.NEAR]) == share


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of France?",
        "How do I reset the password of my router?",
        "Who won the football match yesterday?",
        "Please write a poem about spring.",
        "What does the contract say about notice periods?",
    ],
)
def test_questions_of_another_world_are_refused(small: Assistant, question: str) -> None:
    answer = small.ask(question)
    assert answer.abstained
    assert answer.confidence < REFUSE_BELOW
    assert (answer.sentences, answer.sources) == ((), ())
    assert answer.text == abstain.REFUSAL


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many hives were the bee dances filmed in?", "14 hives"),
        ("How much more power does the best turbine layout yield?", "18% more power"),
        ("How long does Q7LatticeSign take to sign?", "41 milliseconds"),
        ("In how many won endgames with a rook does the network win?", "97%"),
    ],
)
def test_questions_about_the_papers_are_answered(small: Assistant, question: str, words: str) -> None:
    answer = small.ask(question)
    assert not answer.abstained
    assert answer.confidence > REFUSE_BELOW
    assert words in answer.text


@pytest.mark.parametrize("question", ["How do I bake a sponge cake?", "What are the side effects of ibuprofen?"])
def test_the_real_library_refuses_them_too(corpus: Assistant, question: str) -> None:
    assert corpus.ask(question).abstained
