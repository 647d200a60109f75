"""Who does it to whom, and which is the greater: statements in which two things have changed places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.polarity import Cue
from rag.terms import content_words, stem

THAN = re.compile(
    r"\b(?:than|compared (?:with|to)|in comparison (?:with|to)|relative to|versus|vs\.?|outperform\w*|beats?|over)\b", re.I
)
NAME = re.compile(r"\b(?=\w*[A-Z0-9])(?=\w*[A-Za-z])[\w]+(?:-[\w]+)*\b")
BY = re.compile(r"\bby\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+")
JOINING = frozenset({"and", "or", "with", "both", "the", "a", "an", "as", "well", "is", "are", "of", "in", "on", "for"})
CLAUSE = re.compile(r"[,;:()]")
BETWEEN = 0.5  # share of the words between two names that must be the same


@dataclass(frozen=True, slots=True)
class Comparison:
    """What stands before and after the mark of a comparison, as stems; its sign: which side has more; which stems are names."""

    left: frozenset[str]
    right: frozenset[str]
    sign: int
    names: frozenset[str]


def comparison(text: str, cues: Sequence[Cue]) -> Comparison | None:
    """The first comparison of a text: a cue of degree, then "than" or its like. None where there is none."""
    for mark in THAN.finditer(text):
        verb = mark.group()[0] in "oObB" and mark.group().lower() != "over"
        signs = [cue.sign for cue in cues if cue.end <= mark.start() and cue.pole and cue.axis in {"amount", "quality"}]
        if not signs and not verb:
            continue
        left, right = (frozenset(content_words(side)) for side in (text[: mark.start()], text[mark.end() :]))
        return Comparison(left - right, right - left, signs[-1] if signs else 1, frozenset(map(stem, _names(text))))
    return None


def same_order(a: Comparison, b: Comparison) -> int:
    """1 where both give the same side more, -1 where not, 0 where it cannot be told which sides correspond."""
    if a.left & b.right and a.right & b.left and not a.right & b.right:
        return -a.sign * b.sign
    named = _sides(a, b, a.names | b.names)
    straight, crossed = named if named[0] != named[1] else _sides(a, b, a.left | a.right)
    if straight == crossed:
        return 0
    return a.sign * b.sign * (1 if straight > crossed else -1)


def _sides(a: Comparison, b: Comparison, among: frozenset[str]) -> tuple[int, int]:
    """How many words stand on the same side of both, and how many have changed sides."""
    straight, crossed = (a.left & b.left) | (a.right & b.right), (a.left & b.right) | (a.right & b.left)
    return len(straight & among), len(crossed & among)


def exchanged(said: str, given: str) -> bool:
    """Whether two names of `said` stand in `given` in the other order, with much the same words between them: "A replaces B" for
    "B replaces A". A passive on one side only ("is replaced by") is no exchange."""
    names = _names(said)
    theirs = _names(given)
    for first, (start, _) in names.items():
        for second, (_, end) in names.items():
            if start >= end or first == second or first not in theirs or second not in theirs:
                continue
            inner, outer = said[names[first][1] : names[second][0]], given[theirs[second][1] : theirs[first][0]]
            if theirs[second][0] >= theirs[first][0] or bool(BY.search(inner)) != bool(BY.search(outer)):
                continue
            if CLAUSE.search(inner + outer):
                continue
            mine, other = _words(inner), _words(outer)
            if mine and other and len(mine & other) / min(len(mine), len(other)) >= BETWEEN:
                return True
    return False


def _words(text: str) -> set[str]:
    return {stem(word) for word in WORD.findall(text.lower())} - JOINING


def _names(text: str) -> dict[str, tuple[int, int]]:
    """Names that occur once: words with a capital or a digit inside, or a capital anywhere but at the beginning."""
    found: dict[str, list[tuple[int, int]]] = {}
    for match in NAME.finditer(text):
        plain = match.group()[1:].islower() and match.start() == 0
        if not plain:
            found.setdefault(match.group().lower(), []).append(match.span())
    return {name: places[0] for name, places in found.items() if len(places) == 1}
