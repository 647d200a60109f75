"""How many of the papers found a question is about: as many as it says, those with the name it has, or all before a gap."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.record import Hit
from rag.retrieval.lookup import folded, used_names
from rag.retrieval.understand import QuestionType, how_many, question_type

FEWEST, MOST = 2, 10  # papers of a list
KEEP = 0.7  # share of the best score down to which a paper belongs to a list that no gap ends
ENDS, GAP = 0.6, 0.06
"""A list ends at the widest gap between two papers, of at least the share GAP of the best score, behind one that has at least
the share ENDS of it. On 34 lists recall and precision were 0.79 and 0.70; by KEEP alone 0.78 and 0.68, with 0.8 for it 0.66 and
0.76."""
HOLDERS = 5  # papers that hold a name which still tells what is wanted
_CAPITAL = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
_EVERY = re.compile(r"\b(?:all|every|everything)\b", re.IGNORECASE)
_EITHER = re.compile(r"\bor\b", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")


def asked_about(question: str, kind: QuestionType, hits: Sequence[Hit]) -> tuple[str, ...]:
    """Ids of the papers that belong to the answer, in order; none where their scores alone are to tell."""
    if kind is QuestionType.ONE or not hits:
        return ()
    if said := how_many(question):
        return tuple(hit.paper.id for hit in hits[:said])
    if kind is QuestionType.COMPARE:
        return ()
    every = _EVERY.search(question) is not None
    return tuple(hit.paper.id for hit in holders(question, hits) or hits[: length([hit.score for hit in hits], every=every)])


def with_list(papers: Sequence[str], question: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """The papers, and those of the list that the question asks for, where something ends it."""
    listed = asked_about(question, QuestionType.LIST, hits) if question_type(question) is QuestionType.LIST else ()
    return tuple(dict.fromkeys((*papers, *(listed if len(listed) < MOST else ()))))


def holders(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The papers that hold the one name of the question, which is theirs alone; none where it is no such name."""
    names = {*used_names(question), *(folded(name) for name in _CAPITAL.findall(question))}
    if len(names) != 1 or _EITHER.search(question):
        return []
    name = names.pop()
    held = [hit for hit in hits if name in {folded(w) for w in _WORDS.findall(f"{hit.paper.title or ''} {hit.paper.abstract}")}]
    return held if FEWEST <= len(held) <= HOLDERS else []


def length(scores: Sequence[float], *, every: bool = False) -> int:
    """How many of the scores, best first, make a list; where `every` paper is wanted, no gap ends it."""
    shares = [score / scores[0] for score in scores] if scores and scores[0] > 0 else []
    ends = [n for n in range(FEWEST, min(MOST, len(shares) - 1) + 1) if shares[n - 1] >= ENDS]
    widest = max(ends, key=lambda n: shares[n - 1] - shares[n], default=0)
    if widest and not every and shares[widest - 1] - shares[widest] >= GAP:
        return widest
    return max(min(FEWEST, len(shares)), sum(share >= KEEP for share in shares[:MOST]))
