"""Papers side by side: a table of aspects, each cell a sentence of its paper."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.missing import details
from rag.answering.missing_words import RESULT, SHELL
from rag.answering.record import Aspect, Passage, Table
from rag.terms import content_words

DOES, REPORTS = "What it does", "What it reports"
IN_TERMS_OF = re.compile(
    r"\b(?:differ\w*|compare\w*|versus|vs\.?)\b.*?\b(?:on|regarding|in terms of|with (?:respect|regard) to|as to)\s+(.+?)[?.;]",
    re.IGNORECASE,
)
BETWEEN = re.compile(r",\s*(?:and\s+)?|\s+and\s+")
REPORTING = re.compile(
    r"\d|\b(results?|show\w*|outperform\w*|improv\w*|achiev\w*|better|worse|find|found|gains?|exceed\w*|surpass\w*|reduc\w*)\b",
    re.IGNORECASE,
)
PROPOSING = re.compile(
    r"\b(?:we|this (?:paper|work|study|article|survey)|our (?:paper|work|study))\b(?:\W+\w+){0,4}?\W+"
    r"(?:propos|present|introduc|develop|stud(?:y|ie)|investigat|describ|explor|examin|analy[sz]|compar|survey|review|ask)\w*",
    re.IGNORECASE,
)
SPEAKING = re.compile(r"\b(?:we|here|this (?:paper|work|study|article|survey))\b", re.IGNORECASE)
LONGEST = 5  # words of an aspect
MOST = 4  # aspects taken from the question


def table(question: str, papers: Sequence[tuple[int, Sequence[Passage]]]) -> Table | None:
    """Rows for what the question names and for what papers generally do and report; `papers` are source numbers with all
    sentences of the paper, in order. None for fewer than two papers, and where no row would tell of two of them."""
    if len(papers) < 2:
        return None
    rows = []
    for name in aspects(question):
        wanted = set(content_words(name))
        rows.append(Aspect(name, tuple(about(wanted, sentences) for _, sentences in papers)))
    for name, choose in ((DOES, does), (REPORTS, reports)):
        rows.append(Aspect(name, tuple(choose(sentences) for _, sentences in papers)))
    told = tuple(row for row in rows if sum(cell is not None for cell in row.cells) > 1)
    return Table(tuple(number for number, _ in papers), told) if told else None


def aspects(question: str) -> list[str]:
    """What the question wants compared: the phrases after "differ on", else the things it asks for."""
    named = IN_TERMS_OF.search(f"{question}?")
    found = BETWEEN.split(named[1]) if named else [detail.noun for detail in details(question)]
    kept = []
    for name in found:
        words = set(content_words(name))
        if 0 < len(name.split()) <= LONGEST and words - SHELL - RESULT and name not in kept:
            kept.append(name.strip())
    return kept[:MOST]


def about(wanted: set[str], sentences: Sequence[Passage]) -> Passage | None:
    """The sentence that holds most of the words wanted, and at least half of them."""
    held = [(len(wanted & set(content_words(sentence.text))), -sentence.index, sentence) for sentence in sentences]
    best = max(held, key=lambda found: found[:2], default=None)
    return best[2] if best and 2 * best[0] >= len(wanted) else None


def does(sentences: Sequence[Passage]) -> Passage | None:
    """The first sentence that says what the authors do, else the first in which they speak, else the first."""
    for wanted in (PROPOSING, SPEAKING):
        if found := next((sentence for sentence in sentences if wanted.search(sentence.text)), None):
            return found
    return next(iter(sentences), None)


def reports(sentences: Sequence[Passage]) -> Passage | None:
    """The first finding behind what the authors do: what comes before is about other work. Where there is none, the last
    sentence that says what was found."""
    opening = does(sentences)
    found = [sentence for sentence in sentences if REPORTING.search(sentence.text)]
    after = [sentence for sentence in found if opening is not None and sentence.index > opening.index]
    return next(iter(after), next(reversed(found), None))
