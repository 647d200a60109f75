"""Bytes to lines: encoding, long lines and damage are dealt with here and nowhere else."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator

from rag.errors import ReadError
from rag.readers.archives import Part, damage
from rag.readers.streams import DAMAGE

HEAD = 65_536  # characters a grammar is recognised by
PIECE = 65_536  # characters of a line that are given at once where a grammar does not go by lines
LONGEST_LINE = 16_000_000  # characters; a file beyond that is no list of records, and would be read into memory whole

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,80}?encoding\s*=\s*[\"'](iso-?8859-\d{1,2}|windows-125\d|latin-?1)[\"']", re.IGNORECASE)


class Lines:
    """The lines of one text, decoded from UTF-8, from UTF-16 or -32 with a byte order mark, or from what XML declares.

    It is read once, from front to end; `head` looks ahead. Lines keep their end, as `\\n`; bytes that are no UTF-8 become
    lone surrogates. Where the text turns out damaged, or a line longer than LONGEST_LINE, iterating raises the ReadError
    that `damage` then holds.
    """

    def __init__(self, part: Part) -> None:
        self.path = part.path
        self.damage: ReadError | None = None
        encoding = _encoding(part.start)
        errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
        self._text = io.TextIOWrapper(part.stream, encoding=encoding, errors=errors, newline=None)
        self._ahead: list[str] = []

    def head(self) -> str:
        """The first characters, at most HEAD, or as many as could be read. Raises ReadError where there are none to read."""
        missing = HEAD - sum(map(len, self._ahead))
        while missing > 0 and (piece := self._next(missing)):
            self._ahead.append(piece)
            missing -= len(piece)
        if self.damage is not None and not self._ahead:
            raise self.damage
        return "".join(self._ahead)

    def pieces(self) -> Iterator[str]:
        """The text in lines, those beyond PIECE characters in pieces. Only pieces that end a line end in a line end."""
        ahead, self._ahead = self._ahead, []
        yield from ahead
        while piece := self._next(PIECE):
            yield piece
        if self.damage is not None:
            raise self.damage

    def __iter__(self) -> Iterator[str]:
        number, parts, length = 0, list[str](), 0
        ahead, self._ahead = self._ahead[::-1], []
        while piece := ahead.pop() if ahead else self._next(LONGEST_LINE - length):
            parts.append(piece)
            length += len(piece)
            if piece.endswith("\n"):
                yield piece if len(parts) == 1 else "".join(parts)
                number, parts, length = number + 1, [], 0
            elif length >= LONGEST_LINE:
                found = f"a line of more than {LONGEST_LINE:,} characters"
                remedy = "Split it into lines."
                self.damage = ReadError(self.path, found, line=number + 1, expected="one record a line", remedy=remedy)
        if self.damage is not None:
            raise self.damage
        if parts:
            yield "".join(parts)

    def _next(self, longest: int) -> str:
        """A line, or so much of it; nothing at the end and where the text cannot be read on."""
        if self.damage is not None:
            return ""
        try:
            return self._text.readline(longest)
        except ReadError as error:
            self.damage = error
        except (*DAMAGE, OSError) as error:
            self.damage = damage(self.path, error)
        return ""


def _encoding(start: bytes) -> str:
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    declared = _DECLARED.match(start)
    return declared[1].decode("ascii") if declared else "utf-8-sig"
