"""Taking back what one ingest brought in: its records go, and with them the papers that nothing else holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from rag.library.catalogue import Catalogue
from rag.library.removal import mark_leaving, settle
from rag.library.schema import SOURCES, State
from rag.library.stores import Stores
from rag.library.sync import in_file
from rag.readers.files import shown


def last_record(catalogue: Catalogue) -> int:
    """The number of the newest record, 0 where there is none: what comes later has a greater one."""
    with catalogue.reading() as db:
        return int(db.execute(sa.select(sa.func.max(SOURCES.c.seq))).scalar_one() or 0)


def take_back(stores: Stores, files: Sequence[str], after: int) -> int:
    """Take out the records that these files brought after record `after`; returns how many papers left with them.

    A paper that another record holds stays, put together again from what is left.
    """
    settle(stores)
    before = stores.catalogue.count()
    with stores.catalogue.changing() as db:
        for file in files:
            gone = sa.and_(SOURCES.c.seq > after, in_file("", shown(Path(file).name)))
            db.execute(sa.update(SOURCES).where(gone).values(state=State.LEAVING))
        mark_leaving(db)
    settle(stores)
    return before - stores.catalogue.count()
