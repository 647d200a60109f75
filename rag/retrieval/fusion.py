"""Put two rankings together. Pure functions over scores."""

from __future__ import annotations

from collections.abc import Mapping

DENSE_WEIGHT = 0.69
"""Weight of the cosine against the scaled BM25; see LOG.md for the sweep behind it."""


def fuse(
    dense: Mapping[str, float], keyword: Mapping[str, float], weight: float = DENSE_WEIGHT, highest: float | None = None
) -> dict[str, float]:
    """Convex combination of two legs: weight * cosine + (1 - weight) * BM25 / max BM25.

    Keys are papers; a paper that one leg lacks gets that leg's least: 0 for BM25, the lowest cosine returned for the
    other. Both scales start at their theoretical least, after Bruch et al. 2023, "An Analysis of Fusion Functions for
    Hybrid Retrieval" (arXiv:2210.11934). `highest` is the greatest BM25 where `keyword` holds only a part of the library.
    Returns a score for every paper in either leg.
    """
    lowest = min(dense.values(), default=0.0)
    highest = highest or max(keyword.values(), default=0.0) or 1.0
    return {
        paper: weight * dense.get(paper, lowest) + (1 - weight) * keyword.get(paper, 0.0) / highest
        for paper in dict.fromkeys([*dense, *keyword])
    }


def ranked(scores: Mapping[str, float]) -> list[str]:
    """Keys by falling score; equal scores keep their order."""
    return sorted(scores, key=lambda key: -scores[key])
