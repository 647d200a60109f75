"""What people said of records: that these are of different works, and those of one. Later readings of a file keep to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from rag.library.schema import MERGES, SPLITS
from rag.library.sources import insert_ignoring

BY_HAND = "merged by hand"  # the reason that is shown
Keys = Sequence[int | None]  # of records; None, of what version 1 read, cannot be told again


def keep_apart(db: sa.Connection, ones: Keys, others: Keys) -> None:
    """Records with the keys `ones` are not of the work that records with the keys `others` are of."""
    _decide(db, _pairs(ones, others), MERGES, SPLITS)


def keep_together(db: sa.Connection, ones: Keys, others: Keys) -> None:
    """Records with the keys `ones` are of the same work as records with the keys `others`."""
    _decide(db, _pairs(ones, others), SPLITS, MERGES)


def apart(db: sa.Connection, keys: set[int]) -> dict[int, set[int]]:
    """key -> the keys of records of other works, for those of `keys` of which that was said."""
    return _partners(db, SPLITS, keys)


def together(db: sa.Connection, keys: set[int]) -> dict[int, set[int]]:
    """key -> the keys of records of the same work, for those of `keys` of which that was said."""
    return _partners(db, MERGES, keys)


def _pairs(ones: Keys, others: Keys) -> list[dict[str, int]]:
    far = [key for key in others if key is not None]
    return [{"one": min(key, other), "other": max(key, other)} for key in ones if key is not None for other in far]


def _decide(db: sa.Connection, pairs: list[dict[str, int]], before: sa.Table, now: sa.Table) -> None:
    """The later word counts."""
    if not pairs:
        return
    # Catalogues of this version made before papers could be merged by hand lack that table; nothing else differs.
    db.execute(sa.schema.CreateTable(MERGES, if_not_exists=True))
    undone = sa.delete(before).where(before.c.one == sa.bindparam("a"), before.c.other == sa.bindparam("b"))
    db.execute(undone, [{"a": pair["one"], "b": pair["other"]} for pair in pairs])
    db.execute(insert_ignoring(now), pairs)


def _partners(db: sa.Connection, table: sa.Table, keys: set[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in _rows(db, table):
        if one in keys or other in keys:
            found[one].add(other)
            found[other].add(one)
    return found


def _rows(db: sa.Connection, table: sa.Table) -> Iterable[tuple[int, int]]:
    known = sa.text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name")
    if db.execute(known, {"name": table.name}).first() is None:
        return []
    return [(int(row.one), int(row.other)) for row in db.execute(sa.select(table.c.one, table.c.other))]
