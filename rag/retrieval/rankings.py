"""Rankings joined, cut and sorted: the hits of further queries, those near the best, those in an order that was asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from rag.answering.record import Answer, Hit
from rag.library.conditions import Order
from rag.paper import Paper
from rag.retrieval.conditions import Reading

FURTHER = 0.95  # what a further query counts
LISTED = 100  # papers a list by metadata alone holds at most
TIED = 10  # papers that may share the place that one was asked for
RANKED = 5  # papers "the newest papers" stands for where no number is said


class Helper(Protocol):
    """What a language model may add to the reading of a question; see `rag.retrieval.stages`."""

    def condensed(self, question: str, history: Sequence[Answer]) -> str | None:
        """A later turn as a question that stands by itself, or None where the rules shall say it."""
        ...

    def further(self, question: str) -> Sequence[str]:
        """Further queries to search."""
        ...


def with_further(hits: Sequence[Hit], helper: Helper | None, question: str, search: Callable[[str], Sequence[Hit]]) -> list[Hit]:
    """The hits with those of the helper's further queries, each paper with its best score, as many as the question found.

    A further query's best paper counts FURTHER of what the question's own best one does, and the others in proportion: a
    query that goes astray brings papers in, and puts none in front.
    """
    best = {hit.paper.id: hit for hit in hits}
    for query in helper.further(question) if helper and hits else ():
        found = search(query)
        share = FURTHER * min(1.0, hits[0].score / found[0].score) if found and found[0].score > 0 else 0.0
        for hit in found:
            score = share * hit.score
            if hit.paper.id not in best or score > best[hit.paper.id].score:
                best[hit.paper.id] = replace(hit, score=score)
    return sorted(best.values(), key=lambda hit: -hit.score)[: len(hits)]


def chosen(reading: Reading, listing: Callable[[int, Order | None], Sequence[Hit]]) -> list[Hit]:
    """The papers that metadata alone choose: all, or those first in each order; `listing` gives so many in an order."""
    order = reading.order
    if order is None or not (order.whole and reading.beside):
        return _together([_first(order, listing), *(_first(own, listing) for own in reading.beside)])
    # "The three most upvoted papers, newest first": the extreme chooses, the order sorts.
    few = _together([_first(own, listing) for own in reading.beside])
    return in_order([replace(hit, score=1.0) for hit in few], order)


def first_of_each(hits: Sequence[Hit], reading: Reading) -> list[Hit]:
    """As `chosen`, among hits that a topic found."""
    extremes = [order for order in (reading.order, *reading.beside) if order is not None and not order.whole]
    few = _together([in_order(hits, order) for order in extremes])
    return in_order(few, reading.order) if reading.order is not None and reading.order.whole else few


def _first(order: Order | None, listing: Callable[[int, Order | None], Sequence[Hit]]) -> Sequence[Hit]:
    if order is None or order.whole:
        return listing(LISTED, order)
    if order.limit == 1:
        return ties(listing(TIED, order), order)
    if order.limit is None and order.field != "date":  # "the most upvoted papers" are those that share the first place, if any do
        hits = listing(TIED + 1, order)
        tied = ties(hits, order)
        return tied if 1 < len(tied) <= TIED else hits[:RANKED]
    return listing(order.limit or RANKED, order)


def _together(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    """Each paper once, in order."""
    return list({hit.paper.id: hit for own in lists for hit in own}.values())


def ties(hits: Sequence[Hit], order: Order) -> list[Hit]:
    """Those that share the first place."""
    return [hit for hit in hits if value_of(hit.paper, order.field) == value_of(hits[0].paper, order.field)]


def value_of(paper: Paper, field: str) -> Any:
    """What an order sorts by. A paper of which only the year is known counts as from its first day, as in `select`."""
    if field == "date" and paper.date is None and paper.year is not None:
        return dt.date(paper.year, 1, 1)
    return getattr(paper, field)


def in_order(near: Sequence[Hit], order: Order, further: Sequence[Hit] = ()) -> list[Hit]:
    """The hits that belong to a list, sorted by a field, as many as asked; those without it are left out. Where the whole list
    was to be sorted, those without the field and those further off follow."""
    values = {hit.paper.id: value_of(hit.paper, order.field) for hit in near}
    known = [hit for hit in near if values[hit.paper.id] is not None]
    ordered = sorted(known, key=lambda hit: values[hit.paper.id], reverse=order.descending)
    if order.whole:
        return [*ordered, *(hit for hit in near if values[hit.paper.id] is None), *further]
    return ordered[: order.limit or RANKED]
