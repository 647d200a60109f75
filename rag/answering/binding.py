"""What a cue is said of: the words beside it, and whether the cues of another text beside the same words point the same way.

"Increases the radial component" against "removes the radial component": a cue elsewhere in the text says nothing about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rag.answering.polarity import CLAUSE_ENDS, Cue, agreement, comparable, words
from rag.terms import stem

NEAREST = 3  # words on each side of a cue that it is said of
SAME_SIDE, OTHER_SIDE = (1.0, 0.7), (0.8, 0.6)
"""Weights of words behind and before: on the same side of both cues, and on different sides as in a passive."""
OTHER_AXIS = 0.7
NOTHING = 0.15  # weight of finding no cue beside the same words


@dataclass(frozen=True, slots=True)
class Bound:
    """A cue with the stems of the content words behind and before it in its clause."""

    cue: Cue
    behind: frozenset[str]
    before: frozenset[str]


def bind(text: str, cues: Sequence[Cue], content: Collection[str]) -> tuple[Bound, ...]:
    """The cues of a text with the words beside them; `content` are the stems that count. Other cues do not."""
    tokens = [(word, stem(word) if word[0].isalpha() else word, start, end) for word, start, end in words(text)]
    place = {n: cue for cue in cues for n, (_, _, start, end) in enumerate(tokens) if start < cue.end and end > cue.start}

    def beside(order: Iterable[int]) -> frozenset[str]:
        found: list[str] = []
        for n in order:
            word, root, _, _ = tokens[n]
            if word in CLAUSE_ENDS or len(found) == NEAREST:
                break
            if root in content and n not in place:
                found.append(root)
        return frozenset(found)

    bound = []
    for cue in cues:
        own = [n for n, other in place.items() if other is cue]
        if own:
            bound.append(Bound(cue, beside(range(own[-1] + 1, len(tokens))), beside(range(own[0] - 1, -1, -1))))
    return tuple(bound)


def bound_agreement(said: Sequence[Bound], evidence: Sequence[tuple[Sequence[Bound], float]]) -> float:
    """Of the cues of `said` the one that the evidence speaks most against: -1 against to 1 with, 0 where nothing is said of the
    same things. `evidence` has the cues of each sentence and the weight of the sentence."""
    found = []
    for one in said:
        if not one.cue.pole:
            continue
        total = sum_weight = 0.0
        for others, near in evidence:
            for other in others:
                if not comparable(one.cue, other.cue):
                    continue
                weight = near * alike(one, other) ** 2 * (1.0 if one.cue.axis == other.cue.axis else OTHER_AXIS)
                total += weight * agreement(one.cue, other.cue)
                sum_weight += weight
        found.append(total / (sum_weight + NOTHING))
    return min(found, default=0.0)


def alike(one: Bound, other: Bound) -> float:
    """How far two cues are said of the same things, 0 to 1."""
    return max(
        SAME_SIDE[0] * _share(one.behind, other.behind),
        SAME_SIDE[1] * _share(one.before, other.before),
        OTHER_SIDE[0] * _share(one.behind, other.before),
        OTHER_SIDE[1] * _share(one.before, other.behind),
    )


def _share(mine: frozenset[str], theirs: frozenset[str]) -> float:
    return len(mine & theirs) / max(len(mine), 1)
