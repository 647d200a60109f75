"""Taking records in: each one is known from this very place, belongs to a paper that is there, or is a new paper.

Works on a batch at a time: what the batch may have in common with the catalogue is looked up at once, and the records are
then decided on one by one, so that records of one batch find each other too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import sqlalchemy as sa

from rag.library import decisions
from rag.library.identity import Match, merge, record_key, same_work
from rag.library.schema import AMENDED, PAPERS, SOURCES, State, in_pages
from rag.library.sources import (
    Held,
    columns_of,
    folded_paper,
    free_id,
    hashes_of,
    keep_own,
    load_held,
    load_papers,
    row_of,
    to_json,
    update_paper,
    write_keys,
)
from rag.paper import Paper, Source

CANDIDATES = 50  # records looked at more closely for one number; more of them share a stock phrase, not a work


class Outcome(StrEnum):
    """What became of one record."""

    NEW = "new"
    MERGED = "merged"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies: a synced folder and the path in it, or `root` empty and the file as it was named.

    `by_hand` is the name under which the same file may have been read before its folder was synced.
    """

    root: str
    file: str
    line: int
    by_hand: str = ""

    def key(self, key: int) -> tuple[str, str, int]:
        """What names a record with that key in this place."""
        return (self.root, self.file, key)


def add(db: sa.Connection, records: Sequence[tuple[Place, Paper]]) -> list[Outcome]:
    """Take records in, in order."""
    return _Batch(db, records).run()


def add_unplaced(db: sa.Connection, papers: Sequence[Paper]) -> list[Outcome]:
    """Take in records of which nothing is known but their own sources, or what fills in papers that are there."""
    known = load_papers(db, {paper.id for paper in papers})
    rows: list[tuple[Place, Paper]] = []
    firsts: list[int | None] = []
    for paper in papers:
        if amends(paper, known.get(paper.id)):
            _amend(db, known[paper.id], paper)
            firsts.append(None)
            continue
        firsts.append(len(rows))
        rows += [(Place("", source.file, source.line), paper) for source in paper.sources or [Source("", 0)]]
    outcomes = add(db, rows)
    return [Outcome.UNCHANGED if first is None else outcomes[first] for first in firsts]


def amends(paper: Paper, known: Paper | None) -> bool:
    """Whether `paper` is `known` with something filled in, and was not read from anywhere else."""
    return known is not None and bool(paper.sources) and paper.abstract == known.abstract and paper.sources == known.sources


def _amend(db: sa.Connection, known: Paper, paper: Paper) -> None:
    """Keep what is filled in beside what was read, so that reading the files again leaves it in place."""
    now = merge(known, paper)
    if now != known:
        keep_own(db, load_held(db, {known.id: known})[known.id])
        values = {"paper_id": paper.id, "root": AMENDED, "file": "", "line": 0, "key": record_key(paper)}
        db.execute(sa.insert(SOURCES).prefix_with("OR REPLACE").values(**values, own=to_json(paper), reason="filled in later"))
        update_paper(db, known, now)


class _Batch:
    """The state of one call of `add`."""

    def __init__(self, db: sa.Connection, records: Sequence[tuple[Place, Paper]]) -> None:
        self._db = db
        self._records = [(place, record, record_key(record)) for place, record in records]
        self._before: dict[str, Paper] = {}  # the papers of the catalogue that the batch has to do with
        self._now: dict[str, Paper] = {}  # those and the new ones, as they are to be
        self._held: dict[str, list[Held]] = {}  # their records
        self._owner: dict[int, str] = {}  # seq of a record -> its paper
        self._placed: dict[tuple[str, str, int], int] = {}  # root, file, key -> seq
        self._found: dict[int, list[int]] = defaultdict(list)  # hash -> records
        self._changed: dict[int, Held] = {}  # rows to write
        self._keys: list[tuple[int, int]] = []
        self._first = int(db.execute(sa.select(sa.func.coalesce(sa.func.max(SOURCES.c.seq), 0))).scalar_one()) + 1
        self._next = self._first

    def run(self) -> list[Outcome]:
        self._look_up_places()
        fresh = [(n, record) for n, (place, record, key) in enumerate(self._records) if place.key(key) not in self._placed]
        hashes = dict(zip([n for n, _ in fresh], hashes_of([record for _, record in fresh]), strict=True))
        self._look_up_candidates({value for own in hashes.values() for value in own})
        self._taken = self._ids_taken([record.id for _, record in fresh])
        self._look_up_decisions({self._records[n][2] for n, _ in fresh})
        outcomes = []
        for n, (place, record, key) in enumerate(self._records):
            own = replace(record, sources=(Source(place.file, place.line),))
            if (seq := self._placed.get(place.key(key))) is not None:
                self._read_again(seq, place, own)
                outcomes.append(Outcome.UNCHANGED)
            else:
                outcomes.append(self._take(place, own, key, hashes[n]))
        self._write()
        return outcomes

    # --- looking up --------------------------------------------------------------------------------------------------

    def _look_up_places(self) -> None:
        """Find the records that were read from the same place before, or by hand from a file that is synced now."""
        wanted: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for place, _, key in self._records:
            wanted[place.root, place.file, place.by_hand].append(key)
        owners: set[str] = set()
        for (root, file, by_hand), keys in wanted.items():
            for name in [("", by_hand), (root, file)] if by_hand else [(root, file)]:
                for part in in_pages(keys):
                    query = sa.select(SOURCES.c.seq, SOURCES.c.key, SOURCES.c.paper_id).where(SOURCES.c.key.in_(part))
                    for seq, key, paper_id in self._db.execute(query.where(SOURCES.c.root == name[0], SOURCES.c.file == name[1])):
                        self._placed[root, file, key] = seq
                        owners.add(paper_id)
        self._load(owners)

    def _look_up_candidates(self, hashes: set[int]) -> None:
        for part in in_pages(list(hashes), 900):
            marks = ",".join("?" * len(part))
            rows = self._db.exec_driver_sql(f"SELECT hash, source FROM keys WHERE hash IN ({marks})", tuple(part))  # noqa: S608
            for value, source in rows:
                if len(self._found[value]) < CANDIDATES:
                    self._found[value].append(source)
        owners: set[str] = set()
        for part in in_pages(list({source for found in self._found.values() for source in found} - self._owner.keys())):
            owners.update(self._db.execute(sa.select(SOURCES.c.paper_id).where(SOURCES.c.seq.in_(part))).scalars())
        self._load(owners)

    def _load(self, ids: set[str]) -> None:
        papers = load_papers(self._db, ids - self._before.keys())
        self._before |= papers
        self._now |= papers
        for paper_id, held in load_held(self._db, papers).items():
            self._held[paper_id] = held
            self._owner |= {record.seq: paper_id for record in held}

    def _ids_taken(self, ids: list[str]) -> set[str]:
        taken: set[str] = set()
        for part in in_pages(ids):
            taken.update(self._db.execute(sa.select(PAPERS.c.id).where(PAPERS.c.id.in_(part))).scalars())
        return taken

    def _look_up_decisions(self, keys: set[int]) -> None:
        """What somebody said of records with these keys: which others are of other works, which of the same."""
        self._apart = decisions.apart(self._db, keys)
        self._together = decisions.together(self._db, keys)
        owners: set[str] = set()
        for part in in_pages(sorted(set().union(*self._together.values()))):
            owners.update(self._db.execute(sa.select(SOURCES.c.paper_id).where(SOURCES.c.key.in_(part))).scalars())
        self._load(owners)

    # --- deciding ----------------------------------------------------------------------------------------------------

    def _read_again(self, seq: int, place: Place, own: Paper) -> None:
        """The place is known and the texts are the same; line and other fields may have changed."""
        paper_id = self._owner[seq]
        held = self._held[paper_id]
        mine = next(one for one in held if one.seq == seq)
        own = replace(own, id=mine.own.id)
        if replace(mine.own, sources=own.sources) != own:
            if len(held) > 1:
                self._store(held)
            mine.own = own
            self._now[paper_id] = folded_paper(paper_id, held)
        elif (mine.root, mine.file, mine.line, mine.state) == (place.root, place.file, place.line, State.HELD):
            return
        mine.root, mine.file, mine.line, mine.state = place.root, place.file, place.line, State.HELD
        self._changed[seq] = mine

    def _take(self, place: Place, own: Paper, key: int, hashes: list[int]) -> Outcome:
        """A record that was not read from this place before: of a paper that is there, or of a new one."""
        found = self._same(own, key, hashes)
        paper_id, reason = (found[0], found[1].reason) if found else (self._begin(own), None)
        others = self._held.setdefault(paper_id, [])
        outcome = Outcome.NEW
        if found:
            known = any((one.root, one.file, one.line) == (place.root, place.file, place.line) for one in others)
            outcome = Outcome.UNCHANGED if known else Outcome.MERGED
            self._store(others)
        held = Held(self._next, paper_id, place.root, place.file, place.line, key, own, bool(found), reason, State.HELD)
        nameless = next((one for one in others if one.key is None and (one.root, one.file) == (place.root, place.file)), None)
        if nameless is not None and own.abstract == others[0].own.abstract:  # what version 1 read there
            held = replace(held, seq=nameless.seq, reason=nameless.reason if nameless is others[0] else reason)
            others[others.index(nameless)] = held
        else:
            others.append(held)
            self._next += 1
        self._now[paper_id] = folded_paper(paper_id, others)
        self._changed[held.seq] = held
        self._owner[held.seq] = paper_id
        self._placed[place.key(key)] = held.seq
        for value in hashes:
            self._keys.append((value, held.seq))
            self._found[value].append(held.seq)
        return outcome

    def _same(self, own: Paper, key: int, hashes: list[int]) -> tuple[str, Match] | None:
        """The paper that the record is of, by the best evidence, the earliest record deciding between equals."""
        best: tuple[int, int] | None = None
        found: tuple[str, Match] | None = None
        far, near = self._apart.get(key, set()), self._together.get(key, set())
        said = [i for i, held in self._held.items() if any(one.key in near for one in held)] if near else []
        for paper_id in sorted(said, key=lambda i: self._held[i][0].seq):
            if not any(one.key in far for one in self._held[paper_id]):
                return paper_id, Match(-1, decisions.BY_HAND)
        for seq in sorted({seq for value in hashes for seq in self._found.get(value, ())}):
            paper_id = self._owner[seq]
            held = self._held[paper_id]
            if far and any(one.key in far for one in held):
                continue
            other = next(one.own for one in held if one.seq == seq)
            match = same_work(merge(other, self._now[paper_id]) if len(held) > 1 else other, own)
            if match is not None and (best is None or (match.rank, seq) < best):
                best, found = (match.rank, seq), (paper_id, match)
        return found

    def _begin(self, own: Paper) -> str:
        paper_id = free_id(self._db, own.id, self._taken) if own.id in self._taken else own.id
        self._taken.add(paper_id)
        return paper_id

    def _store(self, held: Iterable[Held]) -> None:
        """The paper's row no longer stands for these records."""
        for one in held:
            if not one.stored:
                one.stored = True
                self._changed[one.seq] = one

    # --- writing -----------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        new = [row_of(paper) for paper_id, paper in self._now.items() if paper_id not in self._before]
        if new:
            self._db.execute(sa.insert(PAPERS), new)
        for paper_id, known in self._before.items():
            if row_of(self._now[paper_id]) != row_of(known):
                update_paper(self._db, known, self._now[paper_id])
        rows = [columns_of(held) for held in self._changed.values() if held.seq >= self._first]
        if rows:
            self._db.execute(sa.insert(SOURCES), rows)
        for held in self._changed.values():
            if held.seq < self._first:
                self._db.execute(sa.update(SOURCES).where(SOURCES.c.seq == held.seq).values(**columns_of(held)))
        write_keys(self._db, self._keys)
