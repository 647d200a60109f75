"""A paper asked for by name: by the name in front of its title's colon, by the initials of its title, or nearly so."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise

from rag.terms import QUESTION_WORDS

LIFT = 0.2
"""What a paper that is asked for by name gains; more than candidates of one question usually lie apart."""
PLAIN = 0.1
"""The same for one that coined a name which the question merely uses."""
LIKE = 0.8  # likeness from which a word that no paper has is taken for a name written another way
LEAST = 5  # letters of such a word
ASKED = re.compile(
    r"\bthe (?P<name>[\w-]+(?: [\w-]+){0,2}?) (?:paper|article|study|work|authors)\b|^\W*(?P<all>[\w-]+)\W*$", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
_NAME = re.compile(r"[A-Z].*[A-Z]|[a-z][A-Z]|[A-Z]\w*\d|\d[A-Z]")
_CALLS = (
    r"(?:[Ww]e (?:\w+ )?(?:propose|introduce|present|develop|design|release|call|name|dub|term|coin|devise|build|create)"
    r"|(?:paper|work|study|article) (?:proposes|introduces|presents|develops)"
    r"|(?:called|named|dubbed|termed|coined|namely|denoted as)"
    r"|[Pp]roposed (?:method|approach|model|framework|algorithm),?)"
)
_SMALL = (
    r"(?:(?!(?:for|of|in|with|on|by|to|via|using|from|over|at|between|based|that|which|into|and|than|as)\b)"
    r"[a-z]+(?:-[a-z]+)*,? )"
)
_COINED = re.compile(
    rf"\b{_CALLS},? (?:[\"'“*]|{_SMALL}){{0,7}}[\"'“*]?"
    r"(?:(?P<long>[A-Z][\w-]*(?: [\w-]+){1,8}) ?\((?P<abbr>[A-Z][\w.-]{1,14})\)"
    r"|(?P<bare>[A-Z](?=[\w-]*[A-Z0-9-])[\w-]{1,24}(?:\.\d)?)"
    r"(?=[,.;:)\"'”*]|$| ?[(–—]| (?:which|that|is|to|for|as|by|with|on|in|and|at|via|using|an?|method|framework|model|dataset"
    r"|benchmark|algorithm|approach|corpus)\b))"
)
_LONG = 6  # words of a title's head at most that are a name
_FEW = 2  # words of one at most that may be written as one word
_WRITTEN_OUT = re.compile(r"\b[A-Z][\w-]*(?: [\w-]+){0,4} [A-Z][\w-]+")


def asked_names(question: str, known: Mapping[str, float], stems: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Names that the question says are papers ("the DPO paper"), and words that no paper has or that may be
    one word ("Fuse Chat"), all as `folded`.

    `stems` gives the stem of each word of the question, and `known` has the stems that the index holds.
    """
    match = ASKED.search(question)
    said = {folded(match["name"] or match["all"])} if match else set()
    words = _WORDS.findall(question)
    odd = {folded(word) for word in words if not _known(word, known, stems)}
    odd |= {
        folded(f"{one}{other}")
        for one, other in pairwise(words)
        if one[:1].isupper() and not {one.lower(), other.lower()} & QUESTION_WORDS
    }
    return said - {""}, {word for word in odd if len(word) >= LEAST}


@lru_cache(maxsize=4096)
def names_of(title: str) -> frozenset[str]:
    """What a paper may be called: what stands in front of the colon, if it is short, and the initials of it or of the title."""
    head = title.partition(":")[0]
    words = _WORDS.findall(head)
    names = {folded(head)} if len(words) <= _LONG else set()
    initials = "".join(part[0] for word in words for part in word.split("-") if part.lower() not in QUESTION_WORDS)
    return frozenset(names | ({folded(initials)} if len(initials) > 1 and len(words) <= _LONG + 2 else set()))


def is_called(title: str, said: Collection[str], odd: Collection[str]) -> bool:
    """Whether the title has a name that was said, or one like a word that no paper has."""
    return not names_of(title).isdisjoint(said) or any(_alike(word, _whole(title)) for word in odd)


@lru_cache(maxsize=4096)
def _whole(title: str) -> dict[str, frozenset[str]]:
    """The names and words of a title that a name may be a slip of, with the pairs of letters of each."""
    words = [folded(word) for word in _WORDS.findall(title.partition(":")[0])]
    names = names_of(title) if len(words) <= _FEW else frozenset()  # "Preference Optimization" is no slip of DPO's whole title
    return {name: _pairs(name) for name in names.union(words) if len(name) >= LEAST}


def _alike(word: str, whole: Mapping[str, frozenset[str]]) -> bool:
    # Likeness is slow to tell, and two words that are as much alike as is asked have two pairs of letters in common.
    pairs = _pairs(word)
    close = [name for name, own in whole.items() if len(pairs & own) > 1]
    return bool(close) and bool(get_close_matches(word, close, n=1, cutoff=LIKE))


@lru_cache(maxsize=256)
def _pairs(word: str) -> frozenset[str]:
    return frozenset(one + other for one, other in pairwise(word))


def folded(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return "".join(_WORDS.findall(text.lower())).replace("-", "").replace(".", "")


def used_names(question: str) -> list[str]:
    """Names used plainly, "DPO" or "Peri-LN": words with two capitals, or a capital behind a small letter or beside a digit, as
    `folded`. None of a question that is written in capitals."""
    if question.isupper():
        return []
    words = (word.removesuffix("s") if word[:-1].isupper() else word for word in _WORDS.findall(question))
    return list(dict.fromkeys(folded(word) for word in words if _NAME.search(word) and len(folded(word)) > 1))


@lru_cache(maxsize=4096)
def coined(text: str) -> frozenset[str]:
    """The names that an abstract gives to what it is about, as `folded`: "we propose X", "a framework called X", and the letters
    behind a long form that it proposes, "we call Long Form (LF)". One that is merely spelled out, "based on Long Form (LF)",
    is somebody else's."""
    found = [(match["long"], match["abbr"] or match["bare"]) for match in _COINED.finditer(text)]
    return frozenset(folded(name) for long, name in found if _spells(long, name))


def written_out(question: str, text: str) -> bool:
    """Whether the question has the long form of a name that an abstract coins, word for word."""
    return any(match["long"] and folded(match["long"]) in folded(question) for match in _COINED.finditer(text))


def may_write_out(question: str) -> bool:
    """Whether the question has, behind its first word, words that may be the long form of a name."""
    return not question.isupper() and _WRITTEN_OUT.search(question.partition(" ")[2]) is not None


def _spells(long: str | None, name: str) -> bool:
    """Whether the letters of a name stand in its long form, in order."""
    letters = iter(folded(long)) if long else None
    return letters is None or all(letter in letters for letter in folded(name).rstrip("s") if letter.isalpha())


def _known(word: str, known: Mapping[str, float], stems: Mapping[str, str]) -> bool:
    parts = [part for part in re.split(r"[-.]", word.lower()) if part]
    return all(part in QUESTION_WORDS or part.isdigit() or stems.get(part, part) in known for part in parts)
