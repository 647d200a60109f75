"""The pipeline from files to a searchable library: read -> same work? -> catalogue -> passages -> vectors and keywords.

Every step can be repeated: records go into the catalogue first, and a paper counts as indexed only after both indexes
hold it durably. A killed run leaves papers pending, and the next run finishes exactly those.
"""

from __future__ import annotations

import itertools
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rag.answering.record import Passage
from rag.embedding import Embedder, Vectors
from rag.errors import LibraryError, ReadError, VouchError
from rag.library.catalogue import Catalogue, Outcome
from rag.library.keywords import KeywordIndex
from rag.library.passages import cut, embedded_text
from rag.library.report import IngestProgress, IngestReport
from rag.library.vectors import VectorStore
from rag.paper import Paper

T = TypeVar("T")
Progress = Callable[[IngestProgress], None]

READ_BATCH = 256  # records in one catalogue transaction
BLOCK = 64  # papers embedded together: enough to sort by length, few enough for steady progress
COMMIT_BLOCKS = 8  # blocks between commits of the keyword index, the dearest step
AHEAD = 2  # embedded blocks that may wait for the writer


@dataclass(frozen=True, slots=True)
class Stores:
    """The opened stores of one library and the name under which the catalogue records what both indexes hold."""

    catalogue: Catalogue
    vectors: VectorStore
    keywords: KeywordIndex
    index_name: str


def ingest(
    items: Iterable[tuple[Path, Iterator[Paper | ReadError]] | ReadError],
    stores: Stores,
    embedder: Callable[[], Embedder],
    progress: Progress,
) -> IngestReport:
    """Take in what the readers yield and index all that is pending. `items` pairs each file with its records.

    The embedder is opened only when something has to be embedded. Errors of records are collected in the report; a
    VouchError of a store or the embedder ends the run, and what was read stays in the catalogue for the next one.
    """
    began = time.perf_counter()
    skipped: list[ReadError] = []
    outcomes: Counter[Outcome] = Counter()
    files = 0

    def records() -> Iterator[Paper]:
        nonlocal files
        for item in items:
            if isinstance(item, ReadError):
                skipped.append(item)
                continue
            files += 1
            for record in item[1]:
                if isinstance(record, ReadError):
                    skipped.append(record)
                else:
                    yield record

    forget_lost_indexes(stores)
    for batch in batched(records(), READ_BATCH):
        outcomes.update(stores.catalogue.add(batch))
        progress(IngestProgress("reading", outcomes.total(), None))
    passages = index_pending(stores, embedder, progress)
    return IngestReport(
        files=files,
        records=outcomes.total(),
        new=outcomes[Outcome.NEW],
        unchanged=outcomes[Outcome.UNCHANGED],
        merged=outcomes[Outcome.MERGED],
        papers=stores.catalogue.count(),
        passages=passages,
        seconds=time.perf_counter() - began,
        skipped=tuple(skipped),
    )


def index_pending(stores: Stores, embedder: Callable[[], Embedder], progress: Progress) -> int:
    """Embed and store every pending paper; returns the number of passages embedded.

    One thread embeds, another stores, so that neither waits for the other.
    """
    total = stores.catalogue.pending_count(stores.index_name)
    if total == 0:
        return 0
    model = embedder()
    writer = _Writer(stores)
    papers_done = passages_done = 0
    progress(IngestProgress("embedding", 0, total))
    try:
        for papers in stores.catalogue.pending(stores.index_name, BLOCK):
            passages = cut(papers, model)
            flat = [(paper, passage) for paper, own in zip(papers, passages, strict=True) for passage in own]
            vectors = model.embed([embedded_text(paper, passage) for paper, passage in flat])
            writer.take(_Block(papers, passages, vectors))
            papers_done += len(papers)
            passages_done += len(flat)
            progress(IngestProgress("embedding", papers_done, total))
    finally:
        writer.finish()
    return passages_done


def forget_lost_indexes(stores: Stores) -> None:
    """Make every paper pending where an index holds less than the catalogue believes: its folder was lost or emptied."""
    stores.keywords.refresh()  # another process may have added papers a moment ago
    papers, passages = stores.catalogue.indexed_count(stores.index_name)
    if stores.keywords.count() < papers or stores.vectors.count() < passages:
        stores.catalogue.forget_index(stores.index_name)


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
                self._error = translated(error)
        try:
            if self._error is None and uncommitted:
                self._commit(uncommitted)
            self._stores.keywords.release()
        except Exception as error:
            self._error = self._error or translated(error)

    def _commit(self, passages: dict[str, int]) -> None:
        self._stores.keywords.commit()
        self._stores.catalogue.mark_indexed(self._stores.index_name, passages)


def translated(error: Exception) -> VouchError:
    """A store's own error as one of ours."""
    if isinstance(error, VouchError):
        return error
    return LibraryError(
        f"The library could not be written ({type(error).__name__}: {error}).",
        remedy="Check free space and permissions of VOUCH_HOME, then run `vouch ingest` again: it goes on where it stopped.",
    )


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` items, the last one shorter."""
    iterator = iter(items)
    while part := list(itertools.islice(iterator, size)):
        yield part
