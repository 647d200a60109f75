"""Conditions in a question: when, how many upvotes or authors, whose, from which file. Only explicit wording counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from rag.library.selection import Conditions, Facts, Order
from rag.retrieval.dates import marked
from rag.retrieval.orders import read_order
from rag.retrieval.wording import Asked, Rule, Said, excluding, near_work, rule

_JOINED = frozenset(("none_of", "any_of"))
"""Fields to which every condition adds; of any other, the first counts."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from a question. `labels` are the conditions in the question's own words; `topic` is the rest of it."""

    conditions: Conditions = field(default_factory=Conditions)
    labels: tuple[str, ...] = ()
    order: Order | None = None
    topic: str = ""


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order in which they are tried."""
    from rag.retrieval.conditions_dates import DATE_RULES
    from rag.retrieval.conditions_numbers import NUMBER_RULES
    from rag.retrieval.named import NAME_RULES

    return (
        rule(r"\b(?:arxiv[: ]\s?)?(?P<id>\d{4}\.\d{4,5})(?:v\d+)?\b", lambda m, _: Said(({"ids": (m["id"],)},))),
        rule(r"\b(?:doi[: ]\s?)?(?P<id>10\.\d{4,9}/\S+[^\s?.,;])", lambda m, _: Said(({"ids": (m["id"].lower(),)},))),
        *NUMBER_RULES,
        *DATE_RULES,
        *NAME_RULES,
    )


def read_conditions(question: str, facts: Facts, without: Collection[str] = ()) -> Reading:
    """The conditions a question states. Rules are tried in order; wording that one has used is not seen by the next.

    Those whose label is in `without` are read over: they neither hold nor stay in the topic. What a "not", "excluding" or
    "other than" turns round is excluded, and where that cannot be decided, it is no condition.
    """
    question = " ".join(question.split())
    asked = Asked(question, facts)
    rest, dated = question, marked(question)
    values: dict[str, Any] = {}
    labels: list[str] = []

    def take(start: int, end: int) -> str:
        nonlocal rest, dated
        rest, dated = (text[:start] + " " * (end - start) + text[end:] for text in (rest, dated))
        return question[start:end].strip(" ,;:?.()[]")

    for each in rules():
        for match in each.pattern.finditer(dated if each.marked else rest):
            text = dated if each.marked else rest
            if not text[match.start() : match.end()].strip() or text[match.start() : match.end()] != match[0]:
                continue  # taken since the search began
            said = each.read(match, asked)
            end = said.end if said and said.end is not None else match.end()
            if said is None or (each.near_work and not near_work(rest, match.start(), end)):
                continue
            start = match.start() if said.excluded else excluding(rest, match.start())
            if start is None:
                continue
            found = said.values(start < match.start())
            if any(name in values and name not in _JOINED for name in found):
                continue
            label = take(start, end)
            if label not in without:
                labels.append(label)
                values |= {name: (*values.get(name, ()), *new) if name in _JOINED else new for name, new in found.items()}
    ranking = read_order(rest, "min_upvotes" in values)
    if ranking is not None:
        label = " … ".join(take(*place) for place in sorted(ranking.places))
        if label in without:
            ranking = None
        else:
            labels.append(label)
    return Reading(Conditions(**values), tuple(labels), None if ranking is None else ranking.order, " ".join(rest.split()))
