"""The first papers found, ordered once more by how well their word pieces fit those of the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rag.answering.record import Hit
from rag.embedding import TokenVectors, Vectors
from rag.retrieval.evidence import ScoredSentence, passages_of
from rag.terms import WORD, content_words, stem

READ = 3  # papers; an answer reads their sentences in any case
Read = Callable[[Sequence[str]], Mapping[str, TokenVectors]]
"""Texts -> their word pieces."""
Rarity = Callable[[set[str]], Mapping[str, float]]
"""Stems -> how rare they are in the library."""


def closely(
    question: str, hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]], read: Read, rarity: Rarity
) -> list[Hit]:
    """The hits, the first `READ` of them ordered by score plus fit; `sentences` are those of the first hits.

    The fit of a paper is the mean over the question's word pieces of the greatest cosine that any piece of its title and
    sentences has to them, each weighted by how rare its word is (late interaction; Khattab and Zaharia 2020, "ColBERT",
    arXiv:2004.12832, with an encoder that was not trained for it). What is added to a score is how far the fit stands above
    the mean of those read, so that scores stay what they were on the whole.
    """
    first = hits[: min(READ, len(sentences))]
    if len(first) < 2:
        return list(hits)
    texts = [
        [*(passage.text for passage in passages_of(own)), *([hit.paper.title] if hit.paper.title else [])]
        for hit, own in zip(first, sentences, strict=False)
    ]
    readings = read([question, *(text for own in texts for text in own)])
    asked = readings[question]
    weights = weights_of(question, asked.spans, rarity)
    if not weights.any():
        return list(hits)
    wanted = asked.pieces[weights > 0].astype(np.float32)
    weights = weights[weights > 0] / weights.sum()
    fits = [float(weights @ nearest(wanted, [readings[text].pieces for text in own])) for own in texts]
    middle = sum(fits) / len(fits)
    moved = [replace(hit, score=hit.score + fit - middle) for hit, fit in zip(first, fits, strict=True)]
    return [*sorted(moved, key=lambda hit: -hit.score), *hits[len(first) :]]


def weights_of(question: str, spans: Sequence[tuple[int, int]], rarity: Rarity) -> Vectors:
    """For each word piece the rarity of the word it is a part of, 0 for words that only frame a question."""
    telling = set(content_words(question))
    rare = rarity(telling)
    words = [(found.start(), found.end(), stem(found.group().lower())) for found in WORD.finditer(question)]

    def weight(at: int) -> float:
        word = next((word for start, end, word in words if start <= at < end), "")
        return rare.get(word, 0.0) if word in telling else 0.0

    return np.array([weight(start) for start, _ in spans], np.float32)


def nearest(wanted: Vectors, pieces: Sequence[Vectors]) -> Vectors:
    """For each of the `wanted` (n, dimension) its greatest cosine to any of the pieces; 0 where there are none."""
    held = [own for own in pieces if len(own)]
    if not held:
        return np.zeros(len(wanted), np.float32)
    return np.asarray((wanted @ np.concatenate(held).astype(np.float32).T).max(axis=1))
