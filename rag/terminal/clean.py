"""Text from papers, files and models made safe to print: it may hold escape sequences that would drive the terminal."""

from __future__ import annotations

import json
import re
from typing import Any

_SEQUENCES = re.compile(
    r"""
    (?: \x1b\[ | \x9b ) [0-?]* [\ -/]* [@-~]                                        # CSI: colours, cursor
    | (?: \x1b[\]PX^_] | [\x90\x98\x9d-\x9f] ) [^\x07\x1b\x9c]* (?: \x07 | \x1b\\ | \x9c )  # OSC and its like: title, clipboard
    | \x1b [\ -/]* [0-~]                                                            # two characters
    """,
    re.VERBOSE,
)
# What then remains of C0 (but tab and line feed) and C1, and the marks that reverse the direction of a line.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """`text` without terminal control sequences, control characters other than tab and line feed, and bidi overrides."""
    return _CONTROLS.sub("", _SEQUENCES.sub("", text))


def one_line(text: str) -> str:
    """`clean(text)` with every run of white space as one space."""
    return " ".join(clean(text).split())


def json_text(value: Any) -> str:
    """`value` as JSON on one line, readable in any script; characters that `clean` would remove are written as \\uXXXX."""
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(value, ensure_ascii=False))
