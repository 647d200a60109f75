"""Papers and records that go, and records that were merged and are split again.

What leaves is written down in the catalogue first, then taken out of the indexes, then out of the catalogue. Every step can
be repeated, so that `settle` finishes what a killed run began; and until the last step a search finds papers with the text
that its vectors were made of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa

from rag.errors import LibraryError
from rag.library.decisions import keep_apart
from rag.library.schema import INDEXED, INDEXES, LEAVING, PAPERS, SOURCES, State, in_pages
from rag.library.sources import (
    Held,
    delete_sources,
    folded_paper,
    hashes_of,
    insert_ignoring,
    load_held,
    load_papers,
    move,
    remaining,
    update_paper,
    write_keys,
)
from rag.library.stores import Stores
from rag.paper import Paper


def remove_papers(stores: Stores, ids: Sequence[str]) -> int:
    """Take papers out of the catalogue and the indexes; returns how many there were. Their files bring them back when read."""
    settle(stores)
    before = stores.catalogue.count()
    with stores.catalogue.changing() as db:
        for part in in_pages(list(ids)):
            db.execute(sa.update(SOURCES).where(SOURCES.c.paper_id.in_(part)).values(state=State.LEAVING))
        mark_leaving(db)
    settle(stores)
    return before - stores.catalogue.count()


def split(stores: Stores, paper_id: str, chosen: Collection[int] | None = None) -> list[str]:
    """Make a paper of its own of the records with the numbers `chosen` (1 for the first), or of every different record.

    It is remembered: records like these are not merged again. Returns the ids of all the papers that there are now, the
    first of which is `paper_id`. Raises LibraryError where there is no such paper or nothing to split.
    """
    settle(stores)
    held = [record for record in stores.catalogue.held(paper_id) if not record.amendment]
    groups = _groups(held, chosen)
    if not held:
        raise LibraryError(f"There is no paper {paper_id}.", remedy="`vouch papers list` shows the ids.")
    if len(groups) < 2:
        raise LibraryError(f"{paper_id} has nothing to split.", remedy="`vouch papers show` lists the records it was read from.")
    with stores.catalogue.changing() as db:
        clear(db, [paper_id])
    empty_indexes(stores)
    ids = [paper_id]
    with stores.catalogue.changing() as db:
        for group in groups[1:]:
            paper = load_papers(db, [paper_id])
            ids.append(move(db, paper[paper_id], load_held(db, paper)[paper_id], {record.seq for record in group}))
        for n, group in enumerate(groups):
            others = [record.key for other in groups[n + 1 :] for record in other]
            keep_apart(db, [record.key for record in group], others)
        db.execute(sa.delete(LEAVING).where(LEAVING.c.index_name == stores.index_name))
    return ids


def _groups(held: Sequence[Held], chosen: Collection[int] | None) -> list[list[Held]]:
    """The records of each paper to be. Without a choice, records that read the same stay together."""
    if chosen is not None:
        own = [record for number, record in enumerate(held, start=1) if number in chosen]
        return [group for group in ([r for r in held if r not in own], own) if group]
    groups: dict[int | None, list[Held]] = {}
    for record in held:
        groups.setdefault(record.key, []).append(record)
    return list(groups.values()) if len(groups) > 1 else [[record] for record in held]


def settle(stores: Stores) -> None:
    """Finish removals that were begun. Every change of the library begins with it."""
    if unsettled(stores):
        empty_indexes(stores)
        with stores.catalogue.changing() as db:
            _purge(db)
            db.execute(sa.delete(LEAVING).where(LEAVING.c.index_name == stores.index_name))


def unsettled(stores: Stores) -> bool:
    """Whether a removal was begun and not finished."""
    with stores.catalogue.reading() as db:
        leaving = db.execute(sa.select(LEAVING.c.paper_id).where(LEAVING.c.index_name == stores.index_name).limit(1)).first()
        gone = db.execute(sa.select(SOURCES.c.seq).where(SOURCES.c.state == State.LEAVING).limit(1)).first()
    return leaving is not None or gone is not None


def mark_leaving(db: sa.Connection) -> None:
    """Write down which papers the indexes must forget, for records whose state is LEAVING: papers that nothing else holds,
    and papers that will have another abstract."""
    for papers, held in _affected(db):
        rest = {paper_id: remaining(records) for paper_id, records in held.items()}
        clear(db, [i for i, paper in papers.items() if not rest[i] or rest[i][0].own.abstract != paper.abstract])


def clear(db: sa.Connection, ids: Sequence[str]) -> None:
    """Let every index forget these papers; those that stay are pending from now on."""
    names = db.execute(sa.select(INDEXES.c.name)).scalars().all()
    for part in in_pages(list(ids)):
        if names:
            db.execute(insert_ignoring(LEAVING), [{"index_name": name, "paper_id": i} for name in names for i in part])
        db.execute(sa.delete(INDEXED).where(INDEXED.c.paper_id.in_(part)))


def empty_indexes(stores: Stores) -> None:
    """Take what is leaving out of Chroma and tantivy. Several indexes may share the keywords: what one of them holds stays."""
    with stores.catalogue.reading() as db:
        leaving = list(db.execute(sa.select(LEAVING.c.paper_id).where(LEAVING.c.index_name == stores.index_name)).scalars())
        held: set[str] = set()
        for part in in_pages(leaving):
            held.update(db.execute(sa.select(INDEXED.c.paper_id).where(INDEXED.c.paper_id.in_(part))).scalars())
    for part in in_pages(leaving):
        stores.vectors.remove_papers(part)
        stores.keywords.remove([paper_id for paper_id in part if paper_id not in held])
    if leaving:
        stores.keywords.commit()
        stores.keywords.release()


def _purge(db: sa.Connection) -> None:
    """Delete what is leaving from the catalogue; what stays is put together again from the records that are left."""
    for papers, held in _affected(db):
        for paper_id, paper in papers.items():
            rest = remaining(held[paper_id])
            delete_sources(db, [record for record in held[paper_id] if record not in rest])
            if not rest:
                db.execute(sa.delete(INDEXED).where(INDEXED.c.paper_id == paper_id))
                db.execute(sa.delete(PAPERS).where(PAPERS.c.id == paper_id))
                continue
            update_paper(db, paper, folded_paper(paper_id, rest))
            db.execute(sa.update(SOURCES).where(SOURCES.c.seq == rest[0].seq).values(reason=None))
            if rest[0].key is None:  # a record of version 1, which was found through the first one of its paper
                write_keys(db, [(value, rest[0].seq) for value in hashes_of([rest[0].own])[0]])


def _affected(db: sa.Connection) -> Iterator[tuple[dict[str, Paper], dict[str, list[Held]]]]:
    """The papers some of whose records are leaving, with all their records, in pages."""
    query = sa.select(SOURCES.c.paper_id).where(SOURCES.c.state == State.LEAVING).distinct()
    for part in in_pages(list(db.execute(query.order_by(SOURCES.c.paper_id)).scalars())):
        papers = load_papers(db, part)
        yield papers, load_held(db, papers)
