"""Hybrid retrieval: passages by meaning, papers by keyword, fused to one ranking of papers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from rag.answering.record import Hit, Passage
from rag.embedding import Embedder, Vectors
from rag.library.catalogue import Catalogue
from rag.library.keywords import KeywordIndex
from rag.library.passages import cut
from rag.library.selection import Conditions, Order, matching, select
from rag.library.vectors import VectorStore, key_of
from rag.paper import Paper
from rag.retrieval.fusion import fuse, ranked

DEPTH = 200  # candidates each leg returns: passages for the dense leg, papers for the keyword leg
NARROW = 500  # matching papers up to which every one is scored; above, both legs go deep and are filtered
DEEP = 2000


class HybridRetriever:
    """Finds papers for a question; safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, vectors: VectorStore, keywords: KeywordIndex, embedder: Embedder) -> None:
        self._catalogue = catalogue
        self._vectors = vectors
        self._keywords = keywords
        self._embedder = embedder

    def search(self, question: str, limit: int) -> list[Hit]:
        """At most `limit` hits, best first, one per paper, each with its best passage."""
        if limit < 1 or not question.strip():
            return []
        vector = self._embedder.embed([question])[0]
        depth = max(DEPTH, 2 * limit)
        dense = best_of(self._vectors.nearest(vector, depth))
        keyword = dict(self._keywords.search(question, depth))
        return self._hits(vector, dense, keyword, limit)

    def search_within(self, question: str, limit: int, conditions: Conditions) -> list[Hit]:
        """As `search`, among the papers that match. Both legs are narrowed before they are fused."""
        if limit < 1 or not question.strip():
            return []
        vector = self._embedder.embed([question])[0]
        allowed = select(self._catalogue, conditions, NARROW + 1)
        if len(allowed) <= NARROW:
            near = sorted(((p, float(v @ vector)) for p, v in self._vectors.of_papers(allowed)), key=lambda found: -found[1])
            keyword = dict(self._keywords.search(question, max(1, len(allowed)), allowed))
        else:
            near = self._vectors.nearest(vector, DEEP)
            keyword = dict(self._keywords.search(question, DEEP))
            inside = matching(self._catalogue, conditions, list({p.paper_id for p, _ in near} | keyword.keys()))
            near = [(passage, cosine) for passage, cosine in near if passage.paper_id in inside]
            keyword = {key: score for key, score in keyword.items() if key in inside}
        top = self._keywords.search(question, 1)
        return self._hits(vector, best_of(near), keyword, limit, highest=top[0][1] if top else None)

    def listing(self, conditions: Conditions, limit: int, order: Order | None) -> list[Hit]:
        """At most `limit` matching papers, in `order` or newest first, without regard to what they are about."""
        papers = self._catalogue.get(chosen := select(self._catalogue, conditions, limit, order))
        return [Hit(papers[key], cut([papers[key]], self._embedder)[0][0], 1.0, {}) for key in chosen if key in papers]

    def _hits(
        self,
        vector: Vectors,
        dense: Mapping[str, tuple[Passage, float]],
        keyword: Mapping[str, float],
        limit: int,
        highest: float | None = None,
    ) -> list[Hit]:
        cosines = {key: cosine for key, (_, cosine) in dense.items()}
        scores = fuse(cosines, keyword, highest=highest)
        chosen = ranked(scores)[:limit]
        papers = self._catalogue.get(chosen)
        best = {key: passage for key, (passage, _) in dense.items()}
        for key in chosen:
            if key in papers and key not in best:
                best[key] = self._best_passage(papers[key], vector)
        return [
            Hit(papers[key], with_text(best[key], papers[key]), scores[key], parts(key, cosines, keyword))
            for key in chosen
            if key in papers  # a paper removed by another process since the index was read
        ]

    def _best_passage(self, paper: Paper, vector: Vectors) -> Passage:
        """The passage nearest to the question, for a paper that only the keyword leg found."""
        passages = cut([paper], self._embedder)[0]
        stored = self._vectors.vectors_of([key_of(passage) for passage in passages])
        return max(passages, key=lambda passage: float(stored[key_of(passage)] @ vector) if key_of(passage) in stored else -1.0)


def best_of(passages: Iterable[tuple[Passage, float]]) -> dict[str, tuple[Passage, float]]:
    """Each paper's first passage and its cosine; `passages` come best first."""
    best: dict[str, tuple[Passage, float]] = {}
    for passage, cosine in passages:
        best.setdefault(passage.paper_id, (passage, cosine))
    return best


def with_text(passage: Passage, paper: Paper) -> Passage:
    """The passage with its text, which only the catalogue holds."""
    return replace(passage, text=paper.abstract[passage.start : passage.end])


def parts(key: str, dense: Mapping[str, float], keyword: Mapping[str, float]) -> dict[str, float]:
    """The legs' own scores of one paper."""
    found = {"dense": dense.get(key), "keyword": keyword.get(key)}
    return {name: score for name, score in found.items() if score is not None}
