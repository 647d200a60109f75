"""Several conditions of one question made one: those that an "or" joins, those that narrow each other, those of two sides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from rag.library.conditions import Conditions

_OR = re.compile(r"\s*,?\s*(?:or|and/or)\s+", re.IGNORECASE)
_AFTER_OR = re.compile(r"\bor $", re.IGNORECASE)
_NAMES = ("organisation", "author", "venue", "file")
_ADDED = ("none_of", "any_of", "ids")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a stretch of the question says: one of `choices` holds, or `all_of` them, or none where they are `excluded`."""

    start: int
    end: int
    choices: tuple[Conditions, ...]
    all_of: bool
    excluded: bool

    def values(self) -> dict[str, Any]:
        """As fields of Conditions. Nobody who says "not by A and B" wants papers by A alone."""
        if self.excluded:
            return {"none_of": self.choices}
        if len(self.choices) == 1:
            return _set(self.choices[0])
        return {"any_of": tuple((one,) for one in self.choices) if self.all_of else (self.choices,)}


def clash(one: Statement, other: Statement) -> bool:
    """Whether both set a number or what is known of a paper: then the first read counts."""
    both = one.values().keys() & other.values().keys()
    return any(name not in (*_ADDED, *_NAMES, "date_from", "date_to") for name in both)


def joined(question: str, statements: Sequence[Statement]) -> list[Statement]:
    """Without those that an "or" joins to something that is no condition: "about bees or from 2024" is not from 2024."""
    kept: list[Statement] = []
    for statement in statements:
        if not _AFTER_OR.search(question[: statement.start]) or (kept and _or_between(question, kept[-1], statement)):
            kept.append(statement)
    return kept


def combined(question: str, statements: Sequence[Statement]) -> dict[str, Any]:
    """The fields of the conditions that say all of it. Dates that overlap narrow each other; dates and names that exclude each
    other, as those of a comparison do, are alternatives."""
    values: dict[str, Any] = {}
    chains: list[list[Statement]] = []
    for statement in statements:
        if chains and _or_between(question, chains[-1][-1], statement):
            chains[-1].append(statement)
        else:
            chains.append([statement])
    for chain in chains:
        if len(chain) == 1:
            _add(values, chain[0].values())
        elif chain[0].excluded:
            _add(values, {"none_of": tuple(one for statement in chain for one in statement.choices)})
        else:
            _add(values, {"any_of": (tuple(Conditions(**statement.values()) for statement in chain),)})
    return values


def _or_between(question: str, one: Statement, other: Statement) -> bool:
    return _OR.fullmatch(question[one.end : other.start]) is not None


def _set(conditions: Conditions) -> dict[str, Any]:
    values = {own.name: getattr(conditions, own.name) for own in fields(conditions)}
    return {name: value for name, value in values.items() if value not in (None, ())}


def _add(values: dict[str, Any], new: dict[str, Any]) -> None:
    for name in _ADDED:
        if name in new:
            values[name] = (*values.get(name, ()), *new[name])
    names = [name for name in _NAMES if name in new]
    for name in names:
        _either(values, {name: values[name]} if name in values else {}, {name: new[name]})
    days: dict[str, Any] = {name: new[name] for name in ("date_from", "date_to") if name in new}
    if days:
        before: dict[str, Any] = {name: values[name] for name in ("date_from", "date_to") if name in values}
        narrowed = _narrowed(before, days)
        if narrowed is None:
            _either(values, before, days)
        else:
            values.update(narrowed)
    values.update({name: value for name, value in new.items() if name not in (*_ADDED, *names, *days)})


def _narrowed(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any] | None:
    """The days of both; None where there are none."""
    first = max((days["date_from"] for days in (one, other) if "date_from" in days), default=None)
    last = min((days["date_to"] for days in (one, other) if "date_to" in days), default=None)
    if first is not None and last is not None and first > last:
        return None
    return {name: day for name, day in (("date_from", first), ("date_to", last)) if day is not None}


def _either(values: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> None:
    """`old`, which `values` hold, or `new`."""
    if not old or old == new:
        values.update(new)
        return
    for name in old:
        del values[name]
    values["any_of"] = (*values.get("any_of", ()), (Conditions(**old), Conditions(**new)))
