"""Kinds of papers: surveys, benchmarks, data sets, reports. What a question calls them, and which papers are of a kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from rag.retrieval.framing import about_what
from rag.retrieval.wording import PLAIN_WORK

_OFFER = (
    r"(?:introduc|present|propos|releas|buil[dt]|construct|creat|develop|curat|provid|offer|conduct|publish|furnish|establish"
    r"|contribut)(?:e|es|ed|ing|s)?"
)
_OFFERS = rf"\b{_OFFER} (?:\S+(?: \([^)]*\))?, )?(?:an?|the|our|new|novel)(?: [\w/-]+,?){{0,6}}?"
"""What authors say they made: "we introduce X, a large", behind which the kind stands."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper. `words` are what it is looked up by, `called` is what questions call it; `title` and `text` tell a
    paper of the kind by what its title or its authors say of it."""

    words: tuple[str, ...]
    called: str
    title: re.Pattern[str]
    text: re.Pattern[str]


def _kind(words: str, called: str, title: str, text: str) -> Kind:
    return Kind(tuple(words.split(", ")), called, re.compile(title, re.IGNORECASE), re.compile(text, re.IGNORECASE))


_REVIEWS = r"(?:surveys?|reviews?|overviews?)"
_DATA = r"(?:data ?sets?|corpus|corpora|test sets?)"
_THOROUGH = r"(?:thorough|comprehensive|systematic|up-to-date|literature|critical|detailed)"
KINDS = (
    _kind(
        "survey, review, overview, tutorial",
        rf"(?:(?:literature|systematic) )?(?:(?<!peer ){_REVIEWS}|tutorials?)(?:(?: ?/ ?| or | and ){_REVIEWS})*",
        rf"\b(?:{_REVIEWS}|tutorial|state of the art|roadmap|primer)\b",
        rf"\b(?:this|present|our) (?:\w+ )?(?:survey|review|overview|tutorial)\b(?! (?:of|among) (?:users|participants))"
        rf"|{_OFFERS} (?:survey|{_THOROUGH} (?:review|overview))\b"
        rf"|\b{_THOROUGH}(?: and [\w-]+)? (?:survey|review|overview) (?:of|on)\b"
        r"|\b(?:we|paper|article|work) (?:\w+ly )?surveys?\b"
        rf"|\b(?:we|paper|article|work) (?:(?:systematical|comprehensive|critical|extensive|thorough)ly reviews?"
        r"|reviews? (?:the )?(?:recent|current|literature|state|advances|progress))\b",
    ),
    _kind(
        "benchmark, benchmarking, bench",
        r"benchmarks?",
        r"\bbenchmark(?:s|ing)?\b|\w-?Bench\b",
        rf"{_OFFERS} benchmark(?! (?:results?|scores?|performance))\b|\b(?:this|our)(?: \w+)? benchmark\b",
    ),
    _kind(
        "dataset, data set, corpus, corpora, test set",
        _DATA,
        r"\b(?:data ?sets?|corpus|corpora)\b",
        rf"{_OFFERS} (?:data ?set|corpus|test set)\b|\b(?:this|our)(?: (?:new|novel|proposed))? (?:data ?set|corpus)\b"
        r"|\ba (?:new|novel) (?:[\w-]+ ){0,2}(?:data ?set|corpus)\b",
    ),
    _kind("technical report", r"technical reports?", r"\btechnical report\b", r"\b(?:this|our) (?:technical )?report\b"),
    _kind(
        "position, perspective",
        r"(?:position|perspective|opinion|vision)(?= (?:papers?|articles?|pieces?))",
        r"\bposition paper\b|^position:|\bperspective:",
        r"\b(?:this|our) (?:position|perspective|opinion|vision) (?:paper|article|piece)\b",
    ),
)
_BEFORE = re.compile(
    rf"\b(?:{PLAIN_WORK}|largest|biggest|smallest|best|hardest|on|with|of|using|in|from|for|across|against|by|about|to|than|use|uses|used|and|is|are|was|were)\b",
    re.IGNORECASE,
)
"""Before a kind, these say that it is not what is looked for: "methods tested on benchmarks"."""
_ARE_THERE = re.compile(
    r"\b(?:are|is|was|were) there\b|\bfrom\b(?= *$)|^(?:what|which) (?:is|are) (?=the)",
    re.IGNORECASE,
)
_ONE = re.compile(
    r"\b(?:an?|any|the|which|what|every|each|one|only|survey|no|first|last)\s*(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)
_GIVE = re.compile(r"\b(?:give|get|show|want|need|like|have)\b", re.IGNORECASE)  # an overview of what there is
_ENDS = (
    r"(?=\s*(?:[,.;:?!)]|$)|['’]s?(?!\w)| (?:about|on|of|from|for|in|that|which|who|is|are|was|were|have|has|did|do|does|by|with"
    r"|to|cover\w*|deal\w*|concern\w*|discuss\w*|published|released|there|please|you|we|since|before|after|came|come|exist\w*|and)\b)"
)
_MOST_BEFORE = 5  # words of a topic before the kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stretch of a question that asks for papers of a kind."""

    start: int
    end: int
    kind: Kind


def wanted(text: str) -> Wanted | None:
    """The kind that a question without its conditions is for: "alignment surveys", "papers that introduce a data set"."""
    for kind in KINDS:
        offered = _offered(kind).search(text)
        if offered and not about_what(text[: offered.start()]):
            return Wanted(offered.start("rest"), offered.end(), kind)
        for found in _named(kind).finditer(text):
            before = _ARE_THERE.sub(" ", text[: found.start()])
            several = found["noun"] or re.search(r"(?:s|corpora)$", found["many"], re.IGNORECASE)
            meant = (several or not before.strip() or (_ONE.search(before) and not _GIVE.search(before))) and not _BEFORE.search(
                before
            )
            if meant and len(about_what(before)) <= _MOST_BEFORE:
                return Wanted(found.start(), found.end(), kind)
    return None


@cache
def _offered(kind: Kind) -> re.Pattern[str]:
    article = r"(?:(?:an?|the|their|own|new|novel|any|some|first) )*"
    rest = rf"(?P<rest>(?: that| which)? (?:{_OFFER}|are|is) {article}{kind.called})"
    return re.compile(rf"\b{PLAIN_WORK}{rest}{_ENDS}", re.IGNORECASE)


@cache
def _named(kind: Kind) -> re.Pattern[str]:
    noun = r"(?P<noun> (?:papers?|articles?|studies|publications?|works?|pieces?))?"
    return re.compile(rf"\b(?P<many>{kind.called}){noun}{_ENDS}", re.IGNORECASE)


def kind_called(text: str) -> Kind | None:
    """The kind whose name a text is."""
    text = re.sub(r"^(?:the|any|all|no) ", "", text.strip(" .?!"), flags=re.IGNORECASE)
    return next((kind for kind in KINDS if re.fullmatch(kind.called, text, re.IGNORECASE)), None)


def is_a(kind: Kind, title: str | None, abstract: str) -> bool:
    """Whether the title or the authors say that a paper is of a kind; others merely use such."""
    return kind.title.search(title or "") is not None or kind.text.search(" ".join(abstract.split())) is not None
