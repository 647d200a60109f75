"""Whether passages support a sentence: a verdict, its probability and the best evidence, without a language model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from rag.answering.quantities import unmatched
from rag.answering.quotation import copied
from rag.answering.record import Passage, Support, Verdict
from rag.answering.roles import exchanged
from rag.answering.support_features import Read, measure, read
from rag.answering.support_model import SupportModel, load_model, logistic
from rag.embedding import TokenReader, TokenVectors, Vectors
from rag.recent import Recent
from rag.sentences import sentence_spans
from rag.terms import content_words

__all__ = ["SupportChecker", "logistic", "pieces_of", "verdict_of"]

SAID_FROM, AGREED_FROM = 0.88, 0.42
"""Supported: the passages speak of all of it, and nothing in them points the other way. SciFact's claims are reversed on purpose
two times in six; a sentence of an answer seldom is, so that a mark asks less of agreement than a probability of one half."""
PARTLY_FROM = 0.25
ABOUT_FROM = 0.6
"""From this chance on that the passages speak of what the sentence says, they can contradict it."""
AGAINST_BELOW = 0.35
"""Below this chance of agreement, they do."""
MISMATCH_FROM = 0.2
"""From this probability on, a number that is not in the passages is what is wrong; below, the whole sentence is."""
WRONG_NUMBER = 0.25
"""What is left of the probability where a number is not in the passages."""
EXCHANGED = 0.2
"""What is left of the chance of agreement where two names have changed places."""
TURNED = 0.25
"""The chance of agreement, at most, where a comparison is turned round: 4 of 16 such claims were supported."""
SEEN, JUDGED = 4096, 512
"""Sentences whose word pieces are kept, some 24 KB each in half precision, and those kept as a verdict needs them, some 50 KB."""


class SupportChecker:
    """Judges sentences against passages; keeps what it read lately. Safe to use from several threads."""

    def __init__(self, reader: TokenReader) -> None:
        self._reader = reader
        self._model = load_model()
        self._seen: Recent[TokenVectors] = Recent(SEEN)
        self._judged_lately: Recent[Read] = Recent(JUDGED)

    def check(self, sentence: str, passages: Sequence[Passage]) -> Support:
        """The verdict, the calibrated chance that the passages support the sentence, and the best evidence sentence with its
        offsets in the abstract.

        No passages: uncited. A sentence that a passage says word for word is supported with probability 1.
        """
        return self.check_all([(sentence, passages)])[0]

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors (len(texts), dimension) of texts that are going to be judged: they are read for it on the way, and a
        verdict then costs only its sentence."""
        found = self.read(texts)
        return np.stack([found[text].text for text in texts])

    def agrees(self, text: str, sentences: Sequence[str]) -> float | None:
        """The chance that the sentences say what the text, which may be a question, takes for granted; None where they hardly
        speak of it."""
        readings = self._readings([text, *sentences])
        given = [readings[sentence] for sentence in sentences if len(readings[sentence].vectors.pieces)]
        if not given or not len(readings[text].vectors.pieces):
            return None
        about, agrees = self._model.chances(measure(readings[text], given).features)
        return agrees if about >= ABOUT_FROM else None

    def check_all(self, pairs: Sequence[tuple[str, Sequence[Passage]]]) -> list[Support]:
        """Verdicts on several sentences, each with its own passages; what they share is read once."""
        clear = [_without_reading(sentence, passages) for sentence, passages in pairs]
        cut = [pieces_of(passages) if known is None else [] for (_, passages), known in zip(pairs, clear, strict=True)]
        wanted = [
            [sentence, *(piece.text for piece in pieces)] for (sentence, _), pieces in zip(pairs, cut, strict=True) if pieces
        ]
        readings = self._readings(text for texts in wanted for text in texts)
        return [
            known or self._judged(sentence, pieces, readings)
            for (sentence, _), known, pieces in zip(pairs, clear, cut, strict=True)
        ]

    def _judged(self, sentence: str, pieces: Sequence[Passage], readings: Mapping[str, Read]) -> Support:
        """The model's verdict; unsupported where either side has nothing that can be read."""
        given = [(piece, readings[piece.text]) for piece in pieces if len(readings[piece.text].vectors.pieces)]
        if not given or not len(readings[sentence].vectors.pieces):
            return Support(Verdict.UNSUPPORTED, 0.0, None)
        return judge(self._model, readings[sentence], given)

    def _readings(self, texts: Iterable[str]) -> dict[str, Read]:
        """The texts as a verdict needs them."""
        distinct = tuple(dict.fromkeys(texts))
        known = self._judged_lately.get(distinct)
        vectors = self.read(text for text in distinct if text not in known)
        fresh = {text: read(text, single(own)) for text, own in vectors.items()}
        self._judged_lately.put(fresh)
        return known | fresh

    def read(self, texts: Iterable[str]) -> dict[str, TokenVectors]:
        """The texts word piece by word piece, in half precision."""
        distinct = tuple(dict.fromkeys(texts))
        known = self._seen.get(distinct)
        unread = [text for text in distinct if text not in known]
        fresh = dict(zip(unread, map(half, self._reader.read(unread)), strict=True)) if unread else {}
        self._seen.put(fresh)
        return known | fresh


def half(vectors: TokenVectors) -> TokenVectors:
    """The word pieces in half the memory."""
    return replace(vectors, pieces=vectors.pieces.astype(np.float16))


def single(vectors: TokenVectors) -> TokenVectors:
    """The word pieces as products are quickest with."""
    return replace(vectors, pieces=vectors.pieces.astype(np.float32))


def _without_reading(sentence: str, passages: Sequence[Passage]) -> Support | None:
    """The verdict where it needs no model."""
    if not passages:
        return Support(Verdict.UNCITED, 0.0, None)
    if not content_words(sentence):
        return Support(Verdict.UNSUPPORTED, 0.0, None)
    copy = copied(sentence, passages)
    return Support(Verdict.SUPPORTED, 1.0, copy) if copy else None


def judge(model: SupportModel, said: Read, given: Sequence[tuple[Passage, Read]]) -> Support:
    """The verdict on a sentence against at least one evidence sentence."""
    measured = measure(said, [own for _, own in given])
    about, agrees = model.chances(measured.features)
    if about >= ABOUT_FROM and any(exchanged(said.text, own.text) for _, own in given):
        agrees *= EXCHANGED
    if measured.features["comparison"] < -0.5:
        agrees = min(agrees, TURNED)
    wrong = unmatched(said.quantities, [quantity for _, own in given for quantity in own.quantities])
    label, probability = verdict_of(about, agrees, wrong_number=bool(wrong))
    return Support(label, probability, given[measured.best][0])


def verdict_of(about: float, agrees: float, *, wrong_number: bool = False) -> tuple[Verdict, float]:
    """The label and the probability from the chance that the passages speak of what is said, the chance that they then agree,
    and whether the sentence gives a number that they do not."""
    probability = about * agrees
    if about >= ABOUT_FROM and agrees < AGAINST_BELOW:
        return Verdict.CONTRADICTED, probability
    if wrong_number:
        return (Verdict.NUMBER_MISMATCH if probability >= MISMATCH_FROM else Verdict.UNSUPPORTED), probability * WRONG_NUMBER
    if about >= SAID_FROM and agrees >= AGREED_FROM:
        return Verdict.SUPPORTED, probability
    return (Verdict.PARTLY if probability >= PARTLY_FROM else Verdict.UNSUPPORTED), probability


def pieces_of(passages: Sequence[Passage]) -> list[Passage]:
    """The passages' sentences, with offsets in their abstracts."""
    return [
        replace(passage, start=passage.start + start, end=passage.start + end, text=passage.text[start:end])
        for passage in passages
        for start, end in sentence_spans(passage.text)
    ]
