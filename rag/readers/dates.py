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
_MAIL = re.compile(rf"(?:[a-z]{{3}},? )?(\d{{1,2}}) {_MONTH} (\d{{4}})(?: \d\d:\d\d:\d\d.{{0,12}})?", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2((?:1[5-9]|20|21)\d\d)(?: .{0,15})?")
_YEARS = re.compile(r"(?<!\d)(?:1[5-9]|20|21)\d\d(?!\d)")
_VAGUE = re.compile(  # Jul-Aug 2024, 17-21 June 2024, Winter 2024
    rf"{_MONTH}\s?[-–/]\s?{_MONTH}|(?<![\d-])\d{{1,2}}\s?[-–]\s?\d{{1,2}}(?![\d-])|\d/\d{{4}}-|\b(spring|summer|autumn|fall|winter)\b",
    re.IGNORECASE,
)
LONGEST_DATE = 60  # characters


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


def month_number(text: str) -> int | None:
    """1 to 12 for a text that names a month (`jul`, `July`, `"17~" # jul`) or consists of its number, else None."""
    named = re.search(rf"(?<![a-z]){_MONTH}(?![a-z])", text, re.IGNORECASE)
    if named:
        return _MONTHS.index(named[1][:3].lower()) + 1
    number = re.fullmatch(r"\W*([0-9]{1,2})\W*", text)
    return int(number[1]) if number and 1 <= int(number[1]) <= 12 else None


def record_date(value: object) -> tuple[dt.date | None, int | None] | None:
    """Date and year of a field such as `2024-07-17`, `17 July 2024` or `2024-07`; None where it cannot be understood.

    A field that gives no day gives no date, only a year.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if len(text) > LONGEST_DATE:
        return None
    if _YEAR.fullmatch(text):
        return None, int(text)
    try:
        day = dt.date.fromisoformat(text[:10]) if re.match(r"\d{4}-\d\d-\d\d(?![\d/])", text) else _loose_date(text)
    except (ValueError, ArithmeticError):  # the parser trips over numbers in many ways
        return None
    if isinstance(day, int):
        return None, day
    return (day, day.year) if _YEAR.fullmatch(str(day.year)) else None


def _loose_date(text: str) -> dt.date | int:
    """A date in words, or the year alone. Read twice with different defaults: what differs was not in the text."""
    from dateutil import parser

    if (m := _NUMBERS.fullmatch(text)) and m[1] != m[3] and int(m[1]) <= 12 and int(m[3]) <= 12:
        return int(m[4])  # 05/06/2024: the fifth of June or the sixth of May
    if m := _MAIL.fullmatch(text):
        return dt.date(int(m[3]), _MONTHS.index(m[2][:3].lower()) + 1, int(m[1]))
    if not re.search(r"\d{4}", text):
        raise ValueError("no year")
    years = set(_YEARS.findall(text))
    if len(years) == 1 and _VAGUE.search(text):
        return int(years.pop())
    one = parser.parse(text, default=dt.datetime(2001, 1, 1), ignoretz=True)  # noqa: DTZ001
    two = parser.parse(text, default=dt.datetime(2002, 2, 2), ignoretz=True)  # noqa: DTZ001
    if one.year != two.year or str(one.year) not in text:  # of a text it does not understand it makes years like 2017 of 17
        raise ValueError("no year")
    return one.date() if one.date() == two.date() else one.year
