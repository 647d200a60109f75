"""What tells whether the papers found answer a question: is the paper there, is the detail given, does the premise hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from rag.answering.abstain_premise import Agrees, Premise, premise
from rag.answering.abstain_presence import meant, presence
from rag.answering.missing import details, shortfall, what_is_missing
from rag.answering.record import Hit
from rag.retrieval.evidence import ScoredSentence
from rag.retrieval.understand import QuestionType
from rag.terms import content_words

DENIED = "contradicts what the question takes for granted"
STRANGE = "does not give the figure that the question names"
SEVERAL = 3  # papers that together hold the words of a question for several of them
CLEAR = 0.05  # lead of the first paper from which it is surely the one that the question is about
SURE = 0.6  # of the learned verdict, from which that is said
LITERALLY, FREELY = 5, 8
"""Words of a question that the paper lacks: with as many as the first, that a detail's word is among them tells; with as many as
the second the question describes the paper in words of its own, and it tells nothing. Of 62 questions for a detail that a paper
does not give one lacks more than 5, of 11 for one that it gives in other words, taken for such, nine do."""


@dataclass(frozen=True, slots=True)
class Features:
    """By stage of the model in `abstain`. `missing` ends a sentence that begins with the first paper; it may be empty. `one`: a
    single paper is asked about, by the wording or by what was found."""

    there: dict[str, float] = field(default_factory=dict)
    given: dict[str, float] = field(default_factory=dict)
    holds: dict[str, float] = field(default_factory=dict)
    missing: str = ""
    one: bool = True


def features(
    question: str, kind: QuestionType, hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]], agrees: Agrees
) -> Features:
    """`sentences` are those of the hits, best hit first. Details and premises are looked for in the first paper, and only where
    the question wants one paper: of several, each gives a part."""
    one = kind is QuestionType.ONE or meant(question, hits)
    there = presence(question, hits[: 1 if one else SEVERAL], hits, sentences)
    if not one or not sentences or not sentences[0]:
        return Features(there, {"value": 0.0, "amount": 0.0, "noun": 0.0}, asdict(Premise()), one=one)
    title = hits[0].paper.title or ""
    texts = [sentence.passage.text for sentence in sentences[0]]
    cosines = [sentence.cosine for sentence in sentences[0]]
    asked = details(question)
    short = [shortfall(detail, question, title, texts, cosines) for detail in asked]
    # A question may ask two things: an answer to one of them is worth showing.
    telling = literal(question, f"{title} {' '.join(texts)}")
    given = {
        name: telling * sum(getattr(own, name) for own in short) / len(short) if short else 0.0
        for name in ("value", "amount", "noun")
    }
    nearest = [texts[n] for n in sorted(range(len(texts)), key=lambda n: -cosines[n])]
    # Another paper that is as near may be the one that is meant, and need not deny what this one denies.
    clear = len(hits) == 1 or there["lead"] >= CLEAR
    against = premise(question, title, nearest, agrees) if clear else Premise()
    worst = max(zip(short, asked, strict=True), key=lambda pair: pair[0].total, default=None)
    missing = what_is_missing(worst[1]) if worst and telling * worst[0].total >= 1 / 2 else ""
    if not missing and (against.anchored or against.negated or against.swapped or against.denied >= SURE):
        missing = DENIED
    elif not missing and against.strange:
        missing = STRANGE
    return Features(there, given, asdict(against), missing)


def literal(question: str, text: str) -> float:
    """How much it tells, in 0..1, that the text lacks a word of the question, by how many it lacks."""
    lacking = len(set(content_words(question)).difference(content_words(text)))
    return min(1.0, max(0.0, (FREELY - lacking) / (FREELY - LITERALLY)))
