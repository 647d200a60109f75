"""A paper as HTML: what is known about it, where it was read, its abstract with passages marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from rag.answering.record import Passage
from rag.paper import Paper
from ui.components.safe import base_name, link, text

NAMES = 4  # authors named before the rest is counted


def heading_html(paper: Paper) -> str:
    """The title, or the abstract's first words with a tag that says so."""
    if not paper.untitled:
        return text(paper.label)
    words = paper.label.removesuffix(" [untitled]")
    return f'{text(words)} <span class="v-tag">untitled</span>'


def facts_html(paper: Paper) -> str:
    """What is known beside title and abstract, on one line; the link to the paper last. Empty where nothing is."""
    facts = [text(fact) for fact in (when(paper), paper.organisation, who(paper), paper.comment) if fact]
    if paper.upvotes is not None:
        facts.append(text(f"{paper.upvotes} upvote{'' if paper.upvotes == 1 else 's'}"))
    if paper.arxiv_id:
        facts.append(text(f"arXiv {paper.arxiv_id}"))
    facts.append(link(paper.link, "Open the paper ↗"))
    shown = "".join(f"<span>{fact}</span>" for fact in facts if fact)
    return f'<div class="v-facts">{shown}</div>' if shown else ""


def when(paper: Paper) -> str:
    """The date as `17 Jul 2024`, the year where only that is known, else empty."""
    if isinstance(paper.date, dt.date):
        return f"{paper.date.day} {paper.date:%b %Y}"
    return str(paper.year) if paper.year is not None else ""


def who(paper: Paper) -> str:
    """The first authors and how many there are, or the number alone, else empty."""
    names = list(paper.authors)
    if names:
        count = max(paper.author_count or 0, len(names))
        more = count - len(names[:NAMES])
        return ", ".join(names[:NAMES]) + (f" and {more} more" if more else "")
    if paper.author_count is None:
        return ""
    return f"{paper.author_count} author{'' if paper.author_count == 1 else 's'}"


def places(paper: Paper) -> str:
    """Where the paper was read, as plain text."""
    return " · ".join(f"{base_name(source.file)}, line {source.line}" for source in paper.sources)


def places_html(paper: Paper) -> str:
    """Where the paper was read."""
    return f'<div class="v-places">Read from {text(places(paper))}</div>' if paper.sources else ""


def abstract_html(paper: Paper, passages: Iterable[Passage] = (), focus: Passage | None = None) -> str:
    """The whole abstract, its text unchanged, with the passages marked and `focus` marked more strongly."""
    return f'<div class="v-abstract">{marked_html(paper.abstract, passages, focus)}</div>'


def marked_html(abstract: str, passages: Iterable[Passage], focus: Passage | None = None) -> str:
    """`abstract` with `abstract[start:end]` of each passage inside a mark; overlapping ones share one mark."""
    pieces, at = [], 0
    inner = _joined([focus] if focus else [], len(abstract))
    for start, end in _joined([*passages, *([focus] if focus else [])], len(abstract)):
        marked = "".join(_piece(abstract[a:b], strong) for a, b, strong in _cut(start, end, inner))
        pieces += [text(abstract[at:start]), f"<mark>{marked}</mark>"]
        at = end
    return "".join([*pieces, text(abstract[at:])])


def _piece(words: str, strong: bool) -> str:
    return f"<strong>{text(words)}</strong>" if strong and words else text(words)


def _cut(start: int, end: int, inner: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    """The span in pieces; True for the part that `inner` covers."""
    for low, high in inner:
        if start <= low < high <= end:
            yield start, low, False
            yield low, high, True
            start = high
    yield start, end, False


def _joined(passages: Iterable[Passage], length: int) -> list[tuple[int, int]]:
    """Spans in order, those that overlap made one. What lies outside the abstract is cut off."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted((max(0, p.start), min(p.end, length)) for p in passages):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif start < end:
            spans.append((start, end))
    return spans


def panel_html(
    identity: str,
    paper: Paper,
    passages: Iterable[Passage],
    *,
    number: int | None = None,
    why: str = "",
    focus: Passage | None = None,
) -> str:
    """A panel over the page that buttons with `popovertarget=identity` open and close: the browser does it by itself."""
    own = list(passages)
    tag = "" if number is None else f'<span class="v-number">{number}</span> '
    said = f'<div class="v-why">{text(why)}</div>' if why else ""
    return (
        f'<section id="{text(identity)}" class="v-panel" popover tabindex="-1" aria-label="Passage">'
        f'<div class="v-panel-head"><h3>{tag}{heading_html(paper)}</h3>'
        f'<button class="v-close" popovertarget="{text(identity)}" popovertargetaction="hide" aria-label="Close">✕</button></div>'
        f"{facts_html(paper)}{said}{abstract_html(paper, own, focus)}{places_html(paper)}</section>"
    )
