"""What an answer is made from."""

from __future__ import annotations

from dataclasses import dataclass

from rag.answering.record import Passage
from rag.paper import Paper


@dataclass(frozen=True, slots=True)
class Evidence:
    """Passages of one paper that go into an answer, best paper first."""

    paper: Paper
    passages: tuple[Passage, ...]
