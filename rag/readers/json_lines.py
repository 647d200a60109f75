"""JSON Lines: one JSON object a line, with title and abstract. What a record may hold is `rag.readers.records`'s subject.

This reads arXiv's metadata snapshot, BEIR corpora, the bulk files of Semantic Scholar and OpenAlex, and what
`vouch papers --json` writes. One line is in memory at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rag.readers.dump import Dump, Read, Reader, has_bad_bytes
from rag.readers.json_path import place_of_records
from rag.readers.records import EXPECTED, holds_abstract, papers

_EXPECTED = f"a JSON object with {EXPECTED}"


def sniff(head: str) -> bool:
    """The first line opens an object, and the objects on the complete lines hold abstracts."""
    return sniff_columns(head, {})


def sniff_columns(head: str, columns: Mapping[str, str]) -> bool:
    """As `sniff`, where the user names the key that holds the abstract."""
    lines = [line for line in head.split("\n") if line.strip()]
    if not lines or not re.match(r"\s*\{\s*(\"|\})", lines[0]):
        return False
    place = place_of_records(head, columns)
    if place is not None and place.depth > 0:  # one document, with a record to a line as it may be
        return False
    rows = [row for row in map(_object, lines) if row is not None]
    return any(holds_abstract(row, columns) for row in rows) or (not rows and len(lines) == 1 and place is not None)


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields a paper for each line; a line that is no such object is a ReadError, and the next one is read."""
    for number, line in enumerate(lines, start=1):
        text = line.strip().lstrip("\ufeff")
        if not text:
            continue
        if has_bad_bytes(text):
            yield dump.error(
                number, "bytes that are not UTF-8 text", expected="UTF-8", remedy="Save the file as UTF-8 and add it again."
            )
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            at = f" ({error.msg.lower()} at column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
            cut = " that breaks off at the end of the file" if not line.endswith("\n") else ""
            found = f"a line that is not JSON{at}{cut}"
            yield dump.error(number, found, expected=_EXPECTED, remedy="Correct the line, or remove it.")
            continue
        if isinstance(value, dict):
            yield from papers(value, number, dump)
        else:
            yield dump.error(
                number, f"JSON that is no object ({type(value).__name__})", expected=_EXPECTED, remedy="Write one object a line."
            )


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


READER = Reader("json_lines", "JSON Lines", sniff, read, sniff_columns=sniff_columns)
