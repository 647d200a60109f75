"""Statements of abstracts and their reversals: material that says without any judge which way the evidence points.

A title or a closing sentence agrees with the rest of its abstract; with one word turned into its opposite, a "not" put in or
taken out, or the two sides of a comparison exchanged, it disagrees.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.fit.opposites import opposites
from rag.sentences import sentences

SHORTEST, LONGEST = 4, 38  # words of a statement
MOST = 2  # reversals kept of one statement
LEAST_EVIDENCE = 3  # sentences
DENIED_TOO = 0.3  # share of statements with a turnable word that are also denied
LABEL = re.compile(
    r"^(?:[A-Z]{4,}[A-Z :]*|(?:In conclusion|Thus|Therefore|Together|Overall|Here|Collectively|However|Conversely),? ?)"
)
UNDENIED = (
    (re.compile(r"\b(?:do|did) not ([a-z]+)\b"), r"\1"),
    (re.compile(r"\bdoes not ([a-z]+)\b"), r"\1s"),
    (re.compile(r"\b(is|are|was|were|can|may|could|has|have|had|be) not\b"), r"\1"),
    (re.compile(r"\bno (?=(?:effect|association|evidence|difference|significant|correlation|benefit|impact|influence))"), "a "),
)
DENIABLE = re.compile(r"\b(?:is|are|was|were|can|may|could|has been|have been|will|should)\b(?! not\b)")


@dataclass(frozen=True, slots=True)
class Statement:
    """What an abstract says, what says the contrary, and the sentences that bear it out."""

    text: str
    reversals: tuple[str, ...]
    evidence: tuple[str, ...]


def read_abstracts(path: Path) -> Iterator[tuple[str, str, str]]:
    """Id, title and text of each abstract of a .jsonl or .jsonl.gz with the fields id or _id, title, abstract or text."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text = row.get("abstract") or row.get("text") or ""
            yield str(row.get("id") or row.get("_id")), row.get("title") or "", text


def statements(abstracts: Iterable[tuple[str, str]], rng: random.Random) -> Iterator[Statement]:
    """From (title, text): the title and one of the last two sentences, each where something in it can be turned round."""
    for title, text in abstracts:
        own = sentences(text)
        found = [(title.rstrip("."), own)]
        if len(own) > LEAST_EVIDENCE + 1:
            at = len(own) - rng.choice((1, 2))
            found.append((LABEL.sub("", own[at]), own[:at] + own[at + 1 :]))
        for said, evidence in found:
            if (made := statement(said.strip(), evidence, rng)) is not None:
                yield made


def statement(said: str, evidence: Sequence[str], rng: random.Random) -> Statement | None:
    """One statement with its reversals; None where it is a question, too short or long, or cannot be turned round."""
    if not SHORTEST <= len(said.split()) <= LONGEST or said.endswith("?") or len(evidence) < LEAST_EVIDENCE:
        return None
    turned = reversals(said, rng)
    denied = with_not(said, rng)
    if denied and (not turned or rng.random() < DENIED_TOO):
        turned.append(denied)
    rng.shuffle(turned)
    return Statement(said, tuple(turned[:MOST]), tuple(evidence)) if turned else None


def reversals(text: str, rng: random.Random) -> list[str]:
    """The text with each word of the table turned in turn, and with each kind of denial taken out."""
    table, found = opposites(), []
    for match in re.finditer(r"[A-Za-z]+", text):
        others = table.get(match.group().lower())
        if others:
            other = rng.choice(others)
            found.append(
                text[: match.start()] + (other.capitalize() if match.group()[0].isupper() else other) + text[match.end() :]
            )
    return found + [pattern.sub(plain, text, count=1) for pattern, plain in UNDENIED if pattern.search(text)]


def with_not(text: str, rng: random.Random) -> str | None:
    """The text with a "not" behind one of its auxiliary verbs."""
    places = list(DENIABLE.finditer(text))
    if not places:
        return None
    at = rng.choice(places).end()
    return f"{text[:at]} not{text[at:]}"
