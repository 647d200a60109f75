"""Which of the papers found belong to a list by topic: those that score near the best, and those whose titles name the topic."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.record import Hit
from rag.retrieval.framing import words_about
from rag.retrieval.unwanted import is_about, kin
from rag.retrieval.wording import keywords_only
from rag.terms import WORD, stem

NEAR = 0.75  # share of the best paper's score down to which a paper belongs to a list by topic and metadata
TITLED = 0.4  # the same for one whose title names the topic
MEANT = 0.38
"""Cosine from which a paper is about a topic in whatever words. Of 30 topics that the development library has no paper on from
the time asked for, all but one stay below 0.36."""
LETTERS = 5  # of a stem from which it counts as the beginning of a longer one: dialog, dialogue
_PUBLISHED = re.compile(
    r"\b(?:written|wr[io]te|publish(?:ed)?|releas\w+|appear\w*|c[ao]me out|done|known|there|new)\b",
    re.IGNORECASE,
)
_THE_PAPER = re.compile(r"\b(?:paper|article|preprint|publication)\b", re.IGNORECASE)


def asks_for_list(topic: str) -> bool:
    """Whether what is asked beside a condition is which papers there are, though it says no "papers": keywords, or "what was
    published on ..."."""
    return keywords_only(topic) or (_PUBLISHED.search(topic) is not None and _THE_PAPER.search(topic) is None)


def belonging(hits: Sequence[Hit], sides: Sequence[str]) -> list[Hit]:
    """The hits that score near the best, and those whose title has all words of a side, which count as near."""
    if not hits:
        return []
    near = NEAR * max(hit.score for hit in hits)
    titled = [hit.score >= near or (hit.score >= near * TITLED / NEAR and _named(hit, sides)) for hit in hits]
    return [replace(hit, score=max(hit.score, near)) for hit, own in zip(hits, titled, strict=True) if own]


def surely_about(hits: Sequence[Hit], sides: Sequence[str]) -> bool:
    """Whether a paper is about a side word for word, each word in its title or twice in its text, or clearly by its meaning."""
    if any(hit.parts.get("dense", 0.0) >= MEANT for hit in hits):
        return True
    topics = [" ".join(words) for side in sides if (words := words_about(side))]
    return any(_named(hit, sides) or is_about(topic, hit.paper.title, hit.paper.abstract) for hit in hits for topic in topics)


def _named(hit: Hit, sides: Sequence[str]) -> bool:
    title = [stem(word) for word in WORD.findall((hit.paper.title or "").lower())]
    topics = [words for side in sides if (words := words_about(side))]
    return any(all(any(_alike(stem(form), own) for form in kin(word) for own in title) for word in words) for words in topics)


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return short == long or (len(short) >= LETTERS and long.startswith(short))
