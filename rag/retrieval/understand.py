"""What a question asks for, read from its wording alone."""

from __future__ import annotations

import re
from enum import StrEnum

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
