"""All that a library holds, in a form in which two libraries can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import sqlalchemy as sa

from rag.assistant import Assistant
from rag.library.schema import FILES, KEYS, LEAVING, PAPERS, SOURCES, SPLITS

TABLES = (FILES, SPLITS, LEAVING)


@dataclass(frozen=True)
class Contents:
    """`records` are the sources of all papers in the order they came, each with what it is found by."""

    papers: list[Any]
    records: list[Any]
    tables: dict[str, list[Any]]
    indexed: tuple[int, int]
    keywords: list[str]
    keys: list[str]
    vectors: dict[str, Any] = field(compare=False)


def contents(assistant: Assistant) -> Contents:
    """Read everything. Row numbers are left out; the order they give is kept."""
    stores = assistant.stores()
    with stores.catalogue.reading() as db:
        papers = db.execute(sa.select(PAPERS).order_by(PAPERS.c.seq)).all()
        rows = db.execute(sa.select(SOURCES).order_by(SOURCES.c.seq)).all()
        hashes: dict[int, list[int]] = {}
        for value, source in db.execute(sa.select(KEYS.c.hash, KEYS.c.source).order_by(KEYS.c.hash)):
            hashes.setdefault(source, []).append(value)
        tables = {str(table): sorted(map(tuple, db.execute(sa.select(table)).all())) for table in TABLES}
    keys = stores.vectors.keys()
    return Contents(
        papers=[tuple(row)[1:] for row in papers],
        records=[(*tuple(row)[1:], hashes.pop(row.seq, None)) for row in rows] + [hashes],
        tables=tables,
        indexed=stores.catalogue.indexed_count(stores.index_name),
        keywords=stores.keywords.ids(),
        keys=keys,
        vectors=stores.vectors.vectors_of(keys) if keys else {},
    )


def assert_same(one: Contents, other: Contents) -> None:
    """Equal, and the vectors as near as the order of arithmetic allows."""
    assert one == other
    assert one.vectors.keys() == other.vectors.keys() == set(one.keys)
    for key, vector in one.vectors.items():
        assert 1 - float(np.dot(vector, other.vectors[key])) < 1e-3


def assert_whole(assistant: Assistant) -> None:
    """Catalogue, Chroma and tantivy hold the same papers, every one of them indexed, and nothing is half done."""
    held = contents(assistant)
    ids = sorted(row[0] for row in held.papers)
    assert held.keywords == ids
    assert {key.rpartition("#")[0] for key in held.keys} == set(ids)
    assert held.indexed == (len(ids), len(held.keys))
    assert assistant.index_name not in {name for name, _ in held.tables[str(LEAVING)]}
    assert held.records[-1] == {}  # no hash of a record that is gone
    assert not assistant.unsettled()
