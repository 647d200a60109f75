"""Packing evidence into a prompt: passages under opaque keys, between delimiters that no text can guess, within a budget."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.answering.citations import fresh_keys
from rag.answering.evidence import Evidence
from rag.answering.hostile import TURN
from rag.answering.inert import visible
from rag.answering.record import Passage
from rag.backends import tokens
from rag.paper import Paper

WORD_HEAD = 40  # characters that are shown of a word longer than any
_FLOOD = re.compile(r"[!-~]{200,}")


@dataclass(frozen=True, slots=True)
class Packed:
    """`blocks` are the papers as the prompt shows them, by id; `keys` names their passages; `fence` is the word in the lines
    around each of them; `outside` is the key that stands for the model's own knowledge; `left_out` counts passages that did
    not fit."""

    blocks: dict[str, str]
    keys: dict[str, Passage]
    fence: str
    outside: str
    left_out: int

    @property
    def text(self) -> str:
        """All papers, best first."""
        return "\n\n".join(self.blocks.values())

    def of_paper(self, paper_id: str) -> list[Passage]:
        """The passages of one paper that the prompt shows."""
        return [passage for passage in self.keys.values() if passage.paper_id == paper_id]

    def fenced(self, lines: Sequence[str]) -> str:
        """Other foreign text between the same delimiters."""
        return "\n".join([f"<data {self.fence}>", *lines, f"</data {self.fence}>"])


def pack(evidence: Sequence[Evidence], budget: int, model: str = "") -> Packed:
    """As many passages as fit into `budget` tokens, best first; a passage too long by itself is cut only where it is the
    first one. Passages of a paper stand in the order of its abstract."""
    given = [(own.paper, passage) for own in evidence for passage in own.passages]
    outside, *keys = fresh_keys(len(given) + 1, avoid="\n".join(passage.text for _, passage in given))
    fence = secrets.token_hex(8)
    frames = {own.paper.id: _block(own.paper, [], fence) for own in evidence if own.passages}
    written = [_line(key, passage.text) for (_, passage), key in zip(given, keys, strict=True)]
    # One count of everything is quicker than one a line, and mostly everything fits.
    fits = tokens.count("\n".join((*frames.values(), *written)), model) <= budget
    left = budget
    blocks: dict[str, tuple[Paper, list[tuple[str, Passage, str]]]] = {}
    for (paper, passage), key, whole in zip(given, keys, written, strict=True):
        frame = "" if paper.id in blocks else frames[paper.id]
        line, cost = whole, 0 if fits else tokens.count(f"{frame}\n{whole}", model)
        if cost > left and not blocks:
            line = tokens.cut(line, left - tokens.count(frame, model), model)
            cost = left
        if cost <= left and line:
            blocks.setdefault(paper.id, (paper, []))[1].append((key, passage, line))
            left -= cost
    shown = {paper.id: _block(paper, lines, fence) for paper, lines in blocks.values()}
    packed = {key: passage for _, lines in blocks.values() for key, passage, _ in lines}
    return Packed(shown, packed, fence, outside, len(given) - len(packed))


def _block(paper: Paper, lines: Sequence[tuple[str, Passage, str]], fence: str) -> str:
    date = paper.date.isoformat() if paper.date else str(paper.year or "unknown")
    passages = [line for _, _, line in sorted(lines, key=lambda entry: entry[1].start)]
    return "\n".join(
        [f"<data {fence}>", f"Title: {inert_line(paper.title or 'untitled')}", f"Date: {date}", *passages, f"</data {fence}>"]
    )


def _line(key: str, text: str) -> str:
    return f"[{key}] {inert_line(text)}"


@lru_cache(maxsize=4096)  # the same sentences are shown for many questions
def inert_line(text: str) -> str:
    """Foreign text on one line, with what chat templates take for the end of a turn taken apart and floods of signs cut."""
    line = " ".join(visible(text).split())
    line = TURN.sub(lambda found: re.sub(r"(?<=[<\[\]|/◁▷])|(?=[>\]|▷])", " ", found[0]), line)
    return _FLOOD.sub(lambda found: f"{found[0][:WORD_HEAD]}…", line)
