"""Cleaning of text, once, when it is read: what is shown later is what is stored, and what is stored is what is searched.

Broken encodings and HTML entities are repaired by ftfy, LaTeX leftovers by `rag.readers.latex`. Characters nobody sees
(control, zero-width, bidirectional, tags) are dropped, because text can hide in them, and white space runs become one
space. Typographic quotation marks stay: they are the authors'.
"""

from __future__ import annotations

import re
import unicodedata

from rag.readers.latex import plain_text

_TEX_QUOTES = re.compile(r"``([^`]{1,300}?)''")

# Unicode's default-ignorable code points: they have no shape of their own wherever they stand.
_IGNORABLE = (
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip


class _Unseen(dict[int, int | str | None]):
    """A table for `str.translate` that judges each character once, when it is first met."""

    def __missing__(self, point: int) -> int | str | None:
        char = chr(point)
        unseen = any(low <= point <= high for low, high in _IGNORABLE) or unicodedata.category(char) in ("Cc", "Cf", "Cs")
        verdict = " " if char.isspace() else None if unseen else point
        self[point] = verdict
        return verdict


_UNSEEN = _Unseen()


def clean(text: str) -> str:
    """One line of plain text. Never raises; the empty string stays empty."""
    if not text.isascii() or "&" in text:
        text = _repaired(text)
    text = plain_text(text)
    if "``" in text:
        text = _TEX_QUOTES.sub(r'"\1"', text)
    if not (text.isascii() and text.isprintable()):
        text = text.translate(_UNSEEN)
    return " ".join(text.split())


def _repaired(text: str) -> str:
    import ftfy

    return ftfy.fix_text(text, uncurl_quotes=False, unescape_html=True, remove_terminal_escapes=True)
