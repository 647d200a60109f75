"""Papers chosen by what the catalogue knows of them: how many match, which, and in which order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from rag.library.catalogue import PAPERS, SOURCES, Catalogue
from rag.library.clauses import among, clause, days, unknown, unnamed
from rag.library.conditions import Conditions, Order


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
        column = days()[0] if order.field == "date" else PAPERS.c[order.field]
        query = query if order.whole else query.where(column.is_not(None))
        query = query.order_by((column.desc() if order.descending else column.asc()).nulls_last(), PAPERS.c.seq)
    with catalogue.reading() as db:
        return list(db.execute(query).scalars())


def matching(catalogue: Catalogue, conditions: Conditions, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that match."""
    if not ids:
        return set()
    with catalogue.reading() as db:
        return set(db.execute(sa.select(PAPERS.c.id).where(among(ids), clause(conditions))).scalars())


def count(catalogue: Catalogue, conditions: Conditions) -> int:
    """How many papers match."""
    return catalogue.remembered(("matching", conditions), lambda: _counted(catalogue, clause(conditions)))


def counts(catalogue: Catalogue, conditions: Conditions, order: Order | None = None) -> tuple[int, dict[str, int]]:
    """How many papers match, and how many are left out because a field is unknown, by field."""
    return count(catalogue, conditions), _numbers_of(catalogue, "left out", conditions, unknown(conditions, order))


def undecided(catalogue: Catalogue, conditions: Conditions) -> dict[str, int]:
    """How many papers an excluded name keeps although the field is unknown, by field."""
    return _numbers_of(catalogue, "kept", conditions, unnamed(conditions.none_of))


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
