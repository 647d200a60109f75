"""Names in a question: of organisations, authors, venues and files. One counts only where the library holds it."""

from __future__ import annotations

import re
from typing import Any

from rag.library.selection import Conditions, Facts

Found = dict[str, Any] | None

PERSON = r"(?:(?-i:[A-Z])[\w'’.-]*(?: (?:van|von|de|der|den|di|la|le|bin|al))*(?: (?-i:[A-Z])[\w'’.-]*){0,3})"
"""One to four words with a capital, particles between them."""
_YEAR = r"(?: (?:19|20)\d\d)?"
VENUE = rf"(?:(?-i:[A-Z])[\w&./-]*(?: (?:of|on|in|for|and|the|(?-i:[A-Z])[\w&./-]*)){{0,6}}?{_YEAR}(?: (?-i:Findings|Workshop))?)"
_NO_PERSON = frozenset(("what", "which", "who", "the", "ai", "llm", "llms", "rag", "dpo", "rlhf"))
_ANY_PLACE = """
academy artificial center centre college computer data deep department group health institute intelligence international
laboratory language learning machine medical models national open research robotics school science sciences software systems
team technology university video vision
"""
_COMMON = frozenset(_ANY_PLACE.split())
"""Words of organisations' names that are also said of other things."""
_TOO_SHORT = 3  # letters of a name that could be anything


def organisation(match: re.Match[str], facts: Facts) -> Found:
    """Only an organisation that the library knows, by a telling word of its name."""
    said = set(re.findall(r"\w+", match["org"].lower()))
    for name in facts.organisations:
        telling = [w for w in re.findall(r"\w+", name.lower()) if len(w) > _TOO_SHORT and w not in _COMMON]
        hit = next((word for word in telling if word in said), None)
        if hit:
            return {"organisation": hit}
    return None


def author(match: re.Match[str], facts: Facts) -> Found:
    """The longest part of the name that an author of the library has: all of it, or else the family name."""
    words = match["who"].removesuffix("'s").split()
    for name in (" ".join(words), words[-1]):
        if len(name) >= _TOO_SHORT and name.lower() not in _NO_PERSON and facts.holds(Conditions(author=name)):
            return {"author": name}
    return None


def venue(match: re.Match[str], facts: Facts) -> Found:
    """As some paper's comment has it; without the year where no comment has both."""
    said = " ".join((match["venue"] or match["bare"]).split())
    bare = re.sub(r" (?:19|20)\d\d.*$", "", said)
    if len(bare) < _TOO_SHORT:
        return None
    return next(({"venue": name} for name in dict.fromkeys((said, bare)) if facts.holds(Conditions(venue=name))), None)


def file(match: re.Match[str], facts: Facts) -> Found:
    """A file the library was read from, by the beginning of its name."""
    named = [name for name in facts.files if name.lower().startswith(match["file"].lower().rstrip("."))]
    return {"file": named[0]} if len(named) == 1 else None
