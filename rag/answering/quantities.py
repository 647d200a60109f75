"""Quantities: the numbers that measure something, what they count, and whether a text gives the same ones."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.terms import QUESTION_WORDS, stem

UP_TO_TWELVE = "two three four five six seven eight nine ten eleven twelve"
SPELT = dict(zip(UP_TO_TWELVE.split(), range(2, 13), strict=True))
SPELT |= {"half": 50, "twice": 2, "thrice": 3, "double": 2, "triple": 3, "dozen": 12, "hundred": 100}
TIMES = frozenset({"times", "fold", "x", "twice", "thrice", "double", "triple", "×"})

# A number that is no part of a name (GPT-4, IL-6, p53, 4-PBA): nothing that makes words touches it, but for `fold` and units.
NUMBER = re.compile(
    r"(?<![\w.,/^_])(?<![A-Za-z]-)(?P<number>\d+(?:,\d{3})+(?:[.·]\d+)?|\d+(?:[.·]\d+)?)"
    r"\s?(?P<unit>%|\\%|percent\b|per cent\b|percentage points?\b|[-–]?fold\b|times\b|×|x\b|[kKMB]\b|thousand\b|million\b"
    r"|billion\b|(?:mg|kg|g|µg|ml|mm|cm|km|nm|ms|s|h|GB|MB|Hz|K)\b)?(?!\w|\.\d)(?!-(?:[A-Z]|[a-z]+\d))"
)
SHARE = re.compile(
    r"(?<![\w.])(?P<part>\d+(?:,\d{3})*)\s?(?:/|(?:out\s)?of(?:\s(?:the|all|these|those|our))?|in)\s?(?P<whole>\d+(?:,\d{3})*)(?![\w.%])"
)
SPELT_NUMBER = re.compile(rf"\b({'|'.join(SPELT)})\b", re.IGNORECASE)
WORD_OR_STOP = re.compile(r"[^\W\d_]+|[\d,;:()\[\]]")
STOPS = frozenset({"in", "for", "with", "at", "by", "on", "from", "to", "and", "or", "than", "compared", "versus", "vs"})
SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9}
NEAR = 3  # words behind a number among which the thing counted is


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number: `unit` is %, times, a unit of measure, or empty; `error` what rounding leaves open, in the number's own unit;
    `things` stems of the words right behind it; `start`, `end` offsets in the text."""

    value: float
    unit: str
    error: float
    things: frozenset[str]
    start: int
    end: int


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text in order. "4 of 14" also counts as 28.6 %."""
    found = []
    for match in NUMBER.finditer(text):
        written = match["number"].replace(",", "").replace("·", ".")
        unit = (match["unit"] or "").lstrip("-–\\")
        scale = SCALE.get(unit.lower(), 1.0) if unit not in {"g", "s", "h"} else 1.0
        decimals = len(written.partition(".")[2])
        value = float(written) * scale
        error = 0.5 * 10.0**-decimals * scale if decimals or scale > 1 else 0.0
        found.append(Quantity(value, kind(unit), error, _things(text, match.end()), match.start(), match.end()))
    for match in SPELT_NUMBER.finditer(text):
        word = match.group().lower()
        unit = "times" if word in TIMES else "%" if word == "half" else ""
        value = float(SPELT[word])
        found.append(Quantity(value, unit, 0.0, _things(text, match.end()), match.start(), match.end()))
    for match in SHARE.finditer(text):
        part, whole = (float(match[name].replace(",", "")) for name in ("part", "whole"))
        if 0 < part <= whole:
            value = 100 * part / whole
            found.append(Quantity(value, "%", 0.05, _things(text, match.end()), match.start(), match.end()))
    return sorted(found, key=lambda quantity: quantity.start)


def kind(unit: str) -> str:
    """The unit in one spelling."""
    low = unit.lower()
    if low in SCALE:
        return ""
    if low in TIMES:
        return "times"
    return "%" if low == "%" or low.startswith("per") else unit


def same(a: Quantity, b: Quantity) -> bool:
    """Whether two quantities are the same number in the same unit, as far as the rounder one was rounded. A unit that one of
    them leaves out is no difference, but a plain number is no share."""
    if a.unit != b.unit and ((a.unit and b.unit) or "%" in (a.unit, b.unit)):
        return False
    coarse = max(a.error, b.error, _whole(a, b))
    return math.isclose(a.value, b.value, rel_tol=1e-6, abs_tol=coarse)


def unmatched(said: Sequence[Quantity], given: Sequence[Quantity]) -> list[Quantity]:
    """The quantities said that are not given: nowhere the same number, or the same number only of something else while the
    thing it is said of has another number ("14 dances in 120 hives" where there were 120 dances in 14 hives)."""
    missing = []
    for quantity in said:
        alike = [other for other in given if same(quantity, other)]
        if not alike or _swapped(quantity, alike, given):
            missing.append(quantity)
    return missing


def _swapped(quantity: Quantity, alike: Sequence[Quantity], given: Sequence[Quantity]) -> bool:
    if not quantity.things or any(not other.things or other.things & quantity.things for other in alike):
        return False
    first = [other for other in given if other.things & quantity.things and other.unit == quantity.unit]
    return bool(first)


def _whole(a: Quantity, b: Quantity) -> float:
    """Half a unit where one is a share written without decimals and the other has some: 29 % and 28.6 %."""
    rounded = a.unit == "%" and b.unit == "%" and (a.error > 0) != (b.error > 0)
    return 0.5 if rounded else 0.0


def _things(text: str, at: int) -> frozenset[str]:
    behind = WORD_OR_STOP.findall(text[at : at + 60].lower())
    end = next((n for n, word in enumerate(behind) if word in STOPS or not word.isalpha()), len(behind))
    return frozenset(stem(word) for word in [w for w in behind[:end] if w not in QUESTION_WORDS][:NEAR])
