"""Papers that are like a paper: those whose passages lie nearest to the middle of its own."""

from __future__ import annotations

import numpy as np

from rag.embedding import Vectors
from rag.library.stores import Stores
from rag.paper import Paper

DEPTH = 12  # passages looked at for each paper wanted


def centre(vectors: Vectors) -> Vectors:
    """The mean of unit vectors (n, dimension), of length 1 again; zero where they cancel out."""
    mean: Vectors = np.asarray(vectors, np.float32).mean(axis=0)
    return mean / max(float(np.linalg.norm(mean)), 1e-9)


def similar(stores: Stores, paper_id: str, limit: int) -> list[tuple[Paper, float]]:
    """At most `limit` other papers with the cosine of their nearest passage, the nearest first. None where the paper is not
    indexed yet."""
    own = [vector for _, vector in stores.vectors.of_papers([paper_id])]
    if not own or limit < 1:
        return []
    best: dict[str, float] = {}
    for passage, cosine in stores.vectors.nearest(centre(np.asarray(own)), DEPTH * (limit + 1)):
        if passage.paper_id != paper_id:
            best[passage.paper_id] = max(cosine, best.get(passage.paper_id, -1.0))
    chosen = sorted(best, key=lambda key: (-best[key], key))[:limit]
    papers = stores.catalogue.get(chosen)
    return [(papers[key], best[key]) for key in chosen if key in papers]
