"""Telling a title from a paragraph of an abstract, where nothing but the text itself says which it is."""

from __future__ import annotations

import re

LONGEST_TITLE = 300  # characters; the longest real one seen has 170

_HEADING = re.compile(
    r"(background|introduction|motivation|context|purpose|aims?|objectives?|goals?|problem|approach|(materials and )?methods?"
    r"|methodology|design|data|experiments?|evaluation|results?( and discussion)?|findings|discussion|conclusions?|significance"
    r"|limitations|contributions?|implications|keywords|summary|(code |data )?availability)( and conclusions?)?:?",
    re.IGNORECASE,
)
_ITEM = re.compile(r"[-*•–]\s|\(?(\d{1,2}|[ivx]{1,4}|[a-z])[.)]\s")
_SENTENCE_BREAK = re.compile(r"(?<!\bvs)[a-z0-9)\]]\.\s+[A-Z]")
_LONG_WORD = re.compile(r"[A-Za-z]{4,}")


def is_title(text: str, following: str | None) -> bool:
    """Whether `text`, which stands behind a finished abstract, begins the next record.

    `following` is the paragraph after it, None at the end of the page. A title is one phrase, holds no address, and is
    shorter than the abstract it announces.
    """
    if len(text) > LONGEST_TITLE or "://" in text or _HEADING.fullmatch(text) or _ITEM.match(text) or text[-1] in ",;:":
        return False
    if (text[-1] == "." or _SENTENCE_BREAK.search(text)) and not _capitalised(text):
        return False
    first = text.split(maxsplit=1)[0]
    if first.isalpha() and first.islower() and not _capitalised(text):
        return False
    return following is None or len(following) > len(text) or following[-1] in ".!?"


def _capitalised(text: str) -> bool:
    """Headline style: nearly all longer words begin with a capital."""
    words = _LONG_WORD.findall(text)
    return len(words) >= 3 and sum(word[0].isupper() for word in words) >= 0.75 * len(words)
