"""A list: one cited line a paper, with a count and what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from rag.retrieval.evidence import ScoredSentence


def lines(papers: Sequence[Sequence[ScoredSentence]]) -> list[ScoredSentence]:
    """The best sentence of each paper, in the order given."""
    return [max(own, key=lambda sentence: sentence.score) for own in papers]


def count(shown: int, left_out: int) -> str:
    """What the list holds, for the reader: "3 of 11 papers shown; the others are further from the question."."""
    if not left_out:
        return "1 paper shown." if shown == 1 else f"{shown} papers shown."
    return f"{shown} of {shown + left_out} papers shown; the others are further from the question."
