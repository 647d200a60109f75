"""Which way the evidence points, learned: a small attention over word pieces, trained to tell statements from their reversals.

The material needs no judgement: a title or a closing sentence agrees with its abstract, and disagrees once a word in it is
turned into its opposite. The parameters lie in direction.json; LOG.md says how they were trained.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from rag.answering.polarity import Cue
from rag.embedding import TokenVectors

Floats = NDArray[np.float32]
SENTENCES, PIECES = 5, 200  # the nearest sentences of the evidence, and their word pieces, that are looked at
SAID_PIECES = 40


@dataclass(frozen=True, slots=True)
class View:
    """One row a word piece: what it asks for, what it answers to, its poles, its weight."""

    asks: Floats
    answers: Floats
    poles: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Direction:
    """Parameters. For a word piece x with marks f: poles tanh(x `poles` + f `marked` + `rest`), weight softplus(x `weight` +
    f `weight_marked` + `weight_rest`). Piece x attends to y by `cosine` x.y + `bilinear` (x `asks`).(y `answers`) + `sentence`
    times the cosine of y's sentence less the best one's."""

    asks: Floats
    answers: Floats
    poles: Floats
    marked: Floats
    rest: Floats
    weight: Floats
    weight_marked: Floats
    weight_rest: Floats
    cosine: Floats
    bilinear: Floats
    sentence: Floats
    offset: Floats

    def view(self, text: TokenVectors, found: Sequence[Cue]) -> View:
        """What the attention sees of one sentence, whatever it is compared with."""
        flags = marks(text, found)
        poles = np.tanh(text.pieces @ self.poles + flags @ self.marked + self.rest)
        weight = np.logaddexp(0, text.pieces @ self.weight + flags @ self.weight_marked + self.weight_rest)
        return View(text.pieces @ self.asks, text.pieces @ self.answers, poles, weight)

    def agreement(self, said: View, evidence: Sequence[View], likeness: Sequence[Floats], cosines: Floats) -> float:
        """The log odds that the evidence says the same and not the contrary, provided that it speaks of it at all.

        `likeness` has, for each evidence sentence, the cosines of its word pieces (rows) to those of `said` (columns);
        `cosines` those of the sentences to `said`.
        """
        order = np.argsort(-cosines, kind="stable")[:SENTENCES]
        near = np.concatenate([np.full(len(likeness[n]), cosines[n] - cosines[order[0]]) for n in order])[:PIECES]
        alike = np.concatenate([likeness[n] for n in order])[:PIECES, :SAID_PIECES].T
        answers = np.concatenate([evidence[n].answers for n in order])[:PIECES]
        poles = np.concatenate([evidence[n].poles for n in order])[:PIECES]
        odds = self.cosine * alike + self.bilinear * (said.asks[:SAID_PIECES] @ answers.T) + self.sentence * near
        agree = (said.poles[:SAID_PIECES] * (softmax(odds) @ poles)).sum(axis=1)
        return float(said.weight[:SAID_PIECES] @ agree + self.offset)


def marks(text: TokenVectors, found: Sequence[Cue]) -> Floats:
    """For every word piece of a cue: its pole, whether it is negated, its sign, and 1; zeros elsewhere. Shape (pieces, 4)."""
    rows = np.zeros((len(text.spans), 4), np.float32)
    for cue in found:
        for n, (start, end) in enumerate(text.spans):
            if start < cue.end and end > cue.start:
                rows[n] = (cue.pole, cue.negated, cue.sign, 1)
    return rows


def softmax(rows: Floats) -> Floats:
    """Each row as shares of 1."""
    raised = np.exp(rows - rows.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares


@cache
def load_direction() -> Direction:
    """The trained parameters."""
    row = json.loads(files("rag.answering").joinpath("direction.json").read_text(encoding="utf-8"))
    return Direction(**{name: np.array(row[name], np.float32) for name in Direction.__slots__})
