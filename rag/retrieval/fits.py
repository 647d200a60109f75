"""How well the word pieces of sentences fit those of a question, one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rag.embedding import TokenVectors, Vectors
from rag.terms import WORD, content_words, stem

Read = Callable[[Sequence[str]], Mapping[str, TokenVectors]]
"""Texts -> their vectors and those of their word pieces."""


def weights_of(question: str, spans: Sequence[tuple[int, int]], weight: Mapping[str, float]) -> Vectors:
    """For each word piece of the question the weight of the stem it is a part of, 0 for words that only frame a question."""
    telling = set(content_words(question))
    words = [(found.start(), found.end(), stem(found.group().lower())) for found in WORD.finditer(question)]

    def of(at: int) -> float:
        word = next((word for start, end, word in words if start <= at < end), "")
        return weight.get(word, 0.0) if word in telling else 0.0

    return np.array([of(start) for start, _ in spans], np.float32)


def greatest(wanted: Vectors, texts: Sequence[Vectors]) -> Vectors:
    """For each of the `wanted` (n, dimension) and each text its greatest cosine to any of the text's pieces (m, dimension), shape
    (n, texts); 0 for a text without pieces."""
    found = np.zeros((len(wanted), len(texts)), np.float32)
    held = [n for n, own in enumerate(texts) if len(own)]
    if held and len(wanted):
        cosines = wanted @ np.concatenate([texts[n] for n in held]).astype(np.float32).T
        starts = np.cumsum([0, *(len(texts[n]) for n in held[:-1])])
        found[:, held] = np.maximum.reduceat(cosines, starts, axis=1)
    return found
