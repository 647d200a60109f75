"""What a question puts side by side, read from its wording: "RULE or MMedPO?", "a memory bank, a team of agents, and an OS" """

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.retrieval.lookup import folded
from rag.retrieval.understand import how_many
from rag.terms import content_words

_WH = r"(?:what|which|who|whom|whose|when|where|why|how)"
_NUMBER = r"(?:two|three|four|five|six)"
_WORKS = r"(?:papers|works|studies|methods|approaches|surveys|benchmarks|datasets|models|systems|articles|abstracts)"
_OPENS = rf"(?:{_WH}|do|does|did|is|are|was|were|can|could|has|have|both|each|either|all)"
SEVERAL = re.compile(
    r"\b(?:each|either|both|respectively|versus|vs|compare|comparison|contrast|difference|differences|differ|differs|in turn)\b"
    rf"|\b{_NUMBER} (?:\w+[ -]){{0,3}}{_WORKS}\b"
    rf"|\b(?:what|which|whose) {_WORKS}\b|\bwho\b.*\bwho\b|\bwhich\b.*(?:\band|[,;]) which\b"
    r"|\b(?:a|one)\b.*\b(?:and|,) one (?:that|which|on)\b|\bpaper\b.*\band\b.*\bone\b"
    r"|\bone\b.*\bthe other\b|\bone\b.*[,;] (?:and )?another\b"
    r"|\bthe first\b.*\bthe second\b|\bformer\b.*\blatter\b|\b(?:overlap|common ground|connection) between\b"
    rf"|\b(?:few|several|some) (?:\w+ ){{0,2}}{_WORKS}\b",
    re.IGNORECASE,
)
"""Wording that wants several papers, or speaks of several that were named."""
_SEGMENT = re.compile(r"(?<=[.?!;])\s+|:\s+|\s+[-–—]+\s+")
_HEAD_ENDS = re.compile(rf",?\s+{_OPENS}\b", re.IGNORECASE)
_AND = r"(?:and|or|versus|vs|&)"
_COMMA = re.compile(rf"\s*,\s*(?:{_AND}\s+)?", re.IGNORECASE)
_JOIN = re.compile(rf"\s+{_AND}\s+|\s+/\s+", re.IGNORECASE)
_AGAINST = re.compile(r"\s+(?:versus|vs)\s+", re.IGNORECASE)
_CLAUSE = re.compile(
    rf"(?:[,;.?!:]\s*(?:(?:and|or|but|while|also|then)\s+)*|\s+(?:and|or|but|while)\s+|\s+[-–—]+\s+)"
    rf"(?=(?:(?:on|in|by|for|with|at|to|from) )?(?:{_WH}|one|another|the (?:one|other))\b)",
    re.IGNORECASE,
)
_SHARED = re.compile(
    rf"\b(?:each|both|the {_NUMBER}|they|them|these|those|it|its|either|respectively|their|there)\b|^which {_NUMBER}\b",
    re.IGNORECASE,
)
_ONE, _OTHER = r"(?P<one>[^?,;:]+?)", r"(?P<other>[^?,;:]+?)"
_END = r"(?= (?:in|on|for|when|regarding|as|at|under|with respect to)\b|[?.,;:]|$)"
_WORDINGS = tuple(
    re.compile(wording, re.IGNORECASE)
    for wording in (
        rf"\bcompar(?:e|ing|ison of) {_ONE} (?:with|to|and|against|versus|vs) {_OTHER}{_END}",
        rf"\b(?:differences?|comparison|contrast|relation|relationship|overlap|connection) between {_ONE} and {_OTHER}{_END}",
        rf"\b(?:distinguishes|separates|sets) {_ONE} (?:apart )?from {_OTHER}{_END}",
        rf"\bhow (?:different )?(?:does|do|is|are) {_ONE} (?:compared?|differ|different) (?:with|to|from|against) {_OTHER}{_END}",
        rf"\bhow (?:different )?(?:do|are) {_ONE} and {_OTHER} (?:differ|different|compare|relate)\b",
        rf"\b(?:contrast|differentiate) {_ONE} (?:with|and|from) {_OTHER}{_END}",
        rf"\b{_OPENS} (?:the )?(?:\w+ ){{0,2}}?(?:better|faster|larger|newer|older|bigger|cheaper)[,:]? {_ONE} or {_OTHER}{_END}",
    )
)
_NAME = r"(?-i:(?:[A-Z]|[a-z]+-?[A-Z])[\w^*-]*(?:\.\d+)?(?: [A-Z][\w-]*){0,2})"
_NAMES = re.compile(rf"{_NAME}(?:(?: paper| study)?(?:, (?:{_AND} )?| {_AND} | to | with | from | against )(?:the )?{_NAME})+")
_ODD = re.compile(r"\b(?=[\w-]*[A-Z][\w-]*[A-Z]|[\w-]*[a-z][A-Z]|[\w-]*[A-Z][\w-]*\d)[A-Za-z][\w-]+\b")
"""A word that is written like a name wherever it stands."""
_BETWEEN = re.compile(rf",? (?:{_AND}|to|with|from|against) (?:the )?|, (?:the )?", re.IGNORECASE)
_AROUND = re.compile(
    r"^(?:(?:the|a|an|both|between|method|papers?|works?|studies|about|compare|contrast|in|for|on|by|i|need|from|order|these|one|that"
    r"|who|which|how|do|does|is|are|what) )+"
    r"|(?: (?:method|paper|approach|model|framework|algorithm|study|work|system|dataset|benchmark|article)s?)+$|[?.!,;:()]+$",
    re.IGNORECASE,
)
_HEADINGS = (
    re.compile(rf"(?P<row>[^?]+?)(?:[:?.]|,| [-–—]+)\s+(?={_WH}|do|does|did|is|are|was|were)\b(?P<asked>.*)", re.IGNORECASE),
    re.compile(r"(?P<row>[^?]+?)(?::| [-–—]+)\s+(?=\S.*\?\s*$)(?P<asked>.*)"),
)
_PLURAL = re.compile(r"\b(?:they|them|their|these|those)\b", re.IGNORECASE)
_ONE_OF = re.compile(r"(?:which|who|another|(?:the )?one)\b", re.IGNORECASE)
_ASIDE = re.compile(r"\s*\([^()]*\)\s*")
_DOT = re.compile(r"\b(vs|etc|i\.e|e\.g|al)\.", re.IGNORECASE)
MOST = 6  # things side by side
SHORT = 3  # words of an item of a row that only "and" joins, each of which is an item
NAMED = 6  # words of a name


def rows(question: str) -> list[tuple[str, ...]]:
    """The ways to read the question as a row of things, likeliest first; which one is right, the library shows."""
    question = _DOT.sub(r"\1", question)
    found = dict.fromkeys(tuple(item.strip(" ?.!,;:") for item in items) for items in _rows(question))
    kept = (tuple(item for item in items if content_words(bare(item))) for items in found)
    return list(dict.fromkeys(items for items in kept if 1 < len({folded(bare(item)) for item in items}) <= MOST))


def _rows(question: str) -> Iterator[tuple[str, ...]]:
    for wording in _WORDINGS:
        if match := wording.search(question):
            yield match["one"], match["other"]
    pieces = _SEGMENT.split(question)
    for n, piece in enumerate(pieces):
        ends = _HEAD_ENDS.search(piece)
        heads = [piece[: ends.start()]] if ends else [piece]
        if ends and n + 1 < len(pieces):  # "Editing facts and how they leak: ..."
            heads.append(piece)
        for head in heads:
            yield from _split(head)
    for match in _NAMES.finditer(question):
        yield tuple(_BETWEEN.split(match[0]))
    odd = [_ODD.findall(part) for part in _CLAUSE.split(question)]  # "What did X gain, and what Y?"
    yield tuple(dict.fromkeys(names[0] for names in odd if len(names) == 1))
    parts = clauses(question)
    yield tuple(parts)
    yield tuple(part for part in parts if not part.endswith(":"))
    said = [piece.rstrip(" .;") for piece in pieces if not _HEAD_ENDS.match(f" {piece}") and not _SHARED.search(piece)]
    yield tuple(said)


def _split(head: str) -> Iterator[tuple[str, ...]]:
    """A row by its commas and the "and" before the last item; where there are none, by each "and"."""
    if _AGAINST.search(head):
        yield tuple(_AGAINST.split(head))
    if _COMMA.search(head.rstrip(" ,")):
        *items, last = _COMMA.split(head.rstrip(" ,"))
        if _JOIN.search(last):
            yield *items, *_JOIN.split(last)
        yield *items, last
    elif joins := list(_JOIN.finditer(head)):
        items = _JOIN.split(head)
        if all(len(item.split()) <= SHORT for item in items):
            yield tuple(items)
        for join in joins:
            yield head[: join.start()], head[join.end() :]


def clauses(question: str) -> list[str]:
    """The clauses that say of which paper they speak: "which trains prompts", not "what does each of them need"."""
    found = [part.strip(" ?.!,;") for part in _CLAUSE.split(_DOT.sub(r"\1", question))]
    return [
        part for part in found if not _SHARED.search(part) and len(set(content_words(part))) >= (1 if _ONE_OF.match(part) else 2)
    ]


def bare(item: str) -> str:
    """An item without articles and words for papers around it."""
    before = None
    while before != item:
        before, item = item, _AROUND.sub("", item.strip()).strip()
    return item


def several(question: str) -> bool:
    """Whether the wording wants several papers, or speaks of several that are named."""
    return SEVERAL.search(question) is not None or how_many(question) > 0


def heads(question: str, items: Sequence[str]) -> bool:
    """Whether the row stands in front of what is asked about it: "The first and the second: what do they do?" """
    leads = [heading.match(_DOT.sub(r"\1", question)) for heading in _HEADINGS]
    return any(lead and all(item in lead["row"] for item in items) for lead in leads)


def headed(question: str, items: Sequence[str]) -> bool:
    """The same, where what is asked is asked of "them"."""
    lead = _HEADINGS[0].match(_DOT.sub(r"\1", question))
    return heads(question, items) and lead is not None and _PLURAL.search(lead["asked"]) is not None


def heading(question: str) -> str:
    """What the question says in front of a colon, without "compare"; empty where it has none."""
    lead, colon, _ = question.partition(": ")
    return bare(_ASIDE.sub(" ", lead)) if colon and "?" not in lead else ""


def kinds_of(question: str) -> list[str]:
    """The clauses behind the colon that tell one paper from the others: "which needs no training", "one is a survey"."""
    _, _, told = question.partition(": ")
    pieces = (piece.strip(" ?.!,;:") for piece in _CLAUSE.split(f", {told}"))
    pieces = (piece for piece in pieces if _ONE_OF.match(piece))
    return [piece for piece in pieces if content_words(piece) and not _SHARED.search(piece)][:MOST]
