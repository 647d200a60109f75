"""The library as a table: words, conditions, an order and a page, found in SQL and in the keyword index, however many papers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import Any

import sqlalchemy as sa

from rag.library.catalogue import PAPERS, SOURCES, Catalogue
from rag.library.clauses import clause
from rag.library.conditions import Conditions
from rag.library.keywords import KeywordIndex
from rag.library.lookup import FEW, KEPT, Found, Lookup
from rag.library.sources import load_papers
from rag.paper import Paper

MANY = 2_000  # papers found, above which the page is looked for among all papers in their order
STEP, FARTHEST = 1_000, 12_000  # papers looked at in a step on that way, and after how many all that are found are listed
SLACK = 1.5  # of the papers that would be met if those found lay evenly among all


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

    def __init__(self, catalogue: Catalogue, keywords: KeywordIndex) -> None:
        self._catalogue, self._words = catalogue, Lookup(catalogue, keywords)
        self._counted: dict[tuple[int, Query], int] = {}
        self._last: tuple[tuple[int, Query], tuple[Query, list[str] | None]] | None = None

    def page(self, query: Query, offset: int, limit: int) -> Page:
        """The papers from number `offset` (0 the first), at most `limit`."""
        total = self.count(query)
        chosen = self._ids(query, offset, limit)
        with self._catalogue.reading() as db:
            papers = load_papers(db, chosen)
        return Page(tuple(papers[i] for i in chosen if i in papers), total)

    def ids(self, query: Query, limit: int) -> list[str]:
        """The ids of at most so many papers found, in order."""
        return self._ids(query, 0, limit)

    def count(self, query: Query) -> int:
        """How many papers the query finds."""
        if query.everything:
            return self._catalogue.count()
        if _bare(query):
            return self._words.find(query.words).total
        key = (self._catalogue.version(), query)
        if key not in self._counted:
            narrowed, ids = self._found(query)
            if ids is not None and _bare(narrowed):
                number = len(ids)
            else:
                with self._catalogue.reading() as db:
                    counted = sa.select(sa.func.count()).select_from(_select(narrowed, ids).order_by(None).subquery())
                    number = int(db.execute(counted).scalar_one())
            for old in list(self._counted)[: max(0, len(self._counted) - KEPT + 1)]:
                self._counted.pop(old, None)
            self._counted[key] = number
        return self._counted[key]

    def _ids(self, query: Query, offset: int, limit: int) -> list[str]:
        """Ids from number `offset` on."""
        if _bare(query):
            found = self._words.find(query.words)
            if query.sort is Sort.BEST:
                return self._words.best(found, offset + limit)[offset:]
            if found.total > MANY and (met := self._on_the_way(query, found, offset, limit)) is not None:
                return met
        query, ids = self._found(query)
        if ids is not None and _bare(query) and query.sort is Sort.BEST:
            return ids[offset : offset + limit]
        with self._catalogue.reading() as db:
            if ids is None or len(ids) <= MANY or query.sort is Sort.BEST or query.conditions.author:
                return list(db.execute(_select(query, ids).limit(limit).offset(offset)).scalars())
            wanted = set(ids)
            ordered = (own for own in db.execute(_select(query, None)).scalars() if own in wanted)
            return list(islice(ordered, offset, offset + limit))

    def _on_the_way(self, query: Query, found: Found, offset: int, limit: int) -> list[str] | None:
        """So many are found that the first ones are soon met on the way through all papers in their order, for which there is
        an index. None where they are not."""
        met: list[str] = []
        reach = round(SLACK * (offset + limit) * self._catalogue.count() / found.total) + STEP  # papers, if they lie evenly
        with self._catalogue.reading() as db:
            ordered = db.execute(_select(replace(query, words=""), None).limit(min(reach, FARTHEST))).scalars()
            while step := list(islice(ordered, STEP)):
                inside = self._words.among(found, step)
                met += [paper_id for paper_id in step if paper_id in inside]
                if len(met) >= min(offset + limit, found.total):
                    return met[offset : offset + limit]
        return None

    def _found(self, query: Query) -> tuple[Query, list[str] | None]:
        """As `_narrowed`, which is asked twice for every page: for the count and for the papers."""
        key = (self._catalogue.version(), query)
        last = self._last
        if last is None or last[0] != key:
            self._last = last = (key, self._narrowed(query))
        return last[1]

    def _narrowed(self, query: Query) -> tuple[Query, list[str] | None]:
        """The papers that the words and an author's name find, None without either; and the query without those conditions that
        all of them are known to meet. Two long lists at once SQLite would compare pair by pair."""
        named = self._named(query.conditions.author)
        if not query.words.strip():
            if named is None:
                return query, None
            inside = named if query.within is None else named & set(query.within)
            # A name has no best match.
            return replace(query, within=None, sort=Sort.NEWEST if query.sort is Sort.BEST else query.sort), sorted(inside)
        found = self._words.find(query.words)
        if found.total > MANY and not _bare(query):
            rest = replace(query, words="", sort=Sort.ADDED)
            narrowed, known = self._narrowed(rest)
            with self._catalogue.reading() as db:
                allowed = list(db.execute(_select(narrowed, known).limit(FEW + 1)).scalars())
            if len(allowed) <= FEW:
                return Query(words=query.words, sort=query.sort), self._words.ranked(found, allowed)
        ids = self._words.all(found)
        for own in (named, None if query.within is None else set(query.within)):
            ids = ids if own is None else [paper_id for paper_id in ids if paper_id in own]
        return replace(query, within=None), ids

    def _named(self, author: str | None) -> set[str] | None:
        """The papers that may have that author, None where they are many; whether they do have is for SQL to say."""
        found = self._words.beside.by_author(author) if author else None
        return found if found is not None and len(found) <= FEW else None


def _bare(query: Query) -> bool:
    """Whether words choose, and nothing else does."""
    return bool(query.words.strip()) and Query(words=query.words, sort=query.sort) == query


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
