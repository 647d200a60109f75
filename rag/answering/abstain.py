"""Whether the library answers at all: a probability from the evidence found."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.support import logistic
from rag.retrieval.evidence import ScoredSentence
from rag.terms import content_words, coverage

REFUSE_BELOW = 0.25
INTERCEPT = -4.0
WEIGHTS = {"cosine": 5.0, "words": 3.0}
"""Logistic coefficients of the features below."""

REFUSAL = "The library holds nothing that answers this question."


def confidence(question: str, sentences: Sequence[Sequence[ScoredSentence]]) -> float:
    """Chance in 0..1 that the papers found answer the question; `sentences` are those of each paper found, best first.

    Features: the best sentence's cosine to the question, and the share of the question's words in the paper that holds
    most of them.
    """
    found = [own for own in sentences if own]
    if not found:
        return 0.0
    wanted = content_words(question)
    values = {
        "cosine": max(sentence.cosine for own in found for sentence in own),
        "words": max(coverage(wanted, content_words(f"{own[0].paper.title or ''} {own[0].paper.abstract}")) for own in found),
    }
    return logistic(INTERCEPT + sum(WEIGHTS[name] * value for name, value in values.items()))
