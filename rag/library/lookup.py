"""Papers by words in their text or beside it: how many there are, the best ones, all of them; no more read than is asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from rag.library.beside import Beside
from rag.library.catalogue import PAPERS, Catalogue
from rag.library.keywords import KeywordIndex

FEW = 50_000  # papers that a search of the index is narrowed to
MOST_WORDS = 12  # of a search; each is one look into the index
KEPT = 16  # searches
_GRAMMAR_WORDS = "a an and as at by for from in is of on or that the to with"
GRAMMAR = frozenset(_GRAMMAR_WORDS.split())  # looked for in the text alone: nearly every name has some of these letters
_TOKEN = re.compile(r'"([^"]+)"|(\S+)')


def tokens_of(words: str) -> list[str]:
    """What is looked for: words, and phrases out of quotation marks."""
    tokens = list(dict.fromkeys((phrase or word).strip() for phrase, word in _TOKEN.findall(words)))[:MOST_WORDS]
    return [token for token in tokens if any(c.isalnum() for c in token)]


def in_text_alone(words: str) -> list[str]:
    """Those of the words that are looked for in title and abstract alone."""
    return [token for token in tokens_of(words) if token.lower() in GRAMMAR]


@dataclass(frozen=True, slots=True)
class Found:
    """What words have found: how many papers, and the score of each that tells some of the words only beside its text."""

    tokens: tuple[str, ...]
    total: int
    beside: dict[str, float]


class Lookup:
    """All words must occur, anywhere in a paper, in any inflection in title and abstract, or as part of authors, organisation,
    comment or year; quotation marks keep words together. A word that no text has may be part of one in a title. Remembers the
    last searches until the library changes. Safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, keywords: KeywordIndex) -> None:
        self.beside = Beside(catalogue)
        self._catalogue, self._keywords = catalogue, keywords
        self._known: dict[tuple[int, str], Found] = {}
        self._whole: dict[tuple[int, str], list[str]] = {}

    def find(self, words: str) -> Found:
        """How many papers hold the words."""
        tokens = tokens_of(words)
        key = (self._catalogue.version(), json.dumps(tokens))
        if (known := self._known.get(key)) is None:
            known = self._find(tokens)
            forget(self._known, KEPT)
            self._known[key] = known
        return known

    def best(self, found: Found, count: int) -> list[str]:
        """The ids of the first `count` papers: those whose title and abstract fit best first (BM25 added up)."""
        return _ranked(self._keywords.holding(found.tokens, limit=count) if count > 0 else [], found.beside)[:count]

    def all(self, found: Found) -> list[str]:
        """The ids of all of them, in the same order."""
        key = (self._catalogue.version(), json.dumps(found.tokens))
        if (known := self._whole.get(key)) is None:
            known = _ranked(self._keywords.holding(found.tokens), found.beside)
            forget(self._whole, KEPT)
            self._whole[key] = known
        return known

    def ranked(self, found: Found, ids: Sequence[str]) -> list[str]:
        """Those of the papers that the words find, in the same order."""
        inside = found.beside.keys() & set(ids)
        return _ranked(self._keywords.holding(found.tokens, ids), {paper_id: found.beside[paper_id] for paper_id in inside})

    def among(self, found: Found, ids: Sequence[str]) -> set[str]:
        """Those of the papers that the words find."""
        inside = {paper_id for paper_id, _ in self._keywords.holding(found.tokens, ids)}
        return inside | (found.beside.keys() & set(ids))

    def _find(self, tokens: Sequence[str]) -> Found:
        if not tokens:
            return Found((), 0, {})
        told = [self._beside(token) for token in tokens]
        rests: dict[tuple[str, ...], list[str]] = {}  # what the text has still to hold -> papers that tell the others
        for paper_id in set().union(*told):
            rest = tuple(token for token, ids in zip(tokens, told, strict=True) if paper_id not in ids)
            rests.setdefault(rest, []).append(paper_id)
        scores: dict[str, float] = {}
        for rest, ids in rests.items():
            scores |= self._scores(rest, ids) if rest else dict.fromkeys(ids, 0.0)
        for paper_id in self._scores(tokens, list(scores)) if scores else ():
            del scores[paper_id]  # the text alone tells all of the words
        return Found(tuple(tokens), self._keywords.number(tokens) + len(scores), scores)

    def _beside(self, token: str) -> set[str]:
        if token.lower() in GRAMMAR:
            return set()
        found = self.beside.holding(token, title=not self._keywords.knows(token))
        if token.isdecimal() and len(token) == 4:
            with self._catalogue.reading() as db:
                found |= set(db.execute(sa.select(PAPERS.c.id).where(PAPERS.c.year == int(token))).scalars())
        return found

    def _scores(self, tokens: Sequence[str], ids: Sequence[str]) -> dict[str, float]:
        """Of the papers whose texts hold the tokens."""
        if len(ids) <= FEW:
            return dict(self._keywords.holding(tokens, ids))
        inside = set(ids)
        return {paper_id: score for paper_id, score in self._keywords.holding(tokens) if paper_id in inside}


def forget(kept: dict[tuple[int, str], Found] | dict[tuple[int, str], list[str]], most: int) -> None:
    """Drop the oldest, so that there is room for another one."""
    for old in list(kept)[: max(0, len(kept) - most + 1)]:
        kept.pop(old, None)


def _ranked(texts: Iterable[tuple[str, float]], beside: dict[str, float]) -> list[str]:
    """Papers by falling score; of equal ones those first whose text tells the words, in the order of the index."""
    others = sorted(beside.items(), key=lambda one: one[0])
    return [paper_id for paper_id, _ in sorted([*texts, *others], key=lambda one: -one[1])]
