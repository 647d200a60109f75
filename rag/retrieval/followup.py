"""A turn of a conversation as a question that can be searched by itself, and the papers it is about. Rules and two fitted ones;
no model."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from rag.answering.record import Answer, Hit
from rag.paper import Paper
from rag.retrieval.discussed import (
    PLACE,
    is_so_called,
    mentioned,
    paper_of,
    placed,
    pointed_at,
    stands_alone,
    talked_of,
    together,
)
from rag.retrieval.lookup import LIFT
from rag.retrieval.moving import contest, fits
from rag.retrieval.turns import Turn, read_turn
from rag.terms import content_words, stem

SHORT = 3  # content words below which the question before is added too

RIVALS = 6  # papers found for a question whose answer may be from the wrong one
BEHIND, DOUBT = 8.0, 1.5
"""What a later turn has to add for another paper that the question before found than the one answered from: its lead over that
one counts against the score by which it was behind. In 40 development dialogues the right paper is taken in one of the three
whose first answer is wrong, and a wrong one nowhere."""
MENTIONED = 12  # papers quoted last that a turn may go back to
FOUND = 0.25  # cosine from which a paper that the turn says there is has been found
KNOWN, CALLED = 1.0, 3.0  # log odds for a paper that was talked of before, and for one that "the ... one" describes
NAME = re.compile(r"\b\w*[A-Z0-9]\w*[A-Z0-9]\w*\b")
SEVERAL = re.compile(
    r"(?<!these )(?<!those )(?<!both )(?<!two )(?<!three )\b(?:papers|studies|surveys|articles|publications|preprints)\b",
    re.IGNORECASE,
)
MORE = re.compile(r"\b(?:other|others|else|more|further|additional|another)\b", re.IGNORECASE)
STRANGE, TELLING = 0.1, 0.75
"""Cosine and BM25 below which a paper has nothing of a turn: of 131 turns about the paper before one is below both and does not
point back by its wording, of 19 about anything at all 12."""
ASKING = re.compile(
    r"\b(?:(?:what|how)(?! about\b)|which|who|whom|whose|why|when|where|does|do|did|is|are|was|were|has|have|can)\b",
    re.IGNORECASE,
)
BEFORE = re.compile(r"\b(?:before|previous|earlier)\b", re.IGNORECASE)
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
    r"|\b(?:it|its|they|their|them|that|this|these|those|he|she|ones?|former|latter|there|then|others?|same|else|too|as well"
    r"|earlier|older|newer)\b",
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


@dataclass(frozen=True, slots=True)
class Library:
    """What a turn is weighed with: `search` for a text, `within` the papers with these ids, and how many papers there are."""

    search: Callable[[str], list[Hit]]
    within: Callable[[str, Collection[str]], list[Hit]]
    papers: int


@dataclass(frozen=True, slots=True)
class Followed:
    """What a turn means. `searched` is the text to search; `papers` are what it is about, empty where that is open; `alone` where
    it needs nothing of the conversation, `several` where it is about these papers together, `other` where about another paper
    than `papers`."""

    searched: str
    papers: tuple[Paper, ...] = ()
    alone: bool = False
    several: bool = False
    other: bool = False


def follow(turn: str, history: Sequence[Answer], library: Library) -> Followed:
    """The turn in the light of the answers before it.

    Papers that the wording points at ("the second one", "those two", "back to the first") are taken from the conversation.
    Any other turn is searched as it stands, and what it finds is weighed against the paper talked of, see `rag.retrieval.moving`.
    """
    read = read_turn(turn)
    said = together(read.together, history) if read.together else [] if read.moves else placed(turn, history)
    if len(said) > 1 or (said and not read.together):
        return Followed(about(read.text, said), tuple(said), several=len(said) > 1)
    bare = library.search(read.text)
    focus = _focus(read.text, history, library)
    if focus is None:
        alone = read.moves or not leans(turn) or stands_alone(bare)
        return Followed(read.text if alone else f"{history[-1].question} {read.text}", alone=alone)
    if read.returns:
        focus = _earlier(turn, focus, history, library)
    if read.alike:
        return Followed(about(turn, [focus]), (focus,), other=True)
    return _weighed(read, focus, bare, history, library)


def _weighed(read: Turn, focus: Paper, bare: Sequence[Hit], history: Sequence[Answer], library: Library) -> Followed:
    """The turn as one about the paper talked of, about another, or about nothing of the conversation."""
    if SEVERAL.search(read.text):
        return Followed(read.text, (focus,) if MORE.search(read.text) else (), alone=True, other=True)
    rivals = max((is_so_called(paper, read.called) for paper in mentioned(history) if paper != focus), default=0)
    called = is_so_called(focus, read.called)
    if called and (called == 2 or rivals < 2) and not read.corrects:  # the description is that of the paper talked of
        read = replace(read, described=False)
    told = read.described or read.moves or read.corrects  # that there is another paper
    if (other := _other(read, focus, bare, history, library)) is not None:
        if read.beside and not (read.moves or read.corrects):
            return Followed(about(read.text, [focus]), (focus, other.paper), several=True)
        text = read.text if read.moves else _asked(read.text, history[-1].question)
        found = other.parts.get("dense", 0.0) >= FOUND
        return Followed(text, (other.paper,), alone=not (told and found) and other.paper not in mentioned(history))
    if read.moves or read.described or (not leans(read.text) and _strange(read.text, focus, library)):
        return Followed(read.text, alone=True)
    return Followed(in_context(read.text, history[-1].question, [focus]), (focus,))


def _strange(turn: str, focus: Paper, library: Library) -> bool:
    """Whether the paper talked of has nothing of the turn, neither a telling word nor what it means."""
    parts = next((hit.parts for hit in library.within(turn, [focus.id])), {})
    return len(content_words(turn)) > 1 and parts.get("dense", 0.0) < STRANGE and parts.get("keyword", 0.0) < TELLING


def _other(read: Turn, focus: Paper, bare: Sequence[Hit], history: Sequence[Answer], library: Library) -> Hit | None:
    """The paper that the turn means rather than the one talked of: the best that the bare turn finds, or one talked of before;
    None where it stays."""
    found = next((hit for hit in bare if hit.paper.id != focus.id), None)
    if found is None:
        return None
    scores = {hit.paper.id: hit.score for hit in bare}
    known = [paper.id for paper in mentioned(history)[:MENTIONED] if paper.id not in (focus.id, found.paper.id)]
    hits = library.within(read.text, [found.paper.id, focus.id, *known])

    def odds(hit: Hit) -> float:
        met = (CALLED if is_so_called(hit.paper, read.called) else KNOWN) if hit.paper.id in known else 0.0
        scored = replace(hit, score=scores.get(hit.paper.id, found.score))
        return met + contest(scored, focus.id, hits, library.papers).log_odds(read)

    best = max((hit for hit in hits if hit.paper.id != focus.id), key=odds, default=None)
    return best if best is not None and odds(best) > 0 else None


def _earlier(turn: str, focus: Paper, history: Sequence[Answer], library: Library) -> Paper:
    """The paper that the conversation goes back to: the one before, or the one that the turn is most about."""
    earlier = [paper for paper in talked_of(history) if paper.id != focus.id]
    if not earlier or BEFORE.search(turn):
        return earlier[0] if earlier else focus
    hits = library.within(turn, [paper.id for paper in earlier])
    return hits[0].paper if hits else focus


def _focus(turn: str, history: Sequence[Answer], library: Library) -> Paper | None:
    """The paper talked of: of the last answer's the one that fits the turn best, where one plainly does, or else its first. A
    refused turn was about what it was read as; None where nothing has been talked of."""
    before = history[-1]
    if not before.sources:
        followed = before.retrieved and before.standalone not in ("", before.question)
        return before.retrieved[0].paper if followed else next(iter(talked_of(history)), None)
    first = before.sources[0].paper
    rivals = {source.paper.id: 0.0 for source in before.sources[1:]}
    if not any(paper == first for paper in map(paper_of, history[:-1])):  # it came with the last answer, which may be wrong
        near = {hit.paper.id: hit.score for hit in before.retrieved[:RIVALS]}
        rivals = {key: near[first.id] - score for key, score in near.items() if first.id in near} | rivals
    hits = library.within(turn, [first.id, *(key for key in rivals if key != first.id)])
    doubts = {
        hit.paper.id: fits(hit, first.id, hits, library.papers) - BEHIND * rivals[hit.paper.id]
        for hit in hits
        if hit.paper.id in rivals
    }
    best = max(hits, key=lambda hit: doubts.get(hit.paper.id, 0.0), default=None)
    return best.paper if best is not None and doubts.get(best.paper.id, 0.0) > DOUBT else first


def _asked(turn: str, before: str) -> str:
    """A turn of hardly more than a name repeats the question before it, without the names that one was asked about."""
    short = len(content_words(turn)) < SHORT and ASKING.search(turn) is None
    return f"{NAME.sub(' ', before).strip()} {turn}" if short else turn


def in_context(turn: str, before: str, papers: Sequence[Paper]) -> str:
    """The turn as one about the papers; a very short one repeats the question before it, too."""
    context = about(turn, papers)
    return f"{before} {context}" if len(content_words(turn)) < SHORT else context


def in_front(hits: Sequence[Hit], followed: Followed, within: Callable[[str, Collection[str]], list[Hit]]) -> list[Hit]:
    """The ranking with the papers that the turn is about in front; those alone where it is about them together."""
    wanted = [paper.id for paper in followed.papers]
    if followed.other:
        return [hit for hit in hits if hit.paper.id not in wanted]
    known = {hit.paper.id: hit for hit in hits}
    if lacking := [key for key in wanted if key not in known]:
        known |= {hit.paper.id: hit for hit in within(followed.searched, lacking)}
    best = max((hit.score for hit in hits), default=1.0)
    front = [replace(known[key], score=best + LIFT) for key in wanted if key in known]
    return front if followed.several else [*front, *(hit for hit in hits if hit.paper.id not in wanted)]


def leans(turn: str) -> bool:
    """Whether the wording points back: a connective in front, a pronoun, a place in a list, a mere "why" or "on what", or nothing
    but a part of a paper."""
    if only_parts(turn) or (len(content_words(turn)) < WHOLE and ASKING_ON.search(turn)):
        return True
    return LEANING.search(turn) is not None or PLACE.search(turn) is not None or read_turn(turn).together > 0


def only_parts(turn: str) -> bool:
    """Whether a turn speaks of nothing but parts of a paper: "Which datasets?" """
    return set(content_words(turn)) <= PARTS


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


def about(turn: str, papers: Sequence[Paper]) -> str:
    """The turn as one about the papers: titles in front of it; the first words of the abstract where there is no title."""
    return " ".join([*(paper.title or " ".join(paper.abstract.split()[:12]) for paper in papers), turn])
