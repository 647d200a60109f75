"""A record of named values, from a table or from JSON, to a Paper: which value is what, and in which of its many shapes.

Covers what arXiv's metadata snapshot, Semantic Scholar, OpenAlex, Crossref, Europe PMC, OpenReview, Zotero, Scopus, the Web
of Science, BEIR corpora and lists of conferences write, and what `vouch papers --json` writes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from rag.errors import ReadError
from rag.readers.columns import NAMES, folded
from rag.readers.dates import record_date
from rag.readers.dump import Dump, Read
from rag.readers.identifiers import arxiv_id, doi, stated_arxiv_id
from rag.readers.markup import untagged
from rag.readers.names import separate, spoken

# Objects inside a record whose fields count where the record itself has none of that name.
NESTED = ("metadata", "content", "attributes", "paper", "externalids", "ids", "primarylocation")
_CLOSER = ("abstractinvertedindex", "text", "untitled", "id", "forum", "versions")  # names that need a closer look
_EMPTY: tuple[object, ...] = (None, "", [], {})
EXPECTED = "`title` and `abstract`, `summary` or `text`"


def papers(record: Mapping[str, Any], line: int, dump: Dump) -> Iterator[Read]:
    """The paper of one record, and the problem with its date if there is one; or the reason why there is no paper."""
    values = _values(record, dump.columns)
    abstract = _abstract(values)
    title = _text(values.get("title"))
    if not abstract:
        found = "a record without an abstract" + (f" ({title[:60]})" if title else "")
        yield dump.error(line, found, expected=EXPECTED, remedy="Add the abstract, or remove the record.")
        return
    written = _written_date(values.get("date"), values.get("versions"))
    year = _year(values.get("year"))
    dated = record_date(written) if written is not None else None
    if dated is None and year and isinstance(written, str):
        dated = record_date(f"{written} {year}")  # `JUL 17` beside the year
    known = [values.get(name) for name in ("arxiv_id", "doi", "id", "url")]
    venue = _text(values.get("venue"))
    remarks = dict.fromkeys(text for text in (_text(values.get("comment")), venue) if text)
    paper = dump.paper(
        line,
        untagged(abstract),
        title=untagged(title or ""),
        authors=_authors(values.get("authors")),
        author_count=_count(values.get("author_count")),
        organisation=_text(values.get("organisation")),
        date=dated[0] if dated else None,
        year=dated[1] if dated else year,
        arxiv_id=next((a for a in map(arxiv_id, known) if a), None) or stated_arxiv_id(venue),
        doi=next((d for d in map(doi, known) if d), None),
        comment="; ".join(remarks),
        upvotes=_count(values.get("upvotes")),
        url=address(values.get("url")) or _forum(values.get("forum")) or address(values.get("id")),
    )
    yield paper
    if written is not None and dated is None and year is None and not isinstance(paper, ReadError):
        found = f"a date that cannot be understood ({str(written)[:40]})"
        yield dump.error(line, found, expected="a date such as 2024-07-17", remedy="The paper is read without a date.")


def holds_abstract(record: Mapping[str, Any], columns: Mapping[str, str] | None = None) -> bool:
    """Whether the record has a place for an abstract, be it empty."""
    names = {folded(key) for key in record}
    for key, value in record.items():
        if folded(key) in NESTED and isinstance(value, dict):
            names |= {folded(inner) for inner in value}
    given = folded((columns or {}).get("abstract", ""))
    return bool(names & {*NAMES["abstract"], "abstractinvertedindex", given}) or {"title", "text"} <= names


def _values(record: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, Any]:
    """Field -> value, and name -> value for those in _CLOSER."""
    found: dict[str, Any] = {}
    nested: list[Mapping[str, Any]] = []
    for key, value in record.items():
        name = folded(key)
        if name in NESTED and isinstance(value, dict):
            nested.append(value)
        if not _is_empty(value):
            found.setdefault(name, value)
        elif name == "title":
            found.setdefault("untitled", True)
    for inner in nested:
        for key, value in inner.items():
            if not _is_empty(value):
                found.setdefault(folded(key), value)
    values = {field: next((found[name] for name in names if name in found), None) for field, names in NAMES.items()}
    for field, column in columns.items():
        values[field] = record.get(column, found.get(folded(column)))
    return values | {name: found[name] for name in _CLOSER if name in found}


def _is_empty(value: object) -> bool:
    return (
        value in _EMPTY
        or (isinstance(value, float) and math.isnan(value))
        or (isinstance(value, dict) and value.get("value", value) in _EMPTY)
    )


def _abstract(values: Mapping[str, Any]) -> str | None:
    """The abstract. `text` alone names too many things to be taken without a title."""
    text = _text(values.get("abstract"))
    if text is None and isinstance(index := values.get("abstractinvertedindex"), dict):
        text = _from_inverted_index(index)
    if text is None and (values.get("title") is not None or "untitled" in values):
        text = _text(values.get("text"))
    return text


def _from_inverted_index(index: Mapping[str, Any]) -> str:
    """OpenAlex's form, word -> positions, brought back into a text."""
    places = [(at, word) for word, own in index.items() if isinstance(own, list) for at in own if isinstance(at, int)]
    return " ".join(word for _, word in sorted(places))


def _text(value: object) -> str | None:
    """A text, or the text in `{"value": …}`; parts of a list are joined, since a list of sentences is an abstract too."""
    if isinstance(value, dict):
        value = next((value[key] for key in ("value", "text", "name", "title", "source", "display_name") if key in value), None)
        return _text(value) if not isinstance(value, dict) or "value" not in value else None
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        value = " ".join(value)
    return value.strip() or None if isinstance(value, str) else None


def _authors(value: object) -> tuple[str, ...]:
    """Names in a list, as texts, objects or `[last, first, suffix]`; or in one line."""
    if isinstance(value, dict):
        value = value.get("value")
    if isinstance(value, str):
        return separate(value)
    names = map(_author, value) if isinstance(value, list) else ()
    return tuple(name for name in names if name)


def _author(value: object) -> str | None:
    if isinstance(value, list):
        last, first, suffix = ([part if isinstance(part, str) else "" for part in value] + ["", "", ""])[:3]
        return " ".join(part.strip() for part in (first, last, suffix) if part.strip())
    if not isinstance(value, dict):
        return spoken(value) if isinstance(value, str) else None
    if isinstance(inner := value.get("author"), dict):
        value = inner
    whole = next((value[key] for key in ("name", "fullname", "full_name", "display_name", "literal") if value.get(key)), None)
    if isinstance(whole, str):
        return spoken(whole)
    first, last = (next((value[key] for key in keys if value.get(key)), "") for keys in (_GIVEN, _FAMILY))
    return " ".join(part.strip() for part in (first, last) if isinstance(part, str) and part.strip())


_GIVEN = ("given", "first", "firstName", "first_name", "forename")
_FAMILY = ("family", "last", "lastName", "last_name", "surname")


def _written_date(value: object, versions: object) -> object:
    """What is to be read as a date: the field itself, the parts Crossref gives, or arXiv's date of the first version."""
    if value is None and isinstance(versions, list) and versions and isinstance(versions[0], dict):
        return versions[0].get("created")
    if not isinstance(value, dict):
        return value
    if "value" in value:
        return value["value"]
    parts = value.get("date-parts")
    parts = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], list) else []
    return "-".join(f"{int(part):02}" for part in parts[:3] if re.fullmatch("[0-9]{1,4}", str(part))) or None


def _forum(value: object) -> str | None:
    """The page of a paper in OpenReview."""
    text = _text(value)
    return f"https://openreview.net/forum?id={text}" if text and re.fullmatch(r"[\w-]{6,20}", text, re.ASCII) else address(text)


def _year(value: object) -> int | None:
    """A year, also as spreadsheets write numbers (2024.0)."""
    if isinstance(value, (float, Decimal)):
        value = str(value)
    if isinstance(value, str):
        value = re.sub(r"\.0+$", "", value.strip())
    read = record_date(value)
    return read[1] if read else None


def _count(value: object) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def address(value: object) -> str | None:
    """Web addresses only: this one is shown as a link."""
    text = _text(value)
    return text if text and re.fullmatch(r"https?://[^\s<>\"'\x00-\x20\ud800-\udfff]+", text, re.IGNORECASE) else None
