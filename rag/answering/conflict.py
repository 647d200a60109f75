"""Papers that disagree on what a question asks: who says so and who says otherwise, where polarity makes it plain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.deciding import YES_NO
from rag.answering.scales import marks
from rag.retrieval.evidence import ScoredSentence, passages_of, together
from rag.terms import content_words

NEAR = 0.5  # cosine to the question from which a sentence may take a side
SHARE = 0.5  # of the question's words that it must hold
HEDGES = re.compile(r"\b(may|might|can|could|however|although|whether|but|while|except|unless|yet|not only)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Conflict:
    """The sentence of each paper that takes a side, best paper first; both sides have at least one."""

    agree: tuple[ScoredSentence, ...]
    deny: tuple[ScoredSentence, ...]

    @property
    def text(self) -> str:
        """How many papers stand on either side."""
        return f"The papers disagree: {papers(len(self.agree))} so, {papers(len(self.deny))} otherwise."


def papers(count: int) -> str:
    """A number of papers with its verb."""
    return "1 paper says" if count == 1 else f"{count} papers say"


def conflict(question: str, sentences: Sequence[Sequence[ScoredSentence]]) -> Conflict | None:
    """Sides taken on a yes-no question that names one end of a scale ("Does X improve Y?"); None unless there are two.

    A paper counts only with a sentence that is near the question, holds half of its words, says the scale of the same thing, and
    hedges nothing: a disagreement that is not there costs more than one that is missed. Each paper is one work (the library holds
    a work once); further papers by the same authors are not independent and do not count.
    """
    if not YES_NO.search(question):
        return None
    asked = [(key, of) for key, of in marks(question).items() if (key[0], 1 - key[1]) not in marks(question)]
    if len(asked) != 1:
        return None
    (scale, end), of = asked[0]
    wanted = set(content_words(question))
    told = {n: found for n, own in enumerate(sentences) if (found := taking_sides(own, wanted, scale, end, of))}
    if {True, False} - {side for found in told.values() for side in found.values()}:
        return None  # told from the wording alone, before any sentence is embedded
    together([sentences[n] for n in told])
    sides: dict[bool, list[ScoredSentence]] = {True: [], False: []}
    authors: set[str] = set()
    for n, found in told.items():
        place = max(found, key=lambda place: sentences[n][place].cosine)
        sentence = sentences[n][place]
        by = {name.lower() for name in sentence.paper.authors}
        if sentence.cosine >= NEAR and not by & authors:
            sides[found[place]].append(sentence)
            authors |= by
    if not sides[True] or not sides[False]:
        return None
    return Conflict(tuple(sides[True]), tuple(sides[False]))


def taking_sides(sentences: Sequence[ScoredSentence], wanted: set[str], scale: int, end: int, of: set[str]) -> dict[int, bool]:
    """Place -> whether it agrees, of the sentences of one paper whose wording takes a side."""
    found = {}
    for place, passage in enumerate(passages_of(sentences)):
        if len(wanted & set(content_words(passage.text))) < SHARE * len(wanted) or HEDGES.search(passage.text):
            continue
        said = marks(passage.text)
        same, other = said.get((scale, end), set()) & of, said.get((scale, 1 - end), set()) & of
        if bool(same) != bool(other):
            found[place] = bool(same)
    return found
