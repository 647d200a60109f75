"""Conditions in a question: when, how many upvotes or authors, whose, from which file. Only explicit wording counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache

from rag.library.conditions import Conditions, Order
from rag.library.selection import Facts
from rag.retrieval.dates import marked
from rag.retrieval.joining import Statement, clash, combined, joined
from rag.retrieval.orders import read_order
from rag.retrieval.unwanted import Unwanted, read_unwanted
from rag.retrieval.wording import Asked, Rule, Said, excluding, near_work, rule


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a question. `labels` are the conditions in the question's own words; `topic` is the rest of it, without
    the `unwanted` topics, of which no paper may be."""

    conditions: Conditions = field(default_factory=Conditions)
    labels: tuple[str, ...] = ()
    order: Order | None = None
    topic: str = ""
    unwanted: tuple[Unwanted, ...] = ()


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


def read_conditions(question: str, facts: Facts, without: Collection[str] = ()) -> Reading:
    """The conditions a question states. Rules are tried in order; wording that one has used is not seen by the next.

    Those whose label is in `without` are read over: they neither hold nor stay in the topic. What a "not", "excluding" or
    "other than" turns round is excluded. Wording of which that cannot be decided is no condition, nor is what an "or" joins
    to something that is none.
    """
    question = " ".join(question.split())
    rest = question
    stated = joined(question, _statements(question, facts))
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
    ranking = read_order(rest, "min_upvotes" in values)
    if ranking is not None:
        label = " … ".join(_label(question[start:end]) for start, end in sorted(ranking.places))
        for place in ranking.places:
            rest = _blank(rest, *place)
        if label in without:
            ranking = None
        else:
            labels.append(label)
    order = None if ranking is None else ranking.order
    return Reading(Conditions(**values), tuple(labels), order, " ".join(rest.split()), tuple(unwanted))


def _statements(question: str, facts: Facts) -> list[Statement]:
    """What the rules read from the question, in the order of its words."""
    asked = Asked(question, facts)
    plain, dated = question, marked(question)
    found: list[Statement] = []
    for each in rules():
        for match in each.pattern.finditer(dated if each.marked else plain):
            start, end = match.span()
            if (dated if each.marked else plain)[start:end] != match[0]:
                continue  # taken since the search began
            said = each.read(match, asked)
            if said is None or (each.near_work and not near_work(plain, start, said.end or end)):
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
