"""What a question asks for, read from its wording alone."""

from __future__ import annotations

import re
from enum import StrEnum

_WORKS = r"(papers?|works?|studies|methods?|approaches|benchmarks?|surveys?|datasets?|systems|models|everything)"
_WORKS_ON = r"(papers|works?|studies|research|literature|publications|articles)"
_SEVERAL = r"(two|three|four|five|six|several|many|older|earlier|later|these|those|both|other|different)"
_KINDS = r"(papers|works|studies|methods|approaches|benchmarks|surveys|datasets|systems|models)"
_MAKERS = (
    r"(recommenders|frameworks|algorithms|techniques|toolkits|libraries|corpora|optimizers|ones|teams|groups|authors|people)"
)
_NO_OBJECT = (
    r"(?<!\bon )(?<!\bin )(?<!\binto )(?<!\bwith )(?<!\bby )(?<!\bof )(?<!\bfor )(?<!\bto )(?<!\bfrom )(?<!\balong )"
    r"(?<!\bover )(?<!\bagainst )"
)
"""Behind a preposition, "on which corpora did they test", what follows are things of one paper."""
_SUBJECT = (
    r"(?!\W*(?:[?.,;:]|$)|,? (?:and|or) \w+"
    r"| (?:did|does|do (?!you|we|i\b)|(?:was|were|is|are|has|have) (?:it|they|the|this|its|their)\b))"
)
"""What asks for papers does something itself: "which corpora have marked spans", not "which corpora did they use"."""
_OTHER = r"(?!(?:did|do|does|is|are|was|were|can|could|has|have|the|a|an|its|their)\b)[\w-]+"
_WHO = r"^\W*whose \w+|\bwho (else|has|have|all|(?!(is|was|does|tops|wins|leads|beats)\b)[a-z]+s)\b"
LIST = re.compile(
    rf"\b(which|what) (other )?{_KINDS}\b|{_NO_OBJECT}\b(which|what) ({_OTHER} ){{0,2}}{_MAKERS}\b{_SUBJECT}|{_WHO}"
    rf"|\b(which|what) ([\w-]+ ){{1,3}}({_KINDS}|{_MAKERS}) (are there|exist|do (we|you|i) have)\b"
    rf"|^\W*((papers|works|studies|articles) (that|which|using|with|where|by)|(any|every|some)thing (on|about|using|with|for)) "
    rf"|\b(list|show|name|find|collect|give) (me )?(all|every|each|any|the|some)?\b.*\b{_WORKS}\b"
    rf"|\b(every|all|each|any) (of )?(the )?{_WORKS}\b"
    r"|\bwhat (is there|is known|do (we|you|i) (have|know)|have (we|you|i) got) (on|about)\b"
    rf"|^\W*{_WORKS_ON} (on|about|into|concerning|regarding) "
    rf"|\b(who|what) else\b|\bhow many (\w+ )?{_WORKS}\b|\b(are|is) there (any |some |other |more |a |an )*{_WORKS}\b",
    re.IGNORECASE,
)
COMPARE = re.compile(
    r"\b(compare[ds]?|comparison|versus|vs\.?|differ(s|ent|ence|ences)?|both|contrast|in common|agree|disagree)\b"
    r"|\bwhich of (the )?(two|three|these)\b|\bthe same \w+|\b(each|which) (one|paper|study)\b|\bin each case\b"
    rf"|\b{_SEVERAL} (\w+[ -]){{0,3}}(papers|works|studies|study|surveys|benchmarks|methods|approaches)\b"
    r"|\b(in|across|among|do|by|from|to) (the|these|those|my|all|your|our) (papers|abstracts|studies|works|articles|library)\b",
    re.IGNORECASE,
)
_DOING = r"use|deal|propose|study|test|train|report|claim|build|rely|need|work|measure|compare|distill?|merge|handle|add|show"
_NUMBER = r"(?P<n>two|three|four|five|six)"
COUNTED = re.compile(
    rf"\b(?:which|these|those|the|all|^\W*) ?{_NUMBER}(?= (?:[\w-]+ ){{0,2}}(?:papers|works|studies|surveys|articles)\b"
    rf"| (?:{_DOING})\b"
    r"| (?:of (?:them|these|those)|are|is|do|does|did|has|have|was|were)\b|['’]|\W*[?,.;:]|\W*$)"
    r"|\b(?P<both>both) (?:papers|works|studies|surveys|articles)\b"
    rf"|\bwhich of (?:the|these|those) (?P<m>two|three|four|five|six)(?= (?:papers|works|studies|{_DOING}|is|are|has|have"
    r"|do|does|did|was|were|came|comes|can|will|would)\b|s\b|\W*[?,.;:]|\W*$)",
    re.IGNORECASE,
)
"""So many papers; "which two drawbacks" are those of one."""
SURELY = re.compile(
    rf"{_WHO}|\b(which|what) (other )?(papers|works|studies)\b|{_NO_OBJECT}\b(which|what) (other )?{_MAKERS}\b{_SUBJECT}"
    r"|\b(in )?each (case|one|of (them|these|those))\b"
    r"|\brespectively\b|^\W*(anything|everything|something) (on|about|using|with|for)\b",
    re.IGNORECASE,
)

SEVERAL = re.compile(
    r"\b(papers|works|studies|surveys|articles|abstracts|publications|preprints|versus|vs|compare)\b"
    rf"|\b(two|three|four|several|which) (\w+[ -]){{0,3}}(papers|works|studies|surveys|methods|approaches)\b"
    rf"|\b(every|all) {_WORKS}\b|^\W*(works?|research|literature) (on|about|into|concerning|regarding) "
    r"|\bwhat (is there|is known|do (we|you|i) (have|know)|have (we|you|i) got) (on|about)\b"
    r"|\beach (one|of them|say|put|get|add|do)\b|\b(in )?each( case)?\W*(\?|$)|\bwhich of (the|these|those) (two|three|four)\b"
    r"|\bone \w+.*\bwhich one\b",
    re.IGNORECASE,
)
ASKS = re.compile(
    r"\?\s*$|^\W*(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|do|does|did|can|could|will|would|should|has"
    r"|have|had|may|might|must|shall|list|show|name|find|give|tell|collect|compare|explain|describe|order|papers?|any|anything)\b",
    re.IGNORECASE,
)

_COUNTED = r"(?:papers|works?|studies|articles|abstracts|surveys|publications|preprints|records|reports|research|entries)"
_COUNT = re.compile(
    rf"\bhow (?:many|much)(?: of (?:the|these|those))?(?: [\w-]+){{0,2}}? {_COUNTED}\b"
    rf"|\b(?:number|count) of (?:the |all )?{_COUNTED}\b|\bcount (?:the |all |how many )*{_COUNTED}\b",
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
    return QuestionType.COMPARE if COMPARE.search(question) or how_many(question) else QuestionType.ONE


def surely_several(question: str) -> bool:
    """Whether the wording can only be about several papers, however well one of them fits."""
    return SURELY.search(question) is not None or how_many(question) > 1


def how_many(question: str) -> int:
    """How many papers the question says there are, "which two papers"; 0 where it says nothing."""
    found = COUNTED.search(question)
    said = (found["n"] or found["m"] or "two").lower() if found else ""
    return ("two", "three", "four", "five", "six").index(said) + 2 if said else 0


def asks_to_count(question: str) -> bool:
    """Whether the number of papers is asked for."""
    return _COUNT.search(question) is not None


class Form(StrEnum):
    """What a text given to the search is, as far as that changes the ranking."""

    QUESTION = "question"
    SEVERAL = "several"  # asks for several papers
    STATEMENT = "statement"  # a claim, a title or keywords: what is said stands in the papers


def form_of(text: str) -> Form:
    """The form, from the wording alone; a question about one paper where nothing else shows."""
    if SEVERAL.search(text):
        return Form.SEVERAL
    return Form.QUESTION if ASKS.search(text) else Form.STATEMENT
