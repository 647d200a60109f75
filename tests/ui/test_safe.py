"""Foreign text loses every power on its way into a page."""

from __future__ import annotations

import re

import pytest

from tests.ui.html_tree import parse
from ui.components import safe

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "\"><a href='javascript:alert(1)'>x</a>",
    "![pixel](http://tracker.example/p.png)",
    "[link](http://evil.example)",
    "$x^2$ and $$y$$",
    ":red[x] :blue-background[y] :material/home: :smile: :streamlit:",
    "[1] *bold* _it_ `code` ~~no~~ # head | cell",
    "a -> b <- c -- d >= e http://auto.example www.auto.example me@auto.example",
    "&lt;b&gt; &amp; &#60;",
]


@pytest.mark.parametrize("raw", HOSTILE)
def test_html_shows_the_text_and_makes_no_element(raw: str) -> None:
    tree = parse(f'<p title="{safe.text(raw)}">{safe.text(raw)}</p>')
    assert tree.one("p").text == raw
    assert tree.one("p").attributes == {"title": raw}
    assert tree.one("p").all() == []


def test_line_feeds_survive_what_streamlit_does_to_white_space() -> None:
    """Streamlit dedents HTML: a line of blanks inside an abstract would lose them if it were a line of the HTML."""
    raw = "  one\n   \n  two"
    assert "\n" not in safe.text(raw)
    assert parse(f"<p>{safe.text(raw)}</p>").one("p").text == raw


@pytest.mark.parametrize("raw", HOSTILE)
def test_a_label_shows_the_signs_of_markdown_and_none_works(raw: str) -> None:
    label = safe.label(raw)
    assert label.replace("\\", "").replace(safe.JOINER, "") == " ".join(raw.split()).replace("\\", "")
    signs = re.findall(r"(.?)([!-/:-@\[-`{-~])(.?)", label.replace("\\\\", "").replace("\\", "\x00"))
    assert signs
    assert all((before, after) == ("\x00", safe.JOINER) for before, _, after in signs)


def test_a_label_is_one_line() -> None:
    assert "\n" not in safe.label("one\n\n# two")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://arxiv.org/abs/2407.02833", "https://arxiv.org/abs/2407.02833"),
        ('https://example.org/?a=1&b="2"', "https://example.org/?a=1&amp;b=&quot;2&quot;"),
        ("javascript:alert(1)", None),
        ("data:text/html,<script>", None),
        ("//example.org", None),
        ("http://[", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, expected: str | None) -> None:
    assert safe.address(url) == expected
    assert (safe.link(url, "open") == "") is (expected is None)


def test_a_link_gives_the_other_side_no_hold_on_the_page() -> None:
    attributes = parse(safe.link("https://example.org", "a < b")).one("a").attributes
    assert attributes == {"href": "https://example.org", "target": "_blank", "rel": "noopener noreferrer"}


@pytest.mark.parametrize(
    ("file", "name"), [("/a/b/c.txt", "c.txt"), ("C:\\papers\\c.txt", "c.txt"), ("c.txt", "c.txt"), ("", "")]
)
def test_a_file_is_shown_by_its_last_part(file: str, name: str) -> None:
    assert safe.base_name(file) == name
