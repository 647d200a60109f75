"""Which paper one thing of a row is: how the papers found for it score, and which are called as it says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import product

from rag.answering.record import Hit
from rag.paper import Paper
from rag.retrieval.lookup import LIFT, coined, folded, names_of, used_names
from rag.retrieval.rows import NAMED, bare
from rag.terms import QUESTION_WORDS, WORD, content_words

WHOLE = 0.5
"""What the score for the whole question counts beside the one for the item alone, which lacks what the question is about."""
CALLED = 10  # papers found for an item among which one may be called as it says
LEAST = 2  # letters of a name
TRIED = 5  # papers of each item from which the items of a row choose different ones
_WORDS = re.compile(r"[^\W_]+")


class Called(IntEnum):
    """Whether a paper is called as an item says: not so, in words of its abstract or of its title that follow each other, or by
    its name (in front of its title's colon, by initials, by what the abstract coins)."""

    NO = 0
    IN_WORDS = 1
    IN_TITLE = 2
    BY_NAME = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a row: its text, the papers' scores, those that are called so, and which paper it is taken for."""

    text: str
    scores: Mapping[str, float]
    degrees: Mapping[str, Called]
    paper: str

    @property
    def called(self) -> Called:
        """How surely its paper is called so."""
        return self.degrees.get(self.paper, Called.NO)

    @property
    def score(self) -> float:
        """That of its paper."""
        return self.scores[self.paper]


def item_of(text: str, own: Sequence[Hit], hits: Sequence[Hit]) -> Item:
    """The item among its `own` hits and those of the whole question, of which there is one at least: a paper that has its name,
    else the one that scores best."""
    least, low = min((hit.score for hit in own), default=0.0), min(hit.score for hit in hits)
    whole = {hit.paper.id: hit.score for hit in hits}
    scores = {key: least + WHOLE * score for key, score in whole.items()}
    scores |= {hit.paper.id: hit.score + WHOLE * whole.get(hit.paper.id, low) for hit in own}
    degrees = {hit.paper.id: called(text, hit.paper) for hit in (*own[:CALLED], *hits)}
    entitled = [key for key, degree in degrees.items() if degree is Called.IN_TITLE]
    sole = len(entitled) == 1 and Called.BY_NAME not in degrees.values()  # what several titles have is no name
    degrees |= dict.fromkeys(entitled, Called.BY_NAME if sole else Called.IN_WORDS)
    scores = {key: score + LIFT * (degrees.get(key, Called.NO) > Called.NO) for key, score in scores.items()}
    best = max(scores, key=lambda key: (degrees.get(key) is Called.BY_NAME, scores[key]))
    return Item(text, scores, degrees, best)


def distinct(row: Sequence[Item]) -> list[Item]:
    """The row with a paper for each item, so that their scores add up to the most; names keep theirs."""
    taken = {item.paper for item in row if item.called is Called.BY_NAME}
    free = [item for item in row if item.called is not Called.BY_NAME]
    ways = [sorted(item.scores.keys() - taken, key=lambda key: (-item.scores[key], key))[:TRIED] for item in free]
    best = max(
        (way for way in product(*ways) if len(set(way)) == len(way)),
        key=lambda way: sum(item.scores[key] for item, key in zip(free, way, strict=True)),
        default=None,
    )
    if best is None:
        return list(row)
    chosen = {item.text: key for item, key in zip(free, best, strict=True)}
    return [replace(item, paper=chosen.get(item.text, item.paper)) for item in row]


def called(text: str, paper: Paper) -> Called:
    """How surely the paper is what the item says, by its words."""
    name, title = folded(bare(text)), paper.title or ""
    if len(name) < LEAST:
        return Called.NO
    if name in names_of(title) or name in coined(paper.abstract) or _initials(bare(text), title):
        return Called.BY_NAME
    words = WORD.findall(bare(text).lower())
    if len(words) < 2 or len(content_words(text)) < 2:
        said = len(words) == 1 and words[0] in WORD.findall(title.lower())
        return Called.IN_TITLE if is_name(text) and (said or f"({bare(text)})" in paper.abstract) else Called.NO
    run = f" {' '.join(words)} "
    if run in f" {' '.join(WORD.findall(title.lower()))} ":
        return Called.IN_TITLE
    return Called.IN_WORDS if run in f" {' '.join(WORD.findall(paper.abstract.lower()))} " else Called.NO


def is_name(text: str) -> bool:
    """Whether an item is written like a name."""
    return len(bare(text).split()) <= NAMED and (bool(used_names(text)) or bare(text)[:1].isupper())


def _initials(name: str, title: str) -> bool:
    """Whether a name in capitals has letters of the title's words in order, from the first word on, at most one word left out."""
    if not re.fullmatch(r"[A-Z]{3,6}", name):
        return False
    words = [word[0].upper() for word in _WORDS.findall(title.partition(":")[0]) if word.lower() not in QUESTION_WORDS]
    head = words[: len(name) + 1]
    return any("".join(head[:n] + head[n + 1 :])[: len(name)] == name for n in range(1, len(head) + 1))
