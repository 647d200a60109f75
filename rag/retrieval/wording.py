"""The words questions use for papers and numbers, and what a rule about them is; shared by the `conditions` modules."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rag.library.conditions import Conditions
from rag.library.selection import Facts

_UNITS = "no one two three four five six seven eight nine ten eleven twelve"
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "a hundred": 100, "one hundred": 100, "hundred": 100}
WORDS = (
    {"zero": 0, "a dozen": 12, "a couple of": 2, "a couple": 2}
    | {word: n for n, word in enumerate(_UNITS.split())}
    | {"single": 1, "a single": 1, "sole": 1}
    | _TENS
)
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+k?|{'|'.join(sorted(WORDS, key=len, reverse=True))})"
WORK = (
    r"(?:papers?|works?|stud(?:y|ies)|articles?|abstracts?|surveys?|publications?|preprints?|research|records?|reports?"
    r"|benchmarks?|datasets?|everything|anything|entries|ones)"
)
DATED = (
    r"(?:dat(?:ed|ing)|published|released|posted|written|appear(?:ed|ing|s)?|(?:came|come|comes|coming) out|submitted|uploaded"
    r"|made public)"
)
RELEASES = r"(?:publish(?:ed|es)?|released?|post(?:ed)?|put out)"
NEAR_WORK = 5  # words between a paper-like noun and a condition that has no verb of its own
NEAR_TOPIC = 12  # the same with a topic between them

PLAIN_WORK = r"(?:papers?|works?|stud(?:y|ies)|articles?|publications?|preprints?|research|everything|anything|entries|ones)"
_FILLING = (
    rf"(?:any|the|those|these|that|which|who|was|were|are|is|be|been|being|have|has|had|do|does|did|me|us|show|list|give|include|including"
    rf"|want|need|see|use|{PLAIN_WORK}|{DATED}|{RELEASES}|come|comes|coming|from|by|in|at|of|with|get|got|date|dates"
    r"|specifically|years?|authored)"
)
_STARTS = r"(?:^|[,;:.(—–-] ?|\b(?:and|but|please|just) )"
EXCLUDES = (
    r"(?:\b(?:(?:(?:is|are|was|were|do|does|did|has|have) )?(?:not|never)|neither|nor|without|none|nothing"
    r"|except(?:ing)?(?: for)?|exclud(?:e|es|ing)|other than|apart from"
    rf"|aside from|besides?|outside(?: of)?|(?:all|any|every|anything|everything)(?: (?:of )?(?:the )?{PLAIN_WORK})? but|minus"
    r"|rather than|instead of)|\b\w+n['’]t"
    rf"|{_STARTS}(?:no|skip(?:ping)?|ignor(?:e|ing)|omit(?:ting)?|leav(?:e|ing) out|drop(?:ping)?|disregard(?:ing)?))"
)
_ABOUT = re.compile(
    rf"\b(?:{WORK}|(?:do|have) (?:we|you|i)(?: have| got)?|there|known|done)(?: that| which)?"
    r" (?:about|on|of|for|concerning|regarding|around|cover(?:ing)?|discuss(?:ing)?"
    r"|deal(?:ing)? with|address(?:ing)?|related to)(?: (?!that|which|using|use|trained)[^\s,;:.?]+){1,9}$",
    re.IGNORECASE,
)
"""`papers about the merging or fusion of models`: what follows still speaks of the papers."""
_DATED = re.compile(rf"\b{DATED}\b", re.IGNORECASE)
_NEAR = re.compile(
    rf"\b(?:{WORK}|{DATED}|{RELEASES}"
    r"|what(?:['’]s| is| was| has been) new|the library (?:have|hold|contain)|do (?:we|you|i) have"
    r"|(?:(?:people|researchers|anyone|anybody|someone|somebody|others|authors|who) )(?:wr[io]te|written|said|say) (?:about|on)"
    r"|(?:written|wrote|write) about"
    r"|(?:of|among) (?:them|these|those)(?= (?:is|are|was|were|has|have|came|do|did)\b|[ ,?]*$|,| \|))\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"\b(?:am|is|are|was|were|be|been|do|does|did|has|have|had|can|could|may|might|must|shall|should|will|would|how|why|who|whom|when"
    r"|where|what|which|that|^(?:and|but|or|so|also)|i|we|you|they|he|she|it|its|me|my|our|there|not"
    r"|\w+ed(?= (?:in|by|to|from|since|at|over|until|with|between|during)\b))\b|n['’]t\b|[;:]|\.\s",
    re.IGNORECASE,
)
KEYWORDS = 9  # words at most of a question that is keywords
_LEAD = re.compile(rf"(?P<no>{EXCLUDES} (?:{_FILLING} ){{0,6}})$", re.IGNORECASE)
_ONLY = re.compile(r"(?:only|just|merely)\b", re.IGNORECASE)
_NOT = re.compile(r"(?:\bnot|n['’]t) $", re.IGNORECASE)
_UNDECIDED = re.compile(
    r"(?:\bnot|n['’]t)(?: \w+){0,2} (?:only|just|merely|solely|necessarily|always|all|exclusively|limited to|confined to|even)"
    rf" (?:{_FILLING} )*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Said:
    """What wording says: one set of values, or several of which one must hold, or `all_of` them.

    `excluded` turns it round. `end` is where in the text the wording ends, where that is before the end of the match.
    """

    choices: tuple[dict[str, Any], ...]
    all_of: bool = False
    excluded: bool = False
    end: int | None = None

    def conditions(self) -> tuple[Conditions, ...]:
        """The choices."""
        return tuple(Conditions(**values) for values in self.choices)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as written, and the library it is put to."""

    text: str
    facts: Facts


Read = Callable[[re.Match[str], Asked], Said | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """Wording and what it says. `read` may answer None: the wording fits, but says nothing in this library. Where `near_work`
    is set, the wording must have a verb of publishing or stand near a word for papers. `marked` rules match the text in which
    dates are marked (`rag.retrieval.dates`)."""

    pattern: re.Pattern[str]
    read: Read
    near_work: bool = False
    marked: bool = False


def rule(pattern: str, read: Read, *, near_work: bool = False, marked: bool = False) -> Rule:
    """A rule that does not mind case."""
    return Rule(re.compile(pattern, re.IGNORECASE), read, near_work, marked)


def says(**values: Any) -> Read:
    """The same whatever was matched."""
    return lambda _match, _asked: Said((values,))


def number(text: str) -> int:
    """12, "12", "1,200", "2k" or "twelve"."""
    text = " ".join(text.lower().split())
    if text in WORDS:
        return WORDS[text]
    return int(text.replace(",", "").removesuffix("k")) * (1000 if text.endswith("k") else 1)


def near_work(text: str, start: int, end: int, words: int = NEAR_WORK) -> bool:
    """Whether the wording has a verb of publishing, or stands shortly behind or before a word for papers or for publishing."""
    if _DATED.search(text, start, end):
        return True
    ahead = " ".join(text[:start].split()[-words:])
    if _ABOUT.search(" ".join(text[:start].split()[-NEAR_TOPIC:])):
        return True
    behind = " ".join(text[end:].split()[:words])
    return _NEAR.search(f"{ahead} | {behind}") is not None


def keywords_only(text: str) -> bool:
    """Whether a question is keywords ("machine translation before 2023"), no sentence: what is searched are papers then."""
    words = text.split()
    return len(words) <= KEYWORDS and _SENTENCE.search(text) is None


def excluding(text: str, start: int) -> int | None:
    """Where a "not", "excluding" or "other than" begins that turns round what stands at `start`; `start` where there is none,
    None where the wording is not to be decided ("not only from", "don't exclude")."""
    ahead = text[:start]
    if _UNDECIDED.search(ahead) or (_ONLY.match(text[start:]) and _NOT.search(ahead)):
        return None
    lead = _LEAD.search(ahead)
    if lead is None:
        return start
    begin = lead.start("no") + len(lead["no"]) - len(re.sub(r"^[\s,;:.(—–-]+(?:(?:and|but|please|just)\b)?\s*", "", lead["no"]))
    return None if re.search(rf"{EXCLUDES} ?(?:{_FILLING} )*$", text[:begin], re.IGNORECASE) else begin
