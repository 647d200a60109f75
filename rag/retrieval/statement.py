"""The ranking for a claim, a title or keywords: the paper that says this has its words, so that wording counts beside meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WEIGHTS = {"cosine": 0.614, "keyword": 0.163, "near": 0.326, "letters": 0.223}
"""Coefficients of `score`, made by eval/fit/ranking.py on SciFact's claims. Those of cosine, keyword and letters add up to 1."""
NAMES = tuple(WEIGHTS)
READ = 30  # papers whose wording is looked at; 50 rank no better


@dataclass(frozen=True, slots=True)
class Parts:
    """What is known of the candidates: cosine and BM25 of those that a leg returned, what smoothing adds to each (`near`),
    and the share of letters found (`rag.retrieval.letters`) of those that were read."""

    cosines: Mapping[str, float]
    keyword: Mapping[str, float]
    near: Mapping[str, float]
    letters: Mapping[str, float]

    def features(self) -> dict[str, dict[str, float]]:
        """Each candidate's value for each of NAMES, BM25 as a share of the highest. As in `fusion.fuse`, a paper that a leg
        lacks gets that leg's least; one that was not read gets 0 for its letters."""
        lowest = min(self.cosines.values(), default=0.0)
        highest = max(self.keyword.values(), default=0.0) or 1.0
        return {
            paper: {
                "cosine": self.cosines.get(paper, lowest),
                "keyword": self.keyword.get(paper, 0.0) / highest,
                "near": near,
                "letters": self.letters.get(paper, 0.0),
            }
            for paper, near in self.near.items()
        }


def score(parts: Parts) -> dict[str, float]:
    """The weighted sum of the features of every candidate."""
    return {paper: sum(WEIGHTS[name] * value for name, value in own.items()) for paper, own in parts.features().items()}
