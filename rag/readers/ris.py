"""RIS, as reference managers, publishers and databases export it: `TY  - JOUR` to `ER  -`, read by rispy record by record."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rag.errors import ReadError
from rag.readers.dates import record_date
from rag.readers.dump import Dump, Read, Reader, is_cut
from rag.readers.identifiers import arxiv_id, doi, stated_arxiv_id
from rag.readers.markup import untagged
from rag.readers.names import spoken
from rag.readers.prose import is_something_else
from rag.readers.records import address

LONGEST_REMARK = 4_000  # characters before the first record, where a provider says who it is
LONGEST_RECORD = 2_000_000  # characters

_FIRST = re.compile(r"\s*TY  ?- ?\s*[A-Z]{2,10}\s*$", re.MULTILINE)
_LOOSE = re.compile(r"([A-Z][A-Z0-9]) ?- ?(?!-)")  # `TY - JOUR`: a space was lost
_TITLES = ("title", "primary_title")
_VENUES = ("journal_name", "alternate_title3", "secondary_title", "alternate_title2", "alternate_title1")


def sniff(head: str) -> bool:
    """A line opens a record, at the beginning or behind a few lines of a provider's own."""
    m = _FIRST.search(head)
    if m is None or m.start() > LONGEST_REMARK or is_something_else(head[: m.start()]):
        return False
    return re.search(r"^[A-Z][A-Z0-9] {1,2}- ?\S", head[m.end() :], re.MULTILINE) is not None


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields a paper for each record."""
    record, began, length = list[str](), 0, 0
    last, loose = "", False
    for number, line in enumerate(lines, start=1):
        last = line
        text = line if began else line.lstrip("\ufeff \t")
        if (m := _LOOSE.match(text)) and (loose or m[1] == "TY"):  # elsewhere it may be a line of prose: `AI - based …`
            text, loose = f"{m[1]}  - {text[m.end() :]}", True
        tag = text[:5]
        if tag == "TY  -":
            if began:  # the one before was not closed
                yield from _record(record, began, dump)
            record, began, length = [text], number, len(text)
        elif tag == "ER  -" and began:
            yield from _record(record, began, dump)
            began = 0
        elif began and text.strip() and length <= LONGEST_RECORD:
            record.append(text)
            length += len(text)
    if began and is_cut(last, last):
        remedy = "Get the file again; if the record is complete, close it with `ER  - `."
        yield dump.error(began, "a record that breaks off at the end of the file", remedy=remedy)
    elif began:
        yield from _record(record, began, dump)


def _record(lines: list[str], line: int, dump: Dump) -> Iterator[Read]:
    import rispy  # type: ignore[import-untyped]

    if sum(map(len, lines)) > LONGEST_RECORD:
        found = f"a record of more than {LONGEST_RECORD:,} characters"
        yield dump.error(line, found, expected="one paper", remedy="Look for a record that is never closed with `ER  - `.")
        return
    [fields] = rispy.RisParser().parse_lines(iter([*(text.rstrip("\n") for text in lines), "ER  - "]))
    yield from _paper(fields, line, dump)


def _paper(fields: Mapping[str, Any], line: int, dump: Dump) -> Iterator[Read]:
    title = next((fields[name] for name in _TITLES if fields.get(name)), "")
    abstract = fields.get("abstract") or fields.get("notes_abstract") or ""
    if not abstract.strip():
        found = "a record without an abstract" + (f" ({title[:60]})" if title else "")
        yield dump.error(line, found, expected="a line `AB  - `", remedy="Export with abstracts, or leave the record out.")
        return
    addresses = [a for a in map(address, fields.get("urls") or []) if a]
    remarks = [*(fields.get("notes") or []), *(fields.get(name) for name in ("accession_number", "note", "number", *_VENUES))]
    venue = next((fields[name] for name in _VENUES if fields.get(name)), None)
    dates = [text for name in ("date", "year", "publication_year") if (text := _date_text(fields.get(name, "")))]
    dated = [read for read in map(record_date, dates) if read]
    best = next((read for read in dated if read[0]), dated[0] if dated else None)
    paper = dump.paper(
        line,
        untagged(abstract),
        title=untagged(title),
        authors=tuple(name for name in map(spoken, fields.get("authors") or fields.get("first_authors") or []) if name),
        date=best[0] if best else None,
        year=best[1] if best else None,
        arxiv_id=next((a for a in map(arxiv_id, [fields.get("doi"), *addresses]) if a), None)
        or next((a for a in map(stated_arxiv_id, remarks) if a), None),
        doi=next((d for d in map(doi, [fields.get("doi"), *addresses]) if d), None),
        comment=venue if stated_arxiv_id(venue) is None else None,
        url=addresses[0] if addresses else None,
    )
    yield paper
    if dates and best is None and not isinstance(paper, ReadError):
        found = f"a date that cannot be understood ({dates[0][:40]})"
        yield dump.error(line, found, expected="a date such as 2024/07/17", remedy="The paper is read without a date.")


def _date_text(written: str) -> str:
    """`2024/07/17/`, `2024/07//` and `2024///Summer`, whose slashes are RIS's own, as other dates are written."""
    if m := re.match(r"\s*([0-9]{4})(?:/([0-9]{1,2})?(?:/([0-9]{1,2})?)?(?:/.*)?)?\s*$", written):
        return "-".join([m[1], *(f"{int(part):02}" for part in m.groups()[1:] if part)] if m[2] else [m[1]])
    return written.strip()


READER = Reader("ris", "RIS", sniff, read)
