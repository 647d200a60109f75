"""The records a paper was read from: kept one by one, folded into the paper, taken away again, split off."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from rag.library.identity import NEAR_WORDS, exact_hashes, folded, merge, record_key
from rag.library.near import bands, words
from rag.library.schema import AMENDED, INDEXED, PAPERS, SOURCES, State, in_pages
from rag.paper import Paper, Source

IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
THESE = sa.select(PAPERS).where(PAPERS.c.id.in_(IDS))
THEIR_FILES = (
    sa.select(SOURCES.c.paper_id, SOURCES.c.file, SOURCES.c.line)
    .where(SOURCES.c.paper_id.in_(IDS), SOURCES.c.file != "")
    .order_by(SOURCES.c.seq)
)
"""Every search asks both: putting them together costs as much as running them."""
FIELDS = ("title", "authors", "author_count", "organisation", "date", "year", "arxiv_id", "doi", "comment", "upvotes", "url")


@dataclass(slots=True)
class Held:
    """One record of a paper. `own` is the record as it was read; `stored` says whether its JSON is in the catalogue, or is
    left out because the paper's row says the same. `key` is None where version 1 of the catalogue read the record."""

    seq: int
    paper_id: str
    root: str
    file: str
    line: int
    key: int | None
    own: Paper
    stored: bool
    reason: str | None
    state: State

    @property
    def amendment(self) -> bool:
        """Whether this fills in what no file gave; it does not keep the paper in the library."""
        return self.root == AMENDED


def paper_of(row: Any, sources: tuple[Source, ...]) -> Paper:
    """A row of PAPERS as a paper."""
    values = {name: row[name] for name in FIELDS}
    values["authors"] = tuple(row["authors"])
    values["date"] = dt.date.fromisoformat(row["date"]) if row["date"] else None
    return Paper(id=row["id"], abstract=row["abstract"], sources=sources, **values)


def row_of(paper: Paper) -> dict[str, Any]:
    """A paper as values for PAPERS."""
    values: dict[str, Any] = {name: getattr(paper, name) for name in FIELDS}
    values["authors"] = list(paper.authors)
    values["date"] = paper.date.isoformat() if paper.date else None
    return {"id": paper.id, "abstract": paper.abstract, **values}


def to_json(record: Paper) -> str:
    """A record without its sources, which have columns of their own."""
    values = {name: value for name, value in record.to_dict().items() if value not in (None, []) and name != "sources"}
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str, source: Source) -> Paper:
    """The inverse of `to_json`."""
    values: dict[str, Any] = {**dict.fromkeys(FIELDS), "authors": (), **json.loads(text)}
    return Paper.from_dict({**values, "sources": [{"file": source.file, "line": source.line}]})


def columns_of(held: Held) -> dict[str, Any]:
    """A record as values for SOURCES."""
    values = {name: getattr(held, name) for name in ("seq", "paper_id", "root", "file", "line", "key", "reason")}
    return {**values, "own": to_json(held.own) if held.stored else None, "state": int(held.state) or None}


def load_papers(db: sa.Connection, ids: Collection[str]) -> dict[str, Paper]:
    """id -> paper with its sources, for those that exist."""
    found: dict[str, Paper] = {}
    for part in in_pages(list(ids)):
        files = source_files(db, part)
        for row in db.execute(THESE, {"ids": part}).mappings():
            found[row["id"]] = paper_of(row, files.get(row["id"], ()))
    return found


def source_files(db: sa.Connection, ids: Sequence[str]) -> dict[str, tuple[Source, ...]]:
    """Paper id -> its sources, the first one first; a file that names the paper twice is one source, with its last line."""
    lines: dict[str, dict[str, int]] = {}
    for paper_id, file, line in db.execute(THEIR_FILES, {"ids": list(ids)}):
        lines.setdefault(paper_id, {})[file] = line
    return {paper_id: tuple(Source(*item) for item in files.items()) for paper_id, files in lines.items()}


def load_held(db: sa.Connection, papers: dict[str, Paper]) -> dict[str, list[Held]]:
    """Paper id -> its records in the order they came, for papers that were loaded."""
    found: dict[str, list[Held]] = {paper_id: [] for paper_id in papers}
    for part in in_pages(list(papers)):
        for row in db.execute(sa.select(SOURCES).where(SOURCES.c.paper_id.in_(part)).order_by(SOURCES.c.seq)).mappings():
            source = Source(row["file"], row["line"])
            implied = replace(papers[row["paper_id"]], sources=(source,))
            own = implied if row["own"] is None else from_json(row["own"], source)
            values = {name: row[name] for name in ("seq", "paper_id", "root", "file", "line", "key", "reason")}
            found[row["paper_id"]].append(Held(**values, own=own, stored=row["own"] is not None, state=State(row["state"] or 0)))
    return found


def folded_paper(paper_id: str, held: Sequence[Held]) -> Paper:
    """The paper that these records give, under its own id; the first record's words stand."""
    paper = held[0].own
    for record in held[1:]:
        paper = merge(paper, record.own)
    return replace(paper, id=paper_id)


def remaining(held: Sequence[Held]) -> list[Held]:
    """What holds a paper once everything that is leaving has left; nothing, where only amendments would be left."""
    rest = [record for record in held if record.state is not State.LEAVING]
    return rest if any(not record.amendment for record in rest) else []


def hashes_of(records: Sequence[Paper]) -> list[list[int]]:
    """For each record the numbers under which KEYS finds it."""
    texts = [words(folded(record.abstract)) for record in records]
    found = [exact_hashes(record, text) for record, text in zip(records, texts, strict=True)]
    long = [place for place, text in enumerate(texts) if len(text) >= NEAR_WORDS]
    if long:
        for place, row in zip(long, bands([texts[place] for place in long]).tolist(), strict=True):
            found[place] += row
    return found


def write_keys(db: sa.Connection, rows: Iterable[tuple[int, int]]) -> None:
    """Add (hash, source) pairs; in the table's order, which keeps a large tree's pages warm."""
    if pairs := sorted(rows):
        db.exec_driver_sql("INSERT OR IGNORE INTO keys (hash, source) VALUES (?, ?)", pairs)


def update_paper(db: sa.Connection, known: Paper, now: Paper) -> None:
    """Write a paper's changed fields. A title or abstract that changed makes the paper pending: both are indexed."""
    db.execute(sa.update(PAPERS).where(PAPERS.c.id == known.id).values(**row_of(now)))
    if (now.title, now.abstract) != (known.title, known.abstract):
        db.execute(sa.delete(INDEXED).where(INDEXED.c.paper_id == known.id))


def keep_own(db: sa.Connection, held: Iterable[Held]) -> None:
    """Store the JSON of records that the paper's row has stood for; before that row changes."""
    for record in held:
        if not record.stored:
            db.execute(sa.update(SOURCES).where(SOURCES.c.seq == record.seq).values(own=to_json(record.own)))
            record.stored = True


def delete_sources(db: sa.Connection, held: Sequence[Held]) -> None:
    """Delete records and what they are found by."""
    for part in in_pages(list(held)):
        pairs = [(value, record.seq) for record, own in zip(part, hashes_of([r.own for r in part]), strict=True) for value in own]
        db.exec_driver_sql("DELETE FROM keys WHERE hash = ? AND source = ?", pairs)
        db.execute(sa.delete(SOURCES).where(SOURCES.c.seq.in_([record.seq for record in part])))


def move(db: sa.Connection, paper: Paper, held: Sequence[Held], chosen: Collection[int]) -> str:
    """Make a paper of its own of the records whose `seq` is chosen; returns its id. Some record must be left behind."""
    keep_own(db, held)
    leaving, staying = ([r for r in held if (r.seq in chosen) is gone] for gone in (True, False))
    own_id = free_id(db, leaving[0].own.id, set())
    now = folded_paper(own_id, leaving)
    db.execute(sa.insert(PAPERS).values(**row_of(now)))
    for record in leaving:
        first = record is leaving[0]
        values = {"paper_id": own_id, **({"reason": None} if first else {})}
        db.execute(sa.update(SOURCES).where(SOURCES.c.seq == record.seq).values(**values))
    update_paper(db, paper, folded_paper(paper.id, staying))
    db.execute(sa.update(SOURCES).where(SOURCES.c.seq == staying[0].seq).values(reason=None))
    return own_id


def free_id(db: sa.Connection, wanted: str, taken: set[str]) -> str:
    """`wanted`, or `wanted~2` and so on where another work has it: records of two works may carry one identifier or text."""
    for number in itertools.count(1):
        name = wanted if number == 1 else f"{wanted}~{number}"
        if name not in taken and db.execute(sa.select(PAPERS.c.seq).where(PAPERS.c.id == name)).first() is None:
            break
    return name


def record_known_papers(db: sa.Connection) -> None:
    """Make what version 1 of the catalogue held findable by KEYS, and give the only record of a paper its key."""
    last = 0
    while page := db.execute(sa.select(PAPERS).where(PAPERS.c.seq > last).order_by(PAPERS.c.seq).limit(400)).mappings().all():
        last = page[-1]["seq"]
        papers = {row["id"]: paper_of(row, ()) for row in page}
        held = load_held(db, papers)
        first = [records[0] for records in held.values() if records]
        write_keys(db, [(value, r.seq) for r, own in zip(first, hashes_of([r.own for r in first]), strict=True) for value in own])
        for records in held.values():
            if len(records) == 1:
                db.execute(sa.update(SOURCES).where(SOURCES.c.seq == records[0].seq).values(key=record_key(records[0].own)))


def insert_ignoring(table: sa.Table) -> Any:
    """An INSERT that leaves rows alone that are there already."""
    return insert(table).on_conflict_do_nothing()
