"""A turn of a conversation as a question that can be searched by itself. Rules only; no model."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence

from rag.answering.record import Answer, Hit
from rag.paper import Paper
from rag.terms import content_words, stem

ALONE_COSINE, ALONE_LEAD = 0.4, 0.1
"""A turn that finds one paper this well, this far ahead of the next, needs nothing from the turns before it: of 21 later
turns in the development dialogues all eight above both bounds found the right paper."""
SHORT = 3  # content words below which the question before is added too
RECALLED = 6  # papers of earlier answers that "those" can mean

_PLACES = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "latter": -1}
PLACE = re.compile(
    rf"\b(?:the|your) ({'|'.join(_PLACES)})\b(?! (?:time|year|years|two|three|few|step|token|layer|author|stage|phase)\b)",
    re.IGNORECASE,
)
SEVERAL = re.compile(
    r"\b(?:all|those|these|the) (?:of (?:them|these|those) )?(two|three|four|five)\b"
    r"|\b(both|all) (?:of )?(?:them|these|those|papers)\b|\b(both)\b",
    re.IGNORECASE,
)
COUNTS = {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "all": RECALLED}
FRESH = re.compile(
    r"^(?!.*\bsame\b).*(?:\b(?:is|are) there (?:an?|any|other|another)\b|\bother papers?\b|\binstead\b|\bi meant\b)",
    re.IGNORECASE | re.DOTALL,
)
LIKE = re.compile(r"\b(?:like|such as|similar to|as) (?:this|that|these|those|it)\b", re.IGNORECASE)
NAME = re.compile(r"\b\w*[A-Z0-9]\w*[A-Z0-9]\w*\b")


THEM = re.compile(
    r"\b(?:of|among|from|in) (?:them|these|those)(?! \w+s\b)"
    r"|\b(?:these|those|the above) (?:papers|ones|works|studies|surveys|articles)\b",
    re.IGNORECASE,
)
"""The papers of the answer before, as a set to choose from."""
SAME = re.compile(r"\b(?:in|from|of|during) (?:the|that) same (?P<span>month|year)\b(?: as (?:it|this|that)\b)?", re.IGNORECASE)
ONLY_CONDITIONS = re.compile(
    r"^\W*(?:(?:and|but|now|ok|what about|how about|only|just)\b[\s,]*)+(?:the ones |those |ones )?"
    r"(?P<rest>(?:(?P<year>(?:19|20)\d\d)\b"
    r"|(?:not )?(?:in|from|since|before|after|until|between|by|with|without|excluding|published|the last|last|this)\b).*?)\W*$",
    re.IGNORECASE,
)


ASKING_ON = re.compile(
    r"^\s*(?:why|(?:on|in|for|with|by|at|to|from|against|over|under) (?:which|what|whom|how))\b", re.IGNORECASE
)
WHOLE = 4  # content words from which a turn that begins so says itself what it is about
LEANING = re.compile(
    r"^\s*(?:and|but|so|what about|how about|what if|or|also|then|how so|ok(?:ay)?|hmm?|well|no|yes|right|sure)\b"
    r"|\b(?:it|its|they|their|them|that|this|these|those|he|she|ones?|former|latter|there|then|others?|same|else|too|as well)\b",
    re.IGNORECASE,
)


_NOUNS = """
ablation accuracy advantage approach author base baseline benchmark benefit cause caveat code conclusion contribution cost data
dataset detail difference disadvantage downside drawback effect evaluation evidence exactly example experiment explanation figure
finding future gain idea improvement key limit limitation main mean method metric model motivation name novelty number outcome
performance problem proposed proof reason result score set setup short shortcoming size solution source speed summary takeaway
task technique theory topic weakness work
"""
PARTS = frozenset(stem(word) for word in _NOUNS.split())
"""What a paper has: a turn of nothing else ("What are the results?") asks for that of the paper talked of."""


def leans(turn: str) -> bool:
    """Whether the wording points back: a connective in front, a pronoun, a place in a list, a mere "why" or "on what", or nothing
    but a part of a paper."""
    said = content_words(turn)
    if set(said) <= PARTS or (len(said) < WHOLE and ASKING_ON.search(turn)):
        return True
    return LEANING.search(turn) is not None or PLACE.search(turn) is not None or SEVERAL.search(turn) is not None


def stands_alone(hits: Sequence[Hit]) -> bool:
    """Whether what the bare turn finds shows that it needs no context."""
    return leads(hits) and hits[0].parts.get("dense", 0.0) >= ALONE_COSINE


def leads(hits: Sequence[Hit]) -> bool:
    """Whether the first paper is far ahead of the next."""
    return bool(hits) and (hits[0].score - hits[1].score if len(hits) > 1 else 1.0) >= ALONE_LEAD


def standalone(turn: str, history: Sequence[Answer]) -> str:
    """The turn with what it leans on put in front of it.

    "The second one" and "those three" mean papers of earlier answers. A name that is new keeps the question that was
    asked and drops the names it was asked about. Anything else is about the paper answered from last; a very short turn
    repeats the question before it, too.
    """
    if not history:
        return turn
    before = history[-1].question
    if FRESH.search(turn):
        return about(turn, _papers(history)[:1]) if LIKE.search(turn) else turn
    place = PLACE.search(turn)
    if place:
        listed, index = _listed(history), _PLACES[place[1].lower()]
        if index < len(listed):
            return about(turn, [listed[index]])
    several = SEVERAL.search(turn)
    if several:
        recalled = _papers(history)
        return about(turn, recalled[: COUNTS[(several[1] or several[2] or several[3]).lower()]])
    said = f"{before} {history[-1].text}".lower()
    if any(name.lower() not in said for name in NAME.findall(turn)) and len(content_words(turn)) < SHORT:
        return f"{NAME.sub(' ', before).strip()} {turn}"
    context = about(turn, _papers(history[-1:]))
    return f"{before} {context}" if len(content_words(turn)) < SHORT or context == turn else context


def conditions_only(turn: str, history: Sequence[Answer]) -> str | None:
    """`and since 2020?` as `papers since 2020`, where the answer before was found under conditions; None for any other turn.
    Elsewhere, a year may be that of anything."""
    found = ONLY_CONDITIONS.match(turn) if history and history[-1].filters else None
    return found and f"papers{', ' if found['year'] else ' '}{found['rest']}"


def dated(turn: str, history: Sequence[Answer]) -> str:
    """The turn with "in the same month" as that of the one paper it points at; as it is where that is not known."""
    found = SAME.search(turn)
    papers = pointed_at(turn, history)[0] if found else []
    day = papers[0].date if len(papers) == 1 else None
    year = day.year if day else papers[0].year if len(papers) == 1 else None
    if found is None or year is None or (day is None and found["span"].lower() == "month"):
        return turn
    span = f"in {calendar.month_name[day.month]} {year}" if day and found["span"].lower() == "month" else f"in {year}"
    return f"{turn[: found.start()]}{span}{turn[found.end() :]}"


def meant(turn: str, history: Sequence[Answer]) -> tuple[str, ...] | None:
    """Ids of the papers that "which of them" chooses from: those of the last answer that has any; None for any other turn."""
    if not THEM.search(turn):
        return None
    last = next((answer for answer in reversed(history) if answer.sources), None)
    return None if last is None else tuple(source.paper.id for source in last.sources)


def pointed_at(turn: str, history: Sequence[Answer]) -> tuple[list[Paper], int]:
    """The papers that "who wrote it?" means, and how many are meant: the one at the place that is said, those of earlier answers
    where more are meant than the last one has, or else all of the last answer that has any."""
    last = next((answer for answer in reversed(history) if answer.sources), None)
    if last is None:
        return [], 0
    place, listed = PLACE.search(turn), _listed(history)
    index = _PLACES[place[1].lower()] if place else None
    if index is not None and index < len(listed):
        return [listed[index]], 1
    several = SEVERAL.search(turn)
    said = (several[1] or several[2] or several[3]).lower() if several else ""
    if COUNTS.get(said, 0) > len(last.sources):
        recalled = _papers(history)[: COUNTS[said]]
        return recalled, 0 if said == "all" else COUNTS[said]
    return [source.paper for source in last.sources], 0


def _papers(history: Sequence[Answer]) -> list[Paper]:
    """The first paper of each earlier answer, the latest answer first, each paper once."""
    found = {answer.sources[0].paper.id: answer.sources[0].paper for answer in reversed(history) if answer.sources}
    return list(found.values())


def _listed(history: Sequence[Answer]) -> list[Paper]:
    """What "the first" counts: the papers of the latest answer that has more than one; else those talked of, in their order."""
    listed = next((answer for answer in reversed(history) if len(answer.sources) > 1), None)
    return [source.paper for source in listed.sources] if listed is not None else _papers(history)[::-1]


def about(turn: str, papers: Sequence[Paper]) -> str:
    """The turn as one about the papers: titles in front of it; the first words of the abstract where there is no title."""
    return " ".join([*(paper.title or " ".join(paper.abstract.split()[:12]) for paper in papers), turn])
