"""Words that no paper has, read as the name they are a slip of: Crosner as CrossNER, "Vacancy SBERT" as VacancySBERT."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches
from itertools import pairwise

from rag.library.catalogue import Catalogue
from rag.library.keywords import KeywordIndex
from rag.retrieval.lookup import LEAST, folded
from rag.terms import QUESTION_WORDS, stem

SHORT = 6  # letters below which names are too much alike for one to be a slip of another
LONG = 8  # letters from which a letter of a name may be wrong, and plain words are put right too
LONGER = 10  # letters from which a name may have two slips
NEARLY = 0.88  # likeness of such a name
LOOKED = 20  # papers looked into for a word like one that none has
PART = 3  # letters of either half of a word that is written as two
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_NAME = re.compile(r"[A-Z].*[A-Z]|[a-z][A-Z]|\d")

Change = tuple[str, str]
"""A stretch of the question, and what it is read as."""


class Spelling:
    """Corrects names in questions by the words of the library. Safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, keywords: KeywordIndex) -> None:
        self._catalogue = catalogue
        self._keywords = keywords

    def read(self, text: str) -> tuple[str, list[Change]]:
        """The text with its odd words as they are most likely meant, and what was changed."""
        words = [found[0] for found in _WORD.finditer(text)]
        known = self._known(part for word in words for part in word.split("-"))
        odd = [word for word in words if any(self._is_odd(part, known) for part in word.split("-"))]
        changes: list[Change] = []
        written = self._known(folded(one + other) for one, other in pairwise(words))
        for one, other in pairwise(words):
            joined = one + other
            together = f"{one} {other}"
            if together not in text or len(folded(joined)) < LEAST or {one.lower(), other.lower()} & QUESTION_WORDS:
                continue
            slip = (one in odd or other in odd) and other[:1].isupper()
            if not slip and stem(folded(joined)) not in written:
                continue
            called = slip or one in odd or other in odd or one[:1].isupper() or _NAME.search(joined)
            if called and not self._keywords.knows(together) and (name := self._like(joined, exact=not slip)):
                changes.append((together, name))
        done = {word for together, _ in changes for word in together.split()}
        for word in odd:
            if word not in done and len(folded(word)) >= LEAST and (name := self._like(word, exact=False) or self._halves(word)):
                changes.append((word, name))
        for said, meant in changes:
            text = re.sub(rf"(?<!\w){re.escape(said)}(?!\w)", meant.replace("\\", r"\\"), text)
        return text, changes

    def _known(self, words: Iterable[str]) -> set[str]:
        return set(self._keywords.rarity({stem(word.lower()) for word in words}))

    def _is_odd(self, word: str, known: set[str]) -> bool:
        return not word.isdigit() and word.lower() not in QUESTION_WORDS and stem(word.lower()) not in known

    def _like(self, word: str, *, exact: bool) -> str | None:
        """The word of the library that is this one written together, or where it need not be `exact`, nearly so."""
        asked = folded(word)
        distance = 0 if exact else 1 if len(asked) < LONG else 2
        texts = self._catalogue.texts(self._keywords.like(stem(asked), distance, LOOKED)).values()
        counts = Counter(found[0] for text in texts for found in _WORD.finditer(text))
        for form, _ in counts.most_common():
            own = folded(form)
            named = _NAME.search(form) is not None
            if (own == asked and (named or not exact)) or (not exact and is_slip(asked, own, named=named)):
                return form if own != asked or named else None
        return None

    def _halves(self, word: str) -> str | None:
        """The word as the name of two parts that a paper has: llavamod as LLaVA-MoD, but StableMask is no stable mask."""
        own = folded(word)
        halves = [(own[:at], own[at:]) for at in range(PART, len(own) - PART + 1)]
        known = self._known(half for both in halves for half in both)
        for one, other in halves:
            if stem(one) in known and stem(other) in known:
                holding = [paper for paper, _ in self._keywords.holding([f"{one} {other}"], limit=LOOKED)]
                written = re.compile(rf"\b{one}[- ]{other}\b", re.IGNORECASE)
                forms = (found[0] for text in self._catalogue.texts(holding).values() for found in written.finditer(text))
                if name := next((form for form in forms if _NAME.search(form)), None):
                    return name
        return None


def is_slip(word: str, meant: str, *, named: bool) -> bool:
    """Whether a word (`folded`) is likely a slip of another: a letter too many, too few or out of place, s for z, in a longer
    name a wrong letter, in a long one two. Digits tell names apart, and the first letter is seldom wrong."""
    if word[:1] != meant[:1] or _digits(word) != _digits(meant) or min(len(word), len(meant)) < (SHORT if named else LONG):
        return False
    short, long = sorted((word, meant), key=len)
    if len(long) - len(short) == 1:
        # At the end it is a plural, or a name of its own: AdamW is no slip of Adam.
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long) - 1 - (not named)))
    if len(long) == len(short):
        unlike = [at for at, (a, b) in enumerate(zip(short, long, strict=True)) if a != b]
        if len(unlike) == 2 and unlike[1] == unlike[0] + 1 and short[unlike[0]] == long[unlike[1]]:
            return short[unlike[1]] == long[unlike[0]]
        if len(unlike) == 1:
            return {short[unlike[0]], long[unlike[0]]} == {"s", "z"} or (named and len(word) >= LONG)
    return named and len(word) >= LONGER and bool(get_close_matches(word, [meant], cutoff=NEARLY))


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdigit())
