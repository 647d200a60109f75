"""Papers chosen by what the catalogue knows of them: conditions, their SQL, and the lists they give."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields

import sqlalchemy as sa

from rag.library.catalogue import PAPERS, SOURCES, Catalogue


@dataclass(frozen=True, slots=True)
class Conditions:
    """All that are set must hold. Bounds include their ends. A paper whose field is unknown does not match a condition on it.

    `organisation`, `author`, `venue` and `file` match anywhere in the field, without regard to case. `min_sources` counts
    the files a paper was read from. The `has_…` conditions ask whether a field is known at all. Where `within` is set, no
    other papers match, and none where it is empty.
    """

    date_from: dt.date | None = None
    date_to: dt.date | None = None
    min_upvotes: int | None = None
    max_upvotes: int | None = None
    min_authors: int | None = None
    max_authors: int | None = None
    organisation: str | None = None
    author: str | None = None
    venue: str | None = None
    file: str | None = None
    min_sources: int | None = None
    ids: tuple[str, ...] = ()
    has_title: bool | None = None
    has_date: bool | None = None
    has_arxiv_id: bool | None = None
    within: tuple[str, ...] | None = None

    def __bool__(self) -> bool:
        return any(getattr(self, own.name) not in (None, ()) for own in fields(self))


@dataclass(frozen=True, slots=True)
class Order:
    """A ranking by a field. `field` is `upvotes`, `date` or `author_count`; papers without it are left out. `limit` as
    asked, or None."""

    field: str
    descending: bool
    limit: int | None


def nothing_matches(_: Conditions) -> bool:
    """`Facts.holds` of a library that nobody has asked."""
    return False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the library says about itself. `newest` is its latest date; names are sorted. `holds` tells whether any paper
    matches, for names of which there are too many to list."""

    newest: dt.date | None = None
    organisations: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    holds: Callable[[Conditions], bool] = field(default=nothing_matches, compare=False)


def select(catalogue: Catalogue, conditions: Conditions, limit: int, order: Order | None = None) -> list[str]:
    """Ids of at most `limit` matching papers: in `order`, else newest first and undated last."""
    query = sa.select(PAPERS.c.id).where(clause(conditions)).limit(limit)
    if order is None:
        query = query.order_by(PAPERS.c.date.desc().nulls_last(), PAPERS.c.seq)
    else:
        column = PAPERS.c[order.field]
        query = query.where(column.is_not(None)).order_by(column.desc() if order.descending else column.asc(), PAPERS.c.seq)
    with catalogue.reading() as db:
        return list(db.execute(query).scalars())


def matching(catalogue: Catalogue, conditions: Conditions, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that match."""
    if not ids:
        return set()
    with catalogue.reading() as db:
        return set(db.execute(sa.select(PAPERS.c.id).where(_among(ids), clause(conditions))).scalars())


def count(catalogue: Catalogue, conditions: Conditions) -> int:
    """How many papers match."""
    return catalogue.remembered(("matching", conditions), lambda: _counted(catalogue, clause(conditions)))


def counts(catalogue: Catalogue, conditions: Conditions) -> tuple[int, dict[str, int]]:
    """How many papers match, and how many are left out because a field is unknown, by field."""

    def left_out() -> dict[str, int]:
        inside = clause(Conditions(within=conditions.within))
        missing = {name: _counted(catalogue, where, inside) for name, where in unknown(conditions).items()}
        return {name: number for name, number in missing.items() if number}

    return count(catalogue, conditions), catalogue.remembered(("left out", conditions), left_out)


def _counted(catalogue: Catalogue, *where: sa.ColumnElement[bool]) -> int:
    with catalogue.reading() as db:
        return int(db.execute(sa.select(sa.func.count()).select_from(PAPERS).where(*where)).scalar_one())


def facts(catalogue: Catalogue) -> Facts:
    """The library's newest date, its organisations and its files."""
    with catalogue.reading() as db:
        newest = db.execute(sa.select(sa.func.max(PAPERS.c.date))).scalar_one()
        organisations = db.execute(
            sa.select(PAPERS.c.organisation).where(PAPERS.c.organisation.is_not(None)).distinct()
        ).scalars()
        files = db.execute(sa.select(SOURCES.c.file).where(SOURCES.c.file != "").distinct()).scalars()
        latest = dt.date.fromisoformat(newest) if newest else None
        return Facts(latest, tuple(sorted(organisations)), tuple(sorted(files)), lambda wanted: holds(catalogue, wanted))


def holds(catalogue: Catalogue, conditions: Conditions) -> bool:
    """Whether any paper matches."""
    query = sa.select(PAPERS.c.id).where(clause(conditions)).limit(1)
    with catalogue.reading() as db:
        return db.execute(query).first() is not None


def clause(conditions: Conditions) -> sa.ColumnElement[bool]:
    """The conditions as SQL over the papers table."""
    parts = [part for group in (_dates, _numbers, _names, _presence) for part in group(conditions)]
    if conditions.within is not None:
        parts.append(_among(conditions.within))
    return sa.and_(sa.true(), *parts)


def _among(ids: Sequence[str]) -> sa.ColumnElement[bool]:
    # As JSON: a statement takes no more than 32,766 values, and each of them costs as much as looking a paper up.
    inside = sa.func.json_each(json.dumps(ids)).table_valued("value", name="inside")
    return PAPERS.c.id.in_(sa.select(inside.c.value))


def unknown(conditions: Conditions) -> dict[str, sa.ColumnElement[bool]]:
    """What a condition leaves out because it is not known: name of the field -> SQL that counts such papers."""
    found: dict[str, sa.ColumnElement[bool]] = {}
    if conditions.date_from or conditions.date_to:
        found["date"] = sa.and_(PAPERS.c.date.is_(None), PAPERS.c.year.is_(None))
    if conditions.min_upvotes is not None or conditions.max_upvotes is not None:
        found["number of upvotes"] = PAPERS.c.upvotes.is_(None)
    if conditions.min_authors is not None or conditions.max_authors is not None:
        found["number of authors"] = PAPERS.c.author_count.is_(None)
    if conditions.organisation:
        found["organisation"] = PAPERS.c.organisation.is_(None)
    return found


def _dates(conditions: Conditions) -> list[sa.ColumnElement[bool]]:
    """A paper of which only the year is known matches where its whole year lies inside."""
    parts: list[sa.ColumnElement[bool]] = []
    first = sa.func.coalesce(PAPERS.c.date, sa.cast(PAPERS.c.year, sa.Text) + "-01-01")
    last = sa.func.coalesce(PAPERS.c.date, sa.cast(PAPERS.c.year, sa.Text) + "-12-31")
    # Whole years are told by the year alone, which an index answers many times faster.
    if conditions.date_from:
        parts.append(PAPERS.c.year >= conditions.date_from.year)
        if (conditions.date_from.month, conditions.date_from.day) != (1, 1):
            parts.append(first >= conditions.date_from.isoformat())
    if conditions.date_to:
        parts.append(PAPERS.c.year <= conditions.date_to.year)
        if (conditions.date_to.month, conditions.date_to.day) != (12, 31):
            parts.append(last <= conditions.date_to.isoformat())
    return parts


def _numbers(conditions: Conditions) -> list[sa.ColumnElement[bool]]:
    bounds = (
        (PAPERS.c.upvotes, conditions.min_upvotes, conditions.max_upvotes),
        (PAPERS.c.author_count, conditions.min_authors, conditions.max_authors),
    )
    parts: list[sa.ColumnElement[bool]] = []
    for column, least, most in bounds:
        if least is not None:
            parts.append(column >= least)
        if most is not None:
            parts.append(column <= most)
    return parts


def _names(conditions: Conditions) -> list[sa.ColumnElement[bool]]:
    parts: list[sa.ColumnElement[bool]] = []
    if conditions.organisation:
        parts.append(PAPERS.c.organisation.icontains(conditions.organisation, autoescape=True))
    if conditions.author:
        written = json.dumps(conditions.author)[1:-1]  # as the catalogue has it: letters with accents are escaped there
        parts.append(sa.cast(PAPERS.c.authors, sa.Text).icontains(written, autoescape=True))
    if conditions.venue:
        parts.append(PAPERS.c.comment.icontains(conditions.venue, autoescape=True))
    if conditions.file:
        parts.append(_in_sources().where(SOURCES.c.file.icontains(conditions.file, autoescape=True)).exists())
    if conditions.min_sources is not None:
        named = sa.select(sa.func.count(SOURCES.c.file.distinct())).where(SOURCES.c.file != "")
        count = named.where(SOURCES.c.paper_id == PAPERS.c.id).scalar_subquery()
        parts.append(count >= conditions.min_sources)
    if conditions.ids:
        parts.append(
            sa.or_(PAPERS.c.id.in_(conditions.ids), PAPERS.c.arxiv_id.in_(conditions.ids), PAPERS.c.doi.in_(conditions.ids))
        )
    return parts


def _presence(conditions: Conditions) -> list[sa.ColumnElement[bool]]:
    columns = (
        (PAPERS.c.title, conditions.has_title),
        (PAPERS.c.year, conditions.has_date),
        (PAPERS.c.arxiv_id, conditions.has_arxiv_id),
    )
    return [column.is_not(None) if known else column.is_(None) for column, known in columns if known is not None]


def _in_sources() -> sa.Select[tuple[str]]:
    return sa.select(SOURCES.c.paper_id).where(SOURCES.c.paper_id == PAPERS.c.id)
