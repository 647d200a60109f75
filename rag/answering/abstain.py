"""Whether the library answers at all: a probability from the evidence found."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.record import Hit
from rag.answering.support import logistic
from rag.retrieval.evidence import ScoredSentence

REFUSE_BELOW = 0.3
REFUSE_LEANING_BELOW = 0.1
"""For a later turn of a conversation and for a question with conditions: its own words are few, and its evidence looks poorer
than it is."""
INTERCEPT = -5.14
WEIGHTS = {"cosine": 8.64, "lead": 2.80, "names": 1.48}
"""Logistic coefficients of the features in `confidence`, fitted on the development questions, the same questions with
their paper taken out, and questions of other fields; LOG.md tells what they reach, and where they fail."""

NAME = re.compile(r"\b\w*[A-Z0-9]\w*[A-Z0-9]\w*\b")
"""Written like a name: two capitals or digits in one word (`GPT4`, `LayerNorm`)."""
NEAR = 3  # papers in which a name is looked for

REFUSAL = "The library holds nothing that answers this question."
NO_MATCH = "No paper in the library meets the conditions of this question."


def confidence(question: str, hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]]) -> float:
    """Chance in 0..1 that the papers found answer the question; `sentences` are those of each hit, best first.

    Features: the best sentence's cosine to the question; how far the first paper leads the second; and the share of
    names in the question that the first papers mention.
    """
    if not hits:
        return 0.0
    first, second, *_ = [*sorted((hit.score for hit in hits), reverse=True), hits[0].score]
    values = {
        "cosine": max((sentence.cosine for own in sentences for sentence in own), default=0.0),
        "lead": first - second,
        "names": names_found(question, hits[:NEAR]),
    }
    return logistic(INTERCEPT + sum(WEIGHTS[name] * value for name, value in values.items()))


def names_found(question: str, hits: Sequence[Hit]) -> float:
    """Share of the question's names that occur in the papers; 0.5 where it has none."""
    names = NAME.findall(question)
    if not names:
        return 0.5
    text = " ".join(f"{hit.paper.title or ''} {hit.paper.abstract}" for hit in hits).lower()
    return sum(name.lower() in text for name in names) / len(names)
