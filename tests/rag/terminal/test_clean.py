"""Nothing that a paper, a file name or a model says can drive the terminal."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.terminal.clean import clean, json_text, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("recall \x1b[31mrises\x1b[0m by 4", "recall rises by 4"),  # colour
        ("\x1b[2J\x1b[1;1Hgone", "gone"),  # clear the screen, move the cursor
        ("\x1b]0;my title\x07abstract", "abstract"),  # window title
        ("\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"),  # a link that hides its target
        ("\x1b]52;c;cm0gLXJm\x07x", "x"),  # write to the clipboard
        ("\x9b31mred", "red"),  # the one-byte form of ESC [
        ("true\rfalse", "truefalse"),  # overwrite the line
        ("abc\b\b\bxyz", "abcxyz"),
        ("safe \u202etxet desrever", "safe txet desrever"),  # right-to-left override
        ("\x1b]0;never closed", "0;never closed"),  # what is not closed hides nothing
        ("two\tcolumns\nand lines", "two\tcolumns\nand lines"),
        ("[bold]not markup[/bold] :smile: naïve 日本語", "[bold]not markup[/bold] :smile: naïve 日本語"),
    ],
)
def test_control_sequences_go_and_text_stays(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_no_control_character_is_left(text: str) -> None:
    assert not [c for c in clean(text) if c not in "\t\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]


def test_one_line() -> None:
    assert one_line("A title\n   over\ttwo lines\x07 ") == "A title over two lines"


@given(st.dictionaries(st.text(), st.text()))
def test_json_is_the_same_value_and_safe_to_print(value: dict[str, str]) -> None:
    printed = json_text(value)
    assert json.loads(printed) == value
    assert clean(printed) == printed


def test_json_stays_readable() -> None:
    assert json_text({"title": "naïve \x1b[31m"}) == '{"title": "naïve \\u001b[31m"}'
