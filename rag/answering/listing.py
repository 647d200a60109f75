"""A list: one cited line a paper, and a count of what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.comparison import PROPOSING
from rag.answering.sought import dependent
from rag.retrieval.evidence import ScoredSentence
from rag.terms import content_words, coverage

ALONE = 1.5
"""What it costs a sentence to lean on the one before it, which is not quoted with it."""
NEARLY = 1.5  # of the score of a sentence, which runs from about 0 to 8


def lines(papers: Sequence[Sequence[ScoredSentence]], question: str = "") -> list[ScoredSentence]:
    """One sentence of each paper, in the order given."""
    wanted = content_words(question)
    return [line(own, wanted) for own in papers]


def line(sentences: Sequence[ScoredSentence], wanted: Sequence[str]) -> ScoredSentence:
    """The sentence that stands for a paper: the first that says what its authors do, if it is nearly as good as the best and
    holds as many of the words `wanted`; else the best. The best alone is often a detail that says little of the paper."""
    best = max(sentences, key=lambda own: own.score - ALONE * dependent(own.passage))
    held = coverage(wanted, content_words(best.passage.text))
    for sentence in sentences:
        near = sentence.score >= best.score - NEARLY and PROPOSING.search(sentence.passage.text)
        if near and coverage(wanted, content_words(sentence.passage.text)) >= held:
            return sentence
    return best


def count(shown: int, left_out: int) -> str:
    """What a list holds, for the reader: "3 of 11 papers found are shown."; empty where all of them are."""
    return f"{shown} of {shown + left_out} papers found are shown." if left_out else ""
