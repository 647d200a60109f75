"""What a model is asked: the rules, the earlier turns, the evidence and the question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answering import prompts
from rag.answering.inert import addresses
from rag.answering.packing import Packed
from rag.answering.record import OUTSIDE_MARK
from rag.backends import Message, tokens
from rag.settings import Settings

HISTORY_TOKENS = 800  # of earlier turns, the latest first

_MARKS = re.compile(rf" ?(?:\[\d+\]|{re.escape(OUTSIDE_MARK)})")


@dataclass(frozen=True, slots=True)
class Task:
    """One question with its evidence. `history` holds earlier questions and answers, oldest first; `links` are the addresses
    that an answer may show; `model` is the model's name without its provider."""

    question: str
    packed: Packed
    settings: Settings
    history: Sequence[tuple[str, str]]
    links: frozenset[str]
    model: str

    @property
    def outside(self) -> str:
        """The key for the model's own knowledge; empty where none is wanted."""
        return self.packed.outside if self.settings.knowledge == "papers-first" else ""

    def system(self) -> Message:
        """The rules."""
        first, *others = self.packed.keys
        home, packed = self.settings.home, self.packed
        places = {"outside": packed.outside} if self.outside else {}
        knowledge = prompts.render(f"knowledge-{self.settings.knowledge}", home, **places)
        text = prompts.render(
            "system",
            home,
            first=first,
            second=others[0] if others else first,
            fence=packed.fence,
            refusal=prompts.REFUSAL_PHRASE,
            words=str(self.settings.answer_words),
            knowledge=knowledge,
        )
        return Message("system", text)

    def messages(self) -> tuple[Message, ...]:
        """Rules, earlier turns, question."""
        return self.system(), *self._turns(), Message("user", self._asked(self.packed.text))

    def frame(self) -> tuple[str, str]:
        """All that the model is told besides evidence and history: what it has no reason to repeat."""
        return self.system().text, self._asked("")

    def _asked(self, evidence: str) -> str:
        asked, phrase = self.question.strip(), prompts.REFUSAL_PHRASE
        return prompts.render("question", self.settings.home, evidence=evidence, question=asked, refusal=phrase)

    def _turns(self) -> list[Message]:
        """Earlier turns that fit, oldest first, without their marks: those numbers mean nothing here."""
        turns: list[Message] = []
        left = HISTORY_TOKENS
        for question, answer in reversed(self.history):
            pair = [Message("user", question.strip() or "…"), Message("assistant", _MARKS.sub("", answer).strip() or "…")]
            left -= tokens.count_messages(pair, self.model)
            if left < 0:
                break
            turns = pair + turns
        return turns


def own_links(packed: Packed, papers: Sequence[str | None]) -> frozenset[str]:
    """Addresses that an answer may show: those of the papers and those their passages mention."""
    mentioned = addresses("\n".join(passage.text for passage in packed.keys.values()))
    return mentioned.union(link for link in papers if link)
