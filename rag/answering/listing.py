"""A list: one cited line a paper, and a count of what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from rag.retrieval.evidence import ScoredSentence


def lines(papers: Sequence[Sequence[ScoredSentence]]) -> list[ScoredSentence]:
    """The best sentence of each paper, in the order given."""
    return [max(own, key=lambda sentence: sentence.score) for own in papers]


def count(shown: int, left_out: int) -> str:
    """What a list holds, for the reader: "3 of 11 papers found are shown."; empty where all of them are."""
    return f"{shown} of {shown + left_out} papers found are shown." if left_out else ""
