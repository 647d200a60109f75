"""Which way a text points: words of opposite poles, what negates them, and where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from rag.terms import stem

SCOPE = 6
"""Words behind a negator that it reaches (the window of NegEx, Chapman et al. 2001), unless the clause ends before."""

WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|\d+(?:[.,]\d+)*%?|[;:,()]")
CONTRACTION = re.compile(r"n['’]t\b")
NEGATING = """
not nt no never neither nor without cannot lack lacks lacked lacking fail fails failed failing unable unlikely hardly barely
scarcely none nothing absence
"""
HAPPENING = "effect affect alter change influence impact role difference differ associate correlate evidence relation"
POINTLESS = "activity activities presents presenting progression progressive supports supported effectiveness"
NEGATORS = frozenset(NEGATING.split())
CLAUSE_ENDS = frozenset({";", ":", "but", "however", "although", "though", "whereas", "while", "yet"})
EFFECTS = frozenset(map(stem, HAPPENING.split()))
"""Stems of words that say that something happens, and not which way."""
PLAIN_EFFECT = frozenset({"effect", "effects"})  # share their stem with "effective"
DIRECTED = frozenset({"amount", "effect", "quality"})
"""Axes whose poles are comparable with each other: what promotes, increases or improves points up."""
NOT_CUES = frozenset(POINTLESS.split())
"""Words whose stem is a cue's while they themselves point nowhere."""
EFFECT = "whether"  # the axis of EFFECTS


@dataclass(frozen=True, slots=True)
class Cue:
    """A word that points: `pole` is +1 or -1 on `axis`, 0 where it only says that something happens; offsets in the text."""

    axis: str
    pole: int
    negated: bool
    start: int
    end: int

    @property
    def sign(self) -> int:
        """The pole after negation."""
        return -self.pole if self.negated else self.pole

    @property
    def outlook(self) -> tuple[float, float, float]:
        """Shares of up, nothing and down that the cue, with its negation, leaves open: "did not increase" is mostly nothing."""
        if self.pole == 0:
            return (0.0, 1.0, 0.0) if self.negated else (0.5, 0.0, 0.5)
        up, down = (1.0, 0.0) if not self.negated else (0.0, 0.2)
        none = 0.8 if self.negated else 0.0
        return (up, none, down) if self.pole > 0 else (down, none, up)


def agreement(a: Cue, b: Cue) -> float:
    """1 where both point the same way, -1 where not, between where one of them leaves it open."""
    return 2 * sum(x * y for x, y in zip(a.outlook, b.outlook, strict=True)) - 1


def comparable(a: Cue, b: Cue) -> bool:
    """Whether two cues can agree or not: the same axis, or both say what is done to something."""
    wide = DIRECTED | {EFFECT}
    return a.axis == b.axis or (a.axis in wide and b.axis in wide)


def cues(text: str) -> list[Cue]:
    """The cues of a text in order."""
    poles = _poles()
    found: list[Cue] = []
    reach = 0  # words that the last negator still reaches
    for word, start, end in words(text):
        if word in CLAUSE_ENDS:
            reach = 0
        elif word[0].isalpha():
            root = stem(word)
            axis, pole = (EFFECT, 0) if word in PLAIN_EFFECT else poles.get(root, (EFFECT, 0))
            if word not in NOT_CUES and (pole or root in EFFECTS):
                found.append(Cue(axis, pole, reach > 0, start, end))
        reach = SCOPE if word in NEGATORS else reach - 1
    return found


def negates(text: str) -> bool:
    """Whether a negator stands anywhere in the text."""
    return any(word in NEGATORS for word, _, _ in words(text))


@lru_cache(maxsize=64)  # a text is asked for its cues, its denials and what stands beside them
def words(text: str) -> tuple[tuple[str, int, int], ...]:
    """Lower-cased words and clause marks with their offsets; `n't` stands apart, as `nt`."""
    plain = CONTRACTION.sub(" nt", text)  # as long as it was
    return tuple((found.group().lower(), *found.span()) for found in WORD.finditer(plain))


@cache
def _poles() -> dict[str, tuple[str, int]]:
    """Stem -> axis and pole, from antonyms.txt; a stem named twice keeps its first place."""
    table: dict[str, tuple[str, int]] = {}
    for line in files("rag.answering").joinpath("antonyms.txt").read_text(encoding="utf-8").splitlines():
        axis, _, poles = line.partition(":")
        if line.startswith("#") or not poles:
            continue
        for pole, side in zip((1, -1), poles.split("|"), strict=True):
            for word in side.split():
                table.setdefault(stem(word), (axis.strip(), pole))
    return table
