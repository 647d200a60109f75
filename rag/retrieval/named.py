"""Whose and where: names of organisations, authors, venues and files in a question, of those that the library holds."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rag.library.conditions import Conditions
from rag.retrieval.wording import DATED, WORK, Asked, Rule, Said, rule

_CAPITAL = r"(?:(?-i:[A-ZÀ-ÖØ-Þ])[\w'’.-]*)"
PERSON = rf"(?:{_CAPITAL}(?: (?:van|von|der|den|de|di|la|le|bin|al)\b)*(?: {_CAPITAL}){{0,3}})"
"""One to four words with a capital, particles between them."""
_LINK = r"(?:, ?(?:and |or |& )?| and (?:by )?| n?or (?:by )?| & | as well as (?:by )?)"
_OTHERS = r"(?: et al\.?|(?: and|,) (?:(?:his|her|their) )?(?:colleagues|co-?authors|co-?workers|others|team|group))"
_ASKED_OF = r"(?:^|(?<=does )|(?<=do )|(?<=did ))"  # elsewhere, as in "extends Vaswani et al. (2017)", a work is cited
PEOPLE = rf"(?P<who>{PERSON}(?:{_LINK}{PERSON})*){_OTHERS}?"
_YEAR = r"(?: (?:19|20)\d\d)?"
VENUE = rf"(?:(?-i:[A-Z])[\w&./-]*(?: (?:of|on|in|for|and|the|(?-i:[A-Z])[\w&./-]*)){{0,6}}?{_YEAR}(?: (?-i:Findings|Workshop))?)"
_VENUES = r"(?:,? (?:or|and)(?: (?:at|in|by|to))?(?: the)? |, |/)"
ACRONYM = r"(?-i:[A-Z][\w&-]*[A-Z][\w&-]*)"  # of a conference: NeurIPS, ICML
_NO_PERSON = frozenset(("what", "which", "who", "the", "ai", "llm", "llms", "rag", "dpo", "rlhf", "and", "or"))
_ANY_PLACE = """
academy artificial center centre college computer data deep department group health institute intelligence international
laboratory language learning machine medical models national open research robotics school science sciences software systems
team technology university video vision
"""
_COMMON = frozenset(_ANY_PLACE.split())
"""Words of organisations' names that are also said of other things."""
_TOO_SHORT = 3  # letters of a name that could be anything
_STARTERS = (
    r"(?:which|what|list|show|find|name|give|tell|the|any|all|some|every|are|is|did|do|does|how|have|has|in|on|from|by|of)"
)
_GIVERS = (
    r"(?:published|released|written|authored|co-authored|proposed|posted|produced|submitted|introduced|presented|coming|done)"
)
_TAKEN = re.compile(
    r"(?:ed|(?<!anyth)(?<!everyth)(?<!someth)ing|used|built|drawn|taken|shown|given|seen|made|driven|chosen|beaten|found|run) $",
    re.IGNORECASE,
)
"""Before "from Google" or "by Google": something is taken from there, done by them; the paper is not theirs."""
_SOMEBODY = (
    r"(?:(?:any|some)(?:one|body)|people|those|folks|an? (?:team|group|researcher|author|scientist|engineer)"
    r"|(?:the )?(?:researchers|authors|scientists|engineers|employees|teams?|groups?))"
    r"(?: (?:who (?:is|are|works?)|working|employed|based|affiliated))? (?:at|from|of|with|for)"
)
_ORGANISATIONS = r"(?P<org>[\w.&'’-]+(?:,? [\w.&'’-]+){0,11})"
_WORDS = re.compile(r"[\w&-]+(?:\.\w+)*")
_LINKS = re.compile(r"(?P<link>,? (?:or|and|as well as)(?: from| by)? |, |/| & )(?:the )?", re.IGNORECASE)


def organisation(match: re.Match[str], asked: Asked) -> Said | None:
    """Only organisations that the library knows, where the wording begins with one: by a telling word of its name, with the
    words of the name that follow. A paper is of one organisation, so that "A and B" are those of either."""
    start = match.start("org")
    text = match["org"]
    named: list[str] = []
    place = end = 0
    while hit := _organisation_at(text, place, asked.facts.organisations):
        named.append(hit[0])
        end = hit[1]
        link = _LINKS.match(text, end)
        if link is None:
            break
        place = link.end()
    if not named:
        return None
    end += len(text[end:]) - len(re.sub(r"^['’]s?(?!\w)", "", text[end:]))
    stop = match.end() if end == len(text) else start + end
    return Said(tuple({"organisation": name} for name in dict.fromkeys(named)), end=stop)


def _organisation_at(text: str, place: int, known: Sequence[str]) -> tuple[str, int] | None:
    """The telling word of the organisation whose name, or part of it, stands at a place of the text, and where it ends."""
    words = [(found[0].lower(), found.end()) for found in _WORDS.finditer(text, place)]
    if not words or text[place : words[0][1]].lower() != words[0][0]:
        return None
    best: tuple[str, int] | None = None
    for name in known:
        own = [word.lower() for word in _WORDS.findall(name)]
        run = 0
        while run < len(words) and words[run][0] in own and (run == 0 or " " in text[words[run - 1][1] : words[run][1]]):
            run += 1
        said = [word for word, _ in words[:run]]
        telling = next((w for w in said if len(w) > _TOO_SHORT and w not in _COMMON), None)
        if telling and " ".join(said) in name.lower():
            telling = " ".join(said)
        elif telling is None and said == own:
            telling = name.lower()
        if telling and (best is None or words[run - 1][1] > best[1]):
            best = (telling, words[run - 1][1])
    return best


def organisation_given(match: re.Match[str], asked: Asked) -> Said | None:
    """`from Google`, but not `distilled from Qwen` or `generated by Qwen`."""
    ahead = match.string[: match.start()]
    if _TAKEN.search(ahead) and not re.search(rf"\b(?:{_GIVERS}|{DATED}|\w*authored) $", ahead, re.IGNORECASE):
        return None
    return organisation(match, asked)


def organisation_whole(match: re.Match[str], asked: Asked) -> Said | None:
    """`with Google as the organisation`: all of the wording is used up."""
    said = organisation(match, asked)
    return said and replace(said, end=None)


def organisation_of(match: re.Match[str], asked: Asked) -> Said | None:
    """`papers of Google`, but not `the effects of Google`."""
    return organisation(match, asked) if re.search(rf"\b{WORK} $", match.string[: match.start()], re.IGNORECASE) else None


def author(match: re.Match[str], asked: Asked) -> Said | None:
    """The names up to the first that no author of the library has: all of a name, or else the family name."""
    text, start = match["who"], match.start("who")
    named: list[str] = []
    end = 0
    either = False
    for found in re.finditer(rf"(?P<link>{_LINK})?(?P<one>{PERSON})", text, re.IGNORECASE):
        known = _known_author(found["one"], asked)
        if known is None:
            break
        either |= bool(re.search(r"\bor\b|\bby\b", found["link"] or ""))
        named.append(known)
        end = found.end()
    if not named:
        return None
    whole = match.end() if end == len(text) else start + end
    return Said(tuple({"author": name} for name in dict.fromkeys(named)), all_of=not either, end=whole)


def _known_author(written: str, asked: Asked) -> str | None:
    words = re.sub(r"['’]s$", "", written).rstrip(".").split()
    for name in (" ".join(words), words[-1]):
        if len(name) >= _TOO_SHORT and name.lower() not in _NO_PERSON and asked.facts.holds(Conditions(author=name)):
            return name
    return None


def author_of_year(match: re.Match[str], asked: Asked) -> Said | None:
    """`Vaswani et al. (2017)`, as papers are cited."""
    said, year = author(match, asked), int(match["year"])
    span = {"date_from": dt.date(year, 1, 1), "date_to": dt.date(year, 12, 31)}
    return said and replace(said, choices=tuple({**own, **span} for own in said.choices), end=None)


def no_author(match: re.Match[str], asked: Asked) -> Said | None:
    """`by neither Vaswani nor Hinton`."""
    said = author(match, asked)
    return said and replace(said, all_of=False, excluded=True)


def author_in_small(match: re.Match[str], asked: Asked) -> Said | None:
    """`papers by vaswani`, typed without capitals."""
    known = _known_author(match["who"], asked)
    return Said(({"author": known},)) if known else None


def venue(match: re.Match[str], asked: Asked) -> Said | None:
    """As some paper's comment has it; without the year where no comment has both. A paper appears at one place: "A and B" are
    those of either."""
    groups: dict[str, Any] = match.groupdict()
    said = " ".join((groups["venue"] or groups["bare"]).split())
    if (name := _known_venue(said, asked)) is not None:
        return Said(({"venue": name},))
    names = [_known_venue(part, asked) for part in re.split(_VENUES, said)]
    known = tuple({"venue": name} for name in names if name is not None)
    return Said(known) if len(known) == len(names) else None


def _known_venue(said: str, asked: Asked) -> str | None:
    bare = re.sub(r" (?:19|20)\d\d.*$", "", said)
    if len(bare) < _TOO_SHORT:
        return None
    return next((name for name in dict.fromkeys((said, bare)) if asked.facts.holds(Conditions(venue=name))), None)


def file(match: re.Match[str], asked: Asked) -> Said | None:
    """A file the library was read from, by the beginning of its name."""
    named = [name for name in asked.facts.files if name.lower().startswith(match["file"].lower().rstrip("."))]
    return Said(({"file": named[0]},)) if len(named) == 1 else None


def file_of_day(day: dt.date, files: Sequence[str]) -> str | None:
    """The one file whose name has this day and month (`arxiv-jun-18.md`, `listing_06-18.txt`)."""
    month = rf"(?:{calendar.month_abbr[day.month]}|{calendar.month_name[day.month]}|{day.month:02d})"
    number = rf"(?:0?{day.day})"
    between = rf"(?<![a-z0-9])(?:{month}[-_. ]?{number}|{number}[-_. ]?{calendar.month_abbr[day.month]}[a-z]*)(?!\d)"
    named = [name for name in files if re.search(between, name, re.IGNORECASE)]
    return named[0] if len(named) == 1 else None


NAME_RULES: tuple[Rule, ...] = (
    rule(rf"\b(?!{_STARTERS}\b)(?P<org>(?-i:[A-Z])[\w&-]{{2,40}}(?: (?-i:[A-Z])[\w&-]+)?)(?:['’]s)? (?={WORK}\b)", organisation),
    rule(
        r"\bwith (?:the )?(?P<org>[\w.&'’-]+(?: [\w.&'’-]+){0,5}?) as (?:(?:the|an?|its|their) )?organi[sz]ation\b",
        organisation_whole,
    ),
    rule(rf"\b(?:affiliated with|organi[sz]ation(?: is|:|=)) ?(?:the )?{_ORGANISATIONS}", organisation),
    rule(rf"(?<=s )(?:of|at) (?:the )?{_ORGANISATIONS}", organisation_of),
    rule(
        rf"(?:(?<=\bhave )|(?<=\bdid )|(?<=\bdo ))(?:{_SOMEBODY} )(?:the )?{_ORGANISATIONS}"
        r"(?= (?:publish|releas|post|writ|do)\w*\b)",
        organisation,
    ),
    rule(
        rf"\b(?:by|from)(?: (?:{_SOMEBODY}))?(?: the)? {_ORGANISATIONS}",
        organisation_given,
        near_work=True,
    ),
    rule(
        r"(?:(?<=\bhas )|(?<=\bdid )|(?<=\bhave ))(?P<org>[\w&-]{3,40}(?: [\w&-]{2,40}){0,3})"
        r"(?= (?:publish(?:ed)?|released?|done|put out|post(?:ed)?)\b)",
        organisation,
    ),
    rule(
        rf"{_ASKED_OF}(?!{_STARTERS}\b)(?P<who>{PERSON}(?:{_LINK}{PERSON})*)(?:{_OTHERS},? \(?(?P<year>(?:19|20)\d\d)\b\)?)",
        author_of_year,
    ),
    rule(
        rf"{_ASKED_OF}(?!{_STARTERS}\b)(?P<who>{PERSON}(?:{_LINK}{PERSON})*) \((?P<year>(?:19|20)\d\d)\)",
        author_of_year,
    ),
    rule(rf"\b(?:written |authored )?by neither (?P<who>{PERSON}(?: nor (?:by )?{PERSON})+)", no_author),
    rule(rf"\b(?:written|(?:co-?)?authored) by {PEOPLE}", author),
    rule(rf"(?:(?<=papers )|(?<=paper )|(?<=works )|(?<=articles )|(?<=article )|(?<=publications ))of {PEOPLE}", author),
    rule(rf"\bby {PEOPLE}", author, near_work=True),
    rule(rf"\b(?:with|has|have) {PEOPLE} (?:as|among)(?: \w+){{0,2}} (?:co-?)?authors?\b", author),
    rule(
        rf"\b(?:where|in which|of which|that have|that has) {PEOPLE} (?:is|are|was|were) (?:an?|among the|one of the|the|both)?"
        r" ?(?:\w+ )?(?:co-?)?authors?\b",
        author,
    ),
    rule(rf"\bauthors?(?: is| are|:|=) ?{PEOPLE}", author),
    rule(rf"\b(?P<who>{PERSON})['’]s? (?={WORK}\b)", author),
    rule(
        rf"(?:(?<=\bhas )|(?<=\bdid )|(?<=\bhave )){PEOPLE}"
        r"(?= (?:writ|publish|author|co-?author)\w*\b)",
        author,
    ),
    rule(r"(?<=papers )by (?P<who>[a-z]{4,}(?: [a-z]{4,})?)(?=\s*[?.!,]|\s*$| (?:on|about|from)\b)", author_in_small),
    rule(
        rf"\b(?:(?:accepted|presented|published|appear(?:ed|ing)?) )(?:at|to|by|in|for) (?:the )?"
        rf"(?P<venue>{VENUE}(?:{_VENUES}{VENUE})*)(?=[\s,.?!;:)]|$)",
        venue,
    ),
    rule(
        rf"\b(?P<venue>{ACRONYM} (?:19|20)\d\d) (?={WORK}\b)|\b(?P<bare>{ACRONYM}) (?=(?:papers|publications|articles)\b)", venue
    ),
    rule(
        r"(?:(?<=s )|(?<=not )|(?<=are ))(?:at|in|from) (?:the )?"
        r"(?P<venue>(?-i:[A-Z])[\w&-]{2,}(?: (?:19|20)\d\d)?)(?=[\s,.?!;:)]|$)",
        venue,
        near_work=True,
    ),
    rule(r"\b(?:in|from) (?:the )?(?:file|dump|source)(?: named| called)? (?P<file>[\w.-]+)\b", file),
    rule(
        r"\b(?:in|from|of) (?P<file>[\w-]+\.(?:txt|jsonl?|csv|tsv|bib|ris|xml|nbib|md|html?|zip|tar|gz|bz2|xz|zst)\b[\w.]*)",
        file,
    ),
)
BARE_NAMES: tuple[Rule, ...] = (rule(rf"^\W*{_ORGANISATIONS}\W*$", organisation_whole),)
"""A question that is a name and nothing else."""
