"""JSON Lines: one JSON object a line, with an abstract under `abstract`, `summary` or (beside a title) `text`.

What else is taken where it is given: title, authors, author_count, organisation, date, year, arxiv_id, doi, id, url,
comment or venue, upvotes; fields of a `metadata` object count where the record itself has none of that name. This reads
BEIR-style corpora and what `vouch papers --json` writes. One line is in memory at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rag.errors import ReadError
from rag.readers.dates import record_date
from rag.readers.dump import Dump, Read, Reader, has_bad_bytes
from rag.readers.identifiers import arxiv_id, doi

_EXPECTED = "a JSON object with `title` and `abstract`, `summary` or `text`"


def sniff(head: str) -> bool:
    """The first line opens an object, and the objects on the complete lines hold abstracts."""
    lines = [line for line in head.split("\n") if line.strip()]
    if not lines or not re.match(r"\s*\{\s*(\"|\})", lines[0]):
        return False
    rows = [row for row in map(_object, lines) if row is not None]
    return not rows or any(_abstract(row) is not None for row in rows)


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
            yield from _record(value, number, dump)
        else:
            yield dump.error(
                number, f"JSON that is no object ({type(value).__name__})", expected=_EXPECTED, remedy="Write one object a line."
            )


def _record(row: Mapping[str, Any], number: int, dump: Dump) -> Iterator[Read]:
    metadata = row.get("metadata")
    fields = {**metadata, **{k: v for k, v in row.items() if v is not None}} if isinstance(metadata, dict) else row
    abstract = _abstract(row)
    if abstract is None or not abstract.strip():
        name = _text(row.get("title"))
        found = "a record without an abstract" + (f" ({name[:60]})" if name else "")
        yield dump.error(number, found, expected=_EXPECTED, remedy="Add the abstract, or remove the line.")
        return
    written = next((fields[k] for k in ("date", "published", "publication_date") if fields.get(k) not in (None, "")), None)
    dated = record_date(written) if written is not None else None
    given_year = record_date(fields.get("year"))
    paper = dump.paper(
        number,
        abstract,
        title=_text(row.get("title")),
        authors=_authors(fields.get("authors")),
        author_count=_count(fields.get("author_count")),
        organisation=_text(fields.get("organisation")),
        date=dated[0] if dated else None,
        year=dated[1] if dated else given_year[1] if given_year else None,
        arxiv_id=next((a for a in map(arxiv_id, _identifiers(fields)) if a), None),
        doi=next((d for d in map(doi, _identifiers(fields)) if d), None),
        comment=next((c for c in map(_text, (fields.get("comment"), fields.get("comments"), fields.get("venue"))) if c), None),
        upvotes=_count(fields.get("upvotes")),
        url=_address(fields.get("url")),
    )
    yield paper
    if written is not None and dated is None and not isinstance(paper, ReadError):
        found = f"a date that cannot be understood ({str(written)[:40]})"
        yield dump.error(number, found, expected="a date such as 2024-07-17", remedy="The paper is read without a date.")


def _object(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _abstract(row: Mapping[str, Any]) -> str | None:
    """The abstract; a list of sentences is one too. `text` alone names too many things to be taken without a title."""
    for key in ("abstract", "summary", *(("text",) if "title" in row else ())):
        value = row.get(key)
        if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
            return " ".join(value)
        if isinstance(value, str):
            return value
    return None


def _identifiers(fields: Mapping[str, Any]) -> list[object]:
    return [fields.get(key) for key in ("arxiv_id", "arxiv", "doi", "id", "_id", "url")]


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _authors(value: object) -> tuple[str, ...]:
    """A list of names or of objects with a `name`, or one string with names between semicolons, `and` or commas."""
    if isinstance(value, str):
        parts: list[object] = list(re.split(r"\s*;\s*" if ";" in value else r"\s*,\s*(?:and\s+)?|\s+and\s+", value))
    else:
        parts = value if isinstance(value, list) else []
    names = (_text(part.get("name") if isinstance(part, dict) else part) for part in parts)
    return tuple(name for name in names if name)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _address(value: object) -> str | None:
    """Web addresses only: this one is shown as a link."""
    address = _text(value)
    return address if address and re.fullmatch(r"https?://[^\s<>\"'\x00-\x20\ud800-\udfff]+", address, re.IGNORECASE) else None


READER = Reader("json_lines", "JSON Lines: one object a line with title and abstract", sniff, read)
