"""What tells whether the papers found answer a question: is the paper there, is the detail given, does the premise hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from rag.answering.abstain_premise import Agrees, Premise, premise
from rag.answering.missing import details, shortfall, what_is_missing
from rag.answering.record import Hit
from rag.retrieval.evidence import ScoredSentence
from rag.retrieval.understand import QuestionType
from rag.terms import content_words, coverage

NAME = re.compile(
    r"[\"“'‘]([A-Z][^\"”'’]*? [^\"”'’]+)[\"”'’]|\b(\w*[A-Z0-9]\w*[A-Z0-9]\w*)\b|(?<=[a-z,] )([A-Z][a-z]{3,})\b(?! [A-Z])"
)
"""Written like a name: a title in quotation marks, two capitals or digits in one word (`GPT4`, `LayerNorm`), or a capital inside
a sentence (`Janus`)."""
DENIED = "says otherwise than the question takes for granted"
SEVERAL = 3  # papers that together hold the words of a question for several of them
CLEAR = 0.05  # lead of the first paper from which it is surely the one that the question is about
SURE = 0.6  # of the learned verdict, from which that is said


@dataclass(frozen=True, slots=True)
class Features:
    """By stage of the model in `abstain`. `missing` ends a sentence that begins with the first paper; it may be empty."""

    there: dict[str, float] = field(default_factory=dict)
    given: dict[str, float] = field(default_factory=dict)
    holds: dict[str, float] = field(default_factory=dict)
    missing: str = ""


def features(
    question: str, kind: QuestionType, hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]], agrees: Agrees
) -> Features:
    """`sentences` are those of the hits, best hit first. Details and premises are looked for in the first paper, and only where
    the question wants one paper: of several, each gives a part."""
    there = presence(question, hits[: 1 if kind is QuestionType.ONE else SEVERAL], hits, sentences)
    if kind is not QuestionType.ONE or not sentences or not sentences[0]:
        return Features(there, {"value": 0.0, "amount": 0.0, "noun": 0.0}, asdict(Premise()))
    title = hits[0].paper.title or ""
    texts = [sentence.passage.text for sentence in sentences[0]]
    cosines = [sentence.cosine for sentence in sentences[0]]
    asked = details(question)
    short = [shortfall(detail, question, title, texts, cosines) for detail in asked]
    # A question may ask two things: an answer to one of them is worth showing.
    given = {name: sum(getattr(s, name) for s in short) / len(short) if short else 0.0 for name in ("value", "amount", "noun")}
    nearest = [texts[n] for n in sorted(range(len(texts)), key=lambda n: -cosines[n])]
    # Another paper that is as near may be the one that is meant, and need not deny what this one denies.
    against = premise(question, title, nearest, agrees if there["lead"] >= CLEAR else unasked)
    worst = max(zip(short, asked, strict=True), key=lambda pair: pair[0].total, default=None)
    missing = what_is_missing(worst[1]) if worst and worst[0].total >= 1 / 2 else ""
    if not missing and (against.anchored or against.negated or against.swapped or against.strange or against.denied >= SURE):
        missing = DENIED
    return Features(there, given, asdict(against), missing)


def unasked(_: str, __: Sequence[str]) -> None:
    """In place of a verdict that would say nothing."""


def presence(
    question: str, read: Sequence[Hit], hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]]
) -> dict[str, float]:
    """Whether what was found is what the question is about: the first paper's best cosine, its score, its lead over the second
    paper, and the shares of the question's names and words that the papers to `read` hold between them."""
    first, second, *_ = [*sorted((hit.score for hit in hits), reverse=True)[:2], hits[0].score]
    text = " ".join(f"{hit.paper.title or ''} {hit.paper.abstract}" for hit in read)
    return {
        "cosine": max((sentence.cosine for sentence in sentences[0]), default=0.0) if sentences else 0.0,
        "score": first,
        "lead": first - second,
        "names": names_found(question, text),
        "words": coverage(content_words(question), content_words(text)),
    }


def names_found(question: str, text: str) -> float:
    """Share of the question's names that occur in the text; 0.5 where it has none."""
    names = [next(filter(None, found)) for found in NAME.findall(question)]
    lowered = text.lower()
    return sum(name.lower() in lowered for name in names) / len(names) if names else 0.5
