"""NBIB, MEDLINE's tagged form, as PubMed saves it under "PubMed" and "Citation manager".

    PMID- 38954321
    TI  - …
    AB  - …
          …                      <- continued
    FAU - Lovelace, Ada
    DP  - 2024 Jul 17
    LID - 10.1000/cats.2024 [doi]
                                 (empty line, and the next record)

The grammar is RIS with tags of four letters and no closing line; rispy reads it with its tags renamed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from rag.readers.dates import record_date
from rag.readers.dump import Dump, Read, Reader, is_cut
from rag.readers.identifiers import doi
from rag.readers.names import spoken
from rag.readers.pubmed_xml import bare_title, pubmed_address

LONGEST_RECORD = 2_000_000  # characters

_TAGS = {
    "PMID": "pmid", "TI": "title", "BTI": "title", "AB": "abstract", "FAU": "authors", "AU": "short_authors", "CN": "groups",
    "DP": "date", "DEP": "online", "JT": "journal", "TA": "journal_short", "LID": "identifiers", "AID": "identifiers",
    "UK": "other",
}  # fmt: skip
_LISTS = ["FAU", "AU", "CN", "LID", "AID"]
_FIRST = re.compile(r"\s*PMID-\s?\d{1,9}\s*$", re.MULTILINE)
_START = re.compile(r"PMID-")
_OTHER = re.compile(r"(?!AB)[A-Z][A-Z0-9]{1,3} {0,2}- ")  # a line other than an abstract's, which need not end as a sentence


def sniff(head: str) -> bool:
    """A line opens a record, and the lines behind it bear tags."""
    m = _FIRST.search(head)
    return m is not None and not head[: m.start()].strip() and len(re.findall(r"^[A-Z]{2,4} {0,2}- ", head, re.MULTILINE)) >= 2


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields a paper for each record."""
    record, began, length = list[str](), 0, 0
    last = ""
    for number, line in enumerate(lines, start=1):
        last = line
        if _START.match(line):
            if began:
                yield _record(record, began, dump)
            record, began, length = [], number, 0
        if began and line.strip() and length <= LONGEST_RECORD:
            record.append(line.rstrip("\n"))
            length += len(line)
    if began and is_cut(last, last) and not _OTHER.match(last):
        yield dump.error(began, "a record that breaks off at the end of the file", remedy="Get the file again.")
    elif began:
        yield _record(record, began, dump)


def _record(lines: list[str], line: int, dump: Dump) -> Read:
    if sum(map(len, lines)) > LONGEST_RECORD:
        found = f"a record of more than {LONGEST_RECORD:,} characters"
        return dump.error(line, found, expected="one paper", remedy="Look for a record whose PMID line is missing.")
    [fields] = _parser().parse_lines(iter([*lines, "ER  - "]))
    return _paper(fields, line, dump)


@cache
def _parser() -> Any:
    from rispy import RisParser  # type: ignore[import-untyped]

    class Medline(RisParser):  # type: ignore[misc]
        START_TAG = "PMID"
        DEFAULT_MAPPING = _TAGS
        DEFAULT_LIST_TAGS = _LISTS

        def parse_line(self, line: str) -> tuple[str | None, str]:
            """Tag and content; no tag where the line continues the one above."""
            if line[4:5] == "-" and line[:2].isupper():
                return line[:4].strip(), line[6:].strip()
            return None, line.strip()

    return Medline()


def _paper(fields: Mapping[str, Any], line: int, dump: Dump) -> Read:
    title, abstract = bare_title(fields.get("title", "")), fields.get("abstract", "")
    if not abstract:
        found = "a record without an abstract" + (f" ({title[:60]})" if title else "")
        return dump.error(line, found, expected="a line `AB  - `", remedy="Leave the record out.")
    issue, online = record_date(fields.get("date", "")), record_date(fields.get("online", ""))
    issue = issue or record_date(fields.get("date", "")[:4])  # `2024 Jul-Aug`, `2024 Winter`
    same = online and (issue is None or issue[1] == online[1])
    date, year = issue if issue and issue[0] else online if online and same else issue or (None, None)
    named = (doi(text.removesuffix("[doi]").strip()) for text in fields.get("identifiers", []) if text.endswith("[doi]"))
    return dump.paper(
        line,
        abstract,
        title=title,
        authors=tuple(
            name
            for name in (*map(spoken, fields.get("authors") or fields.get("short_authors") or []), *fields.get("groups", []))
            if name
        ),
        date=date,
        year=year,
        doi=next((found for found in named if found), None),
        comment=fields.get("journal") or fields.get("journal_short"),
        url=pubmed_address(fields.get("pmid", "")),
    )


READER = Reader("nbib", "NBIB", sniff, read)
