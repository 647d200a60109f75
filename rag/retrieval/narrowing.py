"""What a reading keeps and leaves out by what papers say of themselves: topics that are not wanted, kinds that are."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from rag.answering.record import Answer
from rag.library.conditions import Conditions
from rag.retrieval.conditions import Reading
from rag.retrieval.discussed import meant
from rag.retrieval.followup import leans
from rag.retrieval.framing import about_what
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.kinds import wanted

_WHICH = re.compile(
    r"^\W*(?:and |but )?(?:which|what)(?: ones?)?(?: is| are| was| were| has| have| had| got| came|['’]s)\b"
    r"|^\W*(?:please )?(?:sort|order|rank|list|show|only|just)\b",
    re.IGNORECASE,
)
_THOSE = re.compile(r"\b(?:those|these|them|the ones)\b", re.IGNORECASE)
_QUOTES = "\"'“”‘’ "
_SAYS = r"(?:with|ha(?:s|ve|ving)|contain(?:s|ing)?|mention(?:s|ing)?|includ(?:e|es|ing)|say(?:s|ing)?|us(?:e|es|ing))"
_TERM = r"(?: the)?(?: (?:words?|terms?|phrases?|names?))?"
_WORD = r"[\w-]+(?: [\w-]+){0,3}?"
_OF_TITLE = (
    rf"(?:(?:whose|where the|with|ha(?:s|ve)) (?:an? |the )?titles? (?:that )?{_SAYS}"
    r"|(?:^|\b(?:which|what|all|list|show|find) )(?:the |all )?titles? (?:that )?(?:contain|mention|includ)(?:e?s|e|ing)?)"
)
_IN_TITLE = re.compile(
    rf"\b(?:that |which )?(?:{_SAYS}{_TERM} (?:[\"“‘'](?P<quoted>[^\"”’]+?)[\"”’']|(?P<word>{_WORD}))"
    rf" in (?:the |their |its |a )?titles?|{_OF_TITLE}{_TERM} (?P<after>[\"“‘'][^\"”’]+[\"”’']|{_WORD}))"
    r"(?=\W*$|\s+(?:and|are|is|from|by|published|dated|since|before|after|please)\b|\s*[?.,])",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"\b(?:you|we|library|collection|all|every|everything|any|anything|there|else|other)\b", re.IGNORECASE)
"""What asks for papers anew, whatever was listed before."""


def asks_for_extreme(question: str, history: Sequence[Answer], read: Callable[[str], Reading]) -> bool:
    """Whether a turn behind an answer that had conditions asks for the first of papers in an order, and for nothing else: then
    it is not the record of the paper before that is asked for."""
    if not (history and history[-1].filters):
        return False
    reading = read(question)
    return reading.order is not None and not about_what(reading.topic)


def carried_topic(history: Sequence[Answer]) -> str:
    """What a turn of conditions alone is about: the topic of the answers before, as far back as they had conditions too."""
    for answer in reversed(history):
        if not answer.filters or about_what(answer.standalone or ""):
            return answer.standalone or "" if answer.filters else ""
    return ""


def chosen_from(question: str, history: Sequence[Answer], reading: Reading) -> tuple[str, ...] | None:
    """Ids of the papers that a turn of nothing but conditions chooses from: those it points at, or those of the list before,
    which had conditions too ("which are from 2025?", "sort them by date"); None where it chooses from the library."""
    if not reading or about_what(reading.topic):
        return None
    lists = [answer for answer in reversed(history) if len(answer.sources) > 1]
    if (ids := meant(question, history)) is not None or not lists:  # "of them" is of several
        return tuple(source.paper.id for source in lists[0].sources) if ids and len(ids) < 2 and lists else ids
    chosen = [answer for answer in lists if answer.filters] if _THOSE.search(question) else history[-1:]
    if not chosen or chosen[0] not in lists or not chosen[0].filters or _AGAIN.search(question):
        return None
    points = leans(question) or _WHICH.search(question) is not None
    return tuple(source.paper.id for source in chosen[0].sources) if points else None


def narrowed(reading: Reading, retriever: HybridRetriever, without: Collection[str] = ()) -> Reading:
    """The reading with the papers about what is not wanted among those its conditions leave out, and none but those of a kind
    ("surveys from 2025", "papers of 2024 that introduce a data set"). Without a condition a kind counts where nothing else is
    said."""
    return _of_kind(_titled(_without_unwanted(reading, retriever), retriever, without), retriever, without)


def _without_unwanted(reading: Reading, retriever: HybridRetriever) -> Reading:
    topics = [(topic, own.mentions) for own in reading.unwanted for topic in own.topics]
    if not topics:
        return reading
    ids = {paper for topic, mentions in topics for paper in retriever.about(topic, mentions)}
    left_out = Conditions(within=tuple(sorted(ids)))
    return replace(reading, conditions=replace(reading.conditions, none_of=(*reading.conditions.none_of, left_out)))


def _titled(reading: Reading, retriever: HybridRetriever, without: Collection[str]) -> Reading:
    """`papers with "memory" in the title`, `whose title mentions memory`."""
    found = _IN_TITLE.search(reading.topic)
    label = found[0].strip() if found else ""
    if found is None or label in without:
        return reading
    ids = retriever.titled((found["quoted"] or found["word"] or found["after"]).strip(_QUOTES))
    those = (Conditions(within=tuple(sorted(ids))),)
    conditions = replace(reading.conditions, any_of=(*reading.conditions.any_of, those))
    rest = " ".join(f"{reading.topic[: found.start()]} {reading.topic[found.end() :]}".split())
    return replace(reading, conditions=conditions, labels=(*reading.labels, label), topic=rest)


def _of_kind(reading: Reading, retriever: HybridRetriever, without: Collection[str]) -> Reading:
    asked = wanted(reading.topic)
    if asked is None:
        return reading
    label = reading.topic[asked.start : asked.end].strip()
    rest = " ".join(f"{reading.topic[: asked.start]} {reading.topic[asked.end :]}".split())
    if label in without or (not reading and about_what(rest)):
        return reading
    ids = retriever.of_kind(asked.kind, reading.conditions)
    if ids is None:
        return reading
    those = (Conditions(within=tuple(sorted(ids))),)
    conditions = replace(reading.conditions, any_of=(*reading.conditions.any_of, those))
    return replace(reading, conditions=conditions, labels=(*reading.labels, label), topic=rest)
