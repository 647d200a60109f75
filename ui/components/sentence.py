"""A sentence of an answer as HTML: its words, the numbers that open what it cites, its verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answering.record import Answer, Passage, Sentence, Verdict
from ui.components.safe import text

MARKS = {
    Verdict.SUPPORTED: ("✓", "supported", "The cited passage supports this sentence"),
    Verdict.PARTLY: ("~", "partly", "The cited passage supports this sentence only in part"),
    Verdict.CONTRADICTED: ("≠", "contradicted", "The cited passage says otherwise"),
    Verdict.NUMBER_MISMATCH: ("#", "number mismatch", "The cited passage gives another number"),
    Verdict.UNSUPPORTED: ("✗", "unsupported", "The cited passage does not support this sentence"),
    Verdict.UNCITED: ("?", "uncited", "This sentence cites no passage"),
}
OUTSIDE = ("◇", "not from your library", "The model wrote this sentence from its own knowledge; no paper of the library backs it")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")


def sentence_html(sentence: Sentence, chips: str, *, rich: bool = False) -> str:
    """The sentence with its marks; `chips` is HTML. `rich` lets a model's `**words**` be bold."""
    words = bold(text(sentence.text)) if rich else text(sentence.text)
    kind = "outside" if sentence.outside else sentence.verdict.name.lower()
    marks = f'<span class="v-marks">{chips}{verdict_html(sentence)}</span>'
    return f'<span class="v-sentence v-{kind}">{words} {marks}</span>'


def bold(escaped: str) -> str:
    """The one piece of Markdown that models put inside sentences; `escaped` is HTML already."""
    return _BOLD.sub(r"<strong>\1</strong>", escaped)


def verdict_html(sentence: Sentence) -> str:
    """Sign, word and colour of a verdict."""
    sign, word, meaning = OUTSIDE if sentence.outside else MARKS[sentence.verdict]
    odds = "" if sentence.probability is None else f" (probability {sentence.probability:.2f})"
    second = f". A language model judged: {sentence.judged.value}" if sentence.judged else ""
    kind, hint = "outside" if sentence.outside else sentence.verdict.name.lower(), text(meaning + odds + second)
    return f'<span class="v-verdict v-{kind}" title="{hint}">{sign}<span class="v-word"> {word}</span></span>'


def still_html(number: int | str) -> str:
    """A citation that opens nothing yet."""
    return f'<span class="v-chip v-still">{text(number)}</span>'


def chip_html(number: int, target: str, label: str) -> str:
    """A citation that opens the panel `target`."""
    hint = text(f"Show the passage: {label}")
    return f'<button class="v-chip" popovertarget="{text(target)}" aria-label="{hint}" title="{hint}">{number}</button>'


def focuses(answer: Answer) -> Iterator[tuple[Sentence, int, Passage]]:
    """Sentence, source number and the words in that source that bear on it, where they are known."""
    for sentence in answer.sentences:
        for source in answer.sources:
            if source.number in sentence.citations:
                own = sentence.evidence if sentence.evidence and sentence.evidence.paper_id == source.paper.id else None
                found = own or next((p for p in source.passages if p.text == sentence.text), None)
                if found is not None:
                    yield sentence, source.number, found
