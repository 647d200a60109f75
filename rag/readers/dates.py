"""Dates as dumps write them. Nothing is guessed: a date that lacks a part is no date."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    r"|dec(?:ember)?)\.?"
)
_DAY = re.compile(rf"{_MONTH} (\d{{1,2}})(?:, (\d{{4}}))?(?: (\d[\d,]*|\d+(?:\.\d+)?k))?", re.IGNORECASE)
_YEAR = re.compile(r"(1[5-9]|20|21)\d\d")


@dataclass(frozen=True, slots=True)
class PageDate:
    """`Jun 26, 2024 5` on a page of daily papers: month, day, the year where written out, and the upvotes behind it."""

    month: int
    day: int
    year: int | None
    upvotes: int | None

    def on(self, year: int | None) -> dt.date | None:
        """The date, in `year` where it names none; None without any year, or where that year has no such day."""
        try:
            return dt.date(self.year or year or 0, self.month, self.day)
        except ValueError:
            return None


def page_date(text: str) -> PageDate | None:
    """The date that `text` consists of, or None."""
    m = _DAY.fullmatch(text.strip())
    if m is None:
        return None
    day, upvotes = int(m[2]), m[4]
    if not 1 <= day <= 31:
        return None
    if upvotes and upvotes.lower().endswith("k"):
        votes: int | None = round(float(upvotes[:-1]) * 1000)
    else:
        votes = int(upvotes.replace(",", "")) if upvotes else None
    return PageDate(_MONTHS.index(m[1][:3].lower()) + 1, day, int(m[3]) if m[3] else None, votes)


def record_date(value: object) -> tuple[dt.date | None, int | None] | None:
    """Date and year of a field such as `2024-07-17`, `17 July 2024` or `2024-07`; None where it cannot be understood.

    A field that gives no day gives no date, only a year.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if _YEAR.fullmatch(text):
        return None, int(text)
    try:
        day = dt.date.fromisoformat(text[:10]) if re.match(r"\d{4}-\d\d-\d\d(?!\d)", text) else _loose_date(text)
    except (ValueError, OverflowError):
        return None
    if isinstance(day, int):
        return None, day
    return day, day.year


def _loose_date(text: str) -> dt.date | int:
    """A date in words, or the year alone. Read twice with different defaults: what differs was not in the text."""
    from dateutil import parser

    if not re.search(r"\d{4}", text):
        raise ValueError("no year")
    one = parser.parse(text, default=dt.datetime(2001, 1, 1))  # noqa: DTZ001
    two = parser.parse(text, default=dt.datetime(2002, 2, 2))  # noqa: DTZ001
    if one.year != two.year or not _YEAR.fullmatch(str(one.year)):
        raise ValueError("no year")
    return one.date() if one.date() == two.date() else one.year
