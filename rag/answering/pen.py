"""Pen: what comes from the model on its way to the reader, cleaned, scrubbed, watched for a refusal, keys turned into marks."""

from __future__ import annotations

from rag.answering import prompts
from rag.answering.citations import MarkStream, Resolved
from rag.answering.inert import Scrubber
from rag.answering.messages import Task
from rag.answering.unruly import Unruly

_MAY_CLOSE = frozenset(".!?:]\n。！？")


class Pen:
    """A transducer from the model's text to the reader's: `write` pieces in any cut, then `close`.

    What `write` and `close` give out stays, unless the sentence is put right afterwards, and never holds a key.
    """

    def __init__(self, task: Task) -> None:
        self.scrubber = Scrubber(task.links)
        self.unruly = Unruly(task.frame(), task.packed.fence)
        self.refused = False  # the reply is the refusal phrase
        self.doubted = False  # the phrase stands somewhere in an answer
        self._marks = MarkStream(task.packed.keys, task.outside)
        self._head: str | None = ""  # the beginning, while it may still become the phrase; None once it cannot
        self._may_have_closed = True
        self._sentences = 0

    def write(self, text: str) -> str:
        """The text that `text` completes."""
        return self._given(self._marks.feed(self._watch(self.scrubber.feed(self.unruly.feed(text)))))

    def close(self) -> str:
        """The text that was still held back."""
        rest = self._watch(self.scrubber.feed(self.unruly.close()) + self.scrubber.close())
        if self._head and not self.refused:
            rest, self._head = self._head, None
        return self._given(self._marks.feed(rest) + self._marks.close())

    def closed(self) -> Resolved | None:
        """The text so far where a sentence was closed since the last call, else None; the last one in it may yet grow."""
        if not self._may_have_closed:
            return None
        said = self._marks.resolved()
        if len(said.sentences) <= self._sentences:
            return None
        self._sentences, self._may_have_closed = len(said.sentences), False
        return said if len(said.sentences) > 1 else None

    def said(self) -> Resolved:
        """Everything; call it after `close`."""
        return self._marks.resolved()

    def _given(self, text: str) -> str:
        self._may_have_closed = self._may_have_closed or not _MAY_CLOSE.isdisjoint(text)
        return text

    def _watch(self, text: str) -> str:
        if self.refused:
            return ""
        if self._head is None:
            return self._without_phrase(text)
        self._head += text
        letters, phrase = _letters(self._head), _letters(prompts.REFUSAL_PHRASE)
        if letters.startswith(phrase):
            self.refused = True
        if self.refused or phrase.startswith(letters):
            return ""
        text, self._head = self._head, None
        return self._without_phrase(text)

    def _without_phrase(self, text: str) -> str:
        if prompts.REFUSAL_PHRASE not in text:
            return text
        self.doubted = True
        return text.replace(prompts.REFUSAL_PHRASE, "")


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalpha())
