"""Questions in German, French or Spanish read in English, word by word: the embedding knows English, and so do the abstracts."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from rag.retrieval.glossary import ASKING, DROPPED, LANGUAGES, TERMS
from rag.terms import QUESTION_WORDS

SURELY = 2  # words of a language from which it may be the question's
WHOLE = 4  # letters up to which a beginning has to be the whole word, but for an ending
ENDING = 3  # letters of such an ending at most
_TOKEN = re.compile(r"[^\s\w]*[\w][\w.'’+-]*")
_YEAR = re.compile(r"(?:\b(?P<span>before|after|since|until) )?\bof (?=(?:19|20)\d\d\b)")
_SUFFIXES = (
    *(("ierungen", "ization"), ("ierung", "ization"), ("isation", "ization"), ("ización", "ization"), ("ación", "ation")),
    *(
        ("sión", "sion"),
        ("ción", "tion"),
        ("tät", "ty"),
        ("idad", "ity"),
        ("ité", "ity"),
        ("ologie", "ology"),
        ("ología", "ology"),
    ),
)
"""Endings of words that are nearly the same in English."""


def in_english(text: str) -> str | None:
    """The question in English, as far as the glossary goes, its other words as they are; None where it is in English or in a
    language that is not known here."""
    spoken = spoken_in(text)
    if spoken is None:
        return None
    plain = re.sub(r"(?<=\w)['’](?=\w)", " ", text) if spoken == "fr" else text
    told = _TOKEN.sub(lambda found: _word(found[0], spoken), _phrases(plain, spoken))
    return _YEAR.sub(lambda found: f"{found['span'] or 'from'} ", " ".join(told.split())).replace("_", " ").strip(" ¿¡")


def spoken_in(text: str) -> str | None:
    """The language of the glossary that has more of the text's words than English frames a question with."""
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", text)]
    english = sum(word in QUESTION_WORDS for word in words)
    counts = {own: sum(word in _small(own) or _term(word, own) is not None for word in words) for own in LANGUAGES}
    frames = {own: sum(word in _small(own) for word in words) for own in LANGUAGES}
    best = max(LANGUAGES, key=lambda own: (counts[own] + frames[own], own))
    enough = frames[best] >= 1 and counts[best] >= SURELY and frames[best] > english
    return best if enough and 2 * counts[best] >= len(words) else None


def _word(written: str, spoken: str) -> str:
    word = written.strip(".,;:?!¿¡'’\"„“«»()")
    if not word:
        return written
    asking = _asking(spoken).get(word.lower())
    if asking is not None:
        return written.replace(word, asking)
    if word.lower() in _dropped(spoken):
        return written.replace(word, "")
    parts = [_translated(part, spoken) for part in word.split("-")]
    return written.replace(word, "-".join(parts) if len(parts) > 1 else parts[0])


def _translated(word: str, spoken: str) -> str:
    small = word.lower()
    if re.search(r"\d|[A-Z].*[A-Z]", word):
        return word
    if (term := _term(small, spoken)) is not None:
        return term
    if spoken == "de" and (compound := _compound(small)) is not None:
        return compound
    for ending, english in _SUFFIXES:
        if small.endswith(ending) and len(small) > len(ending) + 2:
            return _bare(small.removesuffix(ending)) + english
    return word


def _term(word: str, spoken: str) -> str | None:
    """The English for a word by the longest beginning that the glossary has of it."""
    for end in range(len(word), 2, -1):
        english = _terms(spoken).get(word[:end])
        if english is not None and (end > WHOLE or len(word) - end <= ENDING) and (spoken != "de" or len(word) - end <= 4):
            return english
    return None


def _compound(word: str) -> str | None:
    """A German compound of two words of the glossary: Wissensgraphen, Sprachmodelle."""
    for end in range(len(word) - 3, 3, -1):
        first = _term(word[:end], "de")
        if first is not None and (second := _term(word[end:], "de")) is not None:
            return f"{first} {second}"
    return None


def _phrases(text: str, spoken: str) -> str:
    """Terms of several words first."""
    for said, english in _terms(spoken).items():
        if " " in said:
            text = re.sub(rf"\b{re.escape(said)}\w*", english.replace(" ", "_"), text, flags=re.IGNORECASE)
    return text


def _bare(text: str) -> str:
    """Without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


@cache
def _terms(spoken: str) -> dict[str, str]:
    """Beginning of a word -> its English."""
    found: dict[str, str] = {}
    for line in TERMS.strip().splitlines():
        english, *others = (part.strip() for part in line.split("|"))
        for beginning in others[LANGUAGES.index(spoken)].split():
            found.setdefault(re.sub("[_']", " ", beginning), english)  # apostrophes part words in what is asked, too
    return found


@cache
def _asking(spoken: str) -> dict[str, str]:
    pairs = (pair.split("=") for pair in ASKING[spoken].split())
    return {word: english.replace("_", " ") for word, english in pairs}


@cache
def _dropped(spoken: str) -> frozenset[str]:
    return frozenset(DROPPED[spoken].split())


@cache
def _small(spoken: str) -> frozenset[str]:
    return _dropped(spoken) | frozenset(_asking(spoken))
