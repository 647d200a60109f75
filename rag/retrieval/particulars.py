"""What of a paper's record a question asks for: who wrote it, when and where it was published, where it can be read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from rag.paper import Paper
from rag.retrieval.lookup import asked_names, folded, is_called, names_of
from rag.terms import content_words, coverage


class Particular(StrEnum):
    """A part of a paper's record."""

    AUTHORS = "authors"
    COUNT = "number of authors"
    DATE = "date"
    VENUE = "venue"
    PLACE = "address"
    TITLE = "title"
    ORGANISATION = "organisation"
    UPVOTES = "number of upvotes"


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is asked for, in order. `paper` is what the question calls the paper, empty where it points at one talked of before;
    `surely` that nothing but a record can answer, whichever paper is meant. `first` is `least` or `most` where of several
    papers the one with the least or the most of it is asked for."""

    wanted: tuple[Particular, ...]
    paper: str
    surely: bool
    first: str = ""


_X = r"(?P<x>.+?)"
_DONE = (
    r"(?:(?:first )?(?:published|released|written|posted|submitted|uploaded|presented|accepted|dated|made public"
    r"|put (?:on|on the) arxiv)"
    r"|come out|came out|appear(?:ed)?)"
)
_WAS = r"(?:was|were|is|are|did|has|have|do|does)"
_PAPER = r"(?:papers?|works?|study|studies|article|preprint|publication|abstract)"
_WRITE = r"(?:wr[oi]te|written|author(?:ed)?|co-?author(?:ed)?|published|worked on)"
_LINK = r"(?:links?|url|web ?address|address|doi|arxiv (?:id|number|link|identifier|page)|pdf|identifier|full text)"
_ONE_CAN = r"(?:can|could|do|may|might|should) (?:i|we|one|you|people)"
_GET = r"(?:read|find|get|see|download|access|look up|open)"
_PLACES = r"(?:conference|venue|journal|workshop|proceedings)"
_ORG = r"(?:organi[sz]ation|lab|laboratory|company|institution|institute|university|affiliation)"
_TELL = r"(?:(?:please )?(?:what(?:['’]s| is| are)|tell me|give me|show me|name|list|do you (?:have|know))(?: the| its| their)? )"
_FORMS: tuple[tuple[Particular, bool, str], ...] = (
    (Particular.AUTHORS, True, rf"who (?:has |have )?{_WRITE} {_X}"),
    (Particular.AUTHORS, True, rf"(?:who|by whom) (?:was|were|is|are) {_X} (?:written|authored|published)(?: by)?"),
    (
        Particular.AUTHORS,
        True,
        rf"(?:who (?:is|are|was|were)|{_TELL}) ?(?:the )?(?:lead |first )?(?:co-?)?authors? (?:of|on|behind) {_X}",
    ),
    (Particular.AUTHORS, True, rf"(?:who (?:is|are|was|were)|{_TELL}) ?{_X}(?:['’]s?) (?:co-?)?authors?"),
    (Particular.AUTHORS, True, rf"(?:who (?:is|are|was|were)|{_TELL}) ?(?P<its>its|their|the) (?:co-?)?authors?"),
    (
        Particular.AUTHORS,
        True,
        rf"{_TELL}(?:the )?(?:(?:co-?)?authors['’]? names|names of (?:the |its )?(?:co-?)?authors)(?: of {_X})?",
    ),
    (Particular.AUTHORS, True, rf"whose (?:{_PAPER} )?(?:is|was) {_X}"),
    (Particular.AUTHORS, False, rf"who (?:is|are|was|were) behind {_X}"),
    (Particular.AUTHORS, False, rf"who (?:has |have |first )?(?:proposed|introduced|invented|developed|came up with|made) {_X}"),
    (
        Particular.COUNT,
        True,
        rf"how many (?:co-?)?authors (?:ha(?:s|ve|d)|do(?:es)?|did|are (?:there )?(?:on|of|in|behind)) {_X}(?: have| has)?",
    ),
    (Particular.COUNT, True, rf"how many (?:(?:co-?)?authors|people|persons|researchers) (?:{_WRITE}|signed) {_X}"),
    (Particular.COUNT, True, rf"{_TELL}(?:the )?number of (?:co-?)?authors (?:of|on) {_X}"),
    (Particular.DATE, True, rf"(?:when|(?:in |on )?(?:what|which) (?:year|month|date|day)) {_WAS} {_X} {_DONE}"),
    (Particular.DATE, True, rf"(?:when|(?:what|which) (?:year|month)) (?:is|was) {_X} from"),
    (Particular.DATE, True, rf"{_TELL}(?:(?:publication|release) )?(?:date|year)(?: of publication)? of {_X}"),
    (Particular.DATE, True, rf"how old is (?P<x>(?:the|that|this) .*?{_PAPER}|it)"),
    (Particular.VENUE, True, rf"(?:where|(?:at|in) (?:what|which) {_PLACES}) {_WAS} {_X} {_DONE}"),
    (Particular.VENUE, True, rf"(?:what|which) {_PLACES} (?:is|was|did|does) {_X}(?: {_DONE})?(?: (?:at|in|from))?"),
    (
        Particular.PLACE,
        True,
        rf"where {_ONE_CAN} {_GET} {_X}",
    ),
    # "How can I get better rewards?" asks for a method: only a paper that is called one is meant.
    (Particular.PLACE, True, rf"how {_ONE_CAN} {_GET} (?P<x>it|them|this|that|.*\b(?:papers?|article|preprint|full text|pdf))"),
    (Particular.PLACE, True, rf"(?:{_TELL}|(?:is|are) there |any )?(?:(?:an?|the) )?{_LINK} (?:of|to|for) {_X}"),
    (Particular.PLACE, True, rf"{_TELL}{_X}(?:['’]s?) {_LINK}"),
    (Particular.PLACE, True, rf"(?:{_TELL}|(?:is|are) there )?(?:(?P<its>its|the|an?) )?{_LINK}"),
    (Particular.TITLE, True, rf"(?:what|which) {_PAPER} (?:is|was|are) (?P<x>that|this|it|those|these)(?: (?:from|in))?"),
    (
        Particular.TITLE,
        True,
        rf"(?:what|which) {_PAPER} (?:says?|said|does|did|reports?|reported|shows?|showed|claims?) (?P<x>that|this|it|so)",
    ),
    (
        Particular.TITLE,
        True,
        r"(?:from )?(?:what|which) paper(?:s)? (?:is|was|does|did|are|do) (?P<x>that|this|it|those|these)(?: come)?(?: from)?",
    ),
    (Particular.TITLE, True, r"where (?:is|was|does|did|are|do) (?P<x>that|this|it|those|these)(?: come)? from"),
    (Particular.TITLE, True, rf"(?:{_TELL}(?:the )?title of {_X}|what is (?P<y>(?:that|this|the) {_PAPER}|it) called)"),
    (Particular.ORGANISATION, True, rf"(?:what|which) {_ORG} (?:is|was|are) {_X} from"),
    (Particular.ORGANISATION, True, rf"(?:what|which) {_ORG} (?:{_WRITE}|is behind|released) {_X}"),
    (Particular.ORGANISATION, True, rf"where (?:are|do) (?:the )?authors of {_X} (?:from|work|come from)"),
    (Particular.UPVOTES, True, rf"how many up-?votes (?:has|have|does|did) {_X}(?: (?:have|get|got|received?))?"),
)
_BARE = {
    "how many authors": Particular.COUNT,
    "when": Particular.DATE,
    "where": Particular.VENUE,
    "who": Particular.AUTHORS,
    "by whom": Particular.AUTHORS,
}
_LEAD = re.compile(
    r"^\W*(?:(?:and|so|but|ok(?:ay)?|also|then|please|thanks|now|well|hm+|(?:do you know|can you tell me"
    r"|could you tell me|tell me"
    r"|i(?:['’]d| would) like to know|say))\b[\s,]*)*",
    re.IGNORECASE,
)
_NEXT = re.compile(r",? and (?=(?:who|when|where|by whom|how many|what|which|in (?:what|which)|its|the)\b)|\? +", re.IGNORECASE)
_POINTING = re.compile(
    rf"(?:that|this|it|they|them|those|these|so)(?: (?:one|ones|{_PAPER}))?|the (?:(?:same|last|above) )?{_PAPER}"
    rf"|the (?:first|second|third|fourth|fifth|last|former|latter)(?: (?:one|{_PAPER}))?"
    rf"|(?:all |both )?(?:of )?(?:the|those|these) (?:two|three|four|five)(?: {_PAPER})?"
    r"|(?:both|all)(?: (?:of )?(?:them|these|those))?",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\b(?:papers|works|studies|articles|surveys|preprints|publications)\b", re.IGNORECASE)
_ASKING = re.compile(r"\b(?:who|what|when|where|why|how|does|did|is|are|was|were|can)\b", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:the|these|those|its|their|this|that) (?:\w+ ){0,3}(?:data|datasets?|models?|code|methods?|benchmarks?|corpus"
    r"|images|labels|prompts"
    r"|annotations?|questions|tweets|posts|weights|experiments?|algorithms?|reviews|answers|responses|examples)",
    re.IGNORECASE,
)
"""What a paper speaks of, not a paper: an abstract may say who made it."""
NAMED = 0.8  # share of the words a paper is called by that its title must hold
DESCRIBED, LEAST = 0.8, 3  # the same for title and abstract together, where it is called by that many words


@cache
def _patterns() -> tuple[tuple[Particular, bool, re.Pattern[str]], ...]:
    return tuple((kind, surely, re.compile(form, re.IGNORECASE)) for kind, surely, form in _FORMS)


def read_particulars(question: str) -> Particulars | None:
    """What of a record is asked for; None for a question of anything else, and where only a part of it is of the record."""
    asked = _LEAD.sub("", " ".join(question.split())).rstrip(" ?.!")
    wanted: list[Particular] = []
    paper, surely = "", True
    for clause in _NEXT.split(asked):
        if (bare := _BARE.get(clause.strip().lower())) and wanted:
            wanted.append(bare)
            continue
        read = _clause(_LEAD.sub("", clause))
        if read is None:
            return None
        wanted.append(read[0])
        surely = surely and read[1]
        paper = paper or read[2]
    return Particulars(tuple(dict.fromkeys(wanted)), paper, surely) if wanted else None


_AGAIN = re.compile(
    r"^\W*(?:(?:and|no|wait|sorry|ok(?:ay)?|but|what about|how about|i meant|i mean|the same|same(?: question)?|for|of|with)\b"
    r"[\s,.:]*)+"
    r"(?P<x>\S.*?)(?:[.,;!?\s]+(?:(?:the )?same(?: question)?|too|as well))?\W*$",
    re.IGNORECASE,
)


def read_again(turn: str, before: str) -> Particulars | None:
    """`And the DPO paper?` after a question about a record asks the same of another paper; None for any other turn."""
    asked = read_particulars(before)
    again = _AGAIN.match(turn) if asked is not None else None
    if asked is None or again is None or _POINTING.fullmatch(again["x"]) or _ASKING.search(again["x"]):
        return None
    return Particulars(asked.wanted, again["x"], surely=False)


def _clause(clause: str) -> tuple[Particular, bool, str] | None:
    for kind, surely, pattern in _patterns():
        found = pattern.fullmatch(clause)
        if found is None:
            continue
        groups = found.groupdict()
        called = (groups.get("x") or groups.get("y") or "").strip(" \"'“”")
        if _CONTENTS.fullmatch(called) or (_SEVERAL.search(called) and not _POINTING.fullmatch(called)):
            return None
        return kind, surely, "" if _POINTING.fullmatch(called) else called
    return None


def called(phrase: str, papers: Sequence[Paper]) -> Paper | None:
    """The paper that a phrase is a name, a title or a description of, of those found for it, best first; None where none is.

    A name before words of the title, those before words of title and abstract.
    """
    said = {folded(re.sub(rf"^(?:the|a|an)\s+|\s+(?:{_PAPER}|authors)$", "", phrase, flags=re.IGNORECASE)), folded(phrase)} - {""}
    said |= asked_names(phrase, {}, {})[0]
    words = content_words(phrase)
    if not words:
        return None
    named = [paper for paper in papers if paper.title and (names_of(paper.title) & said or folded(paper.title) in said)]
    if named:
        return named[0]
    held = [(coverage(words, content_words(paper.title or "")), paper) for paper in papers]
    best = max(held, key=lambda own: own[0], default=None)
    if best is not None and best[0] >= NAMED:
        return best[1]
    first = papers[0] if papers else None
    if first is not None and first.title and is_called(first.title, (), {word for word in said if len(word) > LEAST + 1}):
        return first
    if first is not None and len(words) >= LEAST:
        return first if coverage(words, content_words(f"{first.title or ''} {first.abstract}")) >= DESCRIBED else None
    return None
