"""What the library holds, counted in SQL: papers by year, by file, and records that were merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from rag.library.catalogue import PAPERS, SOURCES, Catalogue
from rag.library.schema import AMENDED

MOST_FILES = 200  # told one by one


@dataclass(frozen=True, slots=True)
class Tallies:
    """Counts of papers. `years` in order, None for papers without one last; `files` the largest first, as they were named;
    `other_files` how many more there are; `untitled`, `merged` (papers with several records) and all `papers`."""

    years: tuple[tuple[int | None, int], ...]
    files: tuple[tuple[str, int], ...]
    other_files: int
    untitled: int
    merged: int
    papers: int


def tallies(catalogue: Catalogue) -> Tallies:
    """Count everything: some 0.2 s of processor time for 184,305 papers."""
    with catalogue.reading() as db:
        years = db.execute(sa.select(PAPERS.c.year, sa.func.count()).group_by(PAPERS.c.year).order_by(PAPERS.c.year)).all()
        papers = sa.func.count(SOURCES.c.paper_id.distinct())
        held = sa.select(SOURCES.c.file, papers).where(SOURCES.c.file != "", SOURCES.c.root != AMENDED)
        files = db.execute(held.group_by(SOURCES.c.file).order_by(papers.desc(), SOURCES.c.file)).all()
        untitled = db.execute(sa.select(sa.func.count()).select_from(PAPERS).where(PAPERS.c.title.is_(None))).scalar_one()
        several = _merged().subquery()
        merged = db.execute(sa.select(sa.func.count()).select_from(several)).scalar_one()
    known = tuple((int(year), int(count)) for year, count in years if year is not None)
    unknown = tuple((None, int(count)) for year, count in years if year is None)
    return Tallies(
        years=known + unknown,
        files=tuple((file, int(count)) for file, count in files[:MOST_FILES]),
        other_files=max(0, len(files) - MOST_FILES),
        untitled=int(untitled),
        merged=int(merged),
        papers=sum(int(count) for _, count in years),
    )


def merged_ids(catalogue: Catalogue, limit: int, offset: int = 0) -> list[str]:
    """Ids of papers that several records were merged into, those merged last first."""
    with catalogue.reading() as db:
        found = _merged().order_by(sa.func.max(SOURCES.c.seq).desc()).limit(limit).offset(offset)
        return list(db.execute(found).scalars())


def _merged() -> sa.Select[Any]:
    """Papers with a record that was taken for theirs though it is not a copy: it says why."""
    told = sa.select(SOURCES.c.paper_id).where(SOURCES.c.reason.is_not(None), SOURCES.c.root != AMENDED)
    return told.group_by(SOURCES.c.paper_id)
