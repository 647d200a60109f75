"""What a model writes reaches the reader as text: nothing to run, to load or to follow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rag.answering.inert import REMOVED, Scrubber

ARXIV = "https://arxiv.org/abs/2407.02833"


def scrub(text: str, size: int = 0) -> str:
    scrubber = Scrubber({ARXIV})
    pieces = [text[n : n + size] for n in range(0, len(text), size)] if size else [text]
    return "".join(scrubber.feed(piece) for piece in pieces) + scrubber.close()


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("<think>The user wants…</think>It works.", "It works."),
        ("<THINKING>hm\n\nhm</thinking >It works.", "It works."),
        ("It works.<think>never closed", "It works."),
        ("<script>alert(1)</script>It works.", "It works."),
        ("<b>It</b> <i class='x'>works</i>.<br>Yes.", "It works.\nYes."),
        ("<img src=x onerror=alert(1)>It works.", "It works."),
        ("It<!-- a > b --> works.", "It works."),
        ("p < 0.05, a<3 and 5>4", "p < 0.05, a<3 and 5>4"),
        ("a<b and c>d", "a< b and c>d"),
        ("<svg/onload=alert(1)>", "< svg/onload=alert(1)>"),
        ("<scr<b>ipt>alert(1)", "< script>alert(1)"),
        ("<<b>script>alert(1)", "< script>alert(1)"),
        ("![chart](https://evil.example/x.png)", "chart"),
        ("[the paper](https://evil.example)", "the paper"),
        (f"[the paper]({ARXIV})", f"[the paper]({ARXIV})"),
        (f"It is at {ARXIV}.", f"It is at {ARXIV}."),
        ("[see](javascript:alert(1))", "[see]"),  # may be a key: the citations decide
        ("[k7f2q](https://evil.example)", "[k7f2q]"),
        ("[k7f2q](2020)", "[k7f2q] (2020)"),
        ("[![alt](x.png)](https://evil.example)", f"[alt] ({REMOVED})"),
        ("See https://evil.example/?q=secret.", f"See {REMOVED}."),
        ("See (www.evil.example) or <https://evil.example>.", f"See ({REMOVED}) or {REMOVED}."),
        ("ht<b>tp://evil.example", "ht tp://evil.example"),
        (f"{ARXIV}<b></b>.evil", f"{ARXIV} .evil"),
        ("[ref]: https://evil.example", f"[ref] : {REMOVED}"),
        ("zero\u200bwidth, \u202ereversed\u202c, \U000e0041tagged, \x1b[31mred", "zerowidth, reversed, tagged, [31mred"),
        ("one\ttab, one\u2028break\r\n", "one tab, one\nbreak\n"),
        ("**bold**, `code`, $x_1$ and\n- a list", "**bold**, `code`, $x_1$ and\n- a list"),
        ("方法有效。它很快", "方法有效。它很快"),
    ],
)
def test_only_text_is_left(said: str, text: str) -> None:
    assert scrub(said) == text


def test_removed_links_are_counted() -> None:
    scrubber = Scrubber()
    scrubber.feed("![a](x.png) [words here](https://a.example) www.b.example [c](#d) [https://c.example](https://c.example) ")
    assert scrubber.links_removed == 6  # the last one has an address for its text


def test_a_stream_is_given_out_word_by_word() -> None:
    scrubber = Scrubber()
    assert [scrubber.feed(piece) for piece in ["It wo", "rks [k7", "f2q] ", "now"]] == ["It ", "works ", "[k7f2q] ", ""]
    assert scrubber.close() == "now"


PIECES = st.sampled_from(
    [
        *"<>[]()!/: \n\"'=.#-`",
        "a",
        "script",
        "think",
        "<b>",
        "</b>",
        "</think>",
        "](",
        "http",
        "://",
        "www.",
        "evil.example",
        "<!--",
        "-->",
        "img src=x",
        ARXIV,
        "方",
        "javascript:",
        "[x]: ",
        "\u200b",
        "<br>",
        "k7f2q",
    ]
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)


@given(TEXTS, st.integers(1, 5))
@settings(max_examples=400, deadline=None)
def test_the_cut_of_the_stream_does_not_matter(said: str, size: int) -> None:
    assert scrub(said, size) == scrub(said)


@given(TEXTS)
@settings(max_examples=400, deadline=None)
def test_a_markdown_reader_finds_no_markup_that_acts(said: str) -> None:
    """CommonMark with raw HTML allowed: no tag, no image, no link but the evidence's own."""
    reader = MarkdownIt("commonmark", {"html": True})
    text = scrub(said)
    for token in (inner for block in reader.parse(text) for inner in (block, *(block.children or []))):
        assert token.type not in ("html_block", "html_inline", "image")
        assert token.type != "link_open" or token.attrs["href"] == ARXIV
    assert not re.search(r"\b(?:https?|ftp)://(?!arxiv)|\bwww\.", text)
