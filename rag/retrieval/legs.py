"""What is found by meaning and what by words, before the two are fused: in the whole library, and among papers that match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rag.answering.record import Passage
from rag.embedding import Embedder, Vectors
from rag.library.catalogue import Catalogue
from rag.library.conditions import Conditions
from rag.library.keywords import KeywordIndex
from rag.library.passages import cut, key_of, paper_of, passage_of
from rag.library.selection import count, matching, select
from rag.library.vectors import VectorStore
from rag.retrieval.beside import Beside

DEPTH = 100  # candidates each leg returns: passages for the dense leg, papers for the keyword leg
WIDE = 300  # the same where several papers are wanted or wording is read; then fewer papers lack one leg's score
NARROW = 500  # matching papers up to which every one is scored; above, both legs go deep and are filtered
DEEP = 2000

Dense = dict[str, tuple[Passage, float]]
"""Each paper's best passage and its cosine."""


@dataclass(frozen=True, slots=True)
class Legs:
    """What both legs found for one side: its vector, each paper's best passage and BM25, and the greatest BM25 in the library."""

    vector: Vectors
    dense: Dense
    keyword: dict[str, float]
    highest: float | None


class LegsWithin:
    """Both legs among the papers that match conditions."""

    def __init__(
        self, catalogue: Catalogue, vectors: VectorStore, keywords: KeywordIndex, embedder: Embedder, beside: Beside
    ) -> None:
        self._catalogue = catalogue
        self._vectors = vectors
        self._keywords = keywords
        self._embedder = embedder
        self._beside = beside

    def of(self, sides: Sequence[str], conditions: Conditions) -> list[Legs]:
        """What each leg finds for each side among the papers that match."""
        total = count(self._catalogue, conditions)
        if total <= NARROW:
            return self._among(sides, select(self._catalogue, conditions, NARROW))
        # As deep as it takes to find about as many that match as a search without conditions looks at.
        depth = min(DEEP, max(WIDE, 2 * DEPTH * self._catalogue.count() // total))

        def among_words(side: str) -> tuple[dict[str, float], set[str]]:
            by_words = dict(self._keywords.search(side, depth))
            return by_words, matching(self._catalogue, conditions, list(by_words))

        words = [self._beside.begin(among_words, side) for side in sides]
        vectors = [self._embedder.embed([side])[0] for side in sides]  # each for itself, as those of questions are remembered
        others = [self._beside.begin(self._vectors.nearest_keys, vector, depth) for vector in vectors[1:]]
        legs = []
        for n, (side, vector) in enumerate(zip(sides, vectors, strict=True)):
            near: dict[str, tuple[str, float]] = {}
            for key, cosine in others[n - 1]() if n else self._vectors.nearest_keys(vector, depth):
                near.setdefault(paper_of(key), (key, cosine))
            by_words, inside = words[n]()
            inside |= matching(self._catalogue, conditions, [paper for paper in near if paper not in by_words])
            dense = {paper: (passage_of(key), cosine) for paper, (key, cosine) in near.items() if paper in inside}
            keyword = {paper: score for paper, score in by_words.items() if paper in inside}
            # Words of papers that only their meaning brought in are counted too: asking for named papers costs little.
            if wordless := [paper for paper in dense if paper not in keyword]:
                keyword |= dict(self._keywords.search(side, len(wordless), wordless))
            legs.append(Legs(vector, dense, keyword, next(iter(by_words.values()), None)))
        return legs

    def _among(self, sides: Sequence[str], allowed: Sequence[str]) -> list[Legs]:
        """The same for few papers, every one of which is looked at."""
        papers = self._catalogue.get(allowed)
        passages = [passage for own in cut([papers[key] for key in allowed if key in papers], self._embedder) for passage in own]
        stored = self._vectors.vectors_of([key_of(passage) for passage in passages])
        known = [(passage, stored[key_of(passage)]) for passage in passages if key_of(passage) in stored]
        legs = []
        for side in sides:
            vector = self._embedder.embed([side])[0]
            near = sorted(((passage, float(own @ vector)) for passage, own in known), key=lambda found: -found[1])
            keyword = dict(self._keywords.search(side, max(1, len(allowed)), allowed))
            top = self._keywords.search(side, 1)
            legs.append(Legs(vector, best_of(near), keyword, top[0][1] if top else None))
        return legs


def best_of(passages: Iterable[tuple[Passage, float]]) -> Dense:
    """Each paper's first passage and its cosine; `passages` come best first."""
    best: Dense = {}
    for passage, cosine in passages:
        best.setdefault(passage.paper_id, (passage, cosine))
    return best


def means(passages: Sequence[Passage], vectors: Vectors) -> dict[str, Vectors]:
    """One unit vector a paper: the direction of its passages found."""
    sums: dict[str, Vectors] = {}
    for passage, vector in zip(passages, vectors, strict=True):
        sums[passage.paper_id] = sums[passage.paper_id] + vector if passage.paper_id in sums else vector
    if not sums:
        return {}
    together = np.stack(list(sums.values()))
    return dict(zip(sums, together / np.linalg.norm(together, axis=1, keepdims=True), strict=True))
