"""Papers that somebody says are one work: made one, remembered, and split again as any others."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from rag.errors import LibraryError
from rag.library.decisions import BY_HAND, keep_together
from rag.library.removal import clear, empty_indexes, settle
from rag.library.schema import LEAVING, PAPERS, SOURCES
from rag.library.sources import folded_paper, keep_own, load_held, load_papers, update_paper
from rag.library.stores import Stores


def join(stores: Stores, ids: Sequence[str]) -> str:
    """Make one paper of the papers; returns its id, that of the one which was read first and whose words stand.

    The other papers leave the indexes before their records move, so that no passage of theirs counts twice. A run that is
    killed in between leaves them as they were, pending. Raises LibraryError for less than two papers or one that is not there.
    """
    settle(stores)
    wanted = list(dict.fromkeys(ids))
    if missing := [paper_id for paper_id in wanted if not stores.catalogue.held(paper_id)]:
        raise LibraryError(f"There is no paper {missing[0]}.", remedy="`vouch papers list` shows the ids.")
    if len(wanted) < 2:
        raise LibraryError(f"A merge takes two papers or more; given: {', '.join(wanted) or 'none'}.", remedy="Name another.")
    kept, *gone = sorted(wanted, key=lambda paper_id: stores.catalogue.held(paper_id)[0].seq)
    with stores.catalogue.changing() as db:
        clear(db, gone)
    empty_indexes(stores)
    with stores.catalogue.changing() as db:
        papers = load_papers(db, wanted)
        held = load_held(db, papers)
        keep_own(db, [record for records in held.values() for record in records])
        before = list(held[kept])
        for paper_id in gone:
            keep_together(db, [r.key for r in before if not r.amendment], [r.key for r in held[paper_id] if not r.amendment])
            db.execute(sa.update(SOURCES).where(SOURCES.c.paper_id == paper_id).values(paper_id=kept))
            first = held[paper_id][0].seq
            db.execute(sa.update(SOURCES).where(SOURCES.c.seq == first).values(reason=BY_HAND))
            before += held[paper_id]
        db.execute(sa.delete(PAPERS).where(PAPERS.c.id.in_(gone)))
        update_paper(db, papers[kept], folded_paper(kept, sorted(before, key=lambda record: record.seq)))
        db.execute(sa.delete(LEAVING).where(LEAVING.c.index_name == stores.index_name))
    return kept
