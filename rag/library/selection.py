"""Papers chosen by what the catalogue knows of them: conditions, their SQL, and the lists they give."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields

import sqlalchemy as sa

from rag.library.catalogue import PAPERS, SOURCES, Catalogue

_BETWEEN_NAMES = '"-.,'


@dataclass(frozen=True, slots=True)
class Conditions:
    """All that are set must hold. Bounds include their ends. A paper whose field is unknown does not match a condition on it.

    `organisation`, `venue` and `file` match anywhere in the field, `author` as whole words, all without regard to case.
    `min_sources` counts the files a paper was read from. The `has_…` conditions ask whether a field is known at all; authors
    are where their names or their number is. Where `within` is set, no other papers match, and none where it is empty.

    Of every group in `any_of` at least one must hold. None of `none_of` may hold, nor be possible: a paper without a date is
    not known to be from another year than 2024. Only names are taken for absent where the field is empty, since most papers
    have no organisation.
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
    has_doi: bool | None = None
    has_authors: bool | None = None
    has_organisation: bool | None = None
    has_venue: bool | None = None
    has_upvotes: bool | None = None
    within: tuple[str, ...] | None = None
    any_of: tuple[tuple[Conditions, ...], ...] = ()
    none_of: tuple[Conditions, ...] = ()

    def __bool__(self) -> bool:
        return any(getattr(self, own.name) not in (None, ()) for own in fields(self))

    @property
    def dated(self) -> bool:
        """Whether a date is wanted, or unwanted."""
        return any(part.date_from or part.date_to for part in self.parts())

    def parts(self) -> Iterator[Conditions]:
        """These conditions, and those in `any_of` and `none_of`."""
        yield self
        for own in (*(each for group in self.any_of for each in group), *self.none_of):
            yield from own.parts()


@dataclass(frozen=True, slots=True)
class Order:
    """A ranking by a field. `field` is `upvotes`, `date` or `author_count`. `limit` as asked, or None. Papers without the field
    are left out, except where `whole` says that a list was to be sorted, not cut: then they come last."""

    field: str
    descending: bool
    limit: int | None
    whole: bool = False


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
        query = query.order_by(PAPERS.c.year.desc().nulls_last(), PAPERS.c.date.desc().nulls_last(), PAPERS.c.seq)
    else:
        column = _days()[0] if order.field == "date" else PAPERS.c[order.field]
        query = query if order.whole else query.where(column.is_not(None))
        query = query.order_by((column.desc() if order.descending else column.asc()).nulls_last(), PAPERS.c.seq)
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


def counts(catalogue: Catalogue, conditions: Conditions, order: Order | None = None) -> tuple[int, dict[str, int]]:
    """How many papers match, and how many are left out because a field is unknown, by field."""
    return count(catalogue, conditions), _numbers_of(catalogue, "left out", conditions, unknown(conditions, order))


def undecided(catalogue: Catalogue, conditions: Conditions) -> dict[str, int]:
    """How many papers an excluded name keeps although the field is unknown, by field."""
    return _numbers_of(catalogue, "kept", conditions, _unnamed(conditions.none_of))


def _numbers_of(
    catalogue: Catalogue, key: str, conditions: Conditions, wanted: dict[str, sa.ColumnElement[bool]]
) -> dict[str, int]:
    def look_up() -> dict[str, int]:
        inside = clause(Conditions(within=conditions.within))
        numbers = {name: _counted(catalogue, where, inside) for name, where in wanted.items()}
        return {name: number for name, number in numbers.items() if number}

    return catalogue.remembered((key, conditions, *wanted), look_up)


def _counted(catalogue: Catalogue, *where: sa.ColumnElement[bool]) -> int:
    with catalogue.reading() as db:
        return int(db.execute(sa.select(sa.func.count()).select_from(PAPERS).where(*where)).scalar_one())


def facts(catalogue: Catalogue) -> Facts:
    """The library's newest date, its organisations and its files."""
    with catalogue.reading() as db:
        newest, year = db.execute(sa.select(sa.func.max(PAPERS.c.date), sa.func.max(PAPERS.c.year))).one()
        organisations = db.execute(
            sa.select(PAPERS.c.organisation).where(PAPERS.c.organisation.is_not(None)).distinct()
        ).scalars()
        files = db.execute(sa.select(SOURCES.c.file).where(SOURCES.c.file != "").distinct()).scalars()
        latest = dt.date.fromisoformat(newest) if newest else None
        if year is not None and (latest is None or latest.year < year):
            latest = dt.date(year, 12, 31)  # of the newest papers, only the year is known
        return Facts(latest, tuple(sorted(organisations)), tuple(sorted(files)), lambda wanted: holds(catalogue, wanted))


def holds(catalogue: Catalogue, conditions: Conditions) -> bool:
    """Whether any paper matches."""

    def look_up() -> bool:
        with catalogue.reading() as db:
            return db.execute(sa.select(PAPERS.c.id).where(clause(conditions)).limit(1)).first() is not None

    return catalogue.remembered(("holds", conditions), look_up)


def clause(conditions: Conditions) -> sa.ColumnElement[bool]:
    """The conditions as SQL over the papers table."""
    parts = [part for group in (_dates, _numbers, _names, _presence) for part in group(conditions)]
    if conditions.within is not None:
        parts.append(_among(conditions.within))
    parts += [sa.or_(sa.false(), *map(clause, group)) for group in conditions.any_of]
    parts += [_excluded(each) for each in conditions.none_of]
    return sa.and_(sa.true(), *parts)


def _excluded(conditions: Conditions) -> sa.ColumnElement[bool]:
    """SQL for papers that certainly do not match."""
    first, last = _days()
    parts: list[sa.ColumnElement[bool]] = []
    if conditions.date_from:
        parts.append(last < conditions.date_from.isoformat())
    if conditions.date_to:
        parts.append(first > conditions.date_to.isoformat())
    parts += [sa.not_(part) for part in _numbers(conditions)]  # of an unknown number neither is true
    parts += [sa.not_(sa.func.coalesce(part, sa.false())) for part in (*_names(conditions), *_presence(conditions))]
    if conditions.within is not None:
        parts.append(sa.not_(_among(conditions.within)))
    return sa.or_(sa.false(), *parts)


def _among(ids: Sequence[str]) -> sa.ColumnElement[bool]:
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
    return found | _unnamed((conditions, *(each for group in conditions.any_of for each in group)))


def _unnamed(wanted: Sequence[Conditions]) -> dict[str, sa.ColumnElement[bool]]:
    """Name of the field -> SQL for papers in which a name that is asked for cannot stand, since the field is empty."""
    found: dict[str, sa.ColumnElement[bool]] = {}
    if any(each.organisation for each in wanted):
        found["organisation"] = PAPERS.c.organisation.is_(None)
    if any(each.author for each in wanted):
        found["author"] = sa.cast(PAPERS.c.authors, sa.Text) == "[]"
    if any(each.venue for each in wanted):
        found["venue"] = PAPERS.c.comment.is_(None)
    return found


def _days() -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    """The first and the last day a paper may be from."""
    year = sa.cast(PAPERS.c.year, sa.Text)
    return sa.func.coalesce(PAPERS.c.date, year + "-01-01"), sa.func.coalesce(PAPERS.c.date, year + "-12-31")


def _dates(conditions: Conditions) -> list[sa.ColumnElement[bool]]:
    """A paper of which only the year is known matches where its whole year lies inside."""
    parts: list[sa.ColumnElement[bool]] = []
    first, last = _days()
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
