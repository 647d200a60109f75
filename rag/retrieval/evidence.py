"""The sentences of the papers found, scored for how likely they answer the question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from rag.answering.record import Hit, Passage
from rag.embedding import Embedder, Vectors
from rag.paper import Paper
from rag.recent import Recent
from rag.sentences import sentence_spans
from rag.terms import content_words

CACHED_PAPERS = 4096  # some 25 KB each

WEIGHTS = {
    "cosine": 2.12,
    "before": 1.32,
    "overlap": 3.87,
    "part": 2.21,
    "place": 2.17,
    "first": -0.69,
    "last": -0.92,
    "length": 0.71,
    "number": 2.47,
    "background": -0.54,
}
"""Coefficients of a choice among an abstract's sentences, fitted on which of them hold a key fact or are marked as evidence (55
questions of the development set, 90 on the sample's papers, 89 on chemistry, 188 claims): `python -m eval.fit.sentences` makes
them again, LOG.md has what other features gave.
`cosine` is that to the part of the question that is nearest, `before` that of the sentence before to the whole question, both
less the mean of the abstract; `overlap` the share of the question's words that a sentence holds, and `part` that of the part of
the question it holds most of."""

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


Embed = Callable[[Sequence[str]], Vectors]
"""Texts -> unit vectors, one row a text."""


@dataclass(slots=True)
class Known:
    """What does not depend on a question: the sentences of an abstract, their stems, the share of the score that place and
    wording give, whether each holds a digit, and the vectors (sentences, dimension) once they were needed."""

    abstract: str
    passages: tuple[Passage, ...]
    words: tuple[frozenset[str], ...]
    plain: tuple[float, ...]
    digits: tuple[bool, ...]
    vectors: Vectors | None = None


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
        """Have the vectors of several papers computed in one go."""
        self._asked.fetch([own.known for own in others])


class Asked:
    """A question against the sentences of the papers found for it."""

    def __init__(self, question: str, embedder: Embedder, read: Embed) -> None:
        self._question, self._embedder, self._read = question, embedder, read
        self._asks_number = bool(ASKS_NUMBER.search(question))
        self._wanted = frozenset(content_words(question))
        self._parts = parts(question)
        self._of_parts = [frozenset(content_words(part)) for part in self._parts]
        self._vectors: Vectors | None = None

    def fetch(self, papers: Sequence[Known]) -> None:
        """Embed what was not embedded yet."""
        fetch(papers, self._read)

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
        cosines, near = self._cosines(known) if read else ([0.0] * count, [0.0] * count)
        middle = sum(cosines) / count
        weight = rarity(self._wanted, known.words)
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
        found = known.vectors @ self._vectors.T  # type: ignore[operator]  # just fetched
        of_parts = found[:, -len(self._parts) :]
        return [float(c) for c in found[:, 0]], [float(c) for c in (of_parts - of_parts.mean(axis=0)).max(axis=1)]


def parts(question: str) -> list[str]:
    """What a question says and asks one after the other, each part of two words or more besides small ones; the whole question
    where it has not several."""
    found = [part for part in PARTS.split(question) if len(content_words(part)) > 1]
    return found if len(found) > 1 else [question]


def fetch(papers: Sequence[Known], read: Embed) -> None:
    """Embed the sentences of those papers that have no vectors yet."""
    missing = [known for known in papers if known.vectors is None]
    if not missing:
        return
    vectors = read([passage.text for known in missing for passage in known.passages])
    at = 0
    for known in missing:
        known.vectors = vectors[at : at + len(known.passages)].copy()
        at += len(known.passages)


class SentenceScorer:
    """Scores sentences; keeps what it knows of papers asked about lately. Safe to use from several threads."""

    def __init__(self, embedder: Embedder, read: Embed | None = None) -> None:
        """`read` gives the vectors of sentences: whoever reads them afterwards, word by word, need not do it again."""
        self._embedder, self._read = embedder, read or embedder.embed
        self._papers: Recent[Known] = Recent(CACHED_PAPERS)

    def score(self, question: str, hits: Sequence[Hit]) -> list[PaperSentences]:
        """For each hit, all sentences of its abstract in order. Embedding them is most of what an answer costs, and few papers
        found are quoted: nothing is embedded before a score is looked at; `together` does several papers in one go."""
        known = [self._known(hit.paper) for hit in hits]
        asked = Asked(question, self._embedder, self._read)
        return [PaperSentences(asked, hit.paper, own) for hit, own in zip(hits, known, strict=True)]

    def read_ahead(self, papers: Sequence[Paper]) -> None:
        """Embed the sentences of these papers now, before anybody asks."""
        fetch([self._known(paper) for paper in papers], self._read)

    def _known(self, paper: Paper) -> Known:
        known = self._papers.get([paper.id]).get(paper.id)
        if known is None or known.abstract != paper.abstract:
            known = known_of(paper)
            self._papers.put({paper.id: known})
        return known


def together(papers: Sequence[Sequence[ScoredSentence]]) -> Sequence[Sequence[ScoredSentence]]:
    """The same papers, with all of their sentences embedded in one go: batches are then well filled."""
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
