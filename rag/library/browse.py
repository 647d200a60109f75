"""The library as a table: words, conditions, an order and a page, found in SQL and in the keyword index, however many papers."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import Any

import sqlalchemy as sa

from rag.library.catalogue import PAPERS, SOURCES, Catalogue
from rag.library.keywords import KeywordIndex
from rag.library.selection import Conditions, clause
from rag.library.sources import load_papers
from rag.paper import Paper

FEW = 5_000  # papers that a search of the index is narrowed to
MANY = 2_000  # papers found, above which the page is looked for among all papers in their order
MOST_WORDS = 12  # of a search; each is one look into the index
_TOKEN = re.compile(r'"([^"]+)"|(\S+)')


class Sort(StrEnum):
    """What the table is ordered by."""

    BEST = "Best match"
    NEWEST = "Newest"
    OLDEST = "Oldest"
    TITLE = "Title"
    UPVOTES = "Upvotes"
    ADDED = "Last added"


@dataclass(frozen=True, slots=True)
class Query:
    """Which papers, in which order. `words` must all occur, anywhere in a paper; quotation marks keep words together.

    `file` is the exact file of a source, `within` the ids that may be found at all. `years` are the first and the last year,
    either may be None. Conditions hold beside.
    """

    words: str = ""
    conditions: Conditions = field(default_factory=Conditions)
    years: tuple[int | None, int | None] = (None, None)
    file: str | None = None
    within: tuple[str, ...] | None = None
    sort: Sort = Sort.NEWEST

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not (self.words.strip() or self.conditions or self.file) and (*self.years, self.within) == (None, None, None)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the papers found; `total` is how many there are on all pages."""

    papers: tuple[Paper, ...]
    total: int


class Browser:
    """Looks things up in a library; remembers the last searches until it changes. Safe to use from several threads."""

    KEPT = 16  # searches

    def __init__(self, catalogue: Catalogue, keywords: KeywordIndex) -> None:
        self._catalogue, self._keywords = catalogue, keywords
        self._found: dict[tuple[int, str], list[str]] = {}
        self._counted: dict[tuple[int, Query], int] = {}

    def page(self, query: Query, offset: int, limit: int) -> Page:
        """The papers from number `offset` (0 the first), at most `limit`."""
        total = self.count(query)
        query, ids = self._found_by_words(query)
        if ids is not None and query.sort is Sort.BEST and _bare(query):
            chosen = ids[offset : offset + limit]
        else:
            with self._catalogue.reading() as db:
                if ids is None or len(ids) <= MANY or query.sort is Sort.BEST:
                    chosen = list(db.execute(_select(query, ids).limit(limit).offset(offset)).scalars())
                else:  # so many that the first ones are soon met on the way through all, for which there is an index
                    wanted = set(ids)
                    ordered = (own for own in db.execute(_select(query, None)).scalars() if own in wanted)
                    chosen = list(islice(ordered, offset, offset + limit))
        with self._catalogue.reading() as db:
            papers = load_papers(db, chosen)
        return Page(tuple(papers[i] for i in chosen if i in papers), total)

    def ids(self, query: Query, limit: int) -> list[str]:
        """The ids of at most so many papers found, in order."""
        query, found = self._found_by_words(query)
        with self._catalogue.reading() as db:
            return list(db.execute(_select(query, found).limit(limit)).scalars())

    def count(self, query: Query) -> int:
        """How many papers the query finds."""
        if query.everything:
            return self._catalogue.count()
        key = (self._catalogue.version(), query)
        query, ids = self._found_by_words(query)
        if ids is not None and _bare(query):
            return len(ids)
        if key not in self._counted:
            with self._catalogue.reading() as db:
                counted = sa.select(sa.func.count()).select_from(_select(query, ids).order_by(None).subquery())
                _keep(self._counted, key, int(db.execute(counted).scalar_one()))
        return self._counted[key]

    def _found_by_words(self, query: Query) -> tuple[Query, list[str] | None]:
        """The papers that the words find, None without words. Of those that may be found at all, where these are given: two long
        lists at once SQLite would compare pair by pair. The query is without that condition then."""
        ids = self.matches(query.words) if query.words.strip() else None
        if ids is None or query.within is None:
            return query, ids
        inside = set(query.within)
        return replace(query, within=None), [paper_id for paper_id in ids if paper_id in inside]

    def matches(self, words: str) -> list[str]:
        """Ids of the papers in which all the words occur, in any inflection in title and abstract, or as part of authors,
        organisation, comment or year; those whose title and abstract fit best first (BM25 added up). A word that no text has
        may be part of one in a title."""
        tokens = list(dict.fromkeys((phrase or word).strip() for phrase, word in _TOKEN.findall(words)))[:MOST_WORDS]
        tokens = [token for token in tokens if any(c.isalnum() for c in token)]
        key = (self._catalogue.version(), json.dumps(tokens))
        if key not in self._found:
            _keep(self._found, key, self._look_up(tokens))
        return self._found[key]

    def _look_up(self, tokens: Sequence[str]) -> list[str]:
        if not tokens:
            return []
        told = [_told(token, title=not self._keywords.knows(token)) for token in tokens]
        beside: dict[tuple[str, ...], list[str]] = {}  # what the text has still to hold -> papers that tell the rest
        with self._catalogue.reading() as db:
            for paper_id, *marks in db.execute(sa.select(PAPERS.c.id, *told).where(sa.or_(*told))):
                rest = tuple(token for token, mark in zip(tokens, marks, strict=True) if not mark)
                beside.setdefault(rest, []).append(paper_id)
        scores = dict(self._keywords.holding(tokens))
        for rest, ids in beside.items():
            few = len(ids) <= FEW
            found = dict(self._keywords.holding(rest, ids if few else None)) if rest else dict.fromkeys(ids, 0.0)
            for paper_id in found if few else found.keys() & set(ids):
                scores.setdefault(paper_id, found[paper_id])
        return sorted(scores, key=lambda paper_id: (-scores[paper_id], paper_id))


def _keep(kept: dict[Any, Any], key: Any, value: Any) -> None:
    for old in list(kept)[: max(0, len(kept) - Browser.KEPT + 1)]:
        kept.pop(old, None)
    kept[key] = value


def _bare(query: Query) -> bool:
    """Whether the words alone choose."""
    return Query(words=query.words, sort=query.sort) == query


def _told(token: str, *, title: bool) -> sa.ColumnElement[bool]:
    """SQL: the token occurs in what is known beside the text. Names are kept as JSON, in which other letters are escaped."""
    columns: list[sa.ColumnElement[bool]] = [
        sa.cast(PAPERS.c.authors, sa.Text).like(_pattern(json.dumps(token)[1:-1]), escape="\\"),
        PAPERS.c.organisation.like(_pattern(token), escape="\\"),
        PAPERS.c.comment.like(_pattern(token), escape="\\"),
    ]
    if title:
        columns.append(PAPERS.c.title.like(_pattern(token), escape="\\"))
    if token.isdecimal() and len(token) == 4:
        columns.append(PAPERS.c.year == int(token))
    return sa.or_(*columns)


def _pattern(token: str) -> str:
    return "%" + re.sub(r"([\\%_])", r"\\\1", token) + "%"


def _select(query: Query, ids: Sequence[str] | None) -> sa.Select[Any]:
    """Ids in order. `ids` are the papers that the words found."""
    found = sa.select(PAPERS.c.id).where(clause(query.conditions))
    first, last = query.years
    if first is not None:
        found = found.where(PAPERS.c.year >= first)
    if last is not None:
        found = found.where(PAPERS.c.year <= last)
    if query.file is not None:
        found = found.where(PAPERS.c.id.in_(sa.select(SOURCES.c.paper_id).where(SOURCES.c.file == query.file)))
    if query.within is not None:
        inside = sa.func.json_each(json.dumps(query.within)).table_valued("value", name="inside")
        found = found.where(PAPERS.c.id.in_(sa.select(inside.c.value)))
    orders: dict[Sort, tuple[sa.ColumnElement[Any], ...]] = {
        Sort.NEWEST: (PAPERS.c.year.desc(), PAPERS.c.date.desc(), PAPERS.c.title.is_(None), PAPERS.c.seq),
        Sort.OLDEST: (PAPERS.c.year.is_(None), PAPERS.c.year, PAPERS.c.date.is_(None), PAPERS.c.date, PAPERS.c.seq),
        Sort.TITLE: (PAPERS.c.title.is_(None), sa.collate(PAPERS.c.title, "NOCASE"), PAPERS.c.seq),
        Sort.UPVOTES: (PAPERS.c.upvotes.desc(), PAPERS.c.seq),
        Sort.ADDED: (PAPERS.c.seq.desc(),),
    }
    if ids is None:
        return found.order_by(*orders[Sort.NEWEST if query.sort is Sort.BEST else query.sort])
    given = sa.func.json_each(json.dumps(ids)).table_valued("key", "value", name="given")
    found = found.join_from(given, PAPERS, given.c.value == PAPERS.c.id)
    return found.order_by(given.c.key) if query.sort is Sort.BEST else found.order_by(*orders[query.sort])
