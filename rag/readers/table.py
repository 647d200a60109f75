"""Tables: CSV and its kin, with a row of column names, as Scopus, the Web of Science, Zotero and spreadsheets export them.

Columns are recognised by their names (`rag.readers.columns`), or named by the user. Commas, tabs, semicolons or bars
separate cells; quoted cells may run over several lines. The Web of Science's tables do not quote, and are told by their
two-letter names.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rag.readers.columns import field_of, folded, missing
from rag.readers.dump import Dump, Read, Reader
from rag.readers.records import papers

LONGEST_NAME = 60  # characters of a column's name; a line of longer ones is prose
LONGEST_ROW = 500_000  # characters; beyond, some quotation mark was never closed
MOST_COLUMNS = 500
MOST_RETRIES = 1_000  # times that rows swallowed by a quotation mark are read again, which bounds the work

_DELIMITERS = ",\t;|"


@dataclass(frozen=True, slots=True)
class _Form:
    """How a table is written: what separates cells, whether they may be quoted, the names, and how many lines come first."""

    delimiter: str
    quoted: bool
    names: tuple[str, ...]
    before: int


def sniff(head: str) -> bool:
    """A row of column names, among them an abstract or at least three other things a paper has."""
    form = _form(head, {})
    fields = set(_fields(form)) if form else set()
    return len(fields) >= 2 and ("abstract" in fields or ("title" in fields and len(fields) >= 4))


def sniff_columns(head: str, columns: Mapping[str, str]) -> bool:
    """A row of column names with every one the user named, or what `sniff` takes for a table."""
    form = _form(head, columns)
    return form is not None and (not missing(columns, form.names) or sniff(head))


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields a paper for each row. A table without an abstract, or without a column the user named, is refused whole."""
    rest = iter(lines)
    first = [next(rest, "")]
    while len(first) < 3 and not _looks_like_names(first[-1]):  # empty lines, `sep=;`
        first.append(next(rest, ""))
    form = _form("".join(first), dump.columns)
    absent = missing(dump.columns, form.names) if form else []
    if form is None or absent or not ("abstract" in dump.columns or "abstract" in _fields(form) or _has_text(form)):
        found = f"a table without a column {absent[0]}" if absent else "a table without abstracts"
        there = ", ".join(name for name in form.names if name)[:300] if form else "none"
        remedy = "Export with abstracts, or name the column: --map abstract=COLUMN."
        yield dump.error(len(first), found, expected=f"one of its columns ({there})", remedy=remedy)
        return
    del first[form.before + 1 :]
    yield from _rows(rest, form, dump)


def _rows(lines: Iterator[str], form: _Form, dump: Dump) -> Iterator[Read]:
    source = _Counted(lines, form.before + 1)
    rows = csv.reader(source, delimiter=form.delimiter, quoting=csv.QUOTE_MINIMAL if form.quoted else csv.QUOTE_NONE)
    needed = max(i for i, name in enumerate(form.names) if field_of(name) or name in dump.columns.values()) + 1
    width = len(form.names)
    while True:
        line = source.row()
        row: list[str] = []
        try:
            row = next(rows)
            found = _fault(row, width, needed, form.quoted and source.is_open)
        except StopIteration:
            return
        except csv.Error as error:
            found = f"a row that cannot be read ({error})"
        if found:
            remedy = "Look for a quotation mark that is never closed, or a separator that is not quoted."
            yield dump.error(line, found, expected=f"{width} cells", remedy=remedy)
            source.read_again()
        elif any(cell.strip() for cell in row):
            yield from papers(dict(zip(form.names, row, strict=False)), line, dump)


def _fault(row: list[str], width: int, needed: int, is_open: bool) -> str | None:
    """What is wrong with a row under `width` names, the last of `needed` of which is used; None where it can be read."""
    if is_open:
        return "a row that breaks off inside a quoted cell"
    if any(row[width:]) or 0 < len(row) < needed:
        return f"a row of {len(row)} cells under {width} columns"
    return None


class _Counted:
    """Lines for csv.reader, which asks for as many as a row takes; counts them, and knows those of the row under way.

    A quotation mark that is never closed swallows the rows behind it. They can be read again, without the line it is in.
    """

    def __init__(self, lines: Iterator[str], number: int) -> None:
        self._lines = lines
        self._number = number
        self._row: list[str] = []
        self._length = 0
        self._again: list[str] = []
        self._retries = 0

    def row(self) -> int:
        """A new row begins; returns the number of its first line."""
        self._row, self._length = [], 0
        return self._number + 1

    @property
    def is_open(self) -> bool:
        """Whether a quotation mark of the row was not closed."""
        return sum(line.count('"') for line in self._row) % 2 == 1

    def read_again(self) -> None:
        """Give the lines of the row once more, all but the first."""
        if self._retries < MOST_RETRIES:
            self._retries += len(self._row) > 1
            self._again += self._row[:0:-1]
            self._number -= len(self._row) - 1

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        if self._length > LONGEST_ROW:
            raise csv.Error(f"more than {LONGEST_ROW:,} characters")
        line = self._again.pop() if self._again else next(self._lines)
        self._number += 1
        self._length += len(line)
        self._row.append(line)
        return line


def _form(head: str, columns: Mapping[str, str]) -> _Form | None:
    """How the first line that is not empty would be read as column names, with the separator that finds the most of them."""
    best: tuple[int, int, _Form] | None = None
    for before, line in enumerate(head.split("\n")[:3]):
        if not _looks_like_names(line):
            continue
        if "\x00" in line:
            return None
        for delimiter in _DELIMITERS if len(line) < LONGEST_ROW else "":
            try:
                names = tuple(name.strip() for name in next(csv.reader([line], delimiter=delimiter), []))
            except csv.Error:
                continue
            if not _are_names(names):
                continue
            given = {folded(name) for name in columns.values()}
            known = sum(field_of(name) is not None or folded(name) in given for name in names)
            quoted = not (delimiter == "\t" and "PT" in names and "TI" in names)
            if best is None or (known, len(names)) > best[:2]:
                best = known, len(names), _Form(delimiter, quoted, names, before)
        break
    return best[2] if best else None


def _looks_like_names(line: str) -> bool:
    return bool(line.strip()) and not line.lower().startswith("sep=")


def _are_names(names: tuple[str, ...]) -> bool:
    """Names are short and differ, and few are missing."""
    named = [name for name in names if name]
    short = all(len(name) <= LONGEST_NAME and len(name.split()) <= 8 for name in names)
    return bool(named) and short and len(names) <= MOST_COLUMNS and 2 * len(named) >= len(names)


def _fields(form: _Form) -> list[str]:
    return [field for field in map(field_of, form.names) if field]


def _has_text(form: _Form) -> bool:
    return {"title", "text"} <= {folded(name) for name in form.names}


READER = Reader("table", "a table (CSV, TSV) with a row of names", sniff, read, sniff_columns=sniff_columns)
