"""The questions of the page: what was asked and expected, and what each run answered, cited and was found to have done."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence

from eval.blame import Outcome
from eval.forbidden import told
from eval.report.gather import Asked, Report, Said
from eval.scoring import FIGURES, UNBOUNDED
from rag.terminal.clean import clean

RIGHT = (Outcome.ANSWERED_RIGHT.value, Outcome.REFUSED_RIGHTLY.value)
MARKS = {"supported": "✓", "partly": "~", "contradicted": "≠", "number mismatch": "#", "unsupported": "✗", "uncited": "?"}
MARK = re.compile(r"\[\d+\]")
ALL, WRONG, CHANGED = "all", "not right", "flipped"


def esc(text: object) -> str:
    """Foreign text as HTML: nothing in it is markup, and no control character or reversal of the writing direction is left."""
    return html.escape(clean(str(text)), quote=True)


def filters(report: Report) -> list[str]:
    """What the list of questions can be narrowed to, besides all."""
    outcomes = {one.outcome for run in report.runs for one in run.asked}
    found = [outcome.value for outcome in Outcome if outcome.value in outcomes]
    wrong = [WRONG] if outcomes - {None, *RIGHT, Outcome.NOT_JUDGED.value} else []
    return [*wrong, *([CHANGED] if report.comparisons else []), *found]


def class_of(name: str) -> str:
    """The class of an outcome, verdict or filter."""
    return re.sub(r"[^a-z]+", "-", name.lower()).strip("-")


def questions(report: Report) -> Iterator[str]:
    """Every question as HTML, in the order of the set."""
    by_run: list[Mapping[str, Asked]] = [{one.id: one for one in run.asked} for run in report.runs]
    flips = {flip.id for comparison in report.comparisons for flip in (*comparison.gained, *comparison.lost)}
    for number, key in enumerate(report.questions, start=1):
        given = [(run.name, own[key]) for run, own in zip(report.runs, by_run, strict=True) if key in own]
        yield question(number, key, given, flipped=key in flips)


def question(number: int, key: str, given: Sequence[tuple[str, Asked]], *, flipped: bool) -> str:
    """One question with the answers of the runs that have it."""
    first = given[0][1]
    outcomes = [one.outcome for _, one in given]
    wrong = any(outcome not in (None, *RIGHT, Outcome.NOT_JUDGED.value) for outcome in outcomes)
    classes = [class_of(outcome) for outcome in dict.fromkeys(outcomes) if outcome]
    classes += [class_of(WRONG)] * wrong + [class_of(CHANGED)] * flipped
    badges = "".join(badge(outcome) for outcome in outcomes)
    about = " · ".join([key, first.kind, *first.tags])
    turns = max(len(one.said) for _, one in given)
    body = "".join(turn(place, given, several=turns > 1) for place in range(turns))
    head = f'<span class="ask" dir="auto">{esc(first.question)}</span><span class="badges">{badges}</span>'
    head += f'<span class="meta">{esc(about)}</span>'
    classed = " ".join(["question", *classes])
    inside = f'<summary>{head}</summary><div class="inside">{body}</div>'
    return f'<details class="{classed}" id="q{number}">{inside}</details>\n'


def badge(outcome: str | None) -> str:
    """An outcome as a word."""
    if outcome is None:
        return ""
    kind = "right" if outcome in RIGHT else "" if outcome == Outcome.NOT_JUDGED.value else "wrong"
    return f'<span class="badge {kind}">{esc(outcome)}</span>'


def turn(place: int, given: Sequence[tuple[str, Asked]], *, several: bool) -> str:
    """One exchange, the answers of the runs side by side."""
    own = [(name, one, one.said[place]) for name, one in given if place < len(one.said)]
    said = own[0][2]
    expected = "".join(f"<div>{esc(line)}</div>" for line in said.expected)
    asked = f'<h3 dir="auto">{esc(said.question)}</h3>' if several else ""
    answers = "".join(answer(name, one, exchange, last=place == len(one.said) - 1) for name, one, exchange in own)
    return f'{asked}<div class="expected" dir="auto">{expected}</div><div class="answers">{answers}</div>'


def answer(name: str, one: Asked, said: Said, *, last: bool) -> str:
    """The answer of one run."""
    parts = [f"<h4>{esc(name)} {badge(said.outcome or ('failed' if one.error and last else None))}</h4>"]
    if said.blame and said.blame != "none":
        parts.append(f'<p class="note">Blame: {esc(said.blame)}</p>')
    if said.broken:
        parts.append(f'<p class="no">Must not be said, and is: {esc(told(said.broken))}</p>')
    if one.error is not None and said.abstained is None and last:
        parts.append(f'<p class="no">{esc(one.error)}</p>')
    if said.text:
        parts.append(f'<p class="words" dir="auto">{text_of(said)}</p>')
    parts += [f'<p class="note" dir="auto">{esc(note)}</p>' for note in said.notes]
    if said.sources:
        items = "".join(source(said, n) for n in range(len(said.sources)))
        parts.append(f'<details><summary>{len(said.sources)} sources</summary><ul class="sources">{items}</ul></details>')
    figures = facts(said)
    if figures:
        parts.append(f'<p class="meta">{esc(" · ".join(figures))}</p>')
    return f'<div class="answer">{"".join(parts)}</div>'


def text_of(said: Said) -> str:
    """The answer sentence by sentence with marks and verdicts; a refusal or a recorded answer as it stands."""
    if said.abstained or not said.sentences:
        return esc(said.text)
    pieces = []
    for text, numbers, verdict in said.sentences:
        cites = "".join(f'<span class="cite">[{number}]</span>' for number in numbers)
        sign = f'<span class="judged {class_of(verdict)}">{MARKS.get(verdict, "")} {esc(verdict)}</span>'
        pieces.append(f"{esc(MARK.sub('', text).strip())} {cites} {sign}")
    return "\n".join(pieces)


def source(said: Said, place: int) -> str:
    """One cited paper with the passages used."""
    one = said.sources[place]
    link = f'<a href="{esc(one.link)}" rel="noreferrer">{esc(one.link)}</a>' if one.link else ""
    named = ' <span class="badge right">named by the question</span>' if one.relevant else ""
    quotes = "".join(f'<blockquote dir="auto">{esc(passage)}</blockquote>' for passage in one.passages)
    return f"<li>[{one.number}] {esc(one.label)}{named} {link}{quotes}</li>"


def facts(said: Said) -> list[str]:
    """The small print under an answer."""
    found = [f"label {said.label}"] if said.label else []
    if said.confidence is not None:
        found.append(f"confidence {said.confidence:.2f}")
    if said.wanted:
        ranks = ", ".join(map(str, said.found)) or "none"
        found.append(f"named papers at rank {ranks} of {said.retrieved}")
    shown = ("label_accuracy", "fact_recall", "citation_precision", "citation_recall", "token_f1", "words")
    for name in shown:
        if name in said.scores:
            found.append(f"{FIGURES[name]} {said.scores[name]:.{0 if name in UNBOUNDED else 2}f}")
    if said.seconds is not None:
        found.append(f"{said.seconds:.2f} s")
    if said.cost:
        found.append(f"${said.cost:.5f}")
    return found
