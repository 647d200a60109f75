"""Opposite ends of what questions and sentences compare, and what is said at either end or under a negation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.terms import QUESTION_WORDS, stem

_MORE = """
increase rise rose raise grow grew growth gain higher boost enlarge expand stronger strengthen amplify more
many most majority larger bigger above exceed emerge appear longer
"""
_LESS = """
decrease fall fell drop reduce reduction decline lower lose loses loss lost shrink cut save saving weaker diminish less fewer
few least minority smaller below under disappear vanish shorter
"""
_GOOD = """
improve improvement better best outperform beat win wins superior surpass exceed enhance succeed benefit help helps leads top
first ahead strong strongest stable steady steadier robust faster accelerate speed speedup quicker quickly prefer
effective rapidly
"""
_BAD = """
worse worst worsen degrade underperform hurt inferior fail harm last suffer unstable struggle collapse break badly
poorly weak weaken weakest fluctuate swing spoil slow slower slowly slowdown nothing useless ineffective challenging difficult
"""
_NEED = """
need require necessary indispensable essential must insist depend rely separate
"""
_FREE = """
without no free remove eliminate unnecessary redundant avoid dispense optional instead independent unneeded obviate
"""
_ENDS: tuple[tuple[str, str], ...] = (
    (_MORE, _LESS),
    (_GOOD, _BAD),
    (_NEED, _FREE),
    ("earlier early shallow", "later late deeper deep"),
    ("easy easier easiest", "hard harder hardest"),
    ("equivalent same identical equal", "different differ unequal"),
)
_FURTHER: tuple[tuple[str, str], ...] = (
    (f"{_MORE} twice double triple several multiple numerous", f"{_LESS} half halve single sole"),
    *_ENDS[1:],
    ("keep preserve maintain retain recover remain intact", "lose loses lost loss forget discard sacrifice spoil drop degrade"),
    ("include add incorporate contain involve combine", "exclude omit discard remove without eliminate free ignore neglect"),
    ("possible feasible able enable allow compatible seamless seamlessly", "impossible infeasible unable prevent incompatible"),
)


def _stemmed(scales: tuple[tuple[str, str], ...]) -> dict[str, list[tuple[int, int]]]:
    """Stem -> every (scale, end) that it stands at."""
    found: dict[str, list[tuple[int, int]]] = {}
    for scale, ends in enumerate(scales):
        for end, held in enumerate(ends):
            for root in sorted({stem(word) for word in held.split()}):
                found.setdefault(root, []).append((scale, end))
    return found


SCALES = _stemmed(_ENDS)
"""Opposite ends of what questions about papers compare, as stems. Wider and looser than the poles by which a sentence is checked
(`polarity`): a question seldom uses the words of the abstract."""
FURTHER = _stemmed(_FURTHER)
"""With more of them, for premises: an end that is not meant costs little there, as both must be said of the same thing."""
NEGATION = frozenset(["no", "not", "never", "without", "cannot", "hardly", "neither", "nor", "nothing", "n't", "fails"])
LISTING = frozenset(["including", "excluding"])  # in front of examples: nothing is done to anything
REACH = 3  # words that a negation covers
ANCHORED = 4  # words either side of a word of a scale that say what it is said of
PREFIX = re.compile(r"(?:un|in|im|ir|non|dis)([a-z]{4,})")
"""In front of a word makes the opposite of it: "uneven", "inaccurate"."""
PIECE = re.compile(r"n't|[^\W_]+(?=n't)|[^\W_]+")


def marks(
    text: str, scales: dict[str, list[tuple[int, int]]] = SCALES, beside: int = ANCHORED
) -> dict[tuple[int, int], set[str]]:
    """(scale, end) -> the words up to `beside` words around those that name it; a negation just before turns the end round."""
    words = PIECE.findall(text.lower())
    stems = [stem(word) for word in words]
    found: dict[tuple[int, int], set[str]] = {}
    for at, word in enumerate(stems):
        for scale, end in () if words[at] in LISTING else scales.get(word, ()):
            turned = not NEGATION.isdisjoint(words[max(0, at - REACH) : at])
            around = range(max(0, at - beside), min(len(words), at + beside + 1))
            of = {stems[n] for n in around if words[n] not in QUESTION_WORDS and stems[n] not in scales}
            found.setdefault((scale, 1 - end if turned else end), set()).update(of)
    return found


def under_negation(text: str) -> tuple[set[str], set[str]]:
    """The stems of the text under a negation, and the others."""
    words = PIECE.findall(text.lower())
    under: set[str] = set()
    plain: set[str] = set()
    for at, word in enumerate(words):
        if word not in QUESTION_WORDS and word not in NEGATION:
            (plain if NEGATION.isdisjoint(words[max(0, at - REACH) : at]) else under).add(stem(word))
    return under, plain


def prefixed(question: str, near: Sequence[str]) -> bool:
    """Whether the question has a word and the sentences only the one with the opposite prefix, or the other way round."""
    asked, said = ({stem(word): word for word in PIECE.findall(text.lower())} for text in (question, " ".join(near)))

    def opposite(words: dict[str, str], others: dict[str, str]) -> bool:
        bare = {stem(found[1]) for root, word in words.items() if root not in others and (found := PREFIX.fullmatch(word))}
        return not bare.isdisjoint(others.keys() - words.keys())

    return opposite(asked, said) or opposite(said, asked)
