"""What an ingest tells while it runs and when it is done."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rag.errors import ReadError


@dataclass(frozen=True, slots=True)
class IngestProgress:
    """While reading: `done` records so far, `total` None. While embedding: `done` of `total` papers."""

    stage: str  # "reading" | "embedding"
    done: int
    total: int | None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """Counts of one ingest. records = new + unchanged + merged; skipped records and files are not in `records`.

    `new` papers were added; `unchanged` records were there already, from the same place; `merged` records belong to a
    paper that another place had brought in, in this run or an earlier one. `papers` is the library's size afterwards.
    `note` says what else there is to do, if anything.
    """

    files: int
    records: int
    new: int
    unchanged: int
    merged: int
    papers: int
    passages: int  # embedded by this run
    seconds: float
    skipped: tuple[ReadError, ...]
    note: str = ""

    def __str__(self) -> str:
        return _told(self, f"{self.records} records from {self.files} files: {_counts(self)}.")

    def reasons(self) -> Counter[str]:
        """How often each kind of problem was met."""
        return Counter(error.found for error in self.skipped)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Counts of one sync: files of the folder, records of the files that were read, papers that left the library.

    Files in which nothing could be read are under `skipped` alone. A paper that another file still holds does not leave.
    """

    new_files: int
    changed_files: int
    unchanged_files: int
    removed_files: int
    new: int
    merged: int
    unchanged: int
    removed: int
    papers: int
    passages: int  # embedded by this run
    seconds: float
    skipped: tuple[ReadError, ...]
    note: str = ""

    def __str__(self) -> str:
        files = (
            f"{self.new_files} new, {self.changed_files} changed, {self.unchanged_files} unchanged, {self.removed_files} removed"
        )
        return _told(self, f"Files: {files}.", f"Records that were read: {_counts(self)}. Papers removed: {self.removed}.")


def _counts(report: IngestReport | SyncReport) -> str:
    return f"{report.new} new papers, {report.merged} merged, {report.unchanged} unchanged, {len(report.skipped)} skipped"


def _told(report: IngestReport | SyncReport, *first: str) -> str:
    """The lines of a report: what is its own first, then what the library holds and what was skipped."""
    held = f"The library holds {report.papers} papers; {report.passages} passages embedded in {report.seconds:.1f} s."
    return "\n".join(
        [*first, held, *(f"  skipped: {error}" for error in report.skipped), *([report.note] if report.note else [])]
    )


@dataclass(frozen=True, slots=True)
class ReindexReport:
    """What `vouch reindex` did. `removed` are the indexes that were pruned, `kept` those that could be."""

    index: str
    papers: int
    passages: int  # embedded by this run
    seconds: float
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [
            f"{self.papers} papers are indexed with {self.index}; {self.passages} passages embedded in {self.seconds:.1f} s."
        ]
        if self.removed:
            lines.append(f"Removed: {', '.join(self.removed)}.")
        if self.kept:
            lines.append(f"Kept for when the settings name it again: {', '.join(self.kept)}. `vouch reindex --prune` removes it.")
        return "\n".join(lines)
