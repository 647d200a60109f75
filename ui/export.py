"""An answer as Markdown: its sentences with their verdicts, and the passages they cite, word for word."""

from __future__ import annotations

import re

from rag.answering.record import Answer, CitedSource
from ui.components.answer import footer
from ui.components.paper import when, who
from ui.components.sentence import MARKS, OUTSIDE

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#!|$~])")


def markdown(answer: Answer) -> str:
    """The whole answer. Words of papers and models are escaped: no image is fetched and no link made where it is read."""
    lines = [f"# {_plain(answer.question)}", ""]
    if answer.filters or answer.standalone not in ("", answer.question):
        lines += [f"*Searched as:* {_plain(', '.join(answer.filters) or answer.standalone)}", ""]
    for sentence in answer.sentences:
        sign, word, _ = OUTSIDE if sentence.outside else MARKS[sentence.verdict]
        marks = "".join(f"{_plain(f'[{number}]')} " for number in sentence.citations)
        lines.append(f"- {_plain(sentence.text)} {marks}{sign} *{word}*")
    if not answer.sentences:
        lines.append(_plain(answer.text))
    lines += ["", *(f"> {_plain(note)}" for note in answer.notes), ""]
    if answer.sources:
        lines += ["## Sources", "", *(line for source in answer.sources for line in _source(source))]
    lines += [" · ".join(_plain(part) for part in (*footer(answer), answer.asked_at) if part), ""]
    return "\n".join(lines)


def _source(source: CitedSource) -> list[str]:
    paper = source.paper
    facts = " · ".join(_plain(fact) for fact in (when(paper), who(paper), paper.comment or "", paper.link or "") if fact)
    quotes = [f"> {_plain(passage.text)}" for passage in source.passages]
    return [f"**{_plain(f'[{source.number}]')} {_plain(paper.label)}**  ", facts, "", *"\n>\n".join(quotes).splitlines(), ""]


def _plain(words: str) -> str:
    """Markdown that shows the words on one line as they are."""
    return _SIGNS.sub(r"\\\1", " ".join(words.split()))
