"""When: wording about the time papers are from, as rules over a text in which dates are marked."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from rag.retrieval.dates import ANY, DATE, RANGE, YEARLESS, Span, after, before, merged, months_back, spans_in
from rag.retrieval.named import file_of_day
from rag.retrieval.other_years import BEHIND, EVENT, OF_ITS_OWN, OF_OTHERS, THAN
from rag.retrieval.wording import DATED, EXCLUDES, NUMBER, WORK, Asked, Read, Rule, Said, number, rule

_ON = rf"(?:(?:(?:is|are|was|were|all) )?(?:{DATED} )?)"
_IN = r"(?:in|from|during|of|on|within|over|for)"
_LIST = rf"(?:either )?(?P<a>{DATE}(?:(?:, ?| ?/ ?|,? (?:and|or|nor) )(?:in |from )?{DATE})*)"
_END = r"(?=[\s,.?!;:)\]]|$)"
_VERB = r"(?:does|do|did|is|are|was|were|has|have|had|the|that|which|who|what|in|on|at|for|of|and|or)"
_ASKS = (
    r"(?=,? (?:which|what) (?:\w+[ -]){0,3}?(?:papers?|works?|studies|research|methods?|models?|approach(?:es)?|techniques?"
    r"|systems?|architectures?|benchmarks?|datasets?|surveys?|findings|results)\b"
    r"|,? what (?:worked|(?:was|has been|is|were) (?:said|found|known|done|published|written|reported|proposed)|do papers"
    r"|did (?:papers|people|researchers))\b|,? how (?:do|did|have) (?:papers|people|researchers)\b|,? who (?:wrote|published)\b)"
)
"""Behind a condition that opens a question: asked about papers, or about what is in them."""
_AGE = rf"(?P<n>{NUMBER}|an?) (?P<unit>years?|months?)"
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "quarter": 3, "half year": 6, "half a year": 6, "half-year": 6, "year": 12, "decade": 120}
_VAGUE = {"few": 3, "couple of": 2, "couple": 2, "several": 5}  # a number that is none; one click on the chip takes it back
_SOME = rf"(?:{NUMBER}|(?:a )?(?:few|couple(?: of)?|several))"


def _values(span: Span) -> dict[str, Any]:
    return {"date_from": span.first, "date_to": span.last}


def _spans(match: re.Match[str], asked: Asked, group: str = "a") -> list[Span]:
    start, end = match.span(group)
    return spans_in(asked.text[start:end], asked.facts.newest)


def _within(*, excluded: bool = False) -> Read:
    """In one of the spans given; those that touch are one."""

    def read(match: re.Match[str], asked: Asked) -> Said | None:
        spans = tuple(_values(span) for span in merged(_spans(match, asked)))
        return Said(spans, excluded=excluded) if spans else None

    return read


def _in_or_from(match: re.Match[str], asked: Asked) -> Said | None:
    """`in 2021`, but not of `data from 2021`, and not `climate in 2050` where nothing can be that new."""
    spans, newest = _spans(match, asked), asked.facts.newest
    if EVENT.match(match.string[match.end() :].lstrip()):
        return None
    far = newest is not None and any(span.first.year > newest.year + 1 for span in spans)
    return None if far and not re.search(DATED, match[0], re.IGNORECASE) else _within()(match, asked)


def _adjective(match: re.Match[str], asked: Asked) -> Said | None:
    """`2024 papers`, but not `AIME 2024 papers` or `the 2020 census papers`: there the year belongs to a name."""
    ahead = asked.text[: match.start()].split()
    named = ahead and ahead[-1].isupper() and len(ahead[-1]) > 1 and not asked.text.isupper()
    compared = THAN.search(asked.text[: match.start()])
    return None if named or compared or EVENT.search(match["between"]) else _within()(match, asked)


def _in_brackets(match: re.Match[str], asked: Asked) -> Said | None:
    """`papers on pruning (2021)`, but not `Kingma et al. (2014)` or `BERT (2018)`, which name one work."""
    ahead = asked.text[: match.start()].split()
    return None if not ahead or not ahead[-1].islower() or ahead[-1].endswith("al.") else _within()(match, asked)


def _from(*, exclusive: bool = False) -> Read:
    def read(match: re.Match[str], asked: Asked) -> Said | None:
        spans = _spans(match, asked)
        return Said(({"date_from": after(spans[0].last) if exclusive else spans[0].first},)) if spans else None

    return read


def _until(*, exclusive: bool = False) -> Read:
    def read(match: re.Match[str], asked: Asked) -> Said | None:
        spans = _spans(match, asked)
        return Said(({"date_to": before(spans[0].first) if exclusive else spans[0].last},)) if spans else None

    return read


def _by_the_end(match: re.Match[str], asked: Asked) -> Said | None:
    """`before the end of 2019` is of 2019, too."""
    return _until()(match, asked) if re.match(r"(?:the )?end of", asked.text[match.start("a") :], re.IGNORECASE) else None


def _between(match: re.Match[str], asked: Asked) -> Said | None:
    """Both dates included. A first one without a year is of the year of the second."""
    last = _spans(match, asked, "b")
    start, end = match.span("a")
    first = spans_in(asked.text[start:end], last[0].last if last else None)
    if not (first and last):
        return None
    return Said((_values(Span(min(first[0].first, last[0].first), max(first[0].last, last[0].last))),))


def _outside(match: re.Match[str], asked: Asked) -> Said | None:
    """`before 2019 or after 2021`."""
    first, last = _spans(match, asked, "a"), _spans(match, asked, "b")
    if not (first and last):
        return None
    inclusive = match["inclusive"] is not None
    return Said(({"date_to": before(first[0].first)}, {"date_from": last[0].first if inclusive else after(last[0].last)}))


def _counted(said: str | None) -> int:
    if not said or said.lower() in {"a", "an"}:
        return 1
    return _VAGUE.get(said.lower().removeprefix("a ")) or number(said)


def _ago(match: re.Match[str], asked: Asked) -> dt.date | None:
    """The date so long before the library's newest, not before today: a library is a snapshot."""
    newest = asked.facts.newest
    if newest is None:
        return None
    unit = match["unit"].lower().removesuffix("s")
    count = _counted(match["n"])
    if count * max(_DAYS.get(unit, 0), 30 * _MONTHS.get(unit, 0)) > newest.toordinal() / 2:
        return None
    if unit in _DAYS:
        return after(newest - dt.timedelta(days=count * _DAYS[unit]))
    return months_back(newest, count * _MONTHS[unit])


def _past(match: re.Match[str], asked: Asked) -> Said | None:
    first = _ago(match, asked)
    return Said(({"date_from": first},)) if first else None


def _older(match: re.Match[str], asked: Asked) -> Said | None:
    """`at least three years old`: from before the last three years, whose first day is not older than that."""
    first = _ago(match, asked)
    return Said(({"date_to": before(first)},)) if first else None


def _years_ago(match: re.Match[str], asked: Asked) -> Said | None:
    """`two years ago` is that calendar year, as `last year` is."""
    if asked.facts.newest is None:
        return None
    year = asked.facts.newest.year - _counted(match["n"])
    return Said((_values(Span(dt.date(year, 1, 1), dt.date(year, 12, 31))),)) if year > 0 else None


def _around(match: re.Match[str], asked: Asked) -> Said | None:
    spans, count = _spans(match, asked), _counted(match["n"])
    if not spans or count > 100:
        return None
    first, last = spans[0].first.year - count, spans[0].last.year + count
    return Said(({"date_from": dt.date(first, 1, 1), "date_to": dt.date(last, 12, 31)},))


def _this_or_last(match: re.Match[str], asked: Asked) -> Said | None:
    """The year, month or decade of the library's newest paper, or the one before; `the last year` is another rule's."""
    newest = asked.facts.newest
    if newest is None:
        return None
    back = int(match["which"].lower() not in {"this", "current"})
    size = {"year": 1, "decade": 10}.get(match["unit"].lower())
    if size is not None:
        first = (newest.year // size - back) * size
        return Said((_values(Span(dt.date(first, 1, 1), dt.date(first + size - 1, 12, 31))),))
    last = before(newest.replace(day=1)) if back else newest
    return Said((_values(Span(last.replace(day=1), before((last.replace(day=28) + dt.timedelta(days=4)).replace(day=1)))),))


def _day(match: re.Match[str], asked: Asked) -> Said | None:
    """`from June 18`: in the one file of that day, where files are named so, else the latest such day or month."""
    spans = _spans(match, asked)
    if not spans:
        return None
    name = file_of_day(spans[0].first, asked.facts.files) if spans[0].first == spans[0].last else None
    return Said(({"file": name},) if name else (_values(spans[0]),))


def _day_excluded(match: re.Match[str], asked: Asked) -> Said | None:
    """`from 2023 excluding May`: of the year said before."""
    start, end = match.span("a")
    said = spans_in(asked.text[:start])
    spans = spans_in(asked.text[start:end], said[-1].last if said else asked.facts.newest)
    return Said((_values(spans[0]),), excluded=True) if spans else None


def _date(pattern: str, read: Read, *, near_work: bool = False) -> Rule:
    return rule(pattern, _of_papers(read) if near_work else read, near_work=near_work, marked=True)


def _of_papers(read: Read) -> Read:
    """What stands near a word for papers may be said of something else in between."""

    def checked(match: re.Match[str], asked: Asked) -> Said | None:
        ahead = match.string[: match.start()]
        return None if OF_ITS_OWN.search(ahead) or OF_OTHERS.search(ahead) else read(match, asked)

    return checked


_LATER = r"(?:after|postdat(?:es?|ing)|later than|newer than|more recent than|(?<!\w)>)"
_EARLIER = r"(?:before|predat(?:es?|ing)|earlier than|prior to|older than|(?<!\w)<)"
_SINCE = (
    r"(?:since|no earlier than|not earlier than|not before|not older than|no older than|starting (?:in|from|with)|as of"
    r"|(?:in|on) or after|(?<!\w)(?:>=|≥))"
)
_UP_TO = (
    r"(?:until|till|up to(?: and including)?|through|no later than|not later than|not after|no newer than|not newer than"
    r"|by the end of|before the end of|(?:in|on|at) or before|(?<!\w)(?:<=|≤))"
)
_NOT_BARE = rf"(?=\s*[,.?!;:)\]]|\s*$| (?:{WORK}|about|on|regarding|concerning|that|which|and|but|please)\b)"
_ALONE = r"(?= (?:about|on|regarding|concerning|that|which)\b|\s*\?|\s*$)"

DATE_RULES: tuple[Rule, ...] = (
    _date(rf"{EXCLUDES} (?:(?:the|any|those|in|from|of|years?|period) )*{_LIST}{_NOT_BARE}(?: ones\b)?", _within(excluded=True)),
    _date(rf"(?<!\w){_ON}{_EARLIER} (?P<a>{ANY}) or (?:{_LATER}|(?P<inclusive>{_SINCE})) (?P<b>{ANY})", _outside, near_work=True),
    _date(rf"{EXCLUDES} (?:(?:the|any|those|in|from|of) )*(?P<a>{YEARLESS}){_NOT_BARE}", _day_excluded),
    _date(rf"\bpre[- ](?P<a>{DATE})", _until(exclusive=True)),
    _date(rf"\bpost[- ](?P<a>{DATE})", _from(exclusive=True)),
    _date(rf"\bnon[- ](?P<a>{DATE})", _within(excluded=True)),
    _date(rf"\b{_ON}within (?P<n>{NUMBER}|an?) years? of (?P<a>{DATE})", _around, near_work=True),
    _date(rf"\b{_ON}between (?:the years )?(?P<a>{ANY}) and (?P<b>{DATE})", _between, near_work=True),
    _date(rf"(?<!\w){_ON}{_SINCE} (?P<a>{ANY})(?: onwards?)?", _from(), near_work=True),
    _date(
        rf"(?<!\w){_ON}from (?P<a>{DATE}) (?:on|up|forwards?|till now|until (?:now|today)|to (?:now|today|date|the present))"
        r"(?=\s*[,.?!;:)]|\s*$)",
        _from(),
        near_work=True,
    ),
    _date(
        rf"(?<!\w){_ON}(?:from |in )?(?P<a>{DATE}) (?:or (?:later|newer|after)|onwards?|and (?:later|after|newer|up|beyond))\b",
        _from(),
        near_work=True,
    ),
    _date(rf"(?<!\w){_ON}(?:from |since )?(?P<a>{DATE})(?:\+| ?[-–] ?(?:present|now|today)\b)", _from(), near_work=True),
    _date(rf"(?<!\w){_ON}(?:from |in )?(?P<a>{DATE}) (?:or|and) (?:earlier|before|older)\b", _until(), near_work=True),
    _date(rf"(?<!\w){_ON}(?:from )?(?:by|before) (?P<a>{DATE})", _by_the_end, near_work=True),
    _date(rf"(?<!\w){_ON}{_UP_TO} (?P<a>{ANY})", _until(), near_work=True),
    _date(rf"(?<!\w){_ON}{_LATER} (?P<a>{ANY})", _from(exclusive=True), near_work=True),
    _date(rf"(?<!\w){_ON}{_EARLIER} (?P<a>{ANY})", _until(exclusive=True), near_work=True),
    _date(rf"(?<=what is )(?:newer|more recent) than (?P<a>{DATE}){_ALONE}", _from(exclusive=True)),
    _date(rf"(?<=what is )(?:older|earlier) than (?P<a>{DATE}){_ALONE}", _until(exclusive=True)),
    _date(rf"^\W*since (?P<a>{DATE}){_ASKS}", _from()),
    _date(rf"^\W*after (?P<a>{DATE}){_ASKS}", _from(exclusive=True)),
    _date(rf"^\W*(?:before|prior to) (?P<a>{DATE}){_ASKS}", _until(exclusive=True)),
    _date(rf"^\W*(?:until|up to) (?P<a>{DATE}){_ASKS}", _until()),
    _date(rf"^\W*between (?P<a>{DATE}) and (?P<b>{DATE}){_ASKS}", _between),
    _date(rf"^\W*(?:from|in|during) (?P<a>{DATE}){_ASKS}", _within()),
    _date(
        rf"\b(?:(?:{_IN}|{DATED}) )*(?:the (?:last|past|previous)(?= (?:{_SOME} )?\w)|(?:last|past|previous)(?= {_SOME} )|past)"
        rf" (?:(?P<n>{_SOME}) )?(?P<unit>half[- ](?:a )?year|years?|months?|weeks?|days?|decades?|quarter)\b",
        _past,
        near_work=True,
    ),
    _date(
        rf"\b{_ON}(?:(?:at most|no more than|less than|under|no older than|not older than|newer than) {_AGE}(?: old| ago)?)\b",
        _past,
        near_work=True,
    ),
    _date(rf"\b{_ON}(?:from )?(?:at least|more than|over) {_AGE} (?:old|ago)\b", _older, near_work=True),
    _date(rf"\b{_ON}(?:older than|more than|over) {_AGE}(?: old)?\b", _older, near_work=True),
    _date(rf"\b(?:is|are|was|were) (?P<n>{NUMBER}|an?) years? old\b", _years_ago, near_work=True),
    _date(rf"\b{_ON}(?:from )?{_AGE} (?:ago|old) or (?:older|earlier|more)\b", _older, near_work=True),
    _date(rf"\b{_ON}(?:from )?(?P<n>{NUMBER}|an?) years? ago\b", _years_ago, near_work=True),
    _date(
        rf"\b(?:(?:{_IN}|{DATED}) )?(?:the (?=current)|(?<!the ))(?P<which>this|last|previous|current)"
        r" (?P<unit>year|month|decade)(?:['’]s)?(?! of)\b",
        _this_or_last,
        near_work=True,
    ),
    _date(
        rf"\b(?:restrict|limit|narrow|confine|filter|stick)(?:ed|ing)?(?: \w+){{0,4}}? (?:to|on|by)"
        rf" (?:only )?(?P<a>{DATE})(?: only)?{_END}",
        _within(),
    ),
    _date(rf"\b(?:years?|dates?) ?(?:=|:|is) ?(?P<a>{DATE}){_END}", _within()),
    _date(rf"(?<!\w)[(\[](?:only |just |from |in )?(?P<a>{DATE})(?:,? only)?[)\]]", _in_brackets, near_work=True),
    _date(rf"(?:[(\[,] ?|^\W*)(?P<a>{DATE}),? only[)\]]?{_END}", _within()),
    _date(rf"(?<=papers ){_LIST}(?=\s*[.,?!;:)\]]|\s*$)", _within()),
    _date(rf", {_LIST}(?=\s*[.?!;:)\]]|\s*$)", _in_brackets, near_work=True),
    _date(rf"\b(?:only|just) (?:from |in )?(?P<a>{DATE})(?=\s*[,.?!;:)\]]|\s*$)", _within(), near_work=True),
    _date(rf"\b(?:(?:is|are|was|were) )?{DATED} (?:(?:only|just) )?(?:{_IN} )?{_LIST}", _within()),
    _date(
        rf"\b(?:(?:is|are|was|were) )?(?:only )?(?:in|from|during|of|within) (?:the period )?{_LIST}{_END}(?: only\b)?",
        _in_or_from,
        near_work=True,
    ),
    _date(rf"(?<!\w){_ON}(?P<a>{RANGE})", _within(), near_work=True),
    _date(rf"(?<![\w-]){_LIST}(?:['’]s)?(?! {_VERB}\b)(?=(?P<between>(?: \S+){{0,3}}?) {WORK}\b)", _adjective),
    _date(rf"\b{DATED} (?:(?:on|in|from) )?(?P<a>{YEARLESS})", _day),
    _date(rf"\b(?:from|on|in|of) (?P<a>{YEARLESS}){_END}", _day, near_work=True),
    _date(rf"{BEHIND}(?: [-–])? {_LIST}(?=\s*[.?!]?\s*$)", _in_brackets, near_work=True),
)
BARE_DATES: tuple[Rule, ...] = (_date(rf"(?:\b(?:{_IN}|either|in the|from the|of the) )*{_LIST}", _within()),)
