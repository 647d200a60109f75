"""The details a question asks for (numbers, amounts of money and time, names, things) and whether an abstract gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from rag.answering.missing_names import MANY, SPELLING, TOKEN, done_by, unlisted, unnamed
from rag.answering.missing_words import (
    ARTICLES,
    AUXILIARIES,
    CLASSES,
    COUNTING,
    DO,
    MEASURE,
    NAMED,
    PEOPLE,
    PERSONS,
    POINTS,
    RESULT,
    SHELL,
    STOP,
    WRITTEN,
    stems,
)
from rag.terms import WORD, content_words, stem


class Asked(StrEnum):
    """What kind of thing would answer."""

    COUNT = "count"  # how many hospitals
    AMOUNT = "amount"  # by how much, what accuracy
    MONEY = "money"
    TIME = "time"
    AGE = "age"
    NAME = "name"  # which dataset, who
    THING = "thing"  # what remedy, which layer: anything said of it may answer
    OPEN = "open"  # why, how, what does it do: nothing in particular


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing asked for. `noun` is the phrase that names it in the question ("learning rate"), empty where none does."""

    kind: Asked
    noun: str
    clause: str


@dataclass(frozen=True, slots=True)
class Shortfall:
    """How far an abstract falls short of a detail, each in 0..1, 0 where there is nothing to tell it by.

    `value`: no count, sum of money, length of time or name stands where one should. `amount`: no figure stands with what is
    measured. `noun`: share of the words naming the detail that the paper does not contain.
    """

    value: float = 0.0
    amount: float = 0.0
    noun: float = 0.0

    @property
    def total(self) -> float:
        return self.value + self.amount + self.noun


ASKING = re.compile(
    r"\b(how many|how much|how long|how often|how far|how (?:large|big|wide|high|small|fast|deep|old|tall|tiny|strong|slow|well)"
    r"|what|which|who|whom|whose|where|when|why|how)\b",
    re.IGNORECASE,
)
RELATIVE = {"who", "which", "whom", "whose", "where", "when"}
ASKS_HERE = re.compile(
    r"(^|[,.?:;(–-]|\b(and|or|to|by|at|in|on|from|under|for|with|against|into|know|ask|say|tell|see))$", re.IGNORECASE
)
"""What stands before a relative word that asks; after anything else it joins ("the model which")."""
JOINS = re.compile(
    r"\w (?<!and )(?<!or )(?<!know )(?<!ask )(?<!say )(?<!tell )(?<!see )(to|by|at|in|on|from|under|for|with|against|into)$", re.I
)
"""A preposition behind a noun: after an earlier asking word it joins too ("what are the datasets on which")."""
CLAUSE = re.compile(r"[:;]")
CLAUSE_END = re.compile(r"[?;:]|\.\s")
SAMPLE = re.compile(r"\b[Nn] ?= ?\d")
"""N=12: how many people took part."""
SINGLE = re.compile(r"\b(one|single) (?:\w+ )?(\w+)", re.IGNORECASE)
NAMES_OF = re.compile(r"^(?:is|are|was|were) the names? of (?:the )?", re.IGNORECASE)
EXACTLY = frozenset(["exactly", "precisely", "actually", "else", "specifically"])
ITEM = re.compile(r"\(?\b\d{1,2}\)|\bthird(?:ly)?,", re.IGNORECASE)  # 1), (2) or third, in front of an item of a list
FIGURE = re.compile(
    r"(?<![\w.])\d|\b(?:half|third|quarter|twice|double[sd]?|triple[sd]?|halve[sd]?|\w+fold|times|orders? of magnitude)\b",
    re.IGNORECASE,
)
ASKS_SHARE = re.compile(r"\b(?:percent\w*|share|fraction|proportion)\b|%", re.IGNORECASE)
SHARE = re.compile(r"%|\b(?:per ?cent\w*|half|thirds?|quarters?|tenths?|one in|out of)\b|\b0\.\d", re.IGNORECASE)
OUT_OF = re.compile(r"^of (?:the|these|those) (?:(?:more|fewer|less) than |over |about |nearly )?(?:\d+ )?", re.IGNORECASE)
DIGITS = re.compile(r"[~<>≈]?\d[\d.,]*(%|k|m|b|x|s|th)?", re.IGNORECASE)
_UNIT = r"(hours?|days?|weeks?|months?|years?|minutes?|seconds?|milliseconds?|ms)"
ASKS_TIME = re.compile(rf"\bhow long\b|\bhow many ((?!(?:an?|per|each|every)\b)\w+[ -]){{0,2}}{_UNIT}\b", re.IGNORECASE)
TIME = re.compile(rf"\b(\d[\d.,]*|{'|'.join(sorted(COUNTING))})[ -]?(\w+[ -])?{_UNIT}\b", re.IGNORECASE)
AGE = re.compile(r"\b(aged?|ages|years? old|year-olds?|born|childhood|adults)\b", re.IGNORECASE)
PRICED = re.compile(r"\b(?:pa(?:id|ys?|yment)|costs?|pric|charg|salar|wage|fee)", re.IGNORECASE)
ASKS_MONEY = re.compile(r"\b(paid|pays?|payment|costs?|price|charged?|salary|wages?|spen[dt]|earn\w*|fees?)\b", re.IGNORECASE)
MONEY = re.compile(r"[$€£]|\b(dollars?|euros?|usd|eur|cents?|pounds)\b", re.IGNORECASE)
PHRASE = 5  # words of a phrase that names a detail, at most
FOLLOWING = 4  # words after a number among which its noun is looked for
FILLING = frozenset(["of", "the", "a", "an", "all", "as", "many", "total", "number", "these", "those", "its", "their", "our"])
"""Words between a number and its noun that are not counted ("half of the total number of corrections")."""


def details(question: str) -> tuple[Detail, ...]:
    """The things asked for, in order; empty for a yes-no question."""
    marks = list(ASKING.finditer(question))
    found = []
    for mark, following in zip_longest(marks, marks[1:]):
        asking = mark.group(1).lower()
        before = question[: mark.start()].rstrip()
        if asking in RELATIVE and (not ASKS_HERE.search(before) or (mark is not marks[0] and JOINS.search(before))):
            continue
        rest = question[mark.end() : following.start() if following else len(question)]
        clause = CLAUSE_END.split(rest)[0].strip()
        if asking == "which":
            clause = OUT_OF.sub("", clause)
        if asking == "what" and NAMES_OF.search(clause):
            asking, clause = "which", NAMES_OF.sub("", clause)  # what are the names of the two models: which two models
        if clause or following is None:
            noun = noun_of(asking, clause)
            found.append(Detail(kind_of(asking, noun, f"{asking} {clause}"), noun, clause))
    return tuple(found)


def noun_of(asking: str, clause: str) -> str:
    """The phrase after `asking` that names what is asked for: "learning rate" in "what learning rate did they use"."""
    words = [word.removesuffix("'s") for word in re.findall(r"[\w'%-]+", clause)]
    while words and words[0].lower() in EXACTLY:
        words = words[1:]
    if asking == "what" and words and words[0].lower() in {"is", "are", "was", "were"}:
        if len(words) < 2 or words[1].lower() not in ARTICLES:
            return ""  # what is packed into the input: no noun names it
        words = words[2:]
    elif asking not in {"how many", "how much", "what", "which", "whose"} or (words and words[0].lower() in DO):
        return ""
    taken: list[str] = []
    verbal = asking in {"what", "which"} and AUXILIARIES.isdisjoint(word.lower() for word in words[: PHRASE + 1])
    for word in words[:PHRASE]:
        if word.lower() in STOP:
            if word.lower() in AUXILIARIES:
                return " ".join(taken)
            break
        if taken and ((verbal and word.endswith("ed")) or word.lower() in {"take", "took"}):
            break  # which regressor predicted the value: what follows is no part of the phrase
        taken.append(word)
    if asking == "what" and taken and taken[0].endswith("s"):
        return ""  # what explains the drop: a verb, no noun
    return " ".join(head(taken))


def head(words: Sequence[str]) -> Sequence[str]:
    """The noun phrase at the front of words that run on into a verb ("platform recruited", "language model serves")."""
    known = [stem(word.lower()) in NAMED | MEASURE | SHELL for word in words]
    if not any(known):
        return words[:1]
    last = known.index(True)
    while last + 1 < len(words) and known[last + 1]:
        last += 1
    return words[: last + 1]


def kind_of(asking: str, noun: str, clause: str) -> Asked:
    """What kind of thing would answer; `clause` begins with the asking word."""
    words = [stem(word.lower()) for word in noun.split()]
    if asking == "how old" or ASKS_TIME.search(clause):
        return Asked.AGE if asking == "how old" else Asked.TIME
    if asking in {"how much", "what"} and ASKS_MONEY.search(clause):
        return Asked.MONEY
    if asking == "how many" and words and words[-1] not in POINTS:
        return Asked.COUNT
    listed = any(word in MANY for word in noun.lower().split())  # which two levels: things, and no figure
    measured = asking in {"what", "which"} and words and words[-1] in MEASURE and not listed
    if (asking.startswith("how ") and asking != "how well") or measured:
        return Asked.AMOUNT
    if asking in {"who", "whom"} or (asking in {"what", "which"} and any(word in NAMED for word in words)):
        return Asked.NAME
    return Asked.THING if words and asking in {"what", "which"} else Asked.OPEN


def shortfall(detail: Detail, question: str, title: str, sentences: Sequence[str], cosines: Sequence[float]) -> Shortfall:
    """How far an abstract, as sentences with their `cosines` to the question, falls short of giving the detail."""
    text = " ".join(sentences)
    noun = missing_words(detail.noun, f"{title} {text}")
    numbers = [followers(sentence) for sentence in sentences]
    value = amount = 0.0
    match detail.kind:
        case Asked.MONEY:
            value = float(not MONEY.search(text))
        case Asked.TIME:
            value = float(not TIME.search(text))
            noun = 0.0 if ASKS_TIME.search(f"how many {detail.noun}") else noun
        case Asked.AGE:
            value = float(not AGE.search(text))
        case Asked.COUNT:
            value = uncounted(detail.noun, [followers(sentence, shares=False) for sentence in sentences], sentences)
            noun = noun if value else 0.0
        case Asked.AMOUNT:
            amount = unmeasured(detail.noun, sentences, numbers, cosines)
            noun = 0.0
        case Asked.NAME if detail.noun or not done_by(detail.clause, sentences):  # who: by name or not
            value = unnamed(detail.noun, question, title, sentences, cosines)
            named = " ".join(word for word in detail.noun.split() if stem(word.lower()) not in CLASSES)
            noun = missing_words(named, f"{title} {text}")
        case Asked.THING:
            value = unlisted(detail.noun, sentences)
    return Shortfall(value, amount, noun)


def missing_words(noun: str, text: str) -> float:
    """Share of the words of `noun` that the text lacks; words that abstracts leave unsaid do not count."""
    wanted = {SPELLING.get(word, word) for word in content_words(noun)} - SHELL - RESULT - stems(" ".join(COUNTING))
    wanted = {word for word in wanted if not word.endswith("est")}
    given = {SPELLING.get(word, word) for word in content_words(text)}
    return len(lacking(wanted, given)) / len(wanted) if wanted else 0.0


def lacking(wanted: Iterable[str], given: Iterable[str]) -> list[str]:
    """The stems not given, not even inside another word ("bleu" is in "sacrebleu")."""
    held = set(given)
    return [word for word in wanted if word not in held and not (len(word) > 3 and any(word in other for other in held))]


def followers(sentence: str, *, shares: bool = True) -> list[list[str]]:
    """For each number of the sentence the stems of the words after it in its clause; of percentages only with `shares`, or where
    they are of a number of things ("97% of the games")."""
    found = []
    for clause in CLAUSE.split(ITEM.sub(" ", sentence)):
        words = [word.strip(".,-+").lower() for word in TOKEN.findall(clause)]
        for at, word in enumerate(words):
            first, *rest = word.split("-")
            counts = shares or not first.endswith("%") or words[at + 1 : at + 2] == ["of"]
            if (DIGITS.fullmatch(first) and counts) or first in COUNTING:
                behind = [later for later in words[at + 1 :] if later not in FILLING][:FOLLOWING]
                after = [*rest, *(piece for later in behind for piece in later.split("-"))]
                found.append([stem(piece) for piece in after])
    return found


def uncounted(noun: str, numbers: Sequence[Sequence[Sequence[str]]], sentences: Sequence[str] = ()) -> float:
    """1 less how well the best-placed number counts `noun`; any number will do where that is a shell noun. "One" and "single"
    count only right before the noun, in `sentences`."""
    wanted = [stem(word.lower()) for word in WORD.findall(noun)]
    if wanted and wanted[-1] in PEOPLE:
        if any(SAMPLE.search(sentence) for sentence in sentences):
            return 0.0
        numbers = [[[wanted[-1] if word in PERSONS else word for word in after] for after in found] for found in numbers]
    if not wanted or wanted[-1] in SHELL - WRITTEN:
        return float(not any(numbers))
    stemmed = set(wanted) - (SHELL - WRITTEN)
    if any(stem(found[2].lower()) == wanted[-1] for sentence in sentences for found in SINGLE.finditer(sentence)):
        return 0.0
    near = [len(stemmed & set(after)) / len(stemmed) for found in numbers for after in found if wanted[-1] in after]
    return 1 - max(near, default=0.0)


def unmeasured(
    noun: str, sentences: Sequence[str], numbers: Sequence[Sequence[Sequence[str]]], cosines: Sequence[float]
) -> float:
    """1 less how well a sentence with a figure names what is measured, or lies near the question where nothing names it."""
    figure = SHARE if ASKS_SHARE.search(noun) else FIGURE
    holding = [n for n, found in enumerate(numbers) if found and figure.search(ITEM.sub(" ", sentences[n]))]
    words = [stem(word.lower()) for word in WORD.findall(noun)]
    if wanted := [word for word in words if word not in RESULT | SHELL | CLASSES and not word.endswith("est")]:
        short = [lacking(wanted, content_words(sentences[n])) for n in holding]
        # Without its last word it is another thing: in-context learning is no learning rate.
        return min((1.0 if wanted[-1] in missed else len(missed) / len(wanted) for missed in short), default=1.0)
    best = max(cosines, default=0.0)
    return 1 - max((cosines[n] / best for n in holding), default=0.0) if best > 0 else 0.0


def what_is_missing(detail: Detail) -> str:
    """What the abstract does not do, as the end of a sentence; empty where nothing in particular is asked for."""
    last = stem(detail.noun.rpartition(" ")[2].lower())
    noun = f"the {detail.noun}" if detail.noun and last not in POINTS else "this"
    several = detail.noun.endswith("s") or last in PEOPLE
    return {
        Asked.MONEY: "gives no amount of money for this" if PRICED.search(detail.clause) else "does not say this",
        Asked.TIME: "does not say how long",
        Asked.AGE: "gives no age",
        Asked.COUNT: f"gives no number of {detail.noun}" if several else "does not say how many",
        Asked.AMOUNT: f"gives no figure for {noun}",
        Asked.NAME: f"does not name {noun}" if detail.noun else "does not say who",
        Asked.THING: f"says nothing of {noun}",
        Asked.OPEN: "",
    }[detail.kind]
