"""Put two rankings together. Pure functions over scores."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from rag.embedding import Vectors

DENSE_WEIGHT = 0.69
"""Weight of the cosine against the scaled BM25; see LOG.md for the sweep behind it."""

SMOOTHING, NEIGHBOURS = 0.25, 10
"""How much the neighbourhood counts, and how many papers make it."""


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


def smooth(scores: Mapping[str, float], vectors: Mapping[str, Vectors]) -> dict[str, float]:
    """Add to each paper what the best papers around it are worth.

    The cluster hypothesis (Jardine and van Rijsbergen 1971): papers near the best ones are likelier to be relevant too.
    s'(d) = s(d) + SMOOTHING * sum over the best k of w(k) max(0, cos(d, k))^3 / sum of w(k), where w(k) is how far k stands
    above the last of them and k is not d. `vectors` are unit vectors; a paper without one keeps its score.
    """
    best = [paper for paper in ranked(scores) if paper in vectors][:NEIGHBOURS]
    if len(best) < 2:
        return dict(scores)
    weights = np.array([scores[paper] - scores[best[-1]] for paper in best])
    total = float(weights.sum())
    if total <= 0:
        return dict(scores)
    have = [paper for paper in scores if paper in vectors]
    likeness = np.clip(np.stack([vectors[p] for p in have]) @ np.stack([vectors[p] for p in best]).T, 0, 1) ** 3
    place = {paper: n for n, paper in enumerate(best)}
    for row, paper in enumerate(have):
        if paper in place:
            likeness[row, place[paper]] = 0.0
    gains = SMOOTHING * (likeness @ weights) / total
    return {**scores, **{paper: scores[paper] + float(gain) for paper, gain in zip(have, gains, strict=True)}}


def ranked(scores: Mapping[str, float]) -> list[str]:
    """Keys by falling score; equal scores keep their order."""
    return sorted(scores, key=lambda key: -scores[key])
