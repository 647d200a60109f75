"""Topics that a question leaves out: "papers on pruning but not on vision", "that do not mention LoRA"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.retrieval.kinds import is_a, kind_called
from rag.retrieval.letters import words_of
from rag.retrieval.wording import PLAIN_WORK, WORK
from rag.terms import content_words, stem

_ABOUT = r"(?:about|on|concerning|regarding|related to|dealing with|that (?:deal with|are about|concern|cover|discuss|mention))"
_CONCERN = (
    r"(?:deal(?:s|ing)? with|cover(?:s|ing)?|concern(?:s|ing)?|discuss(?:es|ing)?|address(?:es|ing)?|treat(?:s|ing)?"
    r"|touch(?:es)? on)"
)
_MENTION = r"(?:mention(?:s|ing)?|speak(?:s|ing)? of|talk(?:s|ing)? about|refer(?:s|ring)? to)"
_ONES = rf"(?:(?:the |any )?(?:{PLAIN_WORK}|those|ones|anything|everything|any|topics?)(?: (?:that|which) are)?)"
_OUT = r"(?:exclud(?:e|es|ing)|except(?:ing)?(?: for)?|leaving out|omitting|leave out|omit|ignor(?:e|ing)|skip(?:ping)?)"
_REST = r"(?:other than|apart from|aside from|besides|without|no|nor)"
_TOPIC = r"(?P<topic>(?:(?!  |[?!;:,.](?:\s|$)| (?:please|but|published|from \d|since \d|before \d|after \d|in \d)).){2,60})"
_KINDS = r"(?:(?:the |any |all )?(?:surveys?|(?:literature )?reviews?|benchmarks?|data ?sets?|tutorials?))"
_UNWANTED = re.compile(
    rf"(?:(?P<framed>,? ?\b(?:but|and|yet|though) not (?:{_ONES} )?(?:{_ABOUT} )?)"
    rf"|(?P<behind>(?<=\w )(?<!is )(?<!are )(?<!was )(?<!were )\bnot {_ABOUT} |(?<=  )\bnot {_ABOUT} )"
    rf"|(?:,? ?\b(?:but|and) )?(?:\b(?:that|which) (?:is|was|are|were)|\b(?:are|were))(?: not|n['’]t) {_ABOUT} "
    rf"|(?:,? ?\b(?:but|and) )?(?:\b(?:that|which) )?\b(?:do|does)(?: not|n['’]t) (?:{_CONCERN}|(?P<mention>{_MENTION})) "
    rf"|(?P<kind>,? ?\b(?:(?:but|and|with) )?(?:(?:that|which) (?:is|are) )?(?:no|without|not|(?:is|are)n['’]t) (?:an? )?"
    rf"(?={_KINDS}\b))"
    rf"|(?P<out>,? ?\b(?:but )?{_OUT} (?:{_ONES} )?(?:{_ABOUT} )?)|,? ?\b(?:but )?{_REST} {_ONES} {_ABOUT} "
    rf"|,? ?\b(?:but )?(?:nothing|none|not (?:those|ones|any)) {_ABOUT} ){_TOPIC}",
    re.IGNORECASE,
)
_FRAME = re.compile(
    rf"\b{WORK}(?: that| which)?(?: \w+)? (?:about|on|of|for|concerning|regarding|cover(?:s|ing)?|discuss(?:ing)?"
    rf"|deal(?:ing)? with"
    r"|address(?:ing)?|related to)\b",
    re.IGNORECASE,
)
_ENDINGS = (("ine", "al"), ("istry", "ical"), ("y", "ical"), ("y", "ial"), ("ce", "cial"), ("ion", "ual"), ("e", "al"))
"""Noun -> adjective where they have no stem in common: medicine and medical, finance and financial, vision and visual."""
TWICE = 2  # mentions from which a paper is about a topic that its title does not name
_KIND = re.compile(rf"{_KINDS}(?:(?:, ?| or | nor | and )(?:or |nor |and )?(?:no )?{_KINDS})*\W*$", re.IGNORECASE)
"""Kinds of papers, which need no "about" before them."""
_PAPERS = re.compile(rf"\b{WORK}\b", re.IGNORECASE)
_ENDS = re.compile(rf"\b{WORK}$", re.IGNORECASE)
_OR = re.compile(r",? (?:or|nor|and no)(?: (?:about|on|of|with))? |, ", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|an?|any|all|on|about|of) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unwanted:
    """A stretch of the question and the topics it leaves out. `mentions` says that no paper may as much as mention them."""

    start: int
    end: int
    topics: tuple[str, ...]
    mentions: bool


def read_unwanted(text: str) -> Iterator[Unwanted]:
    """The topics left out, where the wording is of papers: "helps in speech but not in vision" is a finding."""
    for found in _UNWANTED.finditer(text):
        before = text[: found.start()]
        bare = found["framed"] or found["out"] or found["kind"] or found["behind"]
        said = _FRAME.search(before) or _says_papers(found[0]) or _says_kind(found, before)
        if not _PAPERS.search(text) or (bare and not said):
            continue
        topics = tuple(_ARTICLE.sub("", part.strip()) for part in _OR.split(found["topic"]) if content_words(part))
        if topics:
            start = found.start() + len(found[0]) - len(found[0].lstrip(" ,"))
            yield Unwanted(start, found.end(), topics, mentions=found["mention"] is not None)


def kin(word: str) -> list[str]:
    """The word and what may be its adjective."""
    made = [f"{word.removesuffix(end)}{new}" for end, new in _ENDINGS if word.endswith(end) and len(word) > len(end) + 2]
    return [word, *made]


def is_about(topic: str, title: str | None, abstract: str) -> bool:
    """Whether a paper is about a topic: all of its words stand in the title, or each of them twice in the text. A survey or a
    benchmark it is where its title or its authors say so; others use them."""
    if (kind := kind_called(topic)) is not None:
        return is_a(kind, title, abstract)
    named, text = content_words(title or ""), content_words(f"{title or ''} {abstract}")
    families = [{stem(form) for form in kin(word)} for word in words_of(topic)]
    return bool(families) and all(own & set(named) or sum(word in own for word in text) >= TWICE for own in families)


def _says_kind(found: re.Match[str], before: str) -> bool:
    """Whether kinds of papers are left out, or the wording stands right behind a word for papers and their conditions."""
    if _ENDS.search(before.rstrip()):
        return True
    return _PAPERS.search(before) is not None and _KIND.match(found["topic"]) is not None


def _says_papers(wording: str) -> bool:
    return re.search(rf"\b(?:{PLAIN_WORK}|those|ones)\b", wording, re.IGNORECASE) is not None
