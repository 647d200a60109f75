"""The ranking for a claim, a title or keywords: the paper that says this has its words, so that wording counts beside meaning."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS = {"cosine": 0.614, "keyword": 0.163, "near": 0.326, "letters": 0.223}
"""Coefficients of `score`, made by eval/fit/ranking.py on SciFact's claims. Those of cosine, keyword and letters add up to 1."""
READ = 50  # papers whose wording is looked at


def score(
    cosines: Mapping[str, float], keyword: Mapping[str, float], near: Mapping[str, float], letters: Mapping[str, float]
) -> dict[str, float]:
    """Weighted sum of cosine, BM25 / max BM25, what smoothing adds (`near`) and the share of letters found.

    As in `fusion.fuse`, a paper that one leg lacks gets that leg's least. `near` has every paper; one that is not in
    `letters` was not read and gets nothing for its wording.
    """
    lowest = min(cosines.values(), default=0.0)
    highest = max(keyword.values(), default=0.0) or 1.0
    return {
        paper: WEIGHTS["cosine"] * cosines.get(paper, lowest)
        + WEIGHTS["keyword"] * keyword.get(paper, 0.0) / highest
        + WEIGHTS["near"] * gain
        + WEIGHTS["letters"] * letters.get(paper, 0.0)
        for paper, gain in near.items()
    }
