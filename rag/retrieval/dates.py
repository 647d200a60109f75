"""Dates and spans of time as people write them in a question: one grammar, used by `conditions_dates`."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

MONTHS = {name.lower(): n for n in range(1, 13) for name in (calendar.month_name[n], calendar.month_abbr[n])} | {"sept": 9}
_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\b\.?"
_PROPER = rf"(?-i:(?:{'|'.join(sorted((name.capitalize() for name in MONTHS), key=len, reverse=True))})\b\.?)"
_YEAR = r"(?:19|20)\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?\b"
_TO = r"(?: (?:to|until|through|thru|till) (?:the )?| ?[-–—] ?)"
_QUARTERS = ("first", "second", "third", "fourth")
_DECADES = {"fifties": 1950, "sixties": 1960, "seventies": 1970, "eighties": 1980, "nineties": 1990}
_DECADES |= {"noughties": 2000, "two thousands": 2000, "tens": 2010, "twenty-tens": 2010, "twenties": 2020}
_DECADE = (
    rf"(?:the (?:early|mid|late)?[- ]?(?:{'|'.join(sorted(_DECADES, key=len, reverse=True))})"
    r"(?: of (?:this|the last|the (?:20th|21st|twentieth|twenty-first)) century)?"
    r"|the (?:early|mid|late)?[- ]?['’]?[5-9]0['’]?s|(?:(?:early|mid|late)[- ])?['’][0-25-9]0s"
    r"|(?:early|mid|late)[- ](?:[5-9]0['’]?s|nineties|eighties|seventies))"
)
"""Not bare: "in 20s" is seconds, "in their twenties" an age."""
_FEW = {"few": 3, "couple of": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6} | {str(n): n for n in range(1, 12)}
_PART_OF_MONTH = r"(?:early|mid|late)[- ]|(?:the )?(?:(?:first|second) half|first week|last week) of "
_DATE = (
    rf"(?:{_DECADE}|(?:the )?(?:early|mid|late)?[- ]?(?:19|20)\d0['’]?s"
    rf"|(?:the )?(?:first|last) (?:(?:{'|'.join(_FEW)}) )?months of {_YEAR}"
    rf"|(?:the )?(?:spring|summer|autumn|fall)(?: of)? {_YEAR}"
    rf"|{_YEAR}-\d\d-\d\d|{_YEAR}[-–/]\d\d(?!\d)|(?:the )?(?:first|second) half of {_YEAR}|(?:Q[1-4]|H[12]),? (?:of )?{_YEAR}"
    rf"|{_YEAR} ?(?:Q[1-4]|H[12])\b|(?:the )?(?:{'|'.join(_QUARTERS)}|last) quarter of {_YEAR}"
    rf"|(?:the )?(?:beginning|start|middle|end) of {_YEAR}"
    rf"|{_MONTH} {_DAY},? {_YEAR}|{_DAY} (?:of )?{_MONTH},? {_YEAR}"
    rf"|(?:{_PART_OF_MONTH})?{_MONTH},? (?:(?:of )?{_YEAR}|['’]\d\d\b)"
    rf"|(?:0?[1-9]|1[0-2])/{_YEAR}|(?:(?:the )?years? )?(?:early[- ]|mid-?|late[- ])?{_YEAR})"
)
_YEARLESS = rf"(?:{_MONTH} {_DAY}|{_DAY} (?:of )?{_MONTH}|{_PROPER})"
_FIRST = rf"(?:{_DATE}|{_YEARLESS}|{_MONTH})"  # of a range: its month needs no capital, since the year follows
_DAYS_OF = {"early": (1, 10), "mid": (11, 20), "late": (21, 31), "first week": (1, 7)}
_DAYS_OF |= {"first half": (1, 15), "second half": (16, 31), "last week": (-7, 31)}
_EARLY = {
    "early": (1, 4),
    "mid": (5, 8),
    "late": (9, 12),
    "beginning": (1, 3),
    "start": (1, 3),
    "middle": (5, 8),
    "end": (10, 12),
}
_PARTS = {"first": (1, 6), "second": (7, 12), "h1": (1, 6), "h2": (7, 12), "last": (10, 12)} | _EARLY
_PARTS |= {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}
_DECADE_PARTS = {"early": (0, 3), "mid": (4, 6), "late": (7, 9)}

# One sign a kind, and one for the rest of the date's letters, so that places in the text stay as they are.
_WHOLE, _RANGE, _PARTIAL, _REST = "\ue000", "\ue001", "\ue002", "\ue003"
DATE = rf"(?:[{_WHOLE}{_RANGE}]{_REST}*)"
"""Of a marked text: a date with its year, or a range of them."""
RANGE = rf"(?:{_RANGE}{_REST}*)"
YEARLESS = rf"(?:{_PARTIAL}{_REST}*)"
"""Of a marked text: a month or a day without a year."""
ANY = rf"(?:{DATE}|{YEARLESS})"


@dataclass(frozen=True, slots=True)
class Span:
    """A span of days, both ends included."""

    first: dt.date
    last: dt.date


@cache
def _grammar() -> re.Pattern[str]:
    # A year behind a dot, a letter or a word with a hyphen (2001.08361, COVID-2019) is no date.
    before = r"(?<![\w./$€£#])(?:(?<=\bpre-)|(?<=\bpost-)|(?<=\bnon-)|(?<![A-Za-z]-))"
    return re.compile(
        rf"{before}(?:(?P<range>{_FIRST}{_TO}{_DATE})|(?P<whole>{_DATE})|(?P<partial>{_YEARLESS}(?:{_TO}{_YEARLESS})?))"
        r"(?![\w%]|\.\d|[-/](?!present\b|now\b|today\b)\w)",
        re.IGNORECASE,
    )


def marked(text: str) -> str:
    """The text with signs in the place of dates, as DATE, RANGE and YEARLESS match them; as long as it was."""
    signs = {"range": _RANGE, "whole": _WHOLE, "partial": _PARTIAL}
    return _grammar().sub(lambda found: signs[str(found.lastgroup)] + _REST * (len(found[0]) - 1), text)


def spans_in(text: str, newest: dt.date | None = None) -> list[Span]:
    """The spans of all dates in a text; empty where one of them is no date (30 February). Those without a year are the latest
    such days up to `newest`, or of the year of the date that follows."""
    spans: list[Span] = []
    for found in _grammar().finditer(text):
        span = _range(found[0], newest) if found["range"] or found["partial"] else span_of(found[0], newest)
        if span is None:
            return []
        spans.append(span)
    return spans


def span_of(text: str, newest: dt.date | None = None) -> Span | None:
    """The days that a date stands for; None where there is no such day."""
    text = text.strip().lower()
    if found := re.fullmatch(rf"({_YEAR})[-–/](\d\d)(?:-(\d\d))?", text):
        year, second = int(found[1]), int(found[2])
        if not found[3] and second > 12:  # 2019-21
            return _years(year, year // 100 * 100 + second)
        return _days(year, second, int(found[3]) if found[3] else None)
    if found := re.fullmatch(rf"(\d\d?)/({_YEAR})", text):
        return _days(int(found[2]), int(found[1]), None)
    text = re.sub(r"['’](\d\d)$", r"20\1", text) if re.match(rf"(?:{_PART_OF_MONTH})?{_MONTH}", text) else text
    said = re.findall(_YEAR, text)
    month = re.search(rf"\b{_MONTH}", text)
    if month is None:
        return _part(text, int(said[-1])) if said else _decade(text) if re.fullmatch(_DECADE, text) else None
    day = re.search(r"\b(\d{1,2})(?!\d)", text)
    named = MONTHS[month[0].rstrip(".")], int(day[1]) if day else None
    if said:
        return _third(text, _days(int(said[-1]), *named))
    return _latest(*named, newest) if newest else None


def _third(text: str, month: Span | None) -> Span | None:
    """Of `mid September 2025` the days in the middle; the span itself for any other text."""
    part = re.match(rf"(?:the )?({'|'.join(_DAYS_OF)})\b", text)
    if month is None or part is None:
        return month
    first, last = _DAYS_OF[part[1]]
    begin = first if first > 0 else month.last.day + first + 1
    return Span(month.first.replace(day=begin), month.last.replace(day=min(last, month.last.day)))


def _part(text: str, year: int) -> Span:
    """A year, part of one, or a decade."""
    if re.search(r"0['’]?s$", text):
        part = re.search("early|mid|late", text)
        first, last = _DECADE_PARTS[part[0]] if part else (0, 9)
        return _years(year + first, year + last)
    if named := re.search(r"(first|last) (?:(.+?) )?months of", text):
        count = _FEW[named[2] or "few"]
        return _months(year, *((1, count) if named[1] == "first" else (13 - count, 12)))
    if named := re.search(rf"({'|'.join(_QUARTERS)}) quarter|q([1-4])", text):
        quarter = int(named[2]) if named[2] else 1 + _QUARTERS.index(named[1])
        return _months(year, 3 * quarter - 2, 3 * quarter)
    named = re.search("|".join(_PARTS), text)
    return _months(year, *_PARTS[named[0]]) if named else _years(year, year)


def _decade(text: str) -> Span:
    """Of the last hundred years or so: the nineties are those of the twentieth century, the twenties of this one."""
    if digits := re.search(r"([0-9])0['’]?s", text):
        first = (1900 if int(digits[1]) > 2 else 2000) + 10 * int(digits[1])
    else:
        first = next(year for name, year in sorted(_DECADES.items(), key=lambda item: -len(item[0])) if name in text)
    part = re.search("early|mid|late", text)
    begin, end = _DECADE_PARTS[part[0]] if part else (0, 9)
    return _years(first + begin, first + end)


def _range(text: str, newest: dt.date | None) -> Span | None:
    """From one date to another; a first one without a year is of the year of the second."""
    sides = _sides(text)
    last = span_of(sides[-1], newest)
    first = span_of(sides[0], last.last if last else None)
    return Span(min(first.first, last.first), max(first.last, last.last)) if first and last else None


def _sides(text: str) -> list[str]:
    whole = re.fullmatch(rf"({_FIRST}){_TO}({_DATE}|{_YEARLESS})", text, re.IGNORECASE)
    return [whole[1], whole[2]] if whole else [text]


def _years(first: int, last: int) -> Span:
    return Span(dt.date(first, 1, 1), dt.date(last, 12, 31))


def _months(year: int, first: int, last: int) -> Span:
    return Span(dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1]))


def _days(year: int, month: int, day: int | None) -> Span | None:
    try:
        return _months(year, month, month) if day is None else Span(dt.date(year, month, day), dt.date(year, month, day))
    except (ValueError, calendar.IllegalMonthError):
        return None


def _latest(month: int, day: int | None, newest: dt.date) -> Span | None:
    """Of the last years, the latest that begins by the newest date: a 29 February may be three years away."""
    spans = (_days(newest.year - back, month, day) for back in range(5))
    return next((span for span in spans if span and span.first <= newest), None)


def merged(spans: list[Span]) -> Iterator[Span]:
    """The spans in order of time, those that touch made one."""
    current: Span | None = None
    for span in sorted(spans, key=lambda span: span.first):
        if current is not None and span.first <= after(current.last):
            current = Span(current.first, max(current.last, span.last))
        else:
            if current is not None:
                yield current
            current = span
    if current is not None:
        yield current


def before(date: dt.date) -> dt.date:
    """The day before."""
    return date - dt.timedelta(days=1)


def after(date: dt.date) -> dt.date:
    """The day after."""
    return date + dt.timedelta(days=1)


def months_back(date: dt.date, months: int) -> dt.date:
    """The day after the same day `months` earlier, so that "the last 12 months" are 12 months."""
    count = date.year * 12 + date.month - 1 - months
    year, month = divmod(count, 12)
    return after(dt.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1])))
