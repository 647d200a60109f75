"""Packing evidence into a prompt: passages under opaque keys, between delimiters that no text can guess, within a budget."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering.citations import fresh_keys
from rag.answering.evidence import Evidence
from rag.answering.inert import visible
from rag.answering.record import Passage
from rag.backends import tokens
from rag.paper import Paper


@dataclass(frozen=True, slots=True)
class Packed:
    """`text` goes into the prompt; `keys` names its passages; `fence` is the word in the lines around each paper;
    `left_out` counts passages that did not fit."""

    text: str
    keys: dict[str, Passage]
    fence: str
    left_out: int


def pack(evidence: Sequence[Evidence], budget: int, model: str = "") -> Packed:
    """As many passages as fit into `budget` tokens, best first; a passage too long by itself is cut only where it is the
    first one. Passages of a paper stand in the order of its abstract."""
    given = [(own.paper, passage) for own in evidence for passage in own.passages]
    keys = fresh_keys(len(given), avoid="\n".join(passage.text for _, passage in given))
    fence = secrets.token_hex(8)
    left = budget
    blocks: dict[str, tuple[Paper, list[tuple[str, Passage, str]]]] = {}
    for (paper, passage), key in zip(given, keys, strict=True):
        frame = "" if paper.id in blocks else _block(paper, [], fence)
        line = _line(key, passage.text)
        cost = tokens.count(f"{frame}\n{line}", model)
        if cost > left and not blocks:
            line = tokens.cut(line, left - tokens.count(frame, model), model)
            cost = left
        if cost <= left and line:
            blocks.setdefault(paper.id, (paper, []))[1].append((key, passage, line))
            left -= cost
    text = "\n\n".join(_block(paper, lines, fence) for paper, lines in blocks.values())
    packed = {key: passage for _, lines in blocks.values() for key, passage, _ in lines}
    return Packed(text, packed, fence, len(given) - len(packed))


def _block(paper: Paper, lines: Sequence[tuple[str, Passage, str]], fence: str) -> str:
    date = paper.date.isoformat() if paper.date else str(paper.year or "unknown")
    title = " ".join(visible(paper.title or "untitled").split())
    passages = [line for _, _, line in sorted(lines, key=lambda entry: entry[1].start)]
    return "\n".join([f"<data {fence}>", f"Title: {title}", f"Date: {date}", *passages, f"</data {fence}>"])


def _line(key: str, text: str) -> str:
    return f"[{key}] {' '.join(visible(text).split())}"
