"""Word pieces remembered word by word are those of the whole text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.embedding.minilm import MiniLM
from rag.library import pieces
from rag.library.pieces import Pieces, pieces_of

TEXTS = [
    "Sparse autoencoders, at 5.08%, learn $\\lambda$-terms.",
    "",
    " ",
    "two  spaces, a\ttab and\n a line",
    "Größe e\u0301 \u0301accent 大きさ of 😀😀 [MASK] [SEP]x un\u00adseen \u200b zero",
    "nospaces" * 40,
    "lone \ud800 surrogate, a\x00b \x1c \x85 \u00a0 \u2028 end",
]


def assert_those_of_the_text(text: str, own: Pieces, embedder: MiniLM) -> None:
    spans = embedder.token_spans([text])[0]
    assert own.inside(0, len(text)) == spans
    for place in range(len(text) + 1):
        assert own.until(place) == sum(end <= place for _, end in spans)


def test_a_word_has_the_same_pieces_wherever_it_stands(embedder: MiniLM) -> None:
    for _ in range(2):  # read, then remembered
        for text, own in zip(TEXTS, pieces_of(TEXTS, embedder), strict=True):
            assert_those_of_the_text(text, own, embedder)


@given(st.lists(st.text(), max_size=4))
@example(["\u0300 a", "a \u0300", "\u1100 \u1161"])
@settings(max_examples=200, deadline=None)
def test_any_texts(embedder: MiniLM, texts: list[str]) -> None:
    for text, own in zip(texts, pieces_of(texts, embedder), strict=True):
        assert_those_of_the_text(text, own, embedder)


def test_pieces_of_a_part() -> None:
    """`un|known word` with `unknown` in two pieces."""
    own = Pieces([0, 8], [((0, 2), (2, 7)), ((0, 4),)])
    assert own.inside(0, 12) == [(0, 2), (2, 7), (8, 12)]
    assert own.inside(2, 7) == [(2, 7)]
    assert own.inside(1, 12) == [(2, 7), (8, 12)]
    assert own.inside(3, 7) == []
    assert [own.until(place) for place in (0, 1, 2, 6, 7, 8, 11, 12)] == [0, 0, 1, 1, 2, 2, 2, 3]


def test_no_more_words_are_kept_than_said(embedder: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "REMEMBERED", 3)
    for text in ("one two three four", "five six", "x" * 1000, "one five"):
        assert_those_of_the_text(text, pieces_of([text], embedder)[0], embedder)
    assert set(pieces._known[embedder]) == {"five", "six", "one"}
