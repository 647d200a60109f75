"""The sentences of the papers found, scored for how likely they answer the question."""

from __future__ import annotations

import math
import re
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from rag.answering.record import Hit, Passage
from rag.embedding import Embedder, Vectors
from rag.paper import Paper
from rag.sentences import sentence_spans
from rag.terms import content_words

CACHED_PAPERS = 4096

WEIGHTS = {
    "cosine": 3.54,
    "overlap": 0.87,
    "place": 2.18,
    "first": -0.63,
    "last": -1.50,
    "length": 1.15,
    "number": 0.92,
    "background": -0.71,
}
"""Logistic coefficients of `features`, fitted on which sentences of an abstract hold a key fact (55 questions of the
development set; with these features key-fact recall in cross-validation rose from 0.73 to 0.85 at 89 words, see LOG.md)."""

ASKS_NUMBER = re.compile(
    r"\b(how (many|much|large|big|long|often|far|tiny|few)|what (percentage|percent|share|size|fraction|rate)"
    r"|by how|numbers?|figures?|scores?|gains?|accuracy|percent)\b",
    re.IGNORECASE,
)
BACKGROUND = re.compile(
    r"\b(recent|recently|however|existing|traditional|remains?|challeng\w*|(has|have) become|widely|often|typically|crucial"
    r"|important|plays?)\b",
    re.IGNORECASE,
)
DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """One sentence of an abstract: `passage.index` is its place in the abstract. `score` orders sentences of one
    question within a paper; `cosine` is to the question, `overlap` the weighted share of the question's words it holds."""

    paper: Paper
    passage: Passage
    score: float
    cosine: float
    overlap: float


class SentenceScorer:
    """Scores sentences; keeps the vectors of papers asked about lately. Safe to use from several threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._cache: OrderedDict[str, tuple[tuple[Passage, ...], Vectors]] = OrderedDict()
        self._lock = Lock()

    def score(self, question: str, hits: Sequence[Hit]) -> list[list[ScoredSentence]]:
        """For each hit, all sentences of its abstract in order."""
        vector = self._embedder.embed([question])[0]
        units = self._vectors([hit.paper for hit in hits])
        words = {p.id: [frozenset(content_words(s.text)) for s in units[p.id][0]] for p in (hit.paper for hit in hits)}
        wanted = frozenset(content_words(question))
        weight = rarity(wanted, [sentence for paper in words.values() for sentence in paper])
        total = sum(weight.values()) or 1.0
        asks_number = bool(ASKS_NUMBER.search(question))
        scored = []
        for hit in hits:
            passages, vectors = units[hit.paper.id]
            cosines = [float(c) for c in vectors @ vector]
            middle = sum(cosines) / len(cosines)
            own = []
            for passage, cosine, has in zip(passages, cosines, words[hit.paper.id], strict=True):
                overlap = sum(weight[w] for w in wanted & has) / total
                values = features(passage, len(passages), asks_number) | {"cosine": cosine - middle, "overlap": overlap}
                score = sum(WEIGHTS[name] * value for name, value in values.items())
                own.append(ScoredSentence(hit.paper, passage, score, cosine, overlap))
            scored.append(own)
        return scored

    def _vectors(self, papers: Sequence[Paper]) -> dict[str, tuple[tuple[Passage, ...], Vectors]]:
        """Sentences and their vectors by paper; what is not in the cache is embedded in one go."""
        found: dict[str, tuple[tuple[Passage, ...], Vectors]] = {}
        with self._lock:
            for paper in papers:
                if paper.id in self._cache:
                    self._cache.move_to_end(paper.id)
                    found[paper.id] = self._cache[paper.id]
        missing = {p.id: sentence_passages(p) for p in papers if p.id not in found}
        if missing:
            vectors = self._embedder.embed([s.text for own in missing.values() for s in own])
            at = 0
            for paper_id, own in missing.items():
                found[paper_id] = (own, vectors[at : at + len(own)])
                at += len(own)
            with self._lock:
                self._cache.update({paper_id: found[paper_id] for paper_id in missing})
                while len(self._cache) > CACHED_PAPERS:
                    self._cache.popitem(last=False)
        return found


def sentence_passages(paper: Paper) -> tuple[Passage, ...]:
    """The abstract's sentences as passages, in order."""
    spans = sentence_spans(paper.abstract) or [(0, len(paper.abstract))]
    return tuple(Passage(paper.id, n, start, end, paper.abstract[start:end]) for n, (start, end) in enumerate(spans))


def features(sentence: Passage, count: int, asks_number: bool) -> dict[str, float]:
    """What place and wording tell of one sentence among `count`: findings stand late, but the last sentence often points
    to the code; the first and those about the state of the field seldom answer."""
    return {
        "place": sentence.index / max(1, count - 1),
        "first": float(sentence.index == 0),
        "last": float(sentence.index == count - 1),
        "length": math.log(len(sentence.text.split()) + 1),
        "number": float(asks_number and DIGIT.search(sentence.text) is not None),
        "background": float(BACKGROUND.search(sentence.text) is not None),
    }


def rarity(words: frozenset[str], sentences: Sequence[frozenset[str]]) -> dict[str, float]:
    """Inverse sentence frequency of each word, ln(1 + N / (1 + n)): a word that every candidate has tells little."""
    seen = Counter(word for sentence in sentences for word in sentence & words)
    return {word: math.log(1 + len(sentences) / (1 + seen[word])) for word in words}
