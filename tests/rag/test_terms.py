"""The words and numbers of a text that count."""

from __future__ import annotations

import pytest

from rag.terms import content_words, coverage, numbers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Which papers are about neural networks?", ["neural", "network"]),
        ("What is the?", []),
        ("Training trains trained", ["train", "train", "train"]),
        ("a gain of 5.08%", ["gain", "5.08%"]),
        ("1,000 tokens", ["1,000", "token"]),
        ("GPT-4 and F_1", ["gpt", "4", "f", "1"]),
        ("été 日本", ["été", "日本"]),
        ("", []),
    ],
)
def test_content_words_are_stems_without_framing_words(text: str, words: list[str]) -> None:
    assert content_words(text) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("by 5.08% at 1,000 steps", {"5.08", "1000"}),
        ("It has 7.", {"7"}),
        ("GPT-4 beats Mk1", {"4"}),
        ("version 2.5.1", {"2.5.1"}),
        ("none", set()),
    ],
)
def test_numbers_lose_thousands_separators_and_full_stops(text: str, found: set[str]) -> None:
    assert numbers(text) == found


def test_coverage_is_the_share_of_distinct_words_found() -> None:
    assert coverage(["a", "b", "b", "c", "d"], ["b", "d", "x"]) == 0.5
    assert coverage(["a"], []) == 0.0
    assert coverage([], ["a"]) == 1.0
