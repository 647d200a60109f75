"""The rankings of txtai and PaperQA by their defaults, re-run here: their arithmetic on the same weights, not their programs.

Both want torch, which nothing else here does. The constants were read in their source, txtai 9 (`embeddings/base.py`,
`embeddings/search/base.py`, `scoring/bm25.py`, `scoring/normalize.py`) and PaperQA of 2025 and 2026 (`settings.py`).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from eval.bench.llama_pipeline import text_of
from eval.bench.onnx_minilm import OnnxMiniLM
from eval.bench.quality import Ranking
from eval.bench.vouch_rankers import RANKED, Ranker
from rag.paper import Paper

TXTAI = "txtai, hybrid (re-run)"
PAPERQA = "PaperQA (re-run)"
K1, B = 0.1, 0.75  # of txtai's BM25
DENSE = 0.5  # txtai's weight of the vectors, the rest is BM25's
CHARACTERS, OVERLAP = 5_000, 250  # of PaperQA's chunks
WORD = re.compile(r"\w+")


def chunks(paper: Paper) -> list[str]:
    """PaperQA's pieces; nearly every abstract is one."""
    text = text_of(paper)
    step = CHARACTERS - OVERLAP
    return [text[at : at + CHARACTERS] for at in range(0, max(1, len(text) - OVERLAP), step)]


def rerun_rankers(papers: Sequence[Paper], model: OnnxMiniLM) -> dict[str, Ranker]:
    """Name -> ranker over these papers."""
    ids = [paper.id for paper in papers]
    whole = model.embed([text_of(paper) for paper in papers])
    pieces = [(at, piece) for at, paper in enumerate(papers) for piece in chunks(paper)]
    owner = [ids[at] for at, _ in pieces]
    parts = model.embed([piece for _, piece in pieces])
    index = Txtai([text_of(paper) for paper in papers])

    def txtai(query: str) -> Ranking:
        cosines = whole @ model.embed([query])[0]
        near = [int(n) for n in np.argsort(-cosines, kind="stable")[:RANKED]]
        scores: dict[int, float] = defaultdict(float)
        for n in near:
            if cosines[n] > 0:
                scores[n] += DENSE * float(cosines[n])
        for n, score in index.search(query, RANKED):
            scores[n] += (1 - DENSE) * score
        return [ids[n] for n in sorted(scores, key=lambda n: -scores[n])][:RANKED]

    def paperqa(query: str) -> Ranking:
        """Maximal marginal relevance with its default lambda of 1 is the cosine alone."""
        order = np.argsort(-(parts @ model.embed([query])[0]), kind="stable")
        return list(dict.fromkeys(owner[int(n)] for n in order))[:RANKED]

    return {TXTAI: txtai, PAPERQA: paperqa}


class Txtai:
    """txtai's keyword leg: BM25 over lower-cased words, neither stemmed nor stopped, scaled to at most 1."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        counts = [Counter(WORD.findall(text.lower())) for text in texts]
        self._lengths = [sum(own.values()) for own in counts]
        for n, own in enumerate(counts):
            for word, count in own.items():
                self._postings[word].append((n, count))
        self._mean = sum(self._lengths) / max(1, len(texts))
        total = sum(self._lengths)
        self._rarity = {word: self._idf(len(found), len(texts)) for word, found in self._postings.items()}
        usual = total / max(1, len(self._postings))
        rarity = sum(self._rarity.values()) / max(1, len(self._rarity))
        self._average = self._score(usual, rarity, self._mean)

    def search(self, query: str, limit: int) -> list[tuple[int, float]]:
        """(place, score in 0..1), best first. The scale is the lower of the best score plus the average word's, and of six
        times that one."""
        scores: dict[int, float] = defaultdict(float)
        for word in WORD.findall(query.lower()):
            for n, count in self._postings.get(word, ()):
                scores[n] += self._score(count, self._rarity[word], self._lengths[n])
        best = sorted(scores.items(), key=lambda found: -found[1])[:limit]
        if not best:
            return []
        full = min(best[0][1] + self._average, 6 * self._average)
        return [(n, min(1.0, score / full)) for n, score in best]

    def _score(self, count: float, rarity: float, length: float) -> float:
        return rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * length / (self._mean or 1)))

    @staticmethod
    def _idf(found: int, papers: int) -> float:
        return math.log(1 + (papers - found + 0.5) / (found + 0.5))
