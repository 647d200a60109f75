"""Dates and spans of time as people write them in a question: one grammar, used by `conditions`."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

MONTHS = {name.lower(): n for n in range(1, 13) for name in (calendar.month_name[n], calendar.month_abbr[n])} | {"sept": 9}
_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
_YEAR = r"(?:19|20)\d\d"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = (
    rf"(?:(?:the )?(?:spring|summer|autumn|fall)(?: of)? {_YEAR}"
    rf"|\d{{4}}-\d\d-\d\d|\d{{4}}-\d\d(?!\d)|(?:the )?(?:first|second) half of {_YEAR}|Q[1-4] (?:of )?{_YEAR}"
    rf"|{_MONTH} {_DAY},? {_YEAR}|{_DAY} (?:of )?{_MONTH},? {_YEAR}|{_MONTH},? (?:of )?{_YEAR}|(?:early |mid-?|late )?{_YEAR})"
)
"""Regular expression, without groups, of every date below."""
_HALVES = {"first": (1, 6), "second": (7, 12), "early": (1, 4), "mid": (5, 8), "late": (9, 12)}
_HALVES |= {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}


@dataclass(frozen=True, slots=True)
class Span:
    """A span of days, both ends included."""

    first: dt.date
    last: dt.date


def span_of(text: str) -> Span | None:
    """The days that a match of DATE stands for; None where there is no such day (30 February)."""
    text = text.strip().lower()
    found = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", text)
    if found:
        return _days(int(found[1]), int(found[2]), int(found[3]) if found[3] else None)
    year = int(re.findall(_YEAR, text)[-1])
    part = re.search(r"(first|second) half|(early|mid|late|spring|summer|autumn|fall)|q([1-4])", text)
    if part:
        quarter = int(part[3]) if part[3] else 0
        start, end = (3 * quarter - 2, 3 * quarter) if quarter else _HALVES[part[1] or part[2]]
        return Span(dt.date(year, start, 1), dt.date(year, end, calendar.monthrange(year, end)[1]))
    month = re.search(_MONTH, text)
    if month is None:
        return Span(dt.date(year, 1, 1), dt.date(year, 12, 31))
    day = re.search(r"\b(\d{1,2})(?!\d)", text)
    return _days(year, MONTHS[month[0].rstrip(".")], int(day[1]) if day else None)


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


def _days(year: int, month: int, day: int | None) -> Span | None:
    try:
        if day is None:
            return Span(dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1]))
        return Span(dt.date(year, month, day), dt.date(year, month, day))
    except (ValueError, calendar.IllegalMonthError):
        return None
