"""Cut an abstract into the passages that are embedded, cited and shown."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answering.record import Passage
from rag.embedding import Embedder
from rag.library.pieces import Pieces, Span, pieces_of
from rag.paper import Paper
from rag.sentences import sentence_spans

PASSAGE_TOKENS = 96
"""Word pieces a passage aims at: neighbouring sentences are joined up to this length. See LOG.md for the measurement."""
SCHEME = f"p{PASSAGE_TOKENS}t1"
"""Names the cutting and the text that is embedded; a change here asks for new vectors."""
TITLE_TOKENS = 128
"""Word pieces reserved for the title in front, so that a long sentence is still read to its end."""
TITLE_CHARACTERS = 300
"""Of a title that is longer, no more is embedded: what a broken record holds for its title must not push the passage out."""


def cut(papers: Sequence[Paper], embedder: Embedder) -> list[list[Passage]]:
    """The passages of each paper, in order; every word of the abstract is in exactly one of them."""
    longest = embedder.max_tokens - TITLE_TOKENS
    return [
        [
            Passage(paper.id, n, start, end, paper.abstract[start:end])
            for n, (start, end) in enumerate(pack(paper.abstract, pieces, PASSAGE_TOKENS, longest))
        ]
        for paper, pieces in zip(papers, pieces_of([paper.abstract for paper in papers], embedder), strict=True)
    ]


def pack(text: str, pieces: Pieces, aim: int, longest: int) -> list[Span]:
    """Spans of whole sentences of at most `aim` word pieces; a sentence above `longest` is cut between words."""
    packed: list[Span] = []
    before = 0  # word pieces that end where the last span begins, or before
    for span in sentence_spans(text) or [(0, len(text))]:
        for start, end in split_long(text, span, pieces, longest):
            if packed and pieces.until(end) - before <= aim:
                packed[-1] = (packed[-1][0], end)
            else:
                packed.append((start, end))
                before = pieces.until(start)
    return packed


def split_long(text: str, span: Span, pieces: Pieces, longest: int) -> list[Span]:
    """The span itself, or parts of at most `longest` word pieces, cut at white space where there is any."""
    if pieces.until(span[1]) - pieces.until(span[0]) <= longest:
        return [span]
    inside = pieces.inside(*span)
    parts, start = [], span[0]
    while len(inside) > longest:
        limit = inside[longest - 1][1]
        space = text.rfind(" ", start + 1, limit + 1)
        end = space if space > start else limit
        parts.append((start, end))
        start = end
        while start < span[1] and text[start].isspace():
            start += 1
        inside = [piece for piece in inside if piece[0] >= start]
    return [*parts, (start, span[1])]


def embedded_text(paper: Paper, passage: Passage) -> str:
    """What the embedder reads: the title in front of the passage, since abstracts rarely repeat their subject."""
    return f"{paper.title[:TITLE_CHARACTERS]}. {passage.text}" if paper.title else passage.text


def texts_of(papers: Sequence[Paper], passages: Sequence[Sequence[Passage]]) -> list[str]:
    """What the embedder reads of each passage of each paper."""
    return [embedded_text(paper, passage) for paper, own in zip(papers, passages, strict=True) for passage in own]


def key_of(passage: Passage) -> str:
    """`paper#index:start-end`."""
    return f"{passage.paper_id}#{passage.index}:{passage.start}-{passage.end}"


def paper_of(key: str) -> str:
    """The id of the paper that the passage with this key is of."""
    return key[: key.rindex("#")]


def passage_of(key: str) -> Passage:
    """The inverse of `key_of`, with empty text."""
    paper_id, _, place = key.rpartition("#")
    index, _, span = place.partition(":")
    start, _, end = span.partition("-")
    return Passage(paper_id, int(index), int(start), int(end), "")
