"""Readers: files to papers. One module a grammar; which one applies is told by a file's content, not by its name.

for path in expand(["dumps/", "more.jsonl.gz", "exports/*.ris"]):
    for read in read_file(path):        # Paper, or a ReadError value that says what was skipped and why
        ...

A path to its texts: files (folders, patterns) -> archives (members) over streams (compression) -> lines (encoding). A text to its
papers: the readers below, which share columns, records, names, dates, identifiers and cleaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from rag.errors import ReadError
from rag.paper import Paper
from rag.readers import (
    arxiv_listing,
    atom,
    bibtex,
    daily_papers,
    json_document,
    json_lines,
    marked_lines,
    nbib,
    plain_text,
    pubmed_xml,
    ris,
    table,
)
from rag.readers.archives import Part, parts
from rag.readers.columns import refuse_unknown_fields
from rag.readers.dump import Dump, Reader
from rag.readers.files import expand
from rag.readers.lines import Lines

__all__ = ["READERS", "Reader", "expand", "read_file", "reader_of"]

# In the order in which they are asked: what cannot be mistaken for anything else comes first.
_MODULES = (
    *(json_lines, json_document, atom, pubmed_xml, bibtex, ris, nbib, table),
    *(daily_papers, marked_lines, arxiv_listing, plain_text),
)
READERS: dict[str, Reader] = {module.READER.name: module.READER for module in _MODULES}


def reader_of(head: str, columns: Mapping[str, str] | None = None) -> Reader | None:
    """The reader whose grammar the first characters of a file follow, or None. `columns` as for `read_file`."""
    for reader in READERS.values() if columns else ():
        if reader.sniff_columns is not None and reader.sniff_columns(head, columns or {}):
            return reader
    return next((reader for reader in READERS.values() if reader.sniff(head)), None)


def read_file(path: Path, *, year: int | None = None, columns: Mapping[str, str] | None = None) -> Iterator[Paper | ReadError]:
    """The papers of one file, or of all the files in one archive, in their order, as a stream. `-` is standard input.

    `year` is the year of dates that leave theirs out. `columns` says which column of a table, or key of a JSON record,
    holds what: `{"title": "Name"}`. Nothing is raised for what the file holds: whatever cannot be read (the whole file,
    one record, one date) is yielded as a ReadError value in its place, and the rest goes on. Raises SettingsError where
    `columns` has a key that is no field of a paper.
    """
    refuse_unknown_fields(columns or {})
    return _read_parts(Path(path), year, columns or {})


def _read_parts(path: Path, year: int | None, columns: Mapping[str, str]) -> Iterator[Paper | ReadError]:
    for part in parts(path):
        if isinstance(part, ReadError):
            yield part
        else:
            yield from _read(part, Dump(part.path, part.name, year, columns))


def _read(part: Part, dump: Dump) -> Iterator[Paper | ReadError]:
    lines = Lines(part)
    try:
        head = lines.head()
        if not head.strip() and lines.damage is None:
            yield dump.error(None, "an empty file", expected="a dump of abstracts", remedy="Save it again, or leave it out.")
            return
        reader = reader_of(head, dump.columns)
        if reader is None:
            yield _unknown(head, dump)
            return
        yield from reader.read(lines if reader.by_lines else lines.pieces(), dump)
    except ReadError as error:  # where the file is damaged
        yield error
    else:
        if lines.damage is not None:
            yield lines.damage


def _unknown(head: str, dump: Dump) -> ReadError:
    binary = "\x00" in head or sum("\udc80" <= c <= "\udcff" for c in head) > len(head) / 20
    found = "bytes that are not text" if binary else "text in a form no reader knows"
    if dump.columns:
        found += f", and no table with the columns {', '.join(dump.columns.values())}"
    known = "; ".join(reader.grammar for reader in READERS.values())
    return dump.error(None, found, expected=f"one of: {known}", remedy="Bring the file into one of these forms.")
