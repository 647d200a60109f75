"""Whether a turn stays with the paper talked of or moves on to another: what either has of the turn is weighed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.record import Hit
from rag.retrieval.turns import Turn

WEIGHTS = {"meaning": 3.8, "words": 2.9, "score": 7.2, "described": 4.7}
BIAS = -8.9
"""A logistic regression over 201 later turns (70 move on) of which the paper before is known; tenfold cross-validation
decides 195 of them rightly. With meaning and words alone it is 186, without the score of the other paper 191."""
LARGER, FITTED = 0.15, 217
"""Log odds taken off for each e-fold by which a library is larger than the one fitted on: the best of more papers has more of any
turn by chance. Of 500 pairs of a paper and a turn such as "How big is the dataset?" in a library of 184,305 papers 50 would move
on without it."""
SAID = 4.0  # log odds that the wording adds where it announces another subject, or says that another paper was meant


@dataclass(frozen=True, slots=True)
class Contest:
    """What a turn finds by itself, set against the paper talked of.

    `meaning` is the difference of the cosines of their best passages to the turn, `words` that of their BM25 scores in units of
    a word that one paper alone holds, `score` the fused score of the other paper in a search for the bare turn, `papers` how many
    the library holds.
    """

    meaning: float
    words: float
    score: float
    papers: int

    def log_odds(self, turn: Turn) -> float:
        """Above 0 where the turn rather means the other paper."""
        given = {"meaning": self.meaning, "words": self.words, "score": self.score, "described": float(turn.described)}
        said = SAID * (turn.moves + turn.corrects)
        larger = LARGER * math.log(self.papers / FITTED)
        return BIAS - larger + said + sum(WEIGHTS[name] * value for name, value in given.items())


def fits(other: Hit, focus: str, both: Sequence[Hit], papers: int) -> float:
    """By how much the other paper has more of the turn, in log odds."""
    found = contest(other, focus, both, papers)
    return WEIGHTS["meaning"] * found.meaning + WEIGHTS["words"] * found.words


def contest(other: Hit, focus: str, both: Sequence[Hit], papers: int) -> Contest:
    """`other` as the bare turn found it; `both` are the hits of the turn among these two papers alone, `papers` how many the
    library holds."""
    parts = {hit.paper.id: hit.parts for hit in both}
    rarest = math.log(1 + (papers - 0.5) / 1.5) if papers > 1 else 1.0

    def ahead(leg: str) -> float:
        return parts.get(other.paper.id, {}).get(leg, 0.0) - parts.get(focus, {}).get(leg, 0.0)

    return Contest(ahead("dense"), ahead("keyword") / rarest, other.score, max(papers, 1))
