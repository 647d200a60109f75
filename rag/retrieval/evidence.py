"""The sentences of the papers found, scored for how likely they answer the question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from rag.answering.record import Hit, Passage
from rag.embedding import Embedder, TokenVectors, Vectors, token_reader
from rag.paper import Paper
from rag.recent import Recent
from rag.retrieval.fits import Read, greatest, weights_of
from rag.sentences import sentence_spans
from rag.terms import content_words

SAME = 1e-6  # by how much two cosines may differ that are the same
CACHED_PAPERS = 4096  # some 10 KB each

WEIGHTS = {
    "cosine": 0.57,
    "before": 1.62,
    "overlap": 1.67,
    "part": 1.6,
    "pieces": 2.18,
    "best": 2.03,
    "place": 2.39,
    "first": -0.91,
    "last": -1.12,
    "length": 0.5,
    "number": 2.11,
    "background": -0.49,
}
"""Coefficients of a choice among an abstract's sentences, fitted on which of them hold a key fact or are marked as evidence (55
questions of the development set, 60 that describe papers in words of their own, 90 on the sample's papers, 89 on chemistry, 188
claims): `python -m eval.fit.sentences` makes
them again, LOG.md has what other features gave.
`cosine` is that to the part of the question that is nearest, `before` that of the sentence before to the whole question, both
less the mean of the abstract; `overlap` the share of the question's words that a sentence holds, and `part` that of the part of
the question it holds most of. `pieces` is how well its word pieces fit those of the part of the question they fit best, less the
mean of the abstract, `best` the share of the question's word pieces that no other sentence fits better."""

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
DIGIT = re.compile(r"(?<![\w/.])(?<!\w-)\d")
"""A number of its own, and none in an address or in the name of a model (GPT-4)."""
PARTS = re.compile(
    r"(?<=[?.!;:])\s+|,\s+(?:and|but|or)\s+|\s+[-–—]+\s+"
    r"|,?\s+and\s+(?=(?:(?:by|on|for|to|in|at|of|with|from) )?(?:what|which|how|why|where|who|whom|when|does|do|is|are|can)\b)",
    re.IGNORECASE,
)
"""Where one part of a question ends."""


@dataclass(frozen=True, slots=True)
class ScoredSentence:
    """One sentence of an abstract: `passage.index` is its place in the abstract. `score` orders sentences of one
    question within a paper; `cosine` is to the question, `overlap` the share of the question's words it holds, the more the
    fewer sentences of its paper hold a word."""

    paper: Paper
    passage: Passage
    score: float
    cosine: float
    overlap: float


@dataclass(frozen=True, slots=True)
class Known:
    """What does not depend on a question: the sentences of an abstract, their stems, the share of the score that place and
    wording give, and whether each holds a digit."""

    abstract: str
    passages: tuple[Passage, ...]
    words: tuple[frozenset[str], ...]
    plain: tuple[float, ...]
    digits: tuple[bool, ...]


class PaperSentences(Sequence[ScoredSentence]):
    """The sentences of one paper in order, embedded and scored when they are first looked at; `passages` can be had without."""

    def __init__(self, asked: Asked, paper: Paper, known: Known, places: Sequence[int] | None = None) -> None:
        self._asked, self.paper, self.known = asked, paper, known
        self._places = range(len(known.passages)) if places is None else places
        self._scored: tuple[ScoredSentence, ...] | None = None

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> ScoredSentence: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[ScoredSentence]: ...
    def __getitem__(self, place: int | slice) -> ScoredSentence | Sequence[ScoredSentence]:
        if self._scored is None:
            scored = self._asked.scored(self.paper, self.known)
            self._scored = tuple(scored[n] for n in self._places)
        return self._scored[place]

    @property
    def passages(self) -> list[Passage]:
        return [self.known.passages[n] for n in self._places]

    def only(self, places: Sequence[int]) -> PaperSentences:
        """These alone, scored as they are among all."""
        return PaperSentences(self._asked, self.paper, self.known, [self._places[n] for n in places])

    def unread(self) -> list[ScoredSentence]:
        """The sentences scored without reading them, cosine 0, whether they were read before or not."""
        scored = self._asked.scored(self.paper, self.known, read=False)
        return [scored[n] for n in self._places]

    def fetch(self, others: Sequence[PaperSentences]) -> None:
        """Have several papers read in one go."""
        self._asked.fetch([own.known for own in others])


class Asked:
    """A question against the sentences of the papers found for it."""

    def __init__(self, question: str, embedder: Embedder, read: Read) -> None:
        self._question, self._embedder, self._read = question, embedder, read
        self._readings: dict[str, TokenVectors] = {}
        self._asks_number = bool(ASKS_NUMBER.search(question))
        self._wanted = frozenset(content_words(question))
        self._parts = parts(question)
        self._of_parts = [frozenset(content_words(part)) for part in self._parts]
        self._vectors: Vectors | None = None

    def fetch(self, papers: Sequence[Known]) -> None:
        """Read the question, and what was not read yet for it."""
        texts = [self._question, *(passage.text for known in papers for passage in known.passages)]
        if missing := [text for text in dict.fromkeys(texts) if text not in self._readings]:
            self._readings |= self._read(missing)

    def scored(self, paper: Paper, known: Known, *, read: bool = True) -> list[ScoredSentence]:
        """All sentences of a paper; where they are not `read`, by place, wording and the question's words alone."""
        cosines, told = self.told(known, read=read)
        return [
            ScoredSentence(
                paper, passage, plain + sum(WEIGHTS[name] * value for name, value in own.items()), cosine, own["overlap"]
            )
            for passage, plain, own, cosine in zip(known.passages, known.plain, told, cosines, strict=True)
        ]

    def told(self, known: Known, *, read: bool = True) -> tuple[list[float], list[dict[str, float]]]:
        """Of each sentence its cosine to the question, and those features of WEIGHTS that depend on what is asked."""
        count = len(known.passages)
        nothing = [0.0] * count
        cosines, near = self._cosines(known) if read else (nothing, nothing)
        middle = sum(cosines) / count
        weight = rarity(self._wanted, known.words)
        pieces, best = self._fits(known, weight) if read else (nothing, nothing)
        totals = [sum(weight[word] for word in words) or 1.0 for words in (self._wanted, *self._of_parts)]
        found = []
        for n in range(count):
            held = self._wanted & known.words[n]
            shares = [
                sum(weight[word] for word in held & words) / total
                for words, total in zip((self._wanted, *self._of_parts), totals, strict=True)
            ]
            found.append(
                {
                    "cosine": near[n],
                    "before": cosines[n - 1] - middle if n else 0.0,
                    "overlap": shares[0],
                    "part": max(shares[1:]),
                    "pieces": pieces[n],
                    "best": best[n],
                    "number": float(self._asks_number and known.digits[n]),
                }
            )
        return cosines, found

    def _cosines(self, known: Known) -> tuple[list[float], list[float]]:
        """Of each sentence to the question, and to the part it is nearest to, less the mean for that part."""
        self.fetch([known])
        if self._vectors is None:
            asked = dict.fromkeys([self._question, *self._parts])  # each for itself, as those of questions are remembered
            self._vectors = np.concatenate([self._embedder.embed([text]) for text in asked])
        found = np.stack([self._readings[passage.text].text for passage in known.passages]) @ self._vectors.T
        of_parts = found[:, -len(self._parts) :]
        return [float(c) for c in found[:, 0]], [float(c) for c in (of_parts - of_parts.mean(axis=0)).max(axis=1)]

    def _fits(self, known: Known, weight: Mapping[str, float]) -> tuple[list[float], list[float]]:
        """`pieces` and `best` of each sentence, by the pieces of the question's content words."""
        asked = self._readings[self._question]
        telling = weights_of(self._question, asked.spans, weight) > 0
        if not telling.any():
            return [0.0] * len(known.passages), [0.0] * len(known.passages)
        starts = [start for (start, _), counts in zip(asked.spans, telling, strict=True) if counts]
        texts = [self._readings[passage.text].pieces for passage in known.passages]
        fits = greatest(asked.pieces[telling].astype(np.float32), texts)
        of_parts = []
        for part in self._parts:
            at = self._question.find(part)
            inside = [at <= start < at + len(part) for start in starts]
            own = (fits[inside] if any(inside) else fits).mean(axis=0)
            of_parts.append(own - own.mean())
        best = (fits >= fits.max(axis=1, keepdims=True) - SAME).mean(axis=0)
        return [float(fit) for fit in np.max(of_parts, axis=0)], [float(share) for share in best]


def parts(question: str) -> list[str]:
    """What a question says and asks one after the other, each part of two words or more besides small ones; the whole question
    where it has not several."""
    found = [part for part in PARTS.split(question) if len(content_words(part)) > 1]
    return found if len(found) > 1 else [question]


class SentenceScorer:
    """Scores sentences; keeps what it knows of papers asked about lately. Safe to use from several threads."""

    def __init__(self, embedder: Embedder, read: Read | None = None) -> None:
        """`read` reads sentences, and keeps what it read: whoever judges them afterwards need not do it again."""
        self._embedder, self._read = embedder, read or reading(embedder)
        self._papers: Recent[Known] = Recent(CACHED_PAPERS)

    def score(self, question: str, hits: Sequence[Hit]) -> list[PaperSentences]:
        """For each hit, all sentences of its abstract in order. Embedding them is most of what an answer costs, and few papers
        found are quoted: nothing is embedded before a score is looked at; `together` does several papers in one go."""
        known = [self._known(hit.paper) for hit in hits]
        asked = Asked(question, self._embedder, self._read)
        return [PaperSentences(asked, hit.paper, own) for hit, own in zip(hits, known, strict=True)]

    def read_ahead(self, papers: Sequence[Paper]) -> None:
        """Read the sentences of these papers now, before anybody asks."""
        self._read([passage.text for paper in papers for passage in self._known(paper).passages])

    def _known(self, paper: Paper) -> Known:
        known = self._papers.get([paper.id]).get(paper.id)
        if known is None or known.abstract != paper.abstract:
            known = known_of(paper)
            self._papers.put({paper.id: known})
        return known


def reading(embedder: Embedder) -> Read:
    """Reads with this embedder or the local one, and keeps nothing."""
    reader = token_reader(embedder)
    return lambda texts: dict(zip(texts, reader.read(texts), strict=True))


def together(papers: Sequence[Sequence[ScoredSentence]]) -> Sequence[Sequence[ScoredSentence]]:
    """The same papers, with all of their sentences read in one go: batches are then well filled."""
    waiting = [own for own in papers if isinstance(own, PaperSentences)]
    if waiting:
        waiting[0].fetch(waiting)
    return papers


def unread(sentences: Sequence[ScoredSentence]) -> Sequence[ScoredSentence]:
    """The same sentences without their nearness to the question, which costs a reading."""
    return sentences.unread() if isinstance(sentences, PaperSentences) else sentences


def passages_of(sentences: Sequence[ScoredSentence]) -> list[Passage]:
    """The passages, without a look at the scores."""
    return sentences.passages if isinstance(sentences, PaperSentences) else [sentence.passage for sentence in sentences]


def only(sentences: Sequence[ScoredSentence], places: Sequence[int]) -> Sequence[ScoredSentence]:
    """The sentences at these places, without a look at the scores."""
    return sentences.only(places) if isinstance(sentences, PaperSentences) else [sentences[n] for n in places]


def known_of(paper: Paper, passages: tuple[Passage, ...] | None = None) -> Known:
    """What can be known of a paper before it is asked about; no vectors. `passages` where its sentences are known already."""
    passages = passages or sentence_passages(paper)
    plain = [
        sum(WEIGHTS[name] * value for name, value in features(passage, len(passages), asks_number=False).items())
        for passage in passages
    ]
    words = tuple(frozenset(content_words(passage.text)) for passage in passages)
    digits = tuple(DIGIT.search(passage.text) is not None for passage in passages)
    return Known(paper.abstract, passages, words, tuple(plain), digits)


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
