"""An answer as Markdown, drawn from its record alone: sentences with verdicts, the quotes behind them, sources, remarks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answering.record import Answer, CitedSource, Sentence, Table

OUTSIDE = "not from your library"
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#!|$~&^])")
_LINE_HEAD = re.compile(r"^(\d{1,9})([.)])(?=\s)|^([-+=])")
_ADDRESS = re.compile(r"\b(https?|ftp)://|\bwww\.", re.IGNORECASE)


def markdown(answer: Answer) -> str:
    """The whole answer. Words of papers, models and users are escaped, so that nothing in them is markup, a formula, an image
    or a link; only a source's own address is one."""
    return "\n".join(_lines(answer)) + "\n"


def verdict_words(sentence: Sentence) -> str:
    """The verdict in words, with the probability and the model's own verdict where there are any."""
    if sentence.outside:
        return OUTSIDE
    odds = "" if sentence.probability is None else f" ({sentence.probability:.2f})"
    second = f"; the model says {sentence.judged.value}" if sentence.judged else ""
    return f"{sentence.verdict.value}{odds}{second}"


def plain(text: str) -> str:
    """Markdown that shows the text on one line exactly as it is."""
    escaped = _SIGNS.sub(r"\\\1", " ".join(text.split()))
    escaped = _LINE_HEAD.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escaped)
    return _ADDRESS.sub(lambda found: found[0].replace(":", "\\:").replace(".", "\\."), escaped)


def _lines(answer: Answer) -> Iterator[str]:
    yield f"# {plain(answer.question)}"
    if answer.standalone not in ("", answer.question):
        yield f"\nSearched as: {plain(answer.standalone)}"
    if answer.filters:
        yield f"\nConditions: {plain(', '.join(answer.filters))}"
    yield f"\n{plain(answer.opening)}\n" if answer.opening else ""
    for sentence in answer.sentences:
        marks = "".join(f" \\[{number}\\]" for number in sentence.citations)
        yield f"- {plain(sentence.text)}{marks} — *{verdict_words(sentence)}*"
        if sentence.evidence is not None and sentence.evidence.text != sentence.text:
            yield f"  > {plain(sentence.evidence.text)}"
    if not answer.sentences:
        yield plain(answer.text)
    if answer.table is not None:
        yield from _table(answer.table)
    if answer.left_out:
        yield f"\n{answer.left_out:,} more found and not shown."
    if answer.sources:
        yield "\n## Sources\n"
        for source in answer.sources:
            yield from _source(source)
    if answer.repairs:
        yield "\n## After checking\n"
        for repair in answer.repairs:
            fate = "dropped" if repair.after is None else f"rewritten as: {plain(repair.after)}"
            yield f"- {plain(repair.before)} — *{repair.verdict.value}*, {fate}"
    if answer.notes:
        yield "\n## Notes\n"
        yield from (f"- {plain(note)}" for note in answer.notes)
    known = (answer.model, f"confidence {answer.confidence:.2f}", answer.asked_at, answer.id and f"answer {answer.id}")
    yield f"\n{' · '.join(plain(part) for part in known if part)}"


def _table(table: Table) -> Iterator[str]:
    yield "\n| |" + "".join(f" \\[{number}\\] |" for number in table.columns)
    yield "|---|" + "---|" * len(table.columns)
    for row in table.rows:
        cells = "".join(f" {plain(cell.text) if cell else 'says nothing of it'} |" for cell in row.cells)
        yield f"| {plain(row.name)} |{cells}"


def _source(source: CitedSource) -> Iterator[str]:
    paper = source.paper
    facts = [str(paper.date or paper.year or "undated"), ", ".join(paper.authors), paper.comment or ""]
    link = paper.link
    shown = f" · <{link}>" if link and re.fullmatch(r"https?://[^\s<>]+", link) else ""
    yield f"\\[{source.number}\\] **{plain(paper.label)}**  "
    yield f"{plain(' · '.join(fact for fact in facts if fact))}{shown}"
    for passage in source.passages:
        yield f"\n> {plain(passage.text)}"
    yield ""
