"""Conditions in a question: when, how many upvotes or authors, whose, from which file. Only explicit wording counts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from rag.library.selection import Conditions, Facts, Order
from rag.retrieval import named
from rag.retrieval.dates import DATE, after, before, months_back, span_of

_NAMED = "no one two three four five six seven eight nine ten eleven twelve"
WORDS = (
    {"zero": 0}
    | {word: n for n, word in enumerate(_NAMED.split())}
    | {"single": 1, "a single": 1, "sole": 1, "twenty": 20, "fifty": 50}
)
NUMBER = rf"(?:\d+|{'|'.join(sorted(WORDS, key=len, reverse=True))})"
WORK = (
    r"(?:papers?|works?|stud(?:y|ies)|articles?|abstracts?|surveys?|publications?|preprints?|research|records?|reports?"
    r"|benchmarks?|datasets?|everything|anything|entries|ones)"
)
VOTES = r"(?:up-?votes?|votes?|likes?)"
PEOPLE = r"(?:authors?|people|persons?|writers?|researchers?|co-?authors?)"
DATED = r"(?:dated|published|released|posted|written|appear(?:ed|ing|s)?|(?:came|come|coming) out|submitted)"
LACKS = r"(?:without|with no|ha(?:s|ve) no|lack(?:s|ing)?)(?: an?| any| known)?"
HAS = r"(?:with|ha(?:s|ve)|having|carry(?:ing)?)(?: an?| any| known)?"
DUMPS = r"(?:source )?(?:dumps?|sources?|files?)"
SEVERAL = r"(?:more than one|at least two|two(?: or more)?|several|multiple|both)"
PAST_LEAD = r"(?:in|from|of|over|within|during)"
VERB = r"(?:does|do|did|is|are|was|were|has|have|had|the|that|which|who|what|in|on|at|for|of|and|or)"
ACRONYM = r"(?-i:[A-Z][\w&-]*[A-Z][\w&-]*)"  # of a conference: NeurIPS, ICML
NEAR_WORK = 5  # words between a paper-like noun and a date that has no verb of its own

Found = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a question. `labels` are the conditions in the question's own words; `topic` is the rest of it."""

    conditions: Conditions = field(default_factory=Conditions)
    labels: tuple[str, ...] = ()
    order: Order | None = None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Wording and what it says. `read` may answer None: the wording fits, but says nothing in this library."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], Facts], Found]
    near_work: bool = False


def read_conditions(question: str, facts: Facts, without: Collection[str] = ()) -> Reading:
    """The conditions a question states. Rules are tried in order; wording that one has used is not seen by the next.

    Those whose label is in `without` are read over: they neither hold nor stay in the topic.
    """
    values: dict[str, Any] = {}
    labels: list[str] = []
    order: Order | None = None
    rest = question
    for rule in RULES:
        for match in rule.pattern.finditer(rest):
            if rule.near_work and not (DATED_START.match(match[0]) or _near_work(rest, match)):
                continue
            found = rule.read(match, facts)
            if not found or any(name in values for name in found):
                continue
            label = _label(match)
            rest = _blank(rest, match)
            if label not in without:
                values |= found
                labels.append(label)
    ranking = ORDER.search(rest)
    if ranking and _label(ranking) not in without and not (ranking["votes"] and "min_upvotes" in values):
        order = _order(ranking)
        labels.append(_label(ranking))
    if ranking:
        rest = _blank(rest, ranking)
    return Reading(Conditions(**values), tuple(labels), order, " ".join(rest.split()))


def number(text: str) -> int:
    """12, "12" or "twelve"."""
    return int(text) if text.isdigit() else WORDS[" ".join(text.lower().split())]


def _label(match: re.Match[str]) -> str:
    return " ".join(match[0].split()).strip(" ,;:?.")


def _blank(text: str, match: re.Match[str]) -> str:
    return text[: match.start()] + " " * len(match[0]) + text[match.end() :]


def _near_work(text: str, match: re.Match[str]) -> bool:
    """Whether a paper-like noun stands shortly before the wording, or right behind it."""
    ahead = " ".join(text[: match.start()].split()[-NEAR_WORK:])
    behind = " ".join(text[match.end() :].split()[:NEAR_WORK])
    return re.search(rf"\b{WORK}\b", f"{ahead} | {behind}", re.IGNORECASE) is not None


def _rule(pattern: str, read: Callable[[re.Match[str], Facts], Found], *, near_work: bool = False) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), read, near_work)


def _says(**values: Any) -> Callable[[re.Match[str], Facts], Found]:
    return lambda _match, _facts: values


def _span(match: re.Match[str], _: Facts) -> Found:
    """`a`, or from `a` to `b`."""
    groups = match.groupdict()
    first = span_of(groups["a"])
    last = span_of(groups["b"]) if groups.get("b") else first
    if first is None or last is None:
        return None
    return {"date_from": min(first.first, last.first), "date_to": max(first.last, last.last)}


def _adjective(match: re.Match[str], facts: Facts) -> Found:
    """`2024 papers`, but not `AIME 2024 papers`: there the year belongs to a name."""
    ahead = match.string[: match.start()].split()
    return None if ahead and ahead[-1].isupper() and len(ahead[-1]) > 1 else _span(match, facts)


def _from(*, exclusive: bool = False) -> Callable[[re.Match[str], Facts], Found]:
    def read(match: re.Match[str], _: Facts) -> Found:
        span = span_of(match["a"])
        return {"date_from": after(span.last) if exclusive else span.first} if span else None

    return read


def _until(*, exclusive: bool = False) -> Callable[[re.Match[str], Facts], Found]:
    def read(match: re.Match[str], _: Facts) -> Found:
        span = span_of(match["a"])
        return {"date_to": before(span.first) if exclusive else span.last} if span else None

    return read


def _past(match: re.Match[str], facts: Facts) -> Found:
    """Counted back from the library's newest date, not from today: a library is a snapshot."""
    if facts.newest is None:
        return None
    count = number(match["n"]) if match["n"] else 1
    return {"date_from": months_back(facts.newest, count * (12 if match["unit"].lower().startswith("y") else 1))}


def _decade(match: re.Match[str], _: Facts) -> Found:
    first = int(match["decade"])
    return {"date_from": dt.date(first, 1, 1), "date_to": dt.date(first + 9, 12, 31)}


def _named_year(match: re.Match[str], facts: Facts) -> Found:
    """The year of the library's newest paper, or the one before; `the last year` is another rule's."""
    if facts.newest is None:
        return None
    year = facts.newest.year - (match["which"].lower() == "last")
    return {"date_from": dt.date(year, 1, 1), "date_to": dt.date(year, 12, 31)}


def _count(least: str | None, most: str | None, step: int = 0) -> Callable[[re.Match[str], Facts], Found]:
    def read(match: re.Match[str], _: Facts) -> Found:
        count = number(match["n"])
        return {name: bound for name, bound in ((least, count + step), (most, count - step)) if name}

    return read


def _counts(noun: str, least: str, most: str) -> tuple[Rule, ...]:
    """Rules for a number of votes or authors, bounds before exact numbers."""
    lead = r"(?:with |by |of |having |got |have |received |written by )?"
    tail = rf"(?P<n>{NUMBER}) {noun}\b"
    return (
        _rule(rf"\b{lead}(?:at least|no (?:fewer|less) than|a minimum of|>=|≥) {tail}", _count(least, None)),
        _rule(rf"\b{lead}(?:more than|over|above|exceeding|>) {tail}", _count(least, None, 1)),
        _rule(rf"\b{lead}(?:at most|no more than|up to|a maximum of|<=|≤) {tail}", _count(None, most)),
        _rule(rf"\b{lead}(?:fewer than|less than|under|below|<) {tail}", _count(None, most, 1)),
        _rule(
            rf"\b{lead}(?P<n>{NUMBER}) (?:{noun} )?(?:or|and) (?:more|above|up) ?(?:{noun}\b)?", _counted_noun(noun, least, None)
        ),
        _rule(rf"\b{lead}(?P<n>{NUMBER}) (?:{noun} )?or (?:fewer|less) ?(?:{noun}\b)?", _counted_noun(noun, None, most)),
        _rule(rf"\b{lead}(?P<n>\d+)\+ {noun}\b", _count(least, None)),
        _rule(rf"\b(?:with|by|having|got|have|received|from|written by) (?:exactly |only |just )?{tail}", _count(least, most)),
    )


def _counted_noun(noun: str, least: str | None, most: str | None) -> Callable[[re.Match[str], Facts], Found]:
    """`five votes or more` and `five or more votes`, but not `five or more`."""
    read = _count(least, most)
    return lambda match, facts: read(match, facts) if re.search(noun, match[0], re.IGNORECASE) else None


ORDER = re.compile(
    rf"\b(?:the )?(?P<n>{NUMBER} )?(?:(?P<votes>(?:most|highest|best|top)[- ](?:up-?voted|voted|liked|popular))"
    rf"|(?P<new>newest|latest|most recent)|(?P<old>oldest|earliest)|(?P<many>(?:with )?the most (?:co-?)?authors)"
    r"|(?P<few>(?:with )?the (?:fewest|least) (?:co-?)?authors))"
    rf"(?: (?P<m>{NUMBER})\b)?(?= (?:\w+ ){{0,3}}{WORK}\b|\s*[?,.]|\s*$)",
    re.IGNORECASE,
)
DATED_START = re.compile(DATED, re.IGNORECASE)
_ON = rf"(?:{DATED} )?"
RULES: tuple[Rule, ...] = (
    _rule(r"\b(?:arxiv[: ]\s?)?(?P<id>\d{4}\.\d{4,5})(?:v\d+)?\b", lambda m, _: {"ids": (m["id"],)}),
    _rule(r"\b(?:doi[: ]\s?)?(?P<id>10\.\d{4,9}/\S+[^\s?.,;])", lambda m, _: {"ids": (m["id"].lower(),)}),
    _rule(rf"\b(?:in|by|from|across) {SEVERAL}(?: of)?(?: the)? {DUMPS}\b", _says(min_sources=2)),
    _rule(rf"\b{LACKS} (?:publication )?dates?\b|\bundated\b", _says(has_date=False)),
    _rule(rf"\b{LACKS} titles?\b|\buntitled\b", _says(has_title=False)),
    _rule(rf"\b{LACKS} arxiv (?:ids?|numbers?|identifiers?)\b", _says(has_arxiv_id=False)),
    _rule(rf"\b{HAS} arxiv (?:ids?|numbers?|identifiers?)\b", _says(has_arxiv_id=True)),
    _rule(rf"\btitled(?= {WORK}\b)|\b{HAS} titles?\b", _says(has_title=True)),
    _rule(rf"\bdated(?= {WORK}\b)|\b{HAS} dates?\b", _says(has_date=True)),
    *_counts(VOTES, "min_upvotes", "max_upvotes"),
    *_counts(PEOPLE, "min_authors", "max_authors"),
    _rule(r"\b(?:single|sole|one)[- ]author(?:ed)?\b", _says(min_authors=1, max_authors=1)),
    _rule(rf"\bpre[- ](?P<a>{DATE})\b", _until(exclusive=True)),
    _rule(rf"\bpost[- ](?P<a>{DATE})\b", _from(exclusive=True)),
    _rule(r"\b(?:from|in|of|during|since) the (?P<decade>(?:19|20)\d0)s\b", _decade, near_work=True),
    _rule(rf"\b(?:(?:{PAST_LEAD}|{DATED}) )?(?<!the )(?P<which>this|last) year(?:'s)?\b", _named_year, near_work=True),
    _rule(rf"\b{_ON}(?:in|from|during|of) (?P<a>{DATE}),? (?:or|and) (?:in )?(?P<b>{DATE})\b", _span, near_work=True),
    _rule(rf"\b{_ON}between (?P<a>{DATE}) and (?P<b>{DATE})\b", _span, near_work=True),
    _rule(rf"\b{_ON}(?:from|in)? ?(?P<a>{DATE}) ?(?:to|until|through|till|-|–) ?(?P<b>{DATE})\b", _span, near_work=True),
    _rule(
        rf"\b{_ON}(?:since|no earlier than|not before|starting (?:in|from)) (?P<a>{DATE})(?: onwards?)?\b",
        _from(),
        near_work=True,
    ),
    _rule(
        rf"\b{_ON}(?:from |in )?(?P<a>{DATE}) (?:or (?:later|newer|after)|onwards?|and (?:later|after))\b",
        _from(),
        near_work=True,
    ),
    _rule(rf"\b{_ON}(?:after|later than|newer than|more recent than) (?P<a>{DATE})\b", _from(exclusive=True), near_work=True),
    _rule(rf"\b{_ON}(?:before|earlier than|prior to|older than) (?P<a>{DATE})\b", _until(exclusive=True), near_work=True),
    _rule(rf"\b{_ON}(?:until|up to|through|no later than|not after|by the end of) (?P<a>{DATE})\b", _until(), near_work=True),
    _rule(rf"\b{_ON}(?:from |in )?(?P<a>{DATE}) (?:or|and) (?:earlier|before|older)\b", _until(), near_work=True),
    _rule(rf"\b(?:{PAST_LEAD} )?the (?:last|past|previous) (?:(?P<n>{NUMBER}) )?(?P<unit>years?|months?)\b", _past),
    _rule(rf"\b{DATED} (?:in |from |on |during |of )?(?P<a>{DATE})\b", _span),
    _rule(rf"\b(?:(?:is|are|was|were) )?(?:from|in|of|during|on) (?P<a>{DATE})(?=[\s,.?!;:)]|$)", _span, near_work=True),
    _rule(rf"\b(?P<a>{DATE})(?:'s)?(?! {VERB}\b)(?= (?:\S+ ){{0,3}}{WORK}\b)", _adjective),
    _rule(rf"\b(?P<org>(?-i:[A-Z])[\w&-]{{2,40}})(?:'s)? (?={WORK}\b)", named.organisation),
    _rule(
        r"\b(?:by|from|of|at|with|affiliated with|organi[sz]ation(?: is|:)?)(?: the)? (?P<org>[\w .&-]{2,40})", named.organisation
    ),
    _rule(r"(?:(?<=\bhas )|(?<=\bdid ))(?P<org>[\w&-]{3,40})(?= (?:published?|released?|done)\b)", named.organisation),
    _rule(rf"\b(?:written|(?:co-?)?authored) by (?P<who>{named.PERSON})(?: et al\.?)?", named.author),
    _rule(rf"\bby (?P<who>{named.PERSON})(?: et al\.?)?", named.author, near_work=True),
    _rule(rf"\b(?P<who>{named.PERSON})'s (?={WORK}\b)", named.author),
    _rule(
        rf"(?:(?<=\bhas )|(?<=\bdid ))(?P<who>{named.PERSON})(?: et al\.?)?(?= (?:writ|publish|author)\w*\b)",
        named.author,
    ),
    _rule(
        rf"\b(?:(?:accepted|presented|published|appear(?:ed|ing)?) )(?:at|to|by|in|for) (?:the )?"
        rf"(?P<venue>{named.VENUE})(?=[\s,.?!;:)]|$)",
        named.venue,
    ),
    _rule(
        rf"\b(?P<venue>{ACRONYM} (?:19|20)\d\d) (?={WORK}\b)|\b(?P<bare>{ACRONYM}) (?=(?:papers|publications|articles)\b)",
        named.venue,
    ),
    _rule(
        r"(?<=s )(?:at|in|from) (?:the )?(?P<venue>(?-i:[A-Z])[\w&-]{2,}(?: (?:19|20)\d\d)?)(?=[\s,.?!;:)]|$)",
        named.venue,
        near_work=True,
    ),
    _rule(r"\b(?:in|from) (?:the )?(?:file|dump|source)(?: named| called)? (?P<file>[\w.-]+)\b", named.file),
    _rule(
        r"\b(?:in|from|of) (?P<file>[\w-]+\.(?:txt|jsonl?|csv|tsv|bib|ris|xml|nbib|md|html?|zip|tar|gz|bz2|xz|zst)\b[\w.]*)",
        named.file,
    ),
)


def _order(match: re.Match[str]) -> Order:
    said = match["n"] or match["m"]
    count = number(said.strip()) if said else None
    if match["votes"]:
        return Order("upvotes", True, count)
    if match["many"] or match["few"]:
        return Order("author_count", bool(match["many"]), count)
    return Order("date", bool(match["new"]), count)
