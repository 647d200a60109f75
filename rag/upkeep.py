"""Upkeep: the part of the Assistant that keeps the library in order. It asks nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rag.browsing import Browsing
from rag.errors import ReadError
from rag.library.ingest import index_all, ingest
from rag.library.merging import join
from rag.library.reindex import reindex
from rag.library.removal import remove_papers, split
from rag.library.report import IngestProgress, IngestReport, ReindexReport, SyncReport
from rag.library.selection import facts
from rag.library.sources import Held
from rag.library.sync import places, sync
from rag.library.undo import last_record, take_back
from rag.opened import OnProgress, silent
from rag.paper import Paper
from rag.readers import expand, read_file
from rag.readers.columns import refuse_unknown_fields

SAMPLE = Path(__file__).parent / "sample" / "sample-library.jsonl"
MADE_ROOM = "The sample library made room for your papers; `vouch ingest --sample` brings it back."


class Upkeep(Browsing):
    """Methods that change the library; every one raises LibraryLocked where another process is writing."""

    def ingest(
        self,
        paths: Iterable[str | Path],
        *,
        year: int | None = None,
        columns: Mapping[str, str] | None = None,
        progress: Callable[[IngestProgress], None] | None = None,
    ) -> IngestReport:
        """Read files and folders into the library and index whatever is pending, also from an earlier, killed run.

        `year` is taken for dates written without one, `columns` says which column of a table or key of a JSON record holds
        what (`{"title": "Name"}`). Raises LibraryLocked where another process is writing, SettingsError where `columns`
        names a field no paper has. A library that holds the bundled sample alone is emptied before the first paper from
        elsewhere comes in.
        """
        refuse_unknown_fields(columns or {})

        def read(path: Path) -> Iterator[Paper | ReadError]:
            records = read_file(path, year=year, columns=columns)
            return records if path == SAMPLE else self._making_room(records)

        items = (item if isinstance(item, ReadError) else (item, read(item)) for item in expand(paths))
        with self._writing("an ingest"):
            had_sample = self._only_sample()
            report = ingest(items, self.stores(), self._embedder, progress or silent, places(self._catalogue))
        if not had_sample or self._only_sample():
            return report
        return replace(report, note=" ".join([report.note, MADE_ROOM]).strip())

    def add(
        self, records: Iterable[Paper | ReadError], *, name: str, progress: Callable[[IngestProgress], None] | None = None
    ) -> IngestReport:
        """Take in records that come from no file, as `ingest` does; `name` says from where, in the report's count of files.

        A record of a paper that is there fills what that lacks. Raises LibraryLocked where another process is writing.
        """
        with self._writing(f"an ingest of {name}"):
            return ingest([(Path(name), self._making_room(iter(records)))], self.stores(), self._embedder, progress or silent)

    def load_sample(self, progress: Callable[[IngestProgress], None] | None = None) -> IngestReport:
        """Ingest the bundled sample library."""
        return self.ingest([SAMPLE], progress=progress)

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

    def last_record(self) -> int:
        """The number of the newest record, for `take_back`."""
        return last_record(self._catalogue)

    def take_back(self, paths: Sequence[str | Path], after: int) -> int:
        """Undo an ingest of these files: what they brought after record `after` goes, and papers that nothing else holds with
        it; returns how many papers left."""
        with self._writing("an undo"):
            return take_back(self.stores(), [str(path) for path in paths], after)

    def split(self, paper_id: str, chosen: Sequence[int] | None = None, progress: OnProgress = None) -> list[str]:
        """Make a paper of its own of the sources numbered `chosen` (1 for the first), or of every different one.

        Returns the ids of all papers there are now. It is remembered: later records are not merged across the split. Raises
        LibraryError where there is nothing to split.
        """
        with self._writing("a split"):
            ids = split(self.stores(), paper_id, chosen)
            index_all(self.stores(), self._embedder, progress or silent)
        return ids

    def merge_papers(self, ids: Sequence[str], progress: OnProgress = None) -> str:
        """Make one paper of several; returns its id, that of the one which was read first and whose words stand.

        It is remembered: records like these are taken for one work from now on, until they are split. Collections that had one
        of them have the one paper. Raises LibraryError for less than two papers and for one that is not there.
        """
        with self._writing("a merge"):
            kept = join(self.stores(), ids)
            index_all(self.stores(), self._embedder, progress or silent)
        self.collections.exchange([paper_id for paper_id in ids if paper_id != kept], kept)
        return kept

    def reindex(self, *, prune: bool = False, progress: OnProgress = None) -> ReindexReport:
        """Build the indexes from the catalogue; `prune` removes those that no setting names. Can be stopped and run again."""
        with self._writing("a reindex"):
            return reindex(self.stores(), self._embedder, progress or silent, prune=prune)
