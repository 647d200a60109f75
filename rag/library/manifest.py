"""Which indexes the library has, and whether the one that the settings name holds its papers."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from rag.library.catalogue import Catalogue
from rag.library.schema import INDEXED, INDEXES, LEAVING
from rag.library.sources import insert_ignoring

AT_ONCE = 500  # papers that are embedded anew without a word where the index has changed; more wait for `vouch reindex`


@dataclass(frozen=True, slots=True)
class Index:
    """One index: the Chroma collection of an embedder and a way of cutting, and the keywords of a way of analysing."""

    name: str
    collection: str
    keywords: str
    papers: int
    passages: int
    current: bool


@dataclass(frozen=True, slots=True)
class Outdated:
    """`papers` papers can be found in the index `held_by` alone, since the settings or the program now name `wanted`."""

    papers: int
    held_by: str
    wanted: str

    @property
    def message(self) -> str:
        return (
            f"The library's index was made with {self.held_by}; embedding, passages or keywords are now {self.wanted}: "
            f"{self.papers:,} papers are pending in that index."
        )

    remedy = (
        "Run `vouch reindex`: it embeds them from the catalogue and can be stopped and run again. Nothing is lost: "
        "with the former settings the former index serves at once."
    )


def register(catalogue: Catalogue, index_name: str) -> None:
    """Note that the index exists, before anything goes into it."""
    collection, keywords = parts(index_name)
    with catalogue.changing() as db:
        db.execute(insert_ignoring(INDEXES).values(name=index_name, collection=collection, keywords=keywords, clearing=False))


def parts(index_name: str) -> tuple[str, str]:
    """The collection and the version of the keywords that an index's name is made of."""
    collection, _, keywords = index_name.rpartition("-")
    return collection, keywords


def indexes(catalogue: Catalogue, current: str) -> list[Index]:
    """Every index that was begun and not pruned, by name."""
    with catalogue.reading() as db:
        rows = db.execute(sa.select(INDEXES.c.name, INDEXES.c.collection, INDEXES.c.keywords).order_by(INDEXES.c.name)).all()
    return [Index(*row, *catalogue.indexed_count(row[0]), current=row[0] == current) for row in rows]


def outdated(catalogue: Catalogue, index_name: str) -> Outdated | None:
    """What has to be told where the papers are indexed, but not in the index that the settings name."""
    if not catalogue.pending_count(index_name):
        return None
    here = sa.select(INDEXED.c.paper_id).where(INDEXED.c.index_name == index_name).subquery()
    found: Outdated | None = None
    for other in indexes(catalogue, index_name):
        if other.current or not other.papers:
            continue
        only_there = sa.select(sa.func.count()).where(
            INDEXED.c.index_name == other.name, INDEXED.c.paper_id.not_in(sa.select(here.c.paper_id))
        )
        with catalogue.reading() as db:
            papers = int(db.execute(only_there).scalar_one())
        if papers and (found is None or papers > found.papers):
            found = Outdated(papers, other.name, index_name)
    return found


def begin_clearing(catalogue: Catalogue, index_name: str) -> None:
    """Make every paper pending for the index and note that its stores are to be emptied."""
    with catalogue.changing() as db:
        db.execute(sa.update(INDEXES).where(INDEXES.c.name == index_name).values(clearing=True))
        db.execute(sa.delete(INDEXED).where(INDEXED.c.index_name == index_name))


def is_clearing(catalogue: Catalogue, index_name: str) -> bool:
    """Whether the index's stores were to be emptied and it is not known that they are."""
    with catalogue.reading() as db:
        return bool(db.execute(sa.select(INDEXES.c.clearing).where(INDEXES.c.name == index_name)).scalar_one_or_none())


def cleared(catalogue: Catalogue, index_name: str) -> None:
    """The index's stores are empty."""
    with catalogue.changing() as db:
        db.execute(sa.delete(LEAVING).where(LEAVING.c.index_name == index_name))
        db.execute(sa.update(INDEXES).where(INDEXES.c.name == index_name).values(clearing=False))


def forget(catalogue: Catalogue, index_name: str) -> None:
    """The index's stores are gone."""
    with catalogue.changing() as db:
        for table, column in ((INDEXED, INDEXED.c.index_name), (LEAVING, LEAVING.c.index_name), (INDEXES, INDEXES.c.name)):
            db.execute(sa.delete(table).where(column == index_name))
