"""From a question as asked to the papers for it: follow-ups resolved, conditions read, sides of an `or` searched apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from rag.answering.record import Answer, Hit
from rag.library.catalogue import Catalogue
from rag.library.conditions import Conditions, Order
from rag.library.selection import Facts, counts, facts
from rag.retrieval.apart import Side, apart
from rag.retrieval.belonging import asks_for_list, belonging, surely_about
from rag.retrieval.conditions import Reading, read_conditions, read_question
from rag.retrieval.discussed import pointed_at, says_place, stands_alone, talked_of
from rag.retrieval.evidence import sentence_passages
from rag.retrieval.extent import asked_about, with_list
from rag.retrieval.followup import Library, about, conditions_only, dated, follow, in_context, in_front, leans, only_parts
from rag.retrieval.foreign import in_english
from rag.retrieval.framing import about_what, asks_for_all
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.narrowing import asks_for_extreme, carried_topic, chosen_from, narrowed
from rag.retrieval.noted import number_of, read_as, understood
from rag.retrieval.particulars import Particulars, called, read_again, read_particulars
from rag.retrieval.pointing import of_records, pointed_particulars
from rag.retrieval.rankings import Helper, chosen, first_of_each, in_order, with_further
from rag.retrieval.understand import QuestionType, asks_to_count, question_type
from rag.terms import content_words

Search = Callable[[str, int], list[Hit]]

AMONG = 20  # papers found among which those that a question names side by side are looked for
GATHERED = 40  # papers a list by topic and metadata holds at most
FEW = 3  # papers that may be meant by one's date or place
CALLED = 10  # papers among which the one is looked for whose record is asked for
ALTERNATIVE = re.compile(r",? \bor\b ", re.IGNORECASE)
WORKS = re.compile(
    r"\b(papers|works?|studies|surveys|articles|abstracts|publications|preprints|research|ones|records|entries|titles"
    r"|everything|anything|benchmarks|datasets)\b",
    re.IGNORECASE,
)
ASKS_FIGURE = re.compile(r"^\W*(?:(?:by|in|on|for|at) )?how (?:much|many|long|fast|far|large|big|often)\b", re.IGNORECASE)
IN_WORKS = re.compile(
    r",? ?\b(?:in|from|of|by|among|across|according to) (?:the |any |all )?(?:papers?|works?|studies|articles)\b ?(?=\W|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a question was taken to mean, and the papers found for it.

    `searched` is the text that was searched; `labels` the conditions in the user's words; `note` says what they did.
    `listing` is True where metadata alone chose the papers, `follows` where the turn was read in the light of earlier ones,
    `ordered` where the hits stand in an order that was asked for, or by date. `opening` says how many papers there are, where
    that was asked and metadata alone tell it; `beyond` is how many matching papers a list by metadata leaves out. `record` is set
    where the records of the papers found answer, not their abstracts; `together` where the papers found are asked about together.
    `sides` are the things that the question puts side by side, their papers first in `hits`; `only` the ids of the papers asked
    about, where that is known. `surely` says that of a list by topic and metadata a paper is surely about the topic.
    """

    hits: tuple[Hit, ...]
    kind: QuestionType
    searched: str
    labels: tuple[str, ...] = ()
    note: str = ""
    listing: bool = False
    follows: bool = False
    ordered: bool = False
    opening: str = ""
    beyond: int = 0
    record: Particulars | None = None
    together: bool = False
    sides: tuple[Side, ...] = ()
    only: tuple[str, ...] = ()
    surely: bool = False


class Finder:
    """Finds the papers for a question. Safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, retriever: HybridRetriever) -> None:
        self._catalogue = catalogue
        self._retriever = retriever
        self._known: tuple[int, Facts] | None = None

    def search(self, question: str, limit: int) -> list[Hit]:
        """At most `limit` papers, best first, those put side by side by name in front; no condition is read."""
        hits = self._retriever.search(question, max(limit, AMONG))
        return list(apart(question, hits, lambda *_: (), limit, described=False).hits[:limit])

    def find(
        self,
        question: str,
        history: Sequence[Answer],
        limit: int,
        *,
        filters: bool = True,
        without: Collection[str] = (),
        helper: Helper | None = None,
        within: Collection[str] | None = None,
    ) -> Found:
        """At most `limit` papers, best first; a list by metadata may be longer. `filters=False` reads no conditions, and
        those whose label is in `without` are read over. Where `within` is given, only papers with these ids are found."""
        if (english := in_english(question)) is not None:
            found = self._find(english, history, limit, filters=filters, without=without, helper=helper, within=within)
            return replace(found, note=" ".join(part for part in (f"Read in English as “{english}”.", found.note) if part))
        return self._find(question, history, limit, filters=filters, without=without, helper=helper, within=within)

    def _find(
        self,
        question: str,
        history: Sequence[Answer],
        limit: int,
        *,
        filters: bool,
        without: Collection[str],
        helper: Helper | None,
        within: Collection[str] | None,
    ) -> Found:
        extreme = asks_for_extreme(question, history, lambda turn: read_question(turn, self._facts()))
        if not extreme and (told := self._by_record(question, history, within)) is not None:
            return told
        question = dated(question, history)
        reading, topic = self._read(question, history, without) if filters else (Reading(), None)
        reading = narrowed(reading, self._retriever, without) if filters else reading
        stated = bool(reading)
        them = chosen_from(question, history, reading) if topic is None else None
        if them is not None:
            within = them if within is None else [key for key in them if key in set(within)]
        stated = stated or (asks_to_count(question) and not about_what(reading.topic or question))
        stated = stated or (asks_for_all(question) and not (history and leans(question)))
        search = self._retriever.search
        if within is not None:
            inside = tuple(within)
            search = partial(self._retriever.search_within, conditions=Conditions(within=inside))
            if stated:
                reading = replace(reading, conditions=replace(reading.conditions, within=inside))
        if stated:
            found = self._find_matching(question, reading, topic, limit, helper)
            return replace(found, follows=topic is not None or them is not None)
        if without and content_words(reading.topic):
            question = reading.topic
        question, changes = self._retriever.spelled(question)
        hits, note = search(question, limit), read_as(changes)
        if not (history and leans(question)):
            row = apart(question, hits, search, limit)
            note = " ".join(filter(None, (note, row.note)))
            if row.sides:
                if (record := of_records(row.sides[0].asked)) is not None:
                    return Found(row.hits[: len(row.sides)], QuestionType.COMPARE, question, note=note, record=record)
                only = row.papers if row.named else with_list(row.papers, question, hits)
                return Found(row.hits, QuestionType.COMPARE, question, note=note, sides=row.sides, only=only)
        if history:
            return self._follow(question, history, limit, search, helper, inside=within, note=note)
        hits = with_further(hits, helper, question, lambda query: search(query, limit))
        kind = question_type(question)
        return Found(tuple(hits), kind, question, note=note, only=asked_about(question, kind, hits))

    def _follow(
        self,
        question: str,
        history: Sequence[Answer],
        limit: int,
        search: Search,
        helper: Helper | None,
        *,
        inside: Collection[str] | None,
        note: str,
    ) -> Found:
        """The papers for a later turn of a conversation."""

        def among(text: str, ids: Collection[str]) -> list[Hit]:
            kept = tuple(key for key in ids if inside is None or key in inside)
            return self._retriever.search_within(text, len(kept), Conditions(within=kept)) if kept else []

        read = follow(question, history, Library(lambda text: search(text, limit), among, self._catalogue.count()))
        # A turn that says all itself is not worth a call of a model, whatever it was weighed as.
        condensed = helper.condensed(question, history) if helper and not read.alone and leans(question) else None
        searched = condensed or read.searched
        hits = with_further(search(searched, limit), helper, searched, lambda query: search(query, limit))
        hits = hits if condensed else in_front(hits, read, among)
        kind = QuestionType.COMPARE if read.several and not condensed else question_type(question)
        return Found(tuple(hits), kind, searched, note=note, follows=not read.alone, together=read.several)

    def _by_record(self, question: str, history: Sequence[Answer], within: Collection[str] | None) -> Found | None:
        """The papers whose record is asked for: those the turn points at, or the one that is called so."""
        pointed = pointed_particulars(question, history) if history else None
        asked = pointed[0] if pointed else read_particulars(question)
        asked = asked or (read_again(question, history[-1].question) if history else None)
        if asked is None or (not asked.paper and not any(answer.sources for answer in history)):
            return None
        if asked.paper and within is None and (chosen_so := self._by_metadata(asked.paper)):
            return Found(tuple(chosen_so), QuestionType.ONE, asked.paper, record=asked)
        if asked.paper:
            inside = Conditions(within=tuple(within)) if within is not None else Conditions()
            search = self._retriever.search if within is None else partial(self._retriever.search_within, conditions=inside)
            near = search(asked.paper, CALLED)
            paper = called(asked.paper, [hit.paper for hit in near])
            if paper is None and (row := apart(asked.paper, near, search, CALLED)).named:
                return Found(row.hits[: len(row.sides)], QuestionType.COMPARE, asked.paper, record=asked)
            paper = paper or (near[0].paper if stands_alone(near) else None)
            if paper is None and not asked.surely:
                return None
            hits = tuple(hit for hit in near if paper is not None and hit.paper.id == paper.id)
        else:
            few, wanted = pointed[1:] if pointed else pointed_at(question, history)
            ids = [paper.id for paper in few]
            if len(ids) < wanted:  # of "those three" the answers quoted two
                found = self._retriever.search(in_context(question, history[-1].question, talked_of(history)), CALLED)
                ids += [hit.paper.id for hit in found if hit.paper.id not in ids][: wanted - len(ids)]
            papers = self._catalogue.get(ids)
            hits = tuple(Hit(papers[key], sentence_passages(papers[key])[0], 1.0, {}) for key in ids if key in papers)
        return Found(hits, QuestionType.ONE, asked.paper or question, follows=not asked.paper, record=asked)

    def _by_metadata(self, called: str) -> list[Hit]:
        """The paper that is called by its place or its date alone: "the newest paper", "the 2013 paper"."""
        reading = read_question(called, self._facts())
        if not reading or about_what(reading.topic):
            return []
        hits = chosen(reading, lambda size, order: self._retriever.listing(reading.conditions, size, order))
        one = reading.order is not None and reading.order.limit == 1
        return hits if one or len(hits) <= FEW else []

    def _read(self, question: str, history: Sequence[Answer], without: Collection[str]) -> tuple[Reading, str | None]:
        """The conditions, and the topic of the answer before where the question is nothing but conditions ("and since 2020?")."""
        if history and (says_place(question, history) or only_parts(question)):
            return Reading(), None
        if again := conditions_only(question, history):
            reading = read_conditions(again, self._facts(), without)
            if reading and not about_what(reading.topic):
                return reading, carried_topic(history)
        read = read_conditions if history and leans(question) and not history[-1].filters else read_question
        return read(question, self._facts(), without), None

    def _find_matching(self, question: str, reading: Reading, before: str | None, limit: int, helper: Helper | None) -> Found:
        """The papers that match the conditions and are about the topic, which is that of the answer before where it is given."""
        topic = before or reading.topic
        note = understood(self._catalogue, reading)
        if not about_what(topic):
            return self._list(question, reading, note)
        topic, changes = self._retriever.spelled(topic)
        note = " ".join(part for part in (note, read_as(changes)) if part)
        if before is None and ASKS_FIGURE.search(topic) and not asks_to_count(question):
            topic = IN_WORKS.sub("", topic)  # of one paper, though papers are named
        conditions = reading.conditions
        several = before is not None or WORKS.search(" ".join((topic, *reading.labels))) is not None
        several = several or (bool(conditions) and asks_for_list(topic))
        kind = QuestionType.LIST if several else question_type(topic)
        # One side's words would drown the other's.
        sides = [part for part in ALTERNATIVE.split(topic) if content_words(part)] or [topic]
        listed = kind is QuestionType.LIST
        limit = max(limit, GATHERED) if listed and reading.order is None else limit
        if conditions or len(sides) > 1:
            hits = self._retriever.search_sides(sides, limit, conditions)
        else:
            hits = self._retriever.search(topic, limit)
        hits = with_further(hits, helper, topic, lambda query: self._retriever.search_within(query, limit, conditions))
        if reading.order and not conditions and (row := apart(topic, hits, self._retriever.search, limit)).sides:
            hits = list(row.hits[: len(row.sides)])  # "order by date: X, Y and Z" is about these
        order = reading.order or (Order("date", False, GATHERED) if listed and conditions.dated else None)
        if order is not None:
            near = belonging(hits, sides)
            known = {hit.paper.id for hit in near}
            further = [hit for hit in hits if hit.paper.id not in known]
            hits = first_of_each(near, reading) if reading.beside else in_order(near, order, further)
        elif listed:
            hits = belonging(hits, sides)
        searched = topic
        if conditions.ids and len(hits) == 1:  # said by its number, the paper is there, whatever words the rest has
            searched = about(topic, [hits[0].paper])
        surely = bool(reading) and (listed or order is not None) and surely_about(hits, sides)
        return Found(tuple(hits), kind, searched, reading.labels, note, ordered=order is not None, surely=surely)

    def _list(self, question: str, reading: Reading, note: str) -> Found:
        """The papers that metadata alone choose."""
        order = reading.order
        hits = chosen(reading, lambda size, order: self._retriever.listing(reading.conditions, size, order))
        opening, beyond = "", 0
        if order is None or order.whole:
            total = counts(self._catalogue, reading.conditions)[0]
            beyond = max(0, total - len(hits))
            opening = number_of(self._catalogue, reading, total) if asks_to_count(question) else ""
        searched = reading.topic or question
        return Found(tuple(hits), QuestionType.LIST, searched, reading.labels, note, listing=True, opening=opening, beyond=beyond)

    def _facts(self) -> Facts:
        """Gathering them costs tens of milliseconds in a large library: they are kept until it changes."""
        version = self._catalogue.version()
        if self._known is None or self._known[0] != version:
            self._known = (version, facts(self._catalogue))
        return self._known[1]
