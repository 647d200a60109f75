"""An answer as HTML, drawn from its record alone: sentences, verdicts, citations that open their passage, sources, remarks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from rag.answering.record import Answer, AnswerKind, CitedSource, Sentence, Verdict
from ui.components.paper import facts_html, heading_html, panel_html, places_html
from ui.components.safe import text

MARKS = {
    Verdict.SUPPORTED: ("✓", "supported", "The cited passage supports this sentence"),
    Verdict.PARTLY: ("~", "partly", "The cited passage supports this sentence only in part"),
    Verdict.CONTRADICTED: ("≠", "contradicted", "The cited passage says otherwise"),
    Verdict.NUMBER_MISMATCH: ("#", "number mismatch", "The cited passage gives another number"),
    Verdict.UNSUPPORTED: ("✗", "unsupported", "The cited passage does not support this sentence"),
    Verdict.UNCITED: ("?", "uncited", "This sentence cites no passage"),
}
QUOTING = "extractive"
CLOSEST = 4  # papers shown where nothing answers
_CITATION = re.compile(r" ?\[(\d+)\]")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_ITEM = re.compile(r"\s*(?:[-*•+]|\d{1,3}[.)])\s")
_FIND = 12  # characters by which a sentence is found in the answer's text


def answer_html(answer: Answer, anchor: str) -> str:
    """The whole answer. `anchor` is different for every answer on the page: it names the passages' panels."""
    parts = [_refusal_html(answer, anchor) if answer.abstained else _body_html(answer, anchor), _notes_html(answer)]
    if answer.sources:
        cards = "".join(_card_html(source, anchor) for source in answer.sources)
        panels = "".join(panel_html(_id(anchor, s.number), s.paper, s.passages, number=s.number) for s in answer.sources)
        parts += [f'<h4 class="v-head">Sources</h4><div class="v-cards">{cards}</div>', panels]
    parts.append(_footer_html(answer))
    return f'<article class="v-answer" aria-label="Answer">{"".join(parts)}</article>'


def draft_html(written: str, waiting: str) -> str:
    """What has arrived of an answer so far, or `waiting` while that is nothing."""
    if not written:
        body = f'<p class="v-waiting"><span class="v-dots" aria-hidden="true"></span>{text(waiting)}</p>'
    else:
        body = (
            f'<p class="v-draft">{_CITATION.sub(_chip_to_be, text(written))}<span class="v-cursor" aria-hidden="true"></span></p>'
        )
    return f'<article class="v-answer" aria-live="polite" aria-busy="true">{body}</article>'


def _bold(escaped: str) -> str:
    """The one piece of Markdown that models put inside sentences; `escaped` is HTML already."""
    return _BOLD.sub(r"<strong>\1</strong>", escaped)


def _chip_to_be(found: re.Match[str]) -> str:
    return f'<span class="v-chip v-still">{found[1]}</span>'


def _id(anchor: str, number: int) -> str:
    return f"passage-{anchor}-{number}"


def _body_html(answer: Answer, anchor: str) -> str:
    """Quoted sentences each on a line of their own; a model's words in its own paragraphs and lists."""
    if answer.kind is AnswerKind.QUOTED:
        quotes = "".join(f"<li>{_sentence_html(s, answer, anchor)}</li>" for s in answer.sentences)
        return f'<ul class="v-quotes">{quotes}</ul>'
    lines = []
    for item, sentences in lines_of(answer):
        kind = "v-item" if item else "v-line"
        lines.append(f'<p class="{kind}">{" ".join(_sentence_html(s, answer, anchor, rich=True) for s in sentences)}</p>')
    return "".join(lines) + _tally_html(answer)


def lines_of(answer: Answer) -> Iterator[tuple[bool, list[Sentence]]]:
    """The sentences by the lines of the answer's text; True where the line is an item of a list."""
    item, own, at = bool(_ITEM.match(answer.text)), list[Sentence](), 0
    for sentence in answer.sentences:
        found = answer.text.find(sentence.text[:_FIND], at)
        if found >= 0:
            head = answer.text.rfind("\n", at, found) + 1
            if head > 0 and own:
                yield item, own
                own = []
            if head > 0:
                item = bool(_ITEM.match(answer.text, head))
            at = found + min(_FIND, len(sentence.text))
        own.append(sentence)
    if own:
        yield item, own


def _sentence_html(sentence: Sentence, answer: Answer, anchor: str, *, rich: bool = False) -> str:
    words = _bold(text(sentence.text)) if rich else text(sentence.text)
    chips = "".join(_chip_html(number, answer, anchor) for number in sentence.citations)
    marks = f'<span class="v-marks">{chips}{verdict_html(sentence)}</span>'
    return f'<span class="v-sentence v-{sentence.verdict.name.lower()}">{words} {marks}</span>'


def _chip_html(number: int, answer: Answer, anchor: str) -> str:
    source = next((s for s in answer.sources if s.number == number), None)
    if source is None:
        return f'<span class="v-chip v-still">{number}</span>'
    hint = text(f"Show the passage: {source.paper.label}")
    return (
        f'<button class="v-chip" popovertarget="{text(_id(anchor, number))}" aria-label="{hint}" title="{hint}">{number}</button>'
    )


def verdict_html(sentence: Sentence) -> str:
    """Sign, word and colour of a verdict."""
    sign, word, meaning = MARKS[sentence.verdict]
    odds = "" if sentence.probability is None else f" (probability {sentence.probability:.2f})"
    kind, hint = sentence.verdict.name.lower(), text(meaning + odds)
    return f'<span class="v-verdict v-{kind}" title="{hint}">{sign}<span class="v-word"> {word}</span></span>'


def _tally_html(answer: Answer) -> str:
    """How many sentences got which verdict."""
    counts = Counter(sentence.verdict for sentence in answer.sentences)
    shown = [
        f'<span class="v-verdict v-{v.name.lower()}">{MARKS[v][0]} {n} {MARKS[v][1]}</span>' for v in MARKS if (n := counts[v])
    ]
    return f'<div class="v-tally">{"".join(shown)}</div>' if len(answer.sentences) > 1 else ""


def _card_html(source: CitedSource, anchor: str) -> str:
    target = text(_id(anchor, source.number))
    return (
        f'<div class="v-card"><button class="v-title" popovertarget="{target}">'
        f'<span class="v-number">{source.number}</span><span>{heading_html(source.paper)}</span></button>'
        f"{facts_html(source.paper)}{places_html(source.paper)}</div>"
    )


def _refusal_html(answer: Answer, anchor: str) -> str:
    """The library does not answer: said plainly, with the papers that came closest."""
    said = answer.text.strip() or "The library holds nothing that answers this question."
    shown = f'<div class="v-notice v-plain" role="status"><strong>No answer in the library</strong><p>{text(said)}</p></div>'
    if not answer.retrieved:
        return shown
    items, panels = [], []
    for number, hit in enumerate(answer.retrieved[:CLOSEST], start=1):
        target = f"closest-{anchor}-{number}"
        facts = facts_html(hit.paper)
        items.append(
            f'<div class="v-card"><button class="v-title" popovertarget="{text(target)}"><span>{heading_html(hit.paper)}</span>'
            f"</button>{facts}</div>"
        )
        why = "The highlighted passage came closest to the question; it does not answer it."
        panels.append(panel_html(target, hit.paper, (hit.passage,), why=why))
    head = '<h4 class="v-head">Closest papers</h4>'
    return f'{shown}{head}<div class="v-cards">{"".join(items)}</div>{"".join(panels)}'


def _notes_html(answer: Answer) -> str:
    notes = "".join(f"<li>{text(note)}</li>" for note in answer.notes)
    return f'<ul class="v-notes">{notes}</ul>' if notes else ""


def _footer_html(answer: Answer) -> str:
    """Back end, time, tokens, cost and confidence; the stages behind them on request."""
    shown = " · ".join(text(part) for part in footer(answer))
    stages = "".join(f"<dt>{text(name)}</dt><dd>{seconds:.3f} s</dd>" for name, seconds in answer.timings.items())
    if answer.standalone and answer.standalone != answer.question:
        stages += f"<dt>searched as</dt><dd>{text(answer.standalone)}</dd>"
    return f'<details class="v-footer"><summary>{shown}</summary><dl>{stages}</dl></details>'


def footer(answer: Answer) -> list[str]:
    """The parts of the line below an answer, as plain text."""
    parts = [back_end(answer.model), f"{sum(answer.timings.values()):.2f} s"]
    if answer.tokens.total:
        approximate = "" if answer.tokens.counted_by == "server" else "about "
        parts.append(f"{approximate}{answer.tokens.total:,} tokens")
        parts.append(cost(answer.cost))
    parts.append(f"confidence {answer.confidence:.0%}")
    return parts


def back_end(spec: str) -> str:
    """A back end as people call it."""
    return "quoted sentences, no model" if spec == QUOTING else spec


def cost(dollars: float | None) -> str:
    """A price in US dollars."""
    if dollars is None:
        return "price unknown"
    return f"${dollars:.4f}" if dollars else "no cost"
