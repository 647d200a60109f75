"""Answers, hits and papers as text for the terminal. Foreign text goes in as plain `Text`, never as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from rag.answering.listing import count
from rag.answering.record import OUTSIDE_MARK, Answer, AnswerKind, CitedSource, Hit, Sentence, Table, Verdict
from rag.answering.trust import trust
from rag.paper import Paper
from rag.terminal.clean import clean, one_line

SYMBOLS = {
    Verdict.SUPPORTED: ("✓", "green"),
    Verdict.PARTLY: ("~", "yellow"),
    Verdict.CONTRADICTED: ("≠", "red"),
    Verdict.NUMBER_MISMATCH: ("#", "red"),
    Verdict.UNSUPPORTED: ("✗", "red"),
    Verdict.UNCITED: ("?", "magenta"),
}
OUTSIDE = ("○", "cyan")  # a sentence that is not from the library
GLUE = "\ue000"  # a blank at which no line ends
NEAREST = 3  # papers named under an answer that abstains

_MARK = re.compile(rf"\s*(?:\[\d+(?:\s*,\s*\d+)*\]|{re.escape(OUTSIDE_MARK)})")


def show_answer(console: Console, answer: Answer, *, passages: bool = True) -> None:
    """Print the answer with a verdict after each sentence, its sources, its notes, and what it took.

    `passages=False` names the sources without quoting them; so it is where the answer itself consists of the quotations.
    """
    passages = passages and answer.kind is not AnswerKind.QUOTED
    fold(console, judged_text(answer))
    if answer.sentences:
        fold(console, Text("\n").append_text(legend(outside=any(s.outside for s in answer.sentences))), style="dim")
    if any(sentence.probability not in (None, 1.0) for sentence in answer.sentences):
        fold(console, Text(f"How far to trust these marks: {trust().sentence}"), style="dim")
    if answer.table is not None:
        show_table(console, answer.table)
    if answer.sources:
        show_sources(console, answer.sources, passages=passages)
    elif answer.abstained and answer.retrieved:
        console.print("\nNearest papers", style="bold")
        for hit in answer.retrieved[:NEAREST]:
            fold(console, Text(f"{one_line(hit.paper.label)} ({when(hit.paper)} · {one_line(hit.paper.id)})"), "  · ")
    for note in remarks(answer):
        fold(console, Text(f"\nNote: {one_line(note)}"), style="yellow")
    fold(console, Text(f"\n{expense(answer)}"), style="dim")


def fold(console: Console, text: Text, lead: str = "", *, style: str = "") -> None:
    """Print `text` folded at the console's width; `lead` stands before the first line and indents the others by its length.

    Unlike the console's own folding it leaves no blanks at the ends of lines, and it keeps a verdict beside its sentence.
    """
    text = text.copy()
    text.stylize_before(style)
    for line in text.wrap(console, max(console.width - len(lead), 20)):
        line.rstrip()
        line.plain = line.plain.replace(GLUE, " ")
        console.print(Text(lead, style=style).append_text(line), soft_wrap=True)
        lead = " " * len(lead)


def judged_text(answer: Answer) -> Text:
    """The answer's text with the symbol of its verdict after every sentence.

    Where a sentence cannot be found in the text, the text stays as it is and the sentences follow one by one.
    """
    places = sentence_ends(answer.text, answer.sentences)
    if places is None:
        shown = Text(clean(answer.text))
        for sentence in answer.sentences:
            marks = "".join(f"[{number}]" for number in sentence.citations)
            shown.append_text(Text("\n")).append_text(symbol(sentence)).append(f"{GLUE}{one_line(sentence.text)} {marks}")
        return shown
    shown, start = Text(), 0
    for end, sentence in zip(places, answer.sentences, strict=True):
        shown.append(clean(answer.text[start:end])).append(GLUE).append_text(symbol(sentence))
        start = end
    return shown.append(clean(answer.text[start:]).rstrip())


def sentence_ends(text: str, sentences: Sequence[Sentence]) -> list[int] | None:
    """For each sentence the offset in `text` after it and the marks that follow it; None where one is not found.

    Marks and white space are left out of the comparison: a mark may stand inside a sentence, before its full stop.
    """
    bare, offsets = _bare(text)
    ends: list[int] = []
    cursor = 0
    for sentence in sentences:
        wanted, _ = _bare(sentence.text)
        found = bare.find(wanted, cursor)
        if found < 0 or not wanted:
            return None
        cursor = found + len(wanted)
        end = offsets[cursor - 1] + 1
        while mark := _MARK.match(text, end):
            end = mark.end()
        ends.append(end)
    return ends


def _bare(text: str) -> tuple[str, list[int]]:
    """`text` without marks and white space, and the offset in `text` of each character that is left."""
    marked = {i for mark in _MARK.finditer(text) for i in range(*mark.span())}
    offsets = [i for i, c in enumerate(text) if i not in marked and not c.isspace()]
    return "".join(text[i] for i in offsets), offsets


def symbol(sentence: Sentence) -> Text:
    """The coloured symbol of a sentence's verdict."""
    return Text(*(OUTSIDE if sentence.outside else SYMBOLS[sentence.verdict]))


def legend(*, outside: bool = False) -> Text:
    """The symbols and what they mean; that of sentences from elsewhere only where there are any."""
    signs = [(mark, verdict.value) for verdict, (mark, _) in SYMBOLS.items()]
    if outside:
        signs.append((OUTSIDE[0], "not from your library"))
    return Text("  ").join(Text(f"{mark}{GLUE}{word.replace(' ', GLUE)}") for mark, word in signs)


def show_sources(console: Console, sources: Iterable[CitedSource], *, passages: bool = True) -> None:
    """Print the numbered sources, each with the passages that were used."""
    console.print("\nSources", style="bold")
    for source in sources:
        about = f"{when(source.paper)} · {one_line(source.paper.link or source.paper.id)}"
        quoted = [p.text for p in source.passages] if passages else []
        _entry(console, f"[{source.number}] ", source.paper, about, quoted)


def show_table(console: Console, table: Table) -> None:
    """Print a comparison: under each aspect what each paper says of it, with the paper's number."""
    console.print("\nSide by side", style="bold")
    for aspect in table.rows:
        fold(console, Text(one_line(aspect.name)), "  ", style="italic")
        for number, cell in zip(table.columns, aspect.cells, strict=True):
            fold(console, Text(one_line(cell.text) if cell else "–"), f"    [{number}] ")


def show_hits(console: Console, hits: Iterable[Hit]) -> None:
    """Print hits best first, each with its score and its best passage."""
    for rank, hit in enumerate(hits, start=1):
        about = f"{when(hit.paper)} · {one_line(hit.paper.id)} · score {hit.score:.3f}"
        _entry(console, f"{rank}. ", hit.paper, about, [hit.passage.text])


def show_papers(console: Console, papers: Iterable[Paper]) -> None:
    """Print one line a paper: date, id, title. Lines are never folded, so that they can be searched and counted."""
    for paper in papers:
        line = f"{paper.date or paper.year or '-'!s:<10}  {one_line(paper.id):<22}  {one_line(paper.label)}"
        console.print(Text(line), soft_wrap=True)


def contains(paper: Paper, text: str) -> bool:
    """Whether every word of `text` occurs in the paper's id, title, authors, organisation, date or abstract, in any case."""
    fields = (paper.id, paper.title, *paper.authors, paper.organisation, str(paper.date or paper.year or ""), paper.abstract)
    hay = " ".join(field for field in fields if field).casefold()
    return all(word in hay for word in text.casefold().split())


def hit_row(hit: Hit) -> dict[str, Any]:
    """A hit as a JSON-ready mapping, in the form `Answer.to_dict` gives it."""
    return {"paper": hit.paper.to_dict(), "passage": asdict(hit.passage), "score": hit.score, "parts": dict(hit.parts)}


def _entry(console: Console, number: str, paper: Paper, about: str, quoted: Sequence[str]) -> None:
    """Print a paper under its number: title, a line about it, then the quoted texts, indented."""
    indent = " " * len(number)
    fold(console, Text(one_line(paper.label)), number, style="bold")
    fold(console, Text(about), indent, style="dim")
    for text in quoted:
        fold(console, Text(f"“{one_line(text)}”"), indent, style="italic")


def when(paper: Paper) -> str:
    """The date, or the year where no more is known."""
    return str(paper.date or paper.year or "undated")


def remarks(answer: Answer) -> list[str]:
    """The answer's notes; invented citation keys are reported even where no note does."""
    notes = [*([count(len(answer.sources), answer.left_out)] if answer.left_out else []), *answer.notes]
    if answer.invented and not any(key in note for note in notes for key in answer.invented):
        notes.append(f"the model cited what it was not given ({', '.join(answer.invented)}); those marks were removed.")
    return notes


def expense(answer: Answer) -> str:
    """Model, confidence, tokens, cost and time on one line."""
    tokens = answer.tokens
    if not tokens.total:
        used = "no tokens"
    else:
        cost = "price unknown" if answer.cost is None else f"${answer.cost:.4f}"
        used = f"{tokens.prompt:,} + {tokens.completion:,} tokens · {cost}"
    sure = answer.sureness if answer.abstained else f"confidence {answer.confidence:.2f}"
    return f"{one_line(answer.model)} · {sure} · {used} · {seconds(answer):.2f} s"


def seconds(answer: Answer) -> float:
    """Time for the whole answer: the stage named `total`, or else the sum of all stages."""
    return answer.timings.get("total", sum(answer.timings.values()))
