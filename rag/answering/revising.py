"""Revised: a model's text with its sentences, changed sentence by sentence, so that what is left is numbered anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rag.answering.citations import Resolved, resolve
from rag.answering.record import Passage

_EMPTY_ITEM = re.compile(r"(?m)^[ \t]*(?:\d{1,3}[.)]|[-*•+]|#{1,6})[ \t]*(?:\n|\Z)")
_END = re.compile(r"[.!?。]?[\"”’)*_]*$")


@dataclass(frozen=True, slots=True)
class Revised:
    """`origin` has for each sentence the number (from 0) of the sentence of the first writing that it comes from."""

    said: Resolved
    origin: tuple[int, ...]

    @classmethod
    def first(cls, said: Resolved) -> Revised:
        """As the model wrote it."""
        return cls(said, tuple(range(len(said.sentences))))

    def change(self, changes: Mapping[int, str | None], keys: Mapping[str, Passage], outside: str) -> Revised:
        """Put texts with keys in the place of sentences, by number; None drops one."""
        if not changes:
            return self
        parts: list[str] = []
        origin: list[int] = []
        at = 0
        for n, sentence in enumerate(self.said.sentences):
            parts.append(self.keyed(at, sentence.start))
            text = changes.get(n, "") if n in changes else self.keyed(sentence.start, sentence.end)
            parts.append(text or "")
            count = 1 if n not in changes else len(resolve(text, keys, outside).sentences) if text else 0
            origin += [self.origin[n]] * count
            at = sentence.end
        parts.append(self.keyed(at, len(self.said.text)))
        said = resolve(_tidy("".join(parts)), keys, outside)
        whole = len(origin) == len(said.sentences)
        return Revised(said, tuple(origin) if whole else tuple(range(len(said.sentences))))

    def keyed(self, start: int, end: int) -> str:
        """The text between two places, with keys for marks."""
        parts = []
        for mark in self.said.marks:
            if start <= mark.start < end:
                parts += [self.said.text[start : mark.start], "".join(f"[{key}]" for key in mark.keys)]
                start = mark.end
        return "".join([*parts, self.said.text[start:end]])


def with_key(text: str, key: str) -> str:
    """The sentence with a citation in front of what ends it."""
    end = _END.search(text)
    at = end.start() if end else len(text)
    return f"{text[:at]} [{key}]{text[at:]}"


def _tidy(text: str) -> str:
    """Without the gaps and the signs of list items that dropped sentences leave behind."""
    lines = _EMPTY_ITEM.sub("", re.sub(r"[ \t]+\n", "\n", text))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<=\S) {2,}", " ", lines)).strip()
