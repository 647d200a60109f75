"""An answer as HTML, drawn from its record alone: sentences, verdicts, citations that open their passage, sources, remarks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from rag.answering.record import Answer, AnswerKind, CitedSource, Passage, Sentence
from rag.answering.trust import trust
from ui.components.footer import footer_html
from ui.components.paper import facts_html, heading_html, panel_html, places_html, when
from ui.components.safe import text
from ui.components.sentence import MARKS, OUTSIDE, bold, chip_html, focuses, sentence_html, still_html, verdict_html
from ui.components.table import table_html
from ui.components.why import found_id, why_html

CLOSEST = 4  # papers shown where nothing answers
PLAINLY = (
    "A mark is a measurement, and can be wrong. ✗ is mostly right. ✓ is wrong more often where a sentence turns a finding round: "
    "open the passage where it matters. What was measured (1 would be perfect, 0.5 is a guess):"
)
_CITATION = re.compile(r" ?\[(\d+)\]")
_ITEM = re.compile(r"\s*(?:[-*•+]|\d{1,3}[.)])\s")
_FIND = 12  # characters by which a sentence is found in the answer's text


def answer_html(answer: Answer, anchor: str, *, brief: bool = False) -> str:
    """The whole answer. `anchor` is different for every answer on the page: it names the passages' panels.

    A `brief` one leaves out how it came about.
    """
    body = _refusal_html(answer, anchor) if answer.abstained else _body_html(answer, anchor)
    parts = [body, table_html(answer, lambda number, cell: _id(anchor, number, cell)), _notes_html(answer)]
    if answer.sources:
        cards = "".join(_card_html(source, anchor) for source in answer.sources)
        parts += [f'<h4 class="v-head">Sources</h4><div class="v-cards">{cards}</div>', _panels_html(answer, anchor)]
    if answer.abstained:
        parts.append(_closest_html(answer, anchor))
    if not brief:
        parts += [why_html(answer, anchor), footer_html(answer)]
    return f'<article class="v-answer" aria-label="Answer">{"".join(parts)}</article>'


def draft_html(written: str, waiting: str, sentences: Sequence[Sentence] = ()) -> str:
    """What has arrived of an answer so far, or `waiting` while that is nothing.

    `sentences` are those of it that have ended and been judged, in order.
    """
    if not written:
        body = f'<p class="v-waiting"><span class="v-dots" aria-hidden="true"></span>{text(waiting)}</p>'
    else:
        body = f'<p class="v-draft">{_draft_body(written, sentences)}<span class="v-cursor" aria-hidden="true"></span></p>'
    return f'<article class="v-answer" aria-live="polite" aria-busy="true">{body}</article>'


def _draft_body(written: str, sentences: Sequence[Sentence]) -> str:
    """The text with a verdict behind each sentence that has one: where its marks end, or else its words."""
    pieces, at = [], 0
    for sentence in sentences:
        found = written.find(sentence.text[:_FIND], at)
        if found < 0:
            continue
        end = found + _length(written[found:], sentence.text)
        while marks := _CITATION.match(written, end):
            end = marks.end()
        pieces += [_still(written[at:end]), f'<span class="v-marks">{verdict_html(sentence)}</span>']
        at = end
    return "".join([*pieces, _still(written[at:])])


def _length(written: str, sentence: str) -> int:
    """How many characters of `written`, where citations may stand in between, spell the sentence."""
    at = said = 0
    while said < len(sentence) and at < len(written):
        marks = _CITATION.match(written, at)
        if marks and not sentence.startswith(marks[0], said):
            at = marks.end()
        elif written[at] == sentence[said]:
            at, said = at + 1, said + 1
        elif sentence[said].isspace():
            said += 1
        else:
            at += 1
    return at


def _still(written: str) -> str:
    return _CITATION.sub(lambda found: still_html(found[1]), bold(text(written)))


def _id(anchor: str, number: int, focus: Passage | None = None) -> str:
    return f"passage-{anchor}-{number}" + (f"-{focus.start}-{focus.end}" if focus else "")


def _panels_html(answer: Answer, anchor: str) -> str:
    """A panel for each source, and one for each sentence or cell of a table that singles out words in it."""
    panels = {
        _id(anchor, s.number): panel_html(_id(anchor, s.number), s.paper, s.passages, number=s.number) for s in answer.sources
    }
    cells = [cell for row in answer.table.rows for cell in row.cells if cell] if answer.table else []
    words = [(sentence.text, number, focus) for sentence, number, focus in focuses(answer)]
    words += [(cell.text, s.number, cell) for cell in cells for s in answer.sources if s.paper.id == cell.paper_id]
    for said, number, focus in words:
        identity, source = _id(anchor, number, focus), answer.source(number)
        quoted = focus.text == said
        why = "The words quoted are marked more strongly." if quoted else f"Marked more strongly: what bears on “{said}”"
        panels.setdefault(identity, panel_html(identity, source.paper, source.passages, number=number, why=why, focus=focus))
    return "".join(panels.values())


def _body_html(answer: Answer, anchor: str) -> str:
    """Quoted sentences each on a line of their own; a model's words in its own paragraphs and lists."""
    if answer.kind is AnswerKind.QUOTED:
        return _quotes_html(answer, anchor)
    chips = _chips(answer, anchor)
    lines = []
    for item, sentences in lines_of(answer):
        kind = "v-item" if item else "v-line"
        lines.append(f'<p class="{kind}">{" ".join(sentence_html(s, chips(s), rich=True) for s in sentences)}</p>')
    return "".join(lines) + _tally_html(answer)


def _quotes_html(answer: Answer, anchor: str) -> str:
    chips = _chips(answer, anchor)
    quotes = "".join(f"<li>{sentence_html(sentence, chips(sentence))}</li>" for sentence in answer.sentences)
    opening = f'<p class="v-line">{text(answer.opening)}</p>' if answer.opening else ""
    return f'{opening}<ul class="v-quotes">{quotes}</ul>'


def _chips(answer: Answer, anchor: str) -> Callable[[Sentence], str]:
    """A function from a sentence to its citations, each opening its own words in the passage where they are known."""
    focus = {(id(sentence), number): words for sentence, number, words in focuses(answer)}
    papers = {source.number: source.paper for source in answer.sources}

    def chips(sentence: Sentence) -> str:
        return "".join(
            chip_html(n, _id(anchor, n, focus.get((id(sentence), n))), papers[n].label) if n in papers else still_html(n)
            for n in sentence.citations
        )

    return chips


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


def _tally_html(answer: Answer) -> str:
    """How many sentences got which verdict."""
    counts = Counter(sentence.verdict for sentence in answer.sentences if not sentence.outside)
    shown = [
        f'<span class="v-verdict v-{v.name.lower()}">{MARKS[v][0]} {n} {MARKS[v][1]}</span>' for v in MARKS if (n := counts[v])
    ]
    if outside := sum(sentence.outside for sentence in answer.sentences):
        shown.append(f'<span class="v-verdict v-outside">{OUTSIDE[0]} {outside} {OUTSIDE[1]}</span>')
    tally = f'<div class="v-tally">{"".join(shown)}</div>' if len(answer.sentences) > 1 else ""
    return tally + _trust_html() if any(sentence.probability not in (None, 1.0) for sentence in answer.sentences) else tally


def _trust_html() -> str:
    """What was measured of the marks; for quotations, which are copies, there is nothing to doubt."""
    shown = f"<p>{text(PLAINLY)}</p><p>{text(trust().sentence)}</p>"
    return f'<details class="v-trust"><summary>How far to trust these marks</summary>{shown}</details>'


def _card_html(source: CitedSource, anchor: str) -> str:
    target = text(_id(anchor, source.number))
    return (
        f'<div class="v-card"><button class="v-title" popovertarget="{target}">'
        f'<span class="v-number">{source.number}</span><span>{heading_html(source.paper)}</span></button>'
        f"{facts_html(source.paper)}{places_html(source.paper)}</div>"
    )


def _refusal_html(answer: Answer, anchor: str) -> str:
    """The library does not answer: said plainly, with what is missing and what the closest paper says."""
    said = answer.missing or answer.text.strip() or "The library holds nothing that answers this question."
    shown = f'<div class="v-notice v-plain" role="status"><strong>No answer in the library</strong><p>{text(said)}</p></div>'
    if answer.sentences:
        shown += f'<h4 class="v-head">What the closest paper says</h4>{_quotes_html(answer, anchor)}'
    return shown


def _closest_html(answer: Answer, anchor: str) -> str:
    """What else came close to a question that is not answered."""
    quoted = {source.paper.id for source in answer.sources}
    items = []
    for number, hit in enumerate(answer.retrieved[:CLOSEST]):
        if hit.paper.id not in quoted:
            opener = f'<button class="v-title" popovertarget="{text(found_id(anchor, number))}">'
            title = f"{opener}<span>{heading_html(hit.paper)}</span></button>"
            items.append(f'<div class="v-card">{title}{facts_html(hit.paper)}</div>')
    head = "Other papers that came close" if quoted else "Closest papers"
    return f'<h4 class="v-head">{head}</h4><div class="v-cards">{"".join(items)}</div>' if items else ""


def _notes_html(answer: Answer) -> str:
    notes = "".join(f"<li>{text(note)}</li>" for note in answer.notes)
    if answer.left_out:
        notes += f"<li>{answer.left_out:,} more paper{'' if answer.left_out == 1 else 's'} found and not shown.</li>"
    return f'<ul class="v-notes">{notes}</ul>' if notes else ""


def plain_text(answer: Answer) -> str:
    """The answer for pasting elsewhere: its text with the marks, and what they stand for."""
    sources = [
        f"[{s.number}] {' · '.join(part for part in (s.paper.label, when(s.paper), s.paper.link) if part)}"
        for s in answer.sources
    ]
    return "\n".join([answer.text, *(["", *sources] if sources else [])])
