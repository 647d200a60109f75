"""Readers: files to papers. One module a grammar; which one applies is told by a file's content, not by its name.

for path in expand(["dumps/", "more.jsonl.gz"]):
    for read in read_file(path):        # Paper, or a ReadError value that says what was skipped and why
        ...
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.errors import ReadError
from rag.paper import Paper
from rag.readers import arxiv_listing, daily_papers, json_lines, marked_lines
from rag.readers.dump import Dump, Reader
from rag.readers.files import Lines, expand

__all__ = ["READERS", "Reader", "expand", "read_file", "reader_of"]

READERS: dict[str, Reader] = {
    module.READER.name: module.READER for module in (json_lines, daily_papers, marked_lines, arxiv_listing)
}


def reader_of(head: str) -> Reader | None:
    """The reader whose grammar the first characters of a file follow, or None."""
    return next((reader for reader in READERS.values() if reader.sniff(head)), None)


def read_file(path: Path, *, year: int | None = None) -> Iterator[Paper | ReadError]:
    """The papers of one file, in its order, as a stream.

    `year` is the year of dates that leave theirs out. Nothing is raised for what the file holds: whatever cannot be read
    (the whole file, one record, one date) is yielded as a ReadError value in its place, and the rest goes on.
    """
    lines = Lines(path := Path(path))
    try:
        head = lines.head()
    except ReadError as error:
        yield error
        return
    if not head.strip():
        yield ReadError(str(path), "an empty file", expected="a dump of abstracts", remedy="Save it again, or leave it out.")
        return
    reader = reader_of(head)
    if reader is None:
        yield _unknown(path, head)
        return
    yield from reader.read(lines, Dump(str(path), path.name, year))
    if lines.damage is not None:
        yield lines.damage


def _unknown(path: Path, head: str) -> ReadError:
    binary = "\x00" in head or sum("\udc80" <= c <= "\udcff" for c in head) > len(head) / 20
    found = "bytes that are not text" if binary else "text in a form no reader knows"
    known = "; ".join(f"{reader.grammar} ({name})" for name, reader in READERS.items())
    return ReadError(str(path), found, expected=f"one of: {known}", remedy="Bring the file into one of these forms.")
