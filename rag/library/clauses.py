"""Conditions as SQL over the catalogue's tables, and what a condition cannot tell because a field is empty."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa

from rag.library.conditions import Conditions, Order
from rag.library.schema import PAPERS, SOURCES

_BETWEEN_NAMES = '"-.,'


def clause(conditions: Conditions) -> sa.ColumnElement[bool]:
    """The conditions as SQL over the papers table."""
    parts = [part for group in (_dates, _numbers, _names, _presence) for part in group(conditions)]
    if conditions.within is not None:
        parts.append(among(conditions.within))
    parts += [sa.or_(sa.false(), *map(clause, group)) for group in conditions.any_of]
    parts += [_excluded(each) for each in conditions.none_of]
    return sa.and_(sa.true(), *parts)


def _excluded(conditions: Conditions) -> sa.ColumnElement[bool]:
    """SQL for papers that certainly do not match."""
    first, last = days()
    parts: list[sa.ColumnElement[bool]] = []
    if conditions.date_from:
        parts.append(last < conditions.date_from.isoformat())
    if conditions.date_to:
        parts.append(first > conditions.date_to.isoformat())
    parts += [sa.not_(part) for part in _numbers(conditions)]  # of an unknown number neither is true
    parts += [sa.not_(sa.func.coalesce(part, sa.false())) for part in (*_names(conditions), *_presence(conditions))]
    if conditions.within is not None:
        parts.append(sa.not_(among(conditions.within)))
    return sa.or_(sa.false(), *parts)


def among(ids: Sequence[str]) -> sa.ColumnElement[bool]:
    # As JSON: a statement takes no more than 32,766 values, and each of them costs as much as looking a paper up.
    inside = sa.func.json_each(json.dumps(ids)).table_valued("value", name="inside")
    return PAPERS.c.id.in_(sa.select(inside.c.value))


def unknown(conditions: Conditions, order: Order | None = None) -> dict[str, sa.ColumnElement[bool]]:
    """What a condition or a ranking leaves out because it is not known: name of the field -> SQL that counts such papers."""
    parts = list(conditions.parts())
    ranked = order.field if order is not None and not order.whole else ""
    found: dict[str, sa.ColumnElement[bool]] = {}
    if conditions.dated or ranked == "date":
        found["date"] = sa.and_(PAPERS.c.date.is_(None), PAPERS.c.year.is_(None))
    if ranked == "upvotes" or any((part.min_upvotes, part.max_upvotes) != (None, None) for part in parts):
        found["number of upvotes"] = PAPERS.c.upvotes.is_(None)
    if ranked == "author_count" or any((part.min_authors, part.max_authors) != (None, None) for part in parts):
        found["number of authors"] = PAPERS.c.author_count.is_(None)
    return found | unnamed((conditions, *(each for group in conditions.any_of for each in group)))


def unnamed(wanted: Sequence[Conditions]) -> dict[str, sa.ColumnElement[bool]]:
    """Name of the field -> SQL for papers in which a name that is asked for cannot stand, since the field is empty."""
    found: dict[str, sa.ColumnElement[bool]] = {}
    if any(each.organisation for each in wanted):
        found["organisation"] = PAPERS.c.organisation.is_(None)
    if any(each.author for each in wanted):
        found["author"] = sa.cast(PAPERS.c.authors, sa.Text) == "[]"
    if any(each.venue for each in wanted):
        found["venue"] = PAPERS.c.comment.is_(None)
    return found


def days() -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    """The first and the last day a paper may be from."""
    year = sa.cast(PAPERS.c.year, sa.Text)
    return sa.func.coalesce(PAPERS.c.date, year + "-01-01"), sa.func.coalesce(PAPERS.c.date, year + "-12-31")


def _dates(conditions: Conditions) -> list[sa.ColumnElement[bool]]:
    """A paper of which only the year is known matches where its whole year lies inside."""
    parts: list[sa.ColumnElement[bool]] = []
    first, last = days()
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
        names: sa.ColumnElement[str] = sa.cast(PAPERS.c.authors, sa.Text)
        parts.append(names.icontains(written, autoescape=True))  # first, since it is the quicker one and seldom true
        for sign in _BETWEEN_NAMES:
            names, written = sa.func.replace(names, sign, " "), written.replace(sign, " ")
        parts.append(names.icontains(f" {written} ", autoescape=True))
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
    parts: list[sa.ColumnElement[bool]] = []
    for name in ("title", "date", "arxiv_id", "doi", "organisation", "venue", "upvotes", "authors"):
        if (wanted := getattr(conditions, f"has_{name}")) is not None:
            known: sa.ColumnElement[bool] = PAPERS.c[
                {"date": "year", "venue": "comment", "authors": "author_count"}.get(name, name)
            ].is_not(None)
            if name == "authors":
                known = sa.or_(known, sa.cast(PAPERS.c.authors, sa.Text) != "[]")
            parts.append(known if wanted else sa.not_(known))
    return parts


def _in_sources() -> sa.Select[tuple[str]]:
    return sa.select(SOURCES.c.paper_id).where(SOURCES.c.paper_id == PAPERS.c.id)
