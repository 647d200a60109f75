"""In which order: superlatives ("the three newest papers") and sorting ("sorted by upvotes") of papers in a question."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from rag.library.conditions import Order
from rag.retrieval.wording import NUMBER, WORK, near_work, number

_ONE = r"(?:paper|work|study|article|abstract|survey|publication|preprint|record|report|benchmark|dataset|one|entry)"
_VOTES = r"(?:up-?votes?|votes|likes)"
_BY_VOTES = rf"(?:(?:the )?(?:number of |amount of |count of )?{_VOTES}(?: count)?|popularity)"
_BY_DATE = r"(?:(?:publication |release )?(?:date|year)(?: of publication)?|recency|age)"
_BY_AUTHORS = r"(?:(?:the )?number of (?:co-?)?authors|(?:co-?)?author count)"
_VOTED = rf"(?:{_VOTES}|up-?voted|popular|liked)"
_SHARING = r"(?:most|fewest|least)"
"""What "the most and the fewest authors" says twice."""
_SUPERLATIVE = re.compile(
    rf"\b(?:the )?(?P<n>{NUMBER} )?(?:(?P<votes>(?:most|highest|best|top)[- ](?:up-?voted|voted|rated by votes|liked|popular)"
    r"|highly[- ](?:up-?voted|liked)|up-?voted (?:the )?most)"
    r"|(?P<unvoted>(?:least|lowest|fewest)[- ](?:up-?voted|voted|liked|popular))"
    r"|(?P<new>newest|latest|youngest|most recent(?:ly (?:added|published|released))?)|(?P<old>oldest|earliest|least recent)"
    rf"|(?P<mostvotes>(?:with )?(?:the )?(?:most|highest number of|largest number of|highest) {_VOTES})"
    rf"|(?P<fewvotes>(?:with )?(?:the )?(?:fewest|least|lowest number of|smallest number of|lowest) {_VOTES})"
    r"|(?P<many>(?:with )?(?:the )?(?:most|highest number of|largest number of) (?:co-?)?authors"
    r"|(?:with )?(?:the )?(?:longest|largest|biggest) (?:author list|list of authors|author team|group of authors))"
    r"|(?P<few>(?:with )?(?:the )?(?:fewest|least|smallest number of|lowest number of) (?:co-?)?authors"
    r"|(?:with )?(?:the )?(?:shortest|smallest) (?:author list|list of authors|author team|group of authors))"
    rf"|(?:with )?(?:the )?(?P<shared>{_SHARING})(?= (?:and|or)(?: \w+){{0,4}} {_SHARING} (?P<by>{_VOTED}|(?:co-?)?authors)\b))"
    rf"(?: (?P<m>{NUMBER})\b)?(?P<noun> (?:\S+ ){{0,3}}?{WORK}\b)?",
    re.IGNORECASE,
)
_SORTED = re.compile(
    r"(?:,? ?\b(?:and )?(?P<verb>(?:please )?(?:sort(?:ed)?|order(?:ed)?|rank(?:ed|ing)?|arranged?|list(?:ed)?)"
    r"(?: (?:them|it|these|those|all))?) )?"
    rf"(?:\bby|\bin order of) (?:(?:decreasing|descending|increasing|ascending) )?"
    rf"(?:(?P<votes>{_BY_VOTES})|(?P<date>{_BY_DATE})|(?P<authors>{_BY_AUTHORS}))"
    r"(?:,? \(?(?P<way>desc(?:ending)?|asc(?:ending)?"
    r"|(?:newest|latest|oldest|highest|lowest|most|fewest|least)(?: \w+)? first)\)?)?\b",
    re.IGNORECASE,
)
_ASKED_TO_SORT = re.compile(r"\W*(?:please |can you |could you )*(?P<verb>sort|order|rank|arrange|list)\b", re.IGNORECASE)
_FIRST = re.compile(
    r",? ?\b(?:and )?(?:(?:sort(?:ed)?|order(?:ed)?|rank(?:ed)?|list(?:ed)?) )?(?:from )?(?:the )?"
    r"(?:(?P<new>(?:newest|latest|most recent)(?: ones| papers)? first|newest to oldest"
    r"|(?:in )?reverse chronological(?: order|ly)?)"
    r"|(?P<old>(?:oldest|earliest)(?: ones| papers)? first|oldest to newest|(?:in )?chronological order|chronologically)"
    r"|(?P<votes>(?:most|highest|best)[- ](?:up-?voted|liked|popular)(?: ones| papers)? first))\b",
    re.IGNORECASE,
)
_TOP = re.compile(
    rf"\b(?:the )?(?:top|first|best|highest)[- ](?P<n>{NUMBER})\b|\b(?:top|best)\b(?= (?:\w+ ){{0,2}}{WORK}\b)", re.IGNORECASE
)
_HOW_MANY = re.compile(
    rf"\b(?P<n>{NUMBER}) (?=(?:[\w-]+ ){{0,2}}(?:papers|works|studies|articles|abstracts"
    r"|surveys|publications|preprints|ones|benchmarks|datasets)\b)",
    re.IGNORECASE,
)
_ENDS = re.compile(
    rf"\b(?:the )?(?:very )?(?:(?P<new>last|final)|(?P<old>first))(?: (?P<n>{NUMBER}))?(?P<noun> (?:\S+ ){{0,2}}?{WORK})\b",
    re.IGNORECASE,
)
_CAME = re.compile(
    r"\b(?:came|come|appeared|was|is|published|released) (?:(?P<new>last|latest)|(?P<old>first|earliest))(?= *(?:[?.!]|$))",
    re.IGNORECASE,
)
_TEAM = re.compile(r"\b(?:the )?(?:biggest|largest|(?P<few>smallest)) (?:team|group)\b", re.IGNORECASE)
"""Wording that is an order only in a question of nothing but such: "the first paper" is not always the first by date."""
_PLURAL = re.compile(
    r"\b(?:papers|works|studies|articles|abstracts|surveys|publications|preprints|records|reports|ones|entries|things|items|titles"
    r"|additions|manuscripts|documents)\b",
    re.IGNORECASE,
)
_FIELDS = (("upvotes", "votes", "unvoted"), ("upvotes", "mostvotes", "fewvotes"), ("author_count", "many", "few"))
"""What is ordered, and the groups that say the most and the least of it."""
_IS = re.compile(r"\b(?:which|what)(?: one)?(?:(?: of \w+)? (?:is|was|has|had|got)|['’]s)(?: the)? *$", re.IGNORECASE)
"""Before a superlative: one is asked for."""
_MOST_ORDERS = 4
_WIDE = 6  # words between "most upvotes" and the papers that have them


@dataclass(frozen=True, slots=True)
class Ranking:
    """An order, and the stretches of the question that say it, the telling one first."""

    order: Order
    places: tuple[tuple[int, int], ...]


def read_orders(text: str, number_taken: bool = False, *, bare: bool = False) -> list[Ranking]:
    """The orders a question states: how a list is to be sorted, and one extreme or several ("the oldest and the newest").

    `text` is the question without the conditions read from it; with `number_taken`, a superlative of upvotes says no more than
    the condition on upvotes did. `bare` reads wording that is of papers only where nothing else is spoken of."""
    sort = _sorted(text, bare) or _first(text)
    rest = _without(text, sort.places[0]) if sort else text
    extremes: list[Ranking] = []
    while len(extremes) < _MOST_ORDERS and (found := _superlative(rest, number_taken, bare) or (_end(rest) if bare else None)):
        extremes.append(found)
        for place in found.places:
            rest = _without(rest, place)
    if len(extremes) > 1:  # of "the oldest and newest papers" one each
        extremes = [replace(own, order=replace(own.order, limit=own.order.limit or 1)) for own in extremes]
    if sort and extremes:
        sort = replace(sort, order=replace(sort.order, limit=None, whole=True), places=sort.places[:1])
    return [*([sort] if sort else []), *extremes]


def _without(text: str, place: tuple[int, int]) -> str:
    return text[: place[0]] + " " * (place[1] - place[0]) + text[place[1] :]


def _end(text: str) -> Ranking | None:
    """`the first paper of 2024`, `the last ten papers`, `the biggest team`."""
    if found := _ENDS.search(text):
        single = _PLURAL.search(found["noun"]) is None
        count = number(found["n"]) if found["n"] else 1 if single else None
        return Ranking(Order("date", bool(found["new"]), count), ((found.start(), found.start("noun")),))
    if found := _CAME.search(text):
        return Ranking(Order("date", bool(found["new"]), 1), (found.span(),))
    found = _TEAM.search(text)
    return Ranking(Order("author_count", not found["few"], 1), (found.span(),)) if found else None


def _first(text: str) -> Ranking | None:
    found = _FIRST.search(text)
    if found is None:
        return None
    if found["votes"]:
        return _limited(text, Order("upvotes", True, None, whole=True), found)
    return _limited(text, Order("date", bool(found["new"]), None, whole=True), found)


def _sorted(text: str, bare: bool) -> Ranking | None:
    for found in _SORTED.finditer(text):
        top = _TOP.search(text)
        if not (found["verb"] or top or _ASKED_TO_SORT.match(text) or re.match(r"in order of", found[0].strip(), re.IGNORECASE)):
            continue
        if not near_work(text, found.start(), found.end(), 12) and not (found["votes"] or bare):
            continue
        field = "upvotes" if found["votes"] else "date" if found["date"] else "author_count"
        way = " ".join((found["way"] or found[0]).lower().split())
        up = re.search(r"\basc|increasing|oldest|lowest|fewest|least", way)
        down = re.search(r"\bdesc|decreasing|newest|latest|highest|most", way)
        descending = not up if up or down else field != "date" or top is not None
        ranking = _limited(text, Order(field, descending, None, whole=top is None), found)
        asked = _ASKED_TO_SORT.match(text)
        return Ranking(ranking.order, (*ranking.places, asked.span("verb"))) if asked and not found["verb"] else ranking
    return None


def _limited(text: str, order: Order, found: re.Match[str]) -> Ranking:
    """With the number of papers that the question says elsewhere: `top 5 papers by upvotes`."""
    place = (found.start() + len(found[0]) - len(found[0].lstrip(" ,")), found.end())
    top = _TOP.search(text)
    if top is not None:
        count = number(top["n"]) if top["n"] else None
        return Ranking(Order(order.field, order.descending, count), (place, top.span()))
    said = _HOW_MANY.search(text)
    if said is not None and not (place[0] <= said.start() < place[1]):
        return Ranking(Order(order.field, order.descending, number(said["n"])), (place, said.span("n")))
    return Ranking(order, (place,))


def _superlative(text: str, number_taken: bool, bare: bool) -> Ranking | None:
    for found in _SUPERLATIVE.finditer(text):
        field, descending = _field(found)
        if field == "upvotes" and number_taken:
            continue
        end = found.start("noun") if found["noun"] else found.end()
        if not (found["noun"] or found["shared"] or bare) and not _of_papers(text, found, end):
            continue
        said = found["n"] or found["m"]
        places = [(found.start(), end)]
        elsewhere = None if said else _HOW_MANY.search(text)
        if elsewhere is not None:
            said = elsewhere["n"]
            places.append(elsewhere.span("n"))
        single = _single(text, found) or (bare and not found["noun"] and _PLURAL.search(text) is None)
        return Ranking(Order(field, descending, number(said) if said else 1 if single else None), tuple(places))
    return None


def _field(found: re.Match[str]) -> tuple[str, bool]:
    """What a superlative is of, and whether the most of it."""
    if found["shared"]:
        return "author_count" if "author" in found["by"].lower() else "upvotes", found["shared"].lower() == "most"
    for field, more, less in _FIELDS:
        if found[more] or found[less]:
            return field, bool(found[more])
    return "date", bool(found["new"])


def _of_papers(text: str, found: re.Match[str], end: int) -> bool:
    """`Which paper has the most authors?`, `Of these papers, which is the oldest?`, but not `Which layer is the earliest?`."""
    ends = re.match(r"\s*(?:[?,.;:)]|$|(?:from|by|on|about|and|in|among|of)\b)", text[end:], re.IGNORECASE) is not None
    told = found["mostvotes"] or found["fewvotes"] or found["many"] or found["few"]
    return bool(ends and (told or near_work(text, found.start(), end, _WIDE)))


def _single(text: str, found: re.Match[str]) -> bool:
    noun = found["noun"] or ""
    if not noun and _IS.search(text[: found.start()]):
        return True
    if noun:
        return re.search(rf"\b{_ONE}$", noun.strip(), re.IGNORECASE) is not None and found["n"] is None
    ahead = re.findall(rf"\b{WORK}\b", text[: found.start()], re.IGNORECASE)
    return bool(ahead) and re.fullmatch(_ONE, ahead[-1], re.IGNORECASE) is not None
