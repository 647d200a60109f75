"""A first verdict on whether passages support a sentence, from the words and numbers they share and their meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.record import Passage, Support, Verdict
from rag.embedding import Embedder
from rag.sentences import sentence_spans
from rag.terms import content_words, coverage, numbers

SUPPORTED_FROM = 0.6
PARTLY_FROM = 0.3
INTERCEPT = -4.2
WEIGHTS = {"cosine": 3.6, "sentence_words": 1.6, "all_words": 2.4, "numbers": 0.9}
"""Logistic coefficients of the features below."""


class SupportChecker:
    """Judges sentences against passages; safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def check(self, sentence: str, passages: Sequence[Passage]) -> Support:
        """The verdict, its probability, and the best evidence sentence with its offsets in the abstract.

        No passages: uncited. A sentence that stands verbatim in a passage is supported with probability 1.
        """
        if not passages:
            return Support(Verdict.UNCITED, 0.0, None)
        wanted = " ".join(sentence.split())
        for passage in passages:
            at = passage.text.find(wanted)
            if wanted and at >= 0:
                span = replace(passage, start=passage.start + at, end=passage.start + at + len(wanted), text=wanted)
                return Support(Verdict.SUPPORTED, 1.0, span)
        candidates = [piece for passage in passages for piece in pieces(passage)]
        if not candidates or not content_words(sentence):
            return Support(Verdict.UNSUPPORTED, 0.0, None)
        vectors = self._embedder.embed([sentence, *(piece.text for piece in candidates)])
        cosines = vectors[1:] @ vectors[0]
        best = int(cosines.argmax())
        words = content_words(sentence)
        text = " ".join(piece.text for piece in candidates)
        features = {
            "cosine": float(cosines[best]),
            "sentence_words": max(coverage(words, content_words(piece.text)) for piece in candidates),
            "all_words": coverage(words, content_words(text)),
            "numbers": coverage(numbers(sentence), numbers(text)),
        }
        probability = logistic(INTERCEPT + sum(WEIGHTS[name] * value for name, value in features.items()))
        return Support(verdict_of(probability), probability, candidates[best])


def pieces(passage: Passage) -> list[Passage]:
    """The passage's sentences, with offsets in the abstract."""
    return [
        replace(passage, start=passage.start + start, end=passage.start + end, text=passage.text[start:end])
        for start, end in sentence_spans(passage.text)
    ]


def verdict_of(probability: float) -> Verdict:
    """Supported from 0.6, partly from 0.3, else unsupported."""
    if probability >= SUPPORTED_FROM:
        return Verdict.SUPPORTED
    return Verdict.PARTLY if probability >= PARTLY_FROM else Verdict.UNSUPPORTED


def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1 / (1 + math.exp(-x))
