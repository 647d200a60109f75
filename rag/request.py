"""Request: one question as it was put, and all that was asked for beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from rag.answering.draft import OnSentence
from rag.answering.record import Answer
from rag.settings import Settings

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Request:
    """A question, the answers it follows (oldest first), who is to answer, and who listens; see `Assistant.ask`."""

    question: str
    history: tuple[Answer, ...]
    llm: str
    settings: Settings
    filters: bool
    without: Collection[str]
    hidden: Collection[str]
    within: Collection[str] | None
    on_token: Callable[[str], None] | None
    on_sentence: OnSentence | None
    cancelled: Callable[[], bool]

    @property
    def specs(self) -> tuple[str, ...]:
        """The back ends that may answer: the chosen one, then the one that stands in for it."""
        if self.llm == EXTRACTIVE:
            return (EXTRACTIVE,)
        return tuple(dict.fromkeys(spec for spec in (self.llm, self.settings.llm_fallback) if spec))

    @property
    def asked_with(self) -> dict[str, Any]:
        """What a stored answer keeps of how it was asked for."""
        kept = {**self.settings.shaping(), "llm": self.llm, "filters": self.filters, "without": sorted(self.without)}
        return kept if self.within is None else {**kept, "within": len(self.within)}
