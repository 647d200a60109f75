"""The first papers found, ordered once more by how well their word pieces fit those of the question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from rag.answering.record import Hit
from rag.retrieval.evidence import ScoredSentence, passages_of
from rag.retrieval.fits import Read, greatest, weights_of
from rag.terms import content_words

READ = 3  # papers; an answer reads their sentences in any case
Rarity = Callable[[set[str]], Mapping[str, float]]
"""Stems -> how rare they are in the library."""


def closely(
    question: str, hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]], read: Read, rarity: Rarity
) -> list[Hit]:
    """The hits as they are, the first `READ` of them ordered by score plus fit; `sentences` are those of the first hits.

    The fit of a paper is the mean over the question's word pieces of the greatest cosine that any piece of its title and
    sentences has to them, each weighted by how rare its word is (late interaction; Khattab and Zaharia 2020, "ColBERT",
    arXiv:2004.12832, with an encoder that was not trained for it). Scores stay those of the search, which tell better than
    fits whether a paper is there at all.
    """
    first = hits[: min(READ, len(sentences))]
    if len(first) < 2:
        return list(hits)
    texts = [
        [*(passage.text for passage in passages_of(own)), *([hit.paper.title] if hit.paper.title else [])]
        for hit, own in zip(first, sentences, strict=False)
    ]
    readings = read([question, *(text for own in texts for text in own)])
    asked = readings[question]
    weights = weights_of(question, asked.spans, rarity(set(content_words(question))))
    if not weights.any():
        return list(hits)
    wanted = asked.pieces[weights > 0].astype(np.float32)
    pieces = [np.concatenate([readings[text].pieces for text in own]) for own in texts]
    fits = weights[weights > 0] @ greatest(wanted, pieces) / weights.sum()
    order = sorted(range(len(first)), key=lambda n: -(first[n].score + float(fits[n])))
    return [*(first[n] for n in order), *hits[len(first) :]]
