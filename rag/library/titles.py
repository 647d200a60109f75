"""Titles and names compared as people would: without case, accents, LaTeX and slips of spelling."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from rag.library.near import words

SHARE = 0.75  # of the words of both titles; all of the shorter one's are enough where it has CONTAINED words
RENAMED_SHARE = 0.5  # the same where the abstracts are identical: a paper was renamed
CONTAINED = 4
PREFIX = 15  # characters of a title that was cut off
SPELLING = 0.93  # of the characters
TELLING_WORDS, TELLING_CHARACTERS = 5, 25  # from which a title names a work without its authors

GENERIC = """
a abstract abstracts acknowledgement acknowledgements acknowledgment acknowledgments and announcement anonymous author authors
board book chair chairs cite comment commentary comments committee conclusion contents corrigendum correction corrections cover
discussion editor editorial editors erratum errata forum forums foreword from guest in index interview introduction introductory
invited issue keynote keynotes letter list message news note notes notice obituary of on opening organizers panel paper papers
plenaries plenary preface program programme reply report reports response retracted retraction review reviewer reviewers reviews
session sessions special speech speeches summary table talk talks the this title to tutorial tutorials unknown untitled welcome
withdrawal withdrawn workshop workshops
"""
COMMON = "a an and as at by for from in into is of on or the to towards toward using via with"
NUMBERS = """
zero one two three four five six seven eight nine ten first second third fourth fifth single dual double i ii iii iv v vi vii
"""
_GENERIC, _COMMON, _NUMBERS = (frozenset(listed.split()) for listed in (GENERIC, COMMON, NUMBERS))
_COMMAND = re.compile(r"\\[a-zA-Z]+\s*|[$^_{}\\]")
_ADDED = re.compile(r"\s*[(\[](?:extended abstract|abstract|revised|preprint|reprint)[)\]]\s*$", re.IGNORECASE)


def title_key(title: str | None) -> str | None:
    """What equal titles have in common: their letters and digits. None for a missing title and for one that names no work."""
    return None if title is None or generic(title) else "".join(_words(title))


def telling(title: str) -> bool:
    """Whether a title names a work even where the authors are not known."""
    parts = _words(title)
    return len(parts) >= TELLING_WORDS and sum(map(len, parts)) >= TELLING_CHARACTERS and not generic(title)


def generic(title: str) -> bool:
    """Whether a title names no work: `Editorial`, `Withdrawn`, `Plenary talks`."""
    return all(word in _GENERIC or word.isdigit() for word in _words(title))


def titles_alike(one: str | None, other: str | None) -> bool | None:
    """Whether the titles may name one work; None where one of them is missing or names none.

    They may where nearly all words are the same, where one holds all words of the other or begins with it, or where only
    the spelling differs. They may not where they count differently: `Part I` and `Part II`, `Task 1` and `Task 3`.
    """
    if one is None or other is None or generic(one) != generic(other):
        return None
    left, right = _words(one), _words(other)
    if left == right or generic(one):
        return left == right
    few, many = sorted((set(left) - _COMMON, set(right) - _COMMON), key=len)
    short, long = sorted(("".join(left), "".join(right)), key=len)
    return _counting(left) == _counting(right) and (
        len(few & many) >= SHARE * len(few | many)
        or (len(few) >= CONTAINED and few <= many)
        or (len(short) >= PREFIX and long.startswith(short))
        or difflib.SequenceMatcher(None, short, long, autojunk=False).ratio() >= SPELLING
    )


def renamed(one: str | None, other: str | None) -> bool:
    """Whether one title may have become the other in a revision: half of the words stayed, and no number was exchanged."""
    left, right = (set(_words(title or "")) - _COMMON for title in (one, other))
    exchanged = all((_counting(left - right), _counting(right - left)))
    return len(left & right) >= RENAMED_SHARE * len(left | right) > 0 and not exchanged


def same_name(one: str, other: str) -> bool:
    """Whether the family name of one occurs in the other: `J. Devlin` and `Devlin, Jacob`."""
    (family, parts), (other_family, other_parts) = _name(one), _name(other)
    return family in other_parts or other_family in parts


def common_author(one: Collection[str], other: Collection[str]) -> bool | None:
    """Whether some author is named in both; None where the authors of one are not known."""
    if not one or not other:
        return None
    return any(same_name(mine, theirs) for mine in one for theirs in other)


@lru_cache(maxsize=4096)
def _name(name: str) -> tuple[str, frozenset[str]]:
    """(family name, all parts)."""
    first, comma, _ = name.partition(",")
    parts = words(_plain(name)) or [name]
    family = words(_plain(first)) if comma else parts
    return (family[-1] if family else parts[-1], frozenset(parts))


@lru_cache(maxsize=4096)
def _words(title: str) -> tuple[str, ...]:
    return tuple(words(_plain(_COMMAND.sub(" ", _ADDED.sub("", title)))))


def _plain(text: str) -> str:
    """Without case and accents."""
    if text.isascii():
        return text.casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c))


def _counting(title: Collection[str]) -> set[str]:
    """What tells the members of a series apart: numbers, words for numbers, and names with digits in them."""
    return {word for word in title if word in _NUMBERS or any(c.isdigit() for c in word)}
