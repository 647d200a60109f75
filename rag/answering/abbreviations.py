"""Abbreviations that a text introduces, so that "in-context learning" and ICL are the same words."""

from __future__ import annotations

import re

INTRODUCED = re.compile(r"((?:[\w-]+ ){1,6})\(([A-Za-z][\w-]{1,9})\)")


def abbreviations(text: str) -> dict[str, str]:
    """What is written out right before its initials in brackets -> those initials."""
    found = {}
    for match in INTRODUCED.finditer(text):
        short = match[2].removesuffix("s")
        words = match[1].split()
        initials = "".join(letter.lower() for letter in short if letter.isalpha())
        for first in range(len(words)):
            parts = [part for word in words[first:] for part in word.split("-") if part]
            if "".join(part[0].lower() for part in parts) == initials:
                found[" ".join(words[first:])] = short
                break
    return found


def abbreviated(text: str, known: dict[str, str]) -> str:
    """The text with what it writes out abbreviated."""
    for written, short in known.items():
        text = re.sub(rf"{re.escape(written)}s?(?: \({re.escape(short)}s?\))?", short, text, flags=re.IGNORECASE)
    return text
