"""What is measured between a sentence and the sentences of its passages before a verdict is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answering.binding import Bound, bind, bound_agreement
from rag.answering.direction import View, load_direction
from rag.answering.polarity import Cue, agreement, comparable, cues, negates
from rag.answering.quantities import Quantity, quantities, unmatched
from rag.answering.roles import Comparison, comparison, same_order
from rag.embedding import TokenVectors, Vectors
from rag.terms import content_words

Matrix = NDArray[np.float32]
KINSHIP = 0.1  # how fast the weight of a cue falls with its distance in meaning from the cue it is compared with
CLOSENESS = 0.08  # the same for sentences, by their cosine to the sentence judged
NEARNESS = 0.15  # the same where the words beside a cue decide
OTHER_AXIS = 0.5  # weight of a cue on another axis that can still be compared
LITTLE = 0.05  # the same for comparisons
NOTHING = 0.001  # weight of finding no comparable cue: an agreement far away counts little


@dataclass(frozen=True, slots=True)
class Read:
    """A sentence as read: its vectors, its content words, its cues with one vector each, its quantities."""

    text: str
    vectors: TokenVectors
    words: frozenset[str]
    cues: tuple[Cue, ...]
    cue_vectors: Vectors
    bound: tuple[Bound, ...]
    negates: bool
    comparison: Comparison | None
    view: View
    quantities: tuple[Quantity, ...]


def read(text: str, vectors: TokenVectors) -> Read:
    """Everything about one sentence that does not depend on what it is compared with."""
    found, rows = [], []
    for cue in cues(text):
        own = [n for n, (start, end) in enumerate(vectors.spans) if start < cue.end and end > cue.start]
        if own:
            middle = vectors.pieces[own].mean(axis=0)
            found.append(cue)
            rows.append(middle / max(float(np.linalg.norm(middle)), 1e-12))
    cue_vectors = np.array(rows, np.float32).reshape(len(rows), vectors.pieces.shape[1])
    words = frozenset(content_words(text))
    return Read(
        text,
        vectors,
        words,
        tuple(found),
        cue_vectors,
        bind(text, found, words),
        negates(text),
        comparison(text, found),
        load_direction().view(vectors, found),
        tuple(quantities(text)),
    )


@dataclass(frozen=True, slots=True)
class Measured:
    """The features by name, and for every evidence sentence how near it is: `near` has one number each, `best` the place of
    the largest."""

    features: dict[str, float]
    near: NDArray[np.float32]

    @property
    def best(self) -> int:
        return int(self.near.argmax())


def measure(said: Read, evidence: Sequence[Read]) -> Measured:
    """The features of `said` against at least one evidence sentence. Both must hold at least one word piece."""
    cosines = np.array([float(own.vectors.text @ said.vectors.text) for own in evidence], np.float32)
    likeness = _likeness(said, evidence)
    found = np.stack([rows.max(axis=0) for rows in likeness])
    whole = found.max(axis=0)
    weakest = np.sort(whole)[:3].mean()
    given = frozenset().union(*(own.words for own in evidence))
    features = {
        "cosine": float(cosines.max()),
        "pieces": float(whole.mean()),
        "pieces_together": float(found.mean(axis=1).max()),
        "pieces_weakest": float(weakest),
        "words": len(said.words & given) / max(len(said.words), 1),
        "numbers": float(len(unmatched(said.quantities, [one for own in evidence for one in own.quantities]))),
    }
    features |= _polarity(said, evidence, cosines)
    features["bound"] = _bound(said, evidence, cosines)
    features["comparison"] = _comparison(said, evidence, cosines)
    views = [own.view for own in evidence]
    features["direction"] = load_direction().agreement(said.view, views, likeness, cosines)
    return Measured(features, (cosines + found.mean(axis=1)) / 2)


def _likeness(said: Read, evidence: Sequence[Read]) -> list[Matrix]:
    """For each evidence sentence the cosines of its word pieces (rows) to those of `said` (columns), in their contexts.

    The highest of each column, averaged, is the recall of BERTScore (Zhang et al. 2020).
    """
    pieces = np.concatenate([own.vectors.pieces for own in evidence])
    ends = np.cumsum([len(own.vectors.pieces) for own in evidence])
    return list(np.split(pieces @ said.vectors.pieces.T, ends[:-1]))


def _polarity(said: Read, evidence: Sequence[Read], cosines: NDArray[np.float32]) -> dict[str, float]:
    """Whether the cues of `said` and those of the evidence point the same way, each -1 (against) to 1 (with), 0 for no cue.

    Every cue of `said` is compared with all comparable cues of the evidence; those that stand in a similar context, in a
    similar sentence, count most.
    """
    weight = np.exp((cosines - cosines.max()) / CLOSENESS)
    agreements, sides = [], []
    for cue, vector in zip(said.cues, said.cue_vectors, strict=True):
        total, sum_weight, same, opposite = 0.0, 0.0, -1.0, -1.0
        for own, near, cosine in zip(evidence, weight, cosines - cosines.max(), strict=True):
            for other, kinship in zip(own.cues, own.cue_vectors @ vector, strict=True):
                if not comparable(cue, other):
                    continue
                w = float(near * np.exp((kinship - 1) / KINSHIP)) * (1.0 if other.axis == cue.axis else OTHER_AXIS)
                total += w * agreement(cue, other)
                sum_weight += w
                if other.axis == cue.axis and cue.pole:
                    level = float(kinship + 0.3 * cosine)
                    same, opposite = (max(same, level), opposite) if cue.sign == other.sign else (same, max(opposite, level))
        agreements.append(total / (sum_weight + NOTHING))
        if max(same, opposite) > -1:
            sides.append(max(same, 0.0) - max(opposite, 0.0))
    sharp = np.exp((cosines - cosines.max()) / (CLOSENESS / 2))
    negating = float(sharp @ np.array([own.negates for own in evidence], np.float32) / sharp.sum())
    return {
        "agreement": float(np.mean(agreements)) if agreements else 0.0,
        "agreement_least": min(agreements, default=0.0),
        "sides": float(np.mean(sides)) if sides else 0.0,
        "sides_least": min(sides, default=0.0),
        "negation": (2 * said.negates - 1) * (2 * negating - 1),
    }


def _bound(said: Read, evidence: Sequence[Read], cosines: NDArray[np.float32]) -> float:
    weights = np.exp((cosines - cosines.max()) / NEARNESS)
    return bound_agreement(said.bound, [(own.bound, float(weight)) for own, weight in zip(evidence, weights, strict=True)])


def _comparison(said: Read, evidence: Sequence[Read], cosines: NDArray[np.float32]) -> float:
    """Whether what `said` calls the greater is the greater in the evidence: -1 no, 1 yes, 0 where nothing can be compared."""
    total = sum_weight = 0.0
    for own, weight in zip(evidence, np.exp((cosines - cosines.max()) / CLOSENESS), strict=True):
        if said.comparison and own.comparison and (order := same_order(said.comparison, own.comparison)):
            total += float(weight) * order
            sum_weight += float(weight)
    return total / (sum_weight + LITTLE)
