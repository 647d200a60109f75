"""Sentences under labels S1, S2, … as a model is shown them, and its lines about them read back."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LABEL = re.compile(r"[\s>*_`\"'#(\[{-]*S\s?(\d{1,3})\b[\s*_`\"')\]]*[:.=)-]?[\s*_`\"']*", re.IGNORECASE)
_THOUGHT = re.compile(r"^.*</(?:think|thinking|thought|reasoning)\s*>|<(?:think|thinking|thought|reasoning)\b.*$", re.DOTALL)


def label(number: int) -> str:
    """The label of the sentence with that number, which counts from 1."""
    return f"S{number}"


def read(reply: str, numbers: Iterable[int]) -> dict[int, str]:
    """Number -> what the model says behind that label, the first time it uses it; other labels and lines are left out.

    A line without a label goes on with the line before it.
    """
    wanted = frozenset(numbers)
    said: dict[int, str] = {}
    current: int | None = None
    for line in _THOUGHT.sub("", reply).splitlines():
        found = _LABEL.match(line)
        if found:
            number = int(found[1])
            current = number if number in wanted and number not in said else None
            if current is not None:
                said[current] = line[found.end() :].strip()
        elif current is not None and line.strip():
            said[current] = f"{said[current]} {line.strip()}".strip()
    return said
