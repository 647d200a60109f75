"""The pipeline from files to a searchable library: read -> same work? -> catalogue -> passages -> vectors and keywords.

Every step can be repeated: records go into the catalogue first, and a paper counts as indexed only after both indexes
hold it durably. A killed run leaves papers pending, and the next run finishes exactly those.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from rag.answering.record import Passage
from rag.embedding import Embedder, Vectors
from rag.errors import ReadError, VouchError
from rag.library import disk
from rag.library.catalogue import Catalogue, Outcome, Place
from rag.library.head_start import HeadStart, Texts
from rag.library.manifest import AT_ONCE, Outdated, outdated, register
from rag.library.passages import cut, texts_of
from rag.library.removal import settle
from rag.library.report import IngestProgress, IngestReport
from rag.library.stores import Stores
from rag.paper import Paper

__all__ = ["Intake", "Progress", "Stores", "batched", "index_all", "index_pending", "ingest", "is_lost", "prepare"]

T = TypeVar("T")
Progress = Callable[[IngestProgress], None]

READ_BATCH = 2048  # records in one catalogue transaction: few large ones write far less than many small ones
BLOCK = 256  # papers embedded together: sorted by length, so the more of them the less is spent on padding
COMMIT_BLOCKS = 4  # blocks between commits of the keyword index, the dearest step
AHEAD = 2  # embedded blocks that may wait for the writer


class Intake:
    """Puts records into the catalogue in batches, and counts what became of them."""

    def __init__(self, catalogue: Catalogue, progress: Progress, head_start: HeadStart | None = None) -> None:
        self.outcomes: Counter[Outcome] = Counter()
        self.skipped: list[ReadError] = []
        self._catalogue, self._progress, self._head_start = catalogue, progress, head_start
        self._batch: list[tuple[Paper, Place | None]] = []
        self._afterwards: list[Callable[[], None]] = []

    def record(self, paper: Paper, place: Place | None = None) -> None:
        """Take a record; without a place it lies where its sources say."""
        self._batch.append((paper, place))
        if len(self._batch) >= READ_BATCH:
            new = self.finish()
            if self._head_start is not None:
                self._head_start.take(new)

    def after(self, action: Callable[[], None]) -> None:
        """Do this as soon as all records taken so far are in the catalogue."""
        self._afterwards.append(action)

    def finish(self) -> list[Paper]:
        """Put what was taken into the catalogue; returns what is new there."""
        new: list[Paper] = []
        if self._batch:
            placed = [place for _, place in self._batch if place is not None]
            outcomes = self._catalogue.add([paper for paper, _ in self._batch], placed or None)
            self.outcomes.update(outcomes)
            new = [paper for (paper, _), outcome in zip(self._batch, outcomes, strict=True) if outcome is Outcome.NEW]
            self._progress(IngestProgress("reading", self.outcomes.total(), None))
        for action in self._afterwards:
            action()
        self._batch, self._afterwards = [], []
        return new


def ingest(
    items: Iterable[tuple[Path, Iterable[Paper | ReadError]] | ReadError],
    stores: Stores,
    embedder: Callable[[], Embedder],
    progress: Progress,
    place: Callable[[Path, Paper], Place] | None = None,
) -> IngestReport:
    """Take in what the readers yield and index all that is pending. `items` pairs each file with its records.

    `place` says where a record of a file lies; without it, where the record's sources say. The embedder is opened only when
    something has to be embedded. Errors of records are collected in the report; a VouchError of a store or the embedder
    ends the run, and what was read stays in the catalogue for the next one.
    """
    began = time.perf_counter()
    prepare(stores)
    files = 0
    with HeadStart(embedder, BLOCK, stores.catalogue.pending_count(stores.index_name)) as head_start:
        wanted = not is_put_off(stores)
        take = Intake(stores.catalogue, progress, head_start if wanted else None)
        for item in items:
            if isinstance(item, ReadError):
                take.skipped.append(item)
                continue
            files += 1
            path, records = item
            for record in records:
                if isinstance(record, ReadError):
                    take.skipped.append(record)
                else:
                    take.record(record, place(path, record) if place else None)
        take.finish()
        passages, note = index_all(stores, embedder, progress, head_start)
    return IngestReport(
        files=files,
        records=take.outcomes.total(),
        new=take.outcomes[Outcome.NEW],
        unchanged=take.outcomes[Outcome.UNCHANGED],
        merged=take.outcomes[Outcome.MERGED],
        papers=stores.catalogue.count(),
        passages=passages,
        seconds=time.perf_counter() - began,
        skipped=tuple(take.skipped),
        note=note,
    )


def prepare(stores: Stores) -> None:
    """What every change of the library begins with: nothing is half done, and a lost index is noticed."""
    register(stores.catalogue, stores.index_name)
    forget_lost_indexes(stores)
    settle(stores)


def index_all(
    stores: Stores, embedder: Callable[[], Embedder], progress: Progress, head_start: HeadStart | None = None
) -> tuple[int, str]:
    """Index what is pending, unless the index has changed and much would have to be embedded again without being asked for.

    Returns the number of passages embedded, and what is to be told. `head_start` has embedded some of them.
    """
    if (change := is_put_off(stores)) is not None:
        return 0, f"{change.message} {change.remedy}"
    return index_pending(stores, embedder, progress, head_start.end() if head_start else {}), ""


def is_put_off(stores: Stores) -> Outdated | None:
    """What has changed, where much would have to be embedded again because of it."""
    change = outdated(stores.catalogue, stores.index_name)
    return change if change is not None and change.papers > AT_ONCE else None


def index_pending(
    stores: Stores, embedder: Callable[[], Embedder], progress: Progress, known: Mapping[Texts, Vectors] = MappingProxyType({})
) -> int:
    """Embed and store every pending paper; returns the number of passages embedded. `known` are vectors of whole blocks.

    One thread cuts, one embeds and one stores, so that none waits for another.
    """
    total = stores.catalogue.pending_count(stores.index_name)
    if total == 0:
        return 0
    model = embedder()
    writer = _Writer(stores)
    papers_done = passages_done = 0
    progress(IngestProgress("embedding", 0, total))
    cut_ones: deque[tuple[list[Paper], list[list[Passage]], list[str]]] = deque()

    def unknown() -> Iterator[list[str]]:
        for papers in stores.catalogue.pending(stores.index_name, BLOCK):
            passages = cut(papers, model)
            texts = texts_of(papers, passages)
            cut_ones.append((papers, passages, texts))
            yield [] if tuple(texts) in known else texts

    try:
        with closing(model.embed_each(unknown())) as embedded:
            for vectors in embedded:
                papers, passages, texts = cut_ones.popleft()
                writer.take(_Block(papers, passages, known.get(tuple(texts), vectors)))
                papers_done += len(papers)
                passages_done += len(texts)
                progress(IngestProgress("embedding", papers_done, total))
    finally:
        writer.finish()
    return passages_done


def forget_lost_indexes(stores: Stores) -> None:
    """Make every paper pending where an index was lost."""
    if is_lost(stores):
        stores.catalogue.forget_index(stores.index_name)


def is_lost(stores: Stores) -> bool:
    """Whether an index holds less than the catalogue believes: its folder was lost or emptied, or a killed writer tore it."""
    stores.keywords.refresh()  # another process may have added papers a moment ago
    papers, passages = stores.catalogue.indexed_count(stores.index_name)
    return stores.keywords.count() < papers or stores.vectors.count() < passages


@dataclass(frozen=True, slots=True)
class _Block:
    papers: list[Paper]
    passages: list[list[Passage]]
    vectors: Vectors


class _Writer:
    """Stores blocks on a thread of its own, in order. An error there is raised by the next call here."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._blocks: queue.Queue[_Block | None] = queue.Queue(AHEAD)
        self._error: VouchError | None = None
        self._thread = threading.Thread(target=self._run, name="vouch-store", daemon=True)
        self._thread.start()

    def take(self, block: _Block) -> None:
        self._blocks.put(block)
        if self._error is not None:
            raise self._error

    def finish(self) -> None:
        """Wait until all blocks are stored and committed."""
        self._blocks.put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        uncommitted: dict[str, int] = {}
        blocks = 0
        while (block := self._blocks.get()) is not None:
            if self._error is not None:
                continue  # keep emptying the queue, so that `take` never waits for ever
            try:
                flat = [passage for own in block.passages for passage in own]
                self._stores.vectors.put(flat, block.vectors)
                self._stores.keywords.put(block.papers)
                uncommitted |= {paper.id: len(own) for paper, own in zip(block.papers, block.passages, strict=True)}
                blocks += 1
                if blocks % COMMIT_BLOCKS == 0:
                    self._commit(uncommitted)
                    uncommitted = {}
            except Exception as error:  # any failure must reach the caller's thread
                self._error = self._told(error)
        try:
            if self._error is None and uncommitted:
                self._commit(uncommitted)
            self._stores.keywords.release()
            if self._error is None:
                self._stores.vectors.release()
        except Exception as error:
            self._error = self._error or self._told(error)

    def _commit(self, passages: dict[str, int]) -> None:
        self._stores.keywords.commit()
        self._stores.catalogue.mark_indexed(self._stores.index_name, passages)

    def _told(self, error: Exception) -> VouchError:
        return disk.told(error, self._stores.keywords.folder.parent)


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` items, the last one shorter."""
    iterator = iter(items)
    while part := list(itertools.islice(iterator, size)):
        yield part
