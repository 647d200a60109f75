"""The papers a conversation has been about, and which of them a turn says it means."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.answering.record import Answer, Hit
from rag.paper import Paper
from rag.retrieval.turns import COUNTS, EVERY, PIECES, read_turn
from rag.terms import content_words

ALONE_COSINE, ALONE_LEAD = 0.4, 0.1
"""A turn that finds one paper this well, this far ahead of the next, needs nothing from the turns before it: of 21 later
turns in the development dialogues all eight above both bounds found the right paper."""
_PLACES = {"first": 0, "former": 0, "second": 1, "middle": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "latter": -1}

_NOT_A_PAPER = """
attempt attempts author authors case category columns? component components day days dataset epoch experiment few figure half
iteration layer layers loss model module month months name number option part parts phase phases place round row sentence stage
stages step steps task tasks term test three time times to token tokens two type week weeks word words year years
"""
PLACE = re.compile(
    rf"\b(?:the|your|my|that) (?:very )?({'|'.join(_PLACES)})\b(?! (?:{'|'.join(_NOT_A_PAPER.split())})\b)"
    rf"|^\W*(?:(?:and|so|ok) )?({'|'.join(_PLACES)}) (?:one|paper|study|article|answer)\b",
    re.IGNORECASE,
)
_RUN = re.compile(
    r"\b(?:the|your) (?:(?P<end>first|last) (?P<number>two|three|four)|(?P<few>two|three|four) (?P<side>first|last))\b"
    rf"(?! {PIECES}\b)",
    re.IGNORECASE,
)
_ONE_AT = re.compile(
    rf"\b(?:the|your|that) (?:(?:{'|'.join(_PLACES)}) (?:one|of (?:them|these|those))|former|latter)\b", re.IGNORECASE
)
_BESIDE = re.compile(
    r"\b(?:than|compare[ds]?|comparing|contrast\w*|versus|vs\.?|differ\w*|relate[ds]?|unlike|similar)\b", re.IGNORECASE
)
_FROM_THE_START = re.compile(r"\b(?:back|return\w*|question|answer|we (?:started|began)|topic|conversation)\b", re.IGNORECASE)
THEM = re.compile(
    r"\b(?:of|among|from|in) (?:them|these|those)(?! (?!(?:has|is|was|does)\b)\w+s\b)"
    r"|\b(?:these|those|the above) (?:papers|ones|works|studies|surveys|articles)\b",
    re.IGNORECASE,
)
"""The papers of the answer before, as a set to choose from."""


def stands_alone(hits: Sequence[Hit]) -> bool:
    """Whether what a bare question finds shows that it needs no context."""
    return leads(hits) and hits[0].parts.get("dense", 0.0) >= ALONE_COSINE


def leads(hits: Sequence[Hit]) -> bool:
    """Whether the first paper is far ahead of the next."""
    return bool(hits) and (hits[0].score - hits[1].score if len(hits) > 1 else 1.0) >= ALONE_LEAD


def latest(history: Sequence[Answer]) -> Answer | None:
    """The last answer that quotes a paper."""
    return next((answer for answer in reversed(history) if answer.sources), None)


def paper_of(answer: Answer) -> Paper | None:
    """The paper an answer is about: the first quoted; of a refusal the one found, where it was found far ahead of the next."""
    if answer.sources:
        return answer.sources[0].paper
    return answer.retrieved[0].paper if stands_alone(answer.retrieved) else None


def in_order(history: Sequence[Answer]) -> list[Paper]:
    """The paper of each answer in the order of the conversation, each paper once."""
    return list({paper.id: paper for answer in history if (paper := paper_of(answer)) is not None}.values())


def talked_of(history: Sequence[Answer]) -> list[Paper]:
    """The paper of each earlier answer, the latest answer first, each paper once."""
    return in_order(history[::-1])


def mentioned(history: Sequence[Answer]) -> list[Paper]:
    """All papers quoted so far, the latest first, each once."""
    return list({source.paper.id: source.paper for answer in reversed(history) for source in answer.sources}.values())


def listed(history: Sequence[Answer], turn: str = "") -> list[Paper]:
    """What "the first" counts: the papers of the latest answer that has more than one; else, and where the turn goes back to the
    start of the conversation, those talked of, in their order."""
    several = next((answer for answer in reversed(history) if len(answer.sources) > 1), None)
    if several is None or _FROM_THE_START.search(turn):
        return in_order(history)
    return [source.paper for source in several.sources]


def is_so_called(paper: Paper, words: Collection[str]) -> int:
    """Whether a paper holds all the words of "the ... one": 2 in its title, 1 in its abstract, 0 where it does not or there are
    none."""
    if words and set(words) <= set(content_words(paper.title or "")):
        return 2
    return int(bool(words) and set(words) <= set(content_words(f"{paper.title or ''} {paper.abstract}")))


def placed(turn: str, history: Sequence[Answer]) -> list[Paper]:
    """The papers at the places that the turn names; with the one talked of last, where the turn sets another beside it."""
    among = listed(history, turn)
    if run := _RUN.search(turn):
        number = COUNTS[(run["number"] or run["few"]).lower()]
        return among[:number] if (run["end"] or run["side"]).lower() == "first" else among[-number:]
    indices = dict.fromkeys(_PLACES[(found[1] or found[2]).lower()] for found in PLACE.finditer(turn))
    papers = [among[index] for index in indices if index < len(among)]
    focus = talked_of(history)[:1]
    if len(papers) == 1 and focus and _BESIDE.search(turn) and focus[0].id != papers[0].id:
        papers += focus
    return papers


def says_place(turn: str, history: Sequence[Answer]) -> bool:
    """Whether "the first one" or "the latter" is a paper of the conversation: no order of the library is asked for."""
    return (_ONE_AT.search(turn) or _RUN.search(turn)) is not None and bool(placed(turn, history))


def together(number: int, history: Sequence[Answer]) -> list[Paper]:
    """So many papers, those that the conversation was about last; those of the last answer where it has that many."""
    last = latest(history)
    if last is None or number == 0:
        return []
    if len(last.sources) >= (2 if number == EVERY else number):
        return [source.paper for source in last.sources[:number]]
    return talked_of(history)[:number]


def meant(turn: str, history: Sequence[Answer]) -> tuple[str, ...] | None:
    """Ids of the papers that "which of them" chooses from: those of the last answer that has any; None for any other turn."""
    last = latest(history) if THEM.search(turn) else None
    return None if last is None else tuple(source.paper.id for source in last.sources)


def pointed_at(turn: str, history: Sequence[Answer]) -> tuple[list[Paper], int]:
    """The papers that "who wrote it?" means, and how many are meant: the one at the place that is said, those of earlier answers
    where more are meant than the last one has, or else all of the last answer that has any."""
    last = latest(history)
    if last is None:
        return [], 0
    if papers := placed(turn, history):
        return papers, len(papers)
    number = read_turn(turn).together
    if number > 0:
        return together(number, history), 0 if number == EVERY else number
    return [source.paper for source in last.sources], 0
