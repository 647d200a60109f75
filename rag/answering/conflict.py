"""Papers that disagree on what a question asks: who says so and who says otherwise, where polarity makes it plain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.abstain_premise import marks
from rag.answering.deciding import YES_NO
from rag.retrieval.evidence import ScoredSentence
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
    sides: dict[bool, list[ScoredSentence]] = {True: [], False: []}
    authors: set[str] = set()
    for own in sentences:
        for sentence in sorted(own, key=lambda s: -s.cosine):
            text = sentence.passage.text
            held = set(content_words(text))
            if sentence.cosine < NEAR or len(wanted & held) < SHARE * len(wanted) or HEDGES.search(text):
                continue
            said = marks(text)
            same, other = said.get((scale, end), set()) & of, said.get((scale, 1 - end), set()) & of
            if bool(same) == bool(other):
                continue
            by = {name.lower() for name in sentence.paper.authors}
            if not by & authors:
                sides[bool(same)].append(sentence)
                authors |= by
            break
    if not sides[True] or not sides[False]:
        return None
    return Conflict(tuple(sides[True]), tuple(sides[False]))
