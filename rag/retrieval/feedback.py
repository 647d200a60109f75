"""Pseudo-relevance feedback: the words of the best papers added to those of a question that wants several papers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from rag.terms import content_words

PAPERS, WORDS, SHARE = 10, 20, 0.3
"""Papers that words are taken from, words taken, and the share of the new question that they make."""
SHARPNESS = 5.0
"""How fast a paper's say falls with its score: exp(SHARPNESS * (score - best score))."""


def expand(question: Sequence[str], texts: Sequence[tuple[str, float]], rarity: Mapping[str, float]) -> dict[str, float]:
    """Stem -> weight: the question's own stems, and those that stand out in the papers found first.

    RM3 (Abdul-Jaleel et al. 2004) with the words of the papers weighted by their rarity. `texts` are (text, score) of papers,
    best first; `rarity` is the inverse document frequency of their stems, and a stem without one is left out. The weights
    add up to the number of stems in the question, so that BM25 keeps its scale.
    """
    wanted = Counter(question)
    total = sum(wanted.values())
    if not total or not texts:
        return {stem: float(count) for stem, count in wanted.items()}
    best = max(score for _, score in texts)
    said: dict[str, float] = {}
    for text, score in texts[:PAPERS]:
        words = content_words(text)
        for stem, count in Counter(words).items():
            if stem in rarity:
                share = math.exp(SHARPNESS * (score - best)) * count / len(words)
                said[stem] = said.get(stem, 0.0) + share * rarity[stem]
    telling = sorted(said.items(), key=lambda item: -item[1])[:WORDS]
    if not telling:
        return {stem: float(count) for stem, count in wanted.items()}
    mass = sum(weight for _, weight in telling)
    weights = {stem: (1 - SHARE) * count for stem, count in wanted.items()}
    for stem, weight in telling:
        weights[stem] = weights.get(stem, 0.0) + SHARE * total * weight / mass
    return weights
