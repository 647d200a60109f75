"""Draft: what quoting or writing hands over; the assistant makes the Answer record from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from rag.answering.record import CitedSource, Repair, Sentence, Table, Tokens

OnSentence = Callable[[int, Sentence | None], None]
"""Gets the number of a sentence of the first writing (from 0) and the sentence with its verdict; a later call with the same
number takes its place, None takes it away."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The words of an answer with its sources; fields as in `Answer`, which has the cost of `tokens`."""

    text: str
    sentences: tuple[Sentence, ...]
    sources: tuple[CitedSource, ...]
    tokens: Tokens = field(default_factory=Tokens)
    invented: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    abstained: bool = False
    missing: str = ""
    repairs: tuple[Repair, ...] = ()
    table: Table | None = None
    left_out: int = 0
