"""Names of authors as files write them, brought into the order in which they are spoken: `Lovelace, Ada` -> `Ada Lovelace`."""

from __future__ import annotations

import re

_SUFFIX = re.compile(r"(jr|sr|i{2,3}|iv|ph\.?\s?d|m\.?\s?d|dr|msc|esq)\.?", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[\s-]?){1,4}")
_NUMBER = re.compile(r"\s*\(\d+\)$")  # `Lovelace, Ada (57190000001)`, as Scopus writes it
_BETWEEN = re.compile(r"\s*,\s*(?:and\s+|&\s*)?|\s+and\s+|\s+&\s+")


def spoken(name: str) -> str:
    """First name first. A name without a comma stays as it is, and so does one whose comma only sets off a title."""
    last, comma, first = (part.strip() for part in _NUMBER.sub("", name.strip()).partition(","))
    if not comma or not first or _SUFFIX.fullmatch(first):
        return " ".join(part for part in (last, first) if part)
    parts = [part.strip() for part in first.split(",")]
    suffixes = [part for part in parts if _SUFFIX.fullmatch(part)]
    return " ".join([*(part for part in parts if part not in suffixes), last, *suffixes])


def separate(text: str) -> tuple[str, ...]:
    """The names in one line: between semicolons, else between `and` and commas, `Lovelace, A., Turing, A.` included."""
    if ";" in text or "|" in text:
        return tuple(name for name in map(spoken, re.split(r"\s*[;|]\s*", text)) if name)
    if " and " in text and text.count(",") and all("," in name for name in text.split(" and ")):
        return tuple(name for name in map(spoken, text.split(" and ")) if name)
    parts = [part for part in _BETWEEN.split(text.strip()) if part]
    if len(parts) == 2 and "," in text and (" " not in parts[0] or parts[0][0].islower() or _NUMBER.search(text)):
        return (spoken(text),)  # one person, last name first: two people would each have more than one name
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    if len(parts) % 2 == 0 and pairs and all(_is_initials(second) and not _is_initials(first) for first, second in pairs):
        return tuple(f"{initials} {last}" for last, initials in pairs)
    return tuple(parts)


def _is_initials(part: str) -> bool:
    return _INITIALS.fullmatch(part) is not None and part == part.upper()
