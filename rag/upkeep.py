"""Upkeep: the part of the Assistant that keeps the library in order. It asks nothing of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from rag.embedding import Embedder
from rag.errors import ReadError
from rag.library.catalogue import Catalogue
from rag.library.ingest import index_all, index_pending
from rag.library.manifest import Outdated, outdated, register
from rag.library.reindex import reindex
from rag.library.removal import remove_papers, settle, split, unsettled
from rag.library.report import IngestProgress, ReindexReport, SyncReport
from rag.library.selection import facts
from rag.library.sources import Held
from rag.library.stores import Stores
from rag.library.sync import sync
from rag.paper import Paper
from rag.readers import expand, read_file
from rag.readers.columns import refuse_unknown_fields

SAMPLE = Path(__file__).parent / "sample" / "sample-library.jsonl"
MADE_ROOM = "The sample library made room for your papers; `vouch ingest --sample` brings it back."
OnProgress = Callable[[IngestProgress], None] | None


def silent(_: IngestProgress) -> None:
    """Progress that nobody wants to see."""


class Upkeep(ABC):
    """Methods over an open library; every one that changes it raises LibraryLocked where another process is writing."""

    _catalogue: Catalogue

    @property
    @abstractmethod
    def index_name(self) -> str: ...

    @abstractmethod
    def stores(self) -> Stores: ...

    @abstractmethod
    def _embedder(self) -> Embedder: ...

    @abstractmethod
    def _writing(self, purpose: str) -> AbstractContextManager[None]: ...

    def _only_sample(self) -> bool:
        """Whether the library holds the bundled sample and nothing else."""
        return facts(self._catalogue).files == (SAMPLE.name,)

    def _making_room(self, records: Iterator[Paper | ReadError]) -> Iterator[Paper | ReadError]:
        """The records; before the first paper among them, a library that holds the sample alone is emptied.

        The sample is digests of real papers: beside the user's own abstracts of the same papers it would stand in their way.
        """
        looked = False
        for record in records:
            if not looked and isinstance(record, Paper):
                looked = True  # once: looking costs as much as the library is large
                if self._only_sample():
                    remove_papers(self.stores(), [paper.id for paper in self._catalogue.papers()])
            yield record

    def sync(
        self,
        folder: str | Path,
        *,
        year: int | None = None,
        columns: Mapping[str, str] | None = None,
        again: bool = False,
        emptied: bool = False,
        moved_from: str | Path | None = None,
        progress: OnProgress = None,
    ) -> SyncReport:
        """Bring the library in step with a folder: read what is new or changed, let go of what is gone.

        `year` and `columns` as for `ingest`. `again` reads unchanged files too; `moved_from` is where the folder was the last
        time. Raises LibraryError where the folder is missing, or has no files though it had some and `emptied` does not say
        that this is right.
        """
        refuse_unknown_fields(columns or {})
        options = f"{year or ''}{sorted((columns or {}).items()) or ''}"
        with self._writing("a sync"):
            return sync(
                Path(folder),
                expand([folder]),
                lambda path: self._making_room(read_file(path, year=year, columns=columns)),
                self.stores(),
                embedder=self._embedder,
                progress=progress or silent,
                options=options,
                again=again,
                emptied=emptied,
                moved_from=Path(moved_from) if moved_from else None,
            )

    def sources(self, paper_id: str) -> list[Held]:
        """The records that a paper was read from, the first one first, each with why it was taken for this paper's."""
        return self._catalogue.held(paper_id)

    def remove(self, ids: Sequence[str]) -> int:
        """Take papers out of the library; returns how many. A file that holds one brings it back when it is read again."""
        with self._writing("a removal"):
            return remove_papers(self.stores(), ids)

    def split(self, paper_id: str, chosen: Sequence[int] | None = None, progress: OnProgress = None) -> list[str]:
        """Make a paper of its own of the sources numbered `chosen` (1 for the first), or of every different one.

        Returns the ids of all papers there are now. It is remembered: later records are not merged across the split. Raises
        LibraryError where there is nothing to split.
        """
        with self._writing("a split"):
            ids = split(self.stores(), paper_id, chosen)
            index_all(self.stores(), self._embedder, progress or silent)
        return ids

    def reindex(self, *, prune: bool = False, progress: OnProgress = None) -> ReindexReport:
        """Build the indexes from the catalogue; `prune` removes those that no setting names. Can be stopped and run again."""
        with self._writing("a reindex"):
            return reindex(self.stores(), self._embedder, progress or silent, prune=prune)

    def outdated(self) -> Outdated | None:
        """What to tell where the papers are indexed, but with another embedding or cutting than the one in force."""
        return outdated(self._catalogue, self.index_name)

    def unsettled(self) -> bool:
        """Whether papers are leaving: a removal was killed, or is under way."""
        return unsettled(self.stores())

    def _finish(self, at_most: int) -> None:
        """Finish what an interrupted run left: removals, and the indexing of at most so many papers. Needs the write lock."""
        stores = self.stores()
        register(self._catalogue, stores.index_name)
        settle(stores)
        if self._catalogue.pending_count(stores.index_name) <= at_most:
            index_pending(stores, self._embedder, silent)
