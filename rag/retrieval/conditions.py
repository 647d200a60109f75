"""Conditions in a question: when, how many upvotes or authors, whose, from which file. Only explicit wording counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

from rag.library.conditions import Conditions, Order
from rag.library.selection import Facts
from rag.retrieval.conditions_dates import BARE_DATES
from rag.retrieval.conditions_numbers import BARE_NUMBERS
from rag.retrieval.dates import marked
from rag.retrieval.framing import about_what
from rag.retrieval.joining import Statement, clash, combined, joined
from rag.retrieval.named import BARE_NAMES
from rag.retrieval.orders import read_orders
from rag.retrieval.unwanted import Unwanted, read_unwanted
from rag.retrieval.wording import Asked, Rule, Said, excluding, keywords_only, near_work, rule

BARE = 5  # words about something up to which a question is read again as one of papers alone


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a question. `labels` are the conditions in the question's own words; `topic` is the rest of it, without
    the `unwanted` topics, of which no paper may be. `beside` are further orders: of "the oldest and the newest" the second."""

    conditions: Conditions = field(default_factory=Conditions)
    labels: tuple[str, ...] = ()
    order: Order | None = None
    topic: str = ""
    unwanted: tuple[Unwanted, ...] = ()
    beside: tuple[Order, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.conditions or self.order)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order in which they are tried."""
    from rag.retrieval.conditions_dates import DATE_RULES
    from rag.retrieval.conditions_numbers import NUMBER_RULES
    from rag.retrieval.conditions_presence import PRESENCE_RULES
    from rag.retrieval.named import NAME_RULES

    return (
        rule(
            r"(?:(?:\b(?:doi[: ]\s?)?(?:https?://(?:dx\.)?doi\.org/)?10\.48550/|\bhttps?://(?:[a-z]+\.)?|\b)arxiv"
            r"(?:[:. ]\s?|\.org/(?:abs|pdf|html)/)|\b)(?P<id>\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf\b|\b)",
            lambda m, _: Said(({"ids": (m["id"],)},)),
        ),
        rule(
            r"\b(?:doi[: ]\s?)?(?:https?://(?:dx\.)?doi\.org/)?(?P<id>10\.\d{4,9}/\S+[^\s?.,;])",
            lambda m, _: Said(({"ids": (m["id"].lower(),)},)),
        ),
        *PRESENCE_RULES,
        *NUMBER_RULES,
        *DATE_RULES,
        *NAME_RULES,
    )


def read_question(question: str, facts: Facts, without: Collection[str] = ()) -> Reading:
    """As `read_conditions`. Where nothing is left but words that speak of papers as such, wording counts that elsewhere may be
    said of anything: "2021?", "what was there before 2019?", "the last one of 2023"."""
    reading = read_conditions(question, facts, without)
    if len(about_what(reading.topic)) <= BARE:
        bare = read_conditions(question, facts, without, bare=True)
        if bare and not about_what(bare.topic):
            return bare
    return reading


def read_conditions(question: str, facts: Facts, without: Collection[str] = (), *, bare: bool = False) -> Reading:
    """The conditions a question states. Rules are tried in order; wording that one has used is not seen by the next.

    Those whose label is in `without` are read over: they neither hold nor stay in the topic. What a "not", "excluding" or
    "other than" turns round is excluded. Wording of which that cannot be decided is no condition, nor is what an "or" joins
    to something that is none. `bare` takes it that papers are spoken of and nothing else.
    """
    question = " ".join(question.split())
    rest = question
    stated = joined(question, _statements(question, facts, bare))
    for statement in stated:
        rest = _blank(rest, statement.start, statement.end)
    labels = [_label(question[statement.start : statement.end]) for statement in stated]
    kept = [statement for statement, label in zip(stated, labels, strict=True) if label not in without]
    values = combined(question, kept)
    labels = [label for label in labels if label not in without]
    unwanted = []
    for topic in list(read_unwanted(rest)):
        label = _label(question[topic.start : topic.end])
        rest = _blank(rest, topic.start, topic.end)
        if label not in without:
            labels.append(label)
            unwanted.append(topic)
    orders = []
    for ranking in read_orders(rest, "min_upvotes" in values, bare=bare):
        label = " … ".join(_label(question[start:end]) for start, end in sorted(ranking.places))
        for place in ranking.places:
            rest = _blank(rest, *place)
        if label not in without:
            labels.append(label)
            orders.append(ranking.order)
    first = orders[0] if orders else None
    return Reading(Conditions(**values), tuple(labels), first, " ".join(rest.split()), tuple(unwanted), tuple(orders[1:]))


def _statements(question: str, facts: Facts, bare: bool) -> list[Statement]:
    """What the rules read from the question, in the order of its words."""
    asked = Asked(question, facts)
    keywords = keywords_only(question)  # of which a date can only be that of the papers
    plain, dated = question, marked(question)
    found: list[Statement] = []
    for each in (*rules(), *BARE_NAMES, *BARE_NUMBERS, *BARE_DATES) if bare else rules():
        for match in each.pattern.finditer(dated if each.marked else plain):
            start, end = match.span()
            if (dated if each.marked else plain)[start:end] != match[0]:
                continue  # taken since the search began
            said = each.read(match, asked)
            anywhere = bare or not each.near_work or (keywords and each.marked)
            if said is None or not (anywhere or near_work(plain, start, said.end or end)):
                continue
            begin = excluding(plain, start)
            if begin is None or (said.excluded and begin < start):
                continue
            end = said.end or end
            statement = Statement(begin, end, said.conditions(), said.all_of, said.excluded or begin < start)
            if not any(clash(statement, other) for other in found):
                found.append(statement)
                plain, dated = _blank(plain, begin, end), _blank(dated, begin, end)
    return sorted(found, key=lambda statement: statement.start)


def _label(text: str) -> str:
    return text.strip(" ,;:?.()[]")


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
