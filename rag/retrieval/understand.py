"""What a question asks for, read from its wording alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from rag.answering.record import Answer
from rag.terms import content_words

_WORKS = r"(papers?|works?|studies|methods?|approaches|benchmarks?|surveys?|datasets?|systems|models|everything)"
_SEVERAL = r"(two|three|four|five|six|several|many|older|earlier|later|these|those|both|other|different)"
LIST = re.compile(
    r"\b(which|what) (other )?(papers|works|studies|methods|approaches|benchmarks|surveys|datasets|systems|models)\b"
    rf"|\b(list|show|name|find|collect|give) (me )?(all|every|each|any|the|some)?\b.*\b{_WORKS}\b"
    rf"|\b(every|all|each|any) (of )?(the )?{_WORKS}\b"
    r"|\b(who|what) else\b",
    re.IGNORECASE,
)
COMPARE = re.compile(
    r"\b(compare[ds]?|comparison|versus|vs\.?|differ(s|ent|ence|ences)?|both|contrast|in common|agree|disagree)\b"
    r"|\bwhich of (the )?(two|three|these)\b|\bthe same \w+|\b(each|which) (one|paper|study)\b|\bin each case\b"
    rf"|\b{_SEVERAL} (\w+[ -]){{0,3}}(papers|works|studies|study|surveys|benchmarks|methods|approaches)\b",
    re.IGNORECASE,
)
DEPENDENT = re.compile(
    r"\b(it|its|they|their|them|that|this|these|those|he|she|ones?|former|latter|there|then|first|second|third|other|others|same|else)\b",
    re.IGNORECASE,
)
OPENING = re.compile(r"^\s*(and|but|so|what about|how about|what if|or|also|then|why|how so|which one)\b", re.IGNORECASE)
SHORT = 4  # content words below which a turn can hardly stand alone


class QuestionType(StrEnum):
    """How many papers an answer is likely to need."""

    ONE = "one"
    COMPARE = "compare"
    LIST = "list"


def question_type(question: str) -> QuestionType:
    """LIST and COMPARE only where the wording says so."""
    if LIST.search(question):
        return QuestionType.LIST
    return QuestionType.COMPARE if COMPARE.search(question) else QuestionType.ONE


def standalone(question: str, history: Sequence[Answer]) -> str:
    """The question as it is searched: with the turns before it put in front where it leans on them.

    A turn leans on the conversation when it opens with a connective, holds a pronoun, or has few words of its own.
    """
    if not history:
        return question
    words = set(content_words(question))
    leans = OPENING.search(question) or DEPENDENT.search(question) or len(words) < SHORT
    if not leans:
        return question
    earlier = history[-1].standalone or history[-1].question
    titles = [source.paper.title for source in history[-1].sources[:1] if source.paper.title]
    return " ".join([earlier, *titles, question])
