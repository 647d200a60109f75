"""Sentences: where they end, and that nothing is lost between them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.sentences import sentence_spans, sentences


@pytest.mark.parametrize(
    "expected",
    [
        ["Smith et al. show that accuracy rises by 3.5% (p < 0.01).", "We agree."],
        ["As in Fig. 2, i.e. the first plot, loss falls.", "On some data, e.g. ImageNet, it does not."],
        ["It works vs. the baseline.", "The U.S. data are old."],
        ["We test (1) speed; (2) recall.", "Our method wins both."],
        ["We make three contributions: (1) a benchmark of 5 tasks; (2) a metric; (3) an open model.", "Results improve."],
        ["We do: 1) collect data 2) train 3) test the model.", "Our model wins."],
        ["It asks: b) does it scale.", "Our answer is yes."],
        ["See part (iv) for the proof.", "The rest is easy."],
        ["A function f(x) is convex.", "Another, g(x), is not."],
        ["We (unlike others) cut 4.2 seconds to 0.5.", "GPT-4 needs v2.5 for that."],
        ["Does it work?", "Yes!", "It does."],
        ["One line\nand its end.", "The next."],
        ["It has two parts: (1) the first one.", "(2) The second one wins.", "We agree."],
        ["no full stop at the end"],
        ["これは一つ。", "これは二つ。"],
    ],
    ids=lambda expected: expected[0][:25],
)
def test_sentences_end_where_a_reader_would_end_them(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_there_are_no_sentences_in_nothing() -> None:
    assert sentences("") == sentences(" \n\t ") == []


def test_offsets_count_characters_not_bytes() -> None:
    text = "Größe 😀 zählt. Élan auch."
    assert sentence_spans(text) == [(0, 14), (15, 25)]
    assert text[15:25] == "Élan auch."


dense_in_marks = st.lists(
    st.sampled_from(["a", "Ab", "1)", "(2)", "(", ")", ".", "?", "…", " ", "\n", "e.g.", "et al.", "é", "😀"])
)


@given(st.text() | dense_in_marks.map("".join))
@settings(max_examples=300, deadline=None)
@example("a\x00b. C\x00. D")
@example("A\r\nB. C\u2028D. E\x85F")
@example("(1) (2) (3)")
def test_sentences_cover_every_character_that_shows_once_and_in_order(text: str) -> None:
    spans = sentence_spans(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    covered = {at for start, end in spans for at in range(start, end)}
    assert not [at for at, character in enumerate(text) if not character.isspace() and at not in covered]
    for start, end in spans:
        assert text[start:end] == text[start:end].strip()
