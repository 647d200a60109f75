"""Hybrid retrieval: passages by meaning, papers by keyword, fused to one ranking of papers."""

from __future__ import annotations

from dataclasses import replace

from rag.answering.record import Hit, Passage
from rag.embedding import Embedder, Vectors
from rag.library.catalogue import Catalogue
from rag.library.keywords import KeywordIndex
from rag.library.passages import cut
from rag.library.vectors import VectorStore, key_of
from rag.paper import Paper
from rag.retrieval.fusion import fuse, ranked

DEPTH = 200  # candidates each leg returns: passages for the dense leg, papers for the keyword leg


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
        dense: dict[str, float] = {}
        best: dict[str, Passage] = {}
        for passage, cosine in self._vectors.nearest(vector, max(DEPTH, 2 * limit)):
            if passage.paper_id not in dense:
                dense[passage.paper_id], best[passage.paper_id] = cosine, passage
        keyword = dict(self._keywords.search(question, max(DEPTH, 2 * limit)))
        scores = fuse(dense, keyword)
        chosen = ranked(scores)[:limit]
        papers = self._catalogue.get(chosen)
        for key in chosen:
            if key in papers and key not in best:
                best[key] = self._best_passage(papers[key], vector)
        return [
            Hit(papers[key], with_text(best[key], papers[key]), scores[key], parts(key, dense, keyword))
            for key in chosen
            if key in papers  # a paper removed by another process since the index was read
        ]

    def _best_passage(self, paper: Paper, vector: Vectors) -> Passage:
        """The passage nearest to the question, for a paper that only the keyword leg found."""
        passages = cut([paper], self._embedder)[0]
        stored = self._vectors.vectors_of([key_of(passage) for passage in passages])
        return max(passages, key=lambda passage: float(stored[key_of(passage)] @ vector) if key_of(passage) in stored else -1.0)


def with_text(passage: Passage, paper: Paper) -> Passage:
    """The passage with its text, which only the catalogue holds."""
    return replace(passage, text=paper.abstract[passage.start : passage.end])


def parts(key: str, dense: dict[str, float], keyword: dict[str, float]) -> dict[str, float]:
    """The legs' own scores of one paper."""
    found = {"dense": dense.get(key), "keyword": keyword.get(key)}
    return {name: score for name, score in found.items() if score is not None}
