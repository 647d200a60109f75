"""What is told about a written answer: to those who watch it being written, and in its notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.answering.draft import OnSentence
from rag.answering.language import another_language
from rag.answering.record import Sentence, Verdict
from rag.answering.repair import Repaired
from rag.answering.revising import Revised
from rag.answering.verify import failed
from rag.backends import Reply
from rag.settings import Settings


class Told:
    """Passes text and sentences on, each sentence only when it is new or has changed."""

    def __init__(self, on_token: Callable[[str], None] | None, on_sentence: OnSentence | None) -> None:
        self._on_token, self._on_sentence = on_token, on_sentence
        self._known: dict[int, Sentence | None] = {}

    @property
    def wants_sentences(self) -> bool:
        return self._on_sentence is not None

    def text(self, text: str) -> None:
        """The next piece of the text."""
        if self._on_token is not None and text:
            self._on_token(text)

    def closed(self, sentences: Sequence[Sentence]) -> None:
        """The sentences so far."""
        for number, sentence in enumerate(sentences):
            self._tell(number, sentence)

    def settled(self, text: Revised, sentences: Sequence[Sentence]) -> None:
        """The sentences as they now are; those told before that are not among them are taken away."""
        now: dict[int, Sentence] = {}
        for number, sentence in zip(text.origin, sentences, strict=True):
            now.setdefault(number, sentence)
        for number in sorted({*self._known, *now}):
            self._tell(number, now.get(number))

    def _tell(self, number: int, sentence: Sentence | None) -> None:
        if self._on_sentence is None or (number in self._known and self._known[number] == sentence):
            return
        self._known[number] = sentence
        self._on_sentence(number, sentence)


def notes_on(
    invented: Sequence[str], done: Repaired, sentences: Sequence[Sentence], reply: Reply, settings: Settings
) -> list[str]:
    """Remarks for the reader on citations, on the repair round, on what failed and stayed, and on how the reply ended."""
    notes = []
    if invented:
        what = counted(len(invented), "citation the model invented was", "citations the model invented were")
        notes.append(f"{what} removed: {', '.join(invented)}.")
    if done.repairs:
        rewritten = sum(r.after is not None for r in done.repairs)
        dropped = len(done.repairs) - rewritten
        parts = [counted(rewritten, "sentence was rewritten", "sentences were rewritten")] if rewritten else []
        if dropped:
            parts.append(f"{dropped} dropped" if parts else counted(dropped, "sentence was dropped", "sentences were dropped"))
        notes.append(f"{', '.join(parts)} after checking.")
    notes.append(done.note)
    if outside := sum(sentence.outside for sentence in sentences):
        notes.append(f"{counted(outside, 'sentence is', 'sentences are')} the model's own knowledge, not from your library.")
    if bare := sum(sentence.verdict is Verdict.UNCITED and not sentence.outside for sentence in sentences):
        notes.append(f"{counted(bare, 'sentence carries', 'sentences carry')} no citation.")
    if wrong := sum(failed(sentence) and sentence.verdict is not Verdict.UNCITED for sentence in sentences):
        notes.append(f"{counted(wrong, 'sentence is', 'sentences are')} not borne out by what is cited.")
    if reply.stop == "length":
        notes.append(f"The model reached its limit of {settings.llm_max_tokens} tokens; the end may be missing.")
    if reply.stop == "cancelled":
        notes.append("Stopped before the model was done.")
    return notes


def language_note(question: str, sentences: Sequence[Sentence]) -> str:
    """That the answer is in another language than the question; empty where it is not."""
    foreign = another_language(question, " ".join(sentence.text for sentence in sentences))
    return "The answer is not in the language of the question; its verdicts are less reliable." if foreign else ""


def counted(count: int, one: str, many: str) -> str:
    """The count with the words for one or for several."""
    return f"{count} {one if count == 1 else many}"
