"""Vouch's ranking and what is left of it when one part is taken out, over the same library."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Protocol

from eval.bench.quality import Ranking
from rag.answering.record import Hit
from rag.embedding import EMBEDDERS, Vectors
from rag.library.stores import Stores
from rag.retrieval.fusion import fuse, ranked, smooth
from rag.retrieval.legs import DEPTH, best_of, means

DEPTH_ALONE = 1_000
"""Passages a dense leg of its own looks at: several passages make one paper, and without the other leg it has to fill the
first 100 by itself."""
RANKED = 100  # papers in a ranking, the deepest that a figure looks

VOUCH = "Vouch"
ONE_FORM = "Vouch, all ranked as questions about one paper"
UNSMOOTHED = "Vouch, all ranked as questions about one paper, no smoothing"
DENSE, KEYWORD = "Vouch, dense leg alone", "Vouch, keyword leg alone"

Ranker = Callable[[str], Ranking]
"""A query to at most RANKED paper ids."""


class Library(Protocol):
    """What is needed of an assistant."""

    def search(self, question: str, limit: int) -> list[Hit]: ...

    def stores(self) -> Stores: ...


def vouch_rankers(assistant: Library) -> dict[str, Ranker]:
    """Name -> ranker; `Vouch` is `Assistant.search` itself, the others are put together from the stages it is made of."""
    embedder = EMBEDDERS["minilm"]().load()
    stores = assistant.stores()

    @lru_cache(maxsize=1)
    def vector(query: str) -> Vectors:
        own: Vectors = embedder.embed([query])[0]
        return own

    def whole(query: str) -> Ranking:
        return [hit.paper.id for hit in assistant.search(query, RANKED)]

    def fused(query: str, *, smoothed: bool) -> Ranking:
        near = vector(query)
        passages, vectors = stores.vectors.around(near, DEPTH)
        cosines = best_of(zip(passages, (float(cosine) for cosine in vectors @ near), strict=True))
        keyword = dict(stores.keywords.search(query, DEPTH))
        scores = fuse({paper: cosine for paper, (_, cosine) in cosines.items()}, keyword)
        return ranked(smooth(scores, means(passages, vectors)) if smoothed else scores)[:RANKED]

    def dense(query: str) -> Ranking:
        return list(best_of(stores.vectors.nearest(vector(query), DEPTH_ALONE)))[:RANKED]

    def keyword(query: str) -> Ranking:
        return [paper for paper, _ in stores.keywords.search(query, RANKED)]

    return {
        VOUCH: whole,
        ONE_FORM: partial(fused, smoothed=True),
        UNSMOOTHED: partial(fused, smoothed=False),
        DENSE: dense,
        KEYWORD: keyword,
    }
