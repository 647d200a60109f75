"""Paths to files, and files to lines: folders, compression, encoding and damage are dealt with here and nowhere else."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from rag.errors import ReadError

HEAD = 65_536  # characters a grammar is recognised by
LONGEST_LINE = 16_000_000  # characters; a file beyond that is no text, and would be read into memory whole

_MAGIC: dict[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ\x00": lzma.open}
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_DAMAGE = (EOFError, zlib.error, lzma.LZMAError)


def expand(paths: Iterable[str | Path]) -> Iterator[Path | ReadError]:
    """The files under `paths`: files as given, folders walked recursively in sorted order without hidden entries.

    A path that does not exist and a folder without files are yielded as ReadError values. Links to folders are not
    followed inside a folder, so that a loop of links ends.
    """
    for given in paths:
        path = Path(given)
        if path.is_dir():
            count = 0
            for found in _walk(path):
                count += 1
                yield found
            if not count:
                yield ReadError(str(path), "a folder without files", expected="a dump of abstracts", remedy="Name another one.")
        elif path.exists():
            yield path
        else:
            yield ReadError(str(path), "no such file or folder", remedy="Check the spelling, and the folder you are in.")


def _walk(folder: Path) -> Iterator[Path | ReadError]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield ReadError(str(folder), f"a folder that cannot be read ({reason(error)})", remedy="Check its permissions.")
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name)
        elif entry.is_file():
            yield folder / entry.name


def reason(error: BaseException) -> str:
    """The system's own words, without number and path."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return said[:1].lower() + said[1:]


class Lines:
    """The lines of a file, decompressed by its first bytes and decoded from UTF-8 with or without a byte order mark.

    Iterating streams: one line is in memory at a time. Lines keep their end, as `\\n`; bytes that are no UTF-8 become
    lone surrogates. Where the file turns out damaged the lines simply end, and `damage` says what happened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damage: ReadError | None = None

    def head(self) -> str:
        """The first characters, at most HEAD, or as many as could be read. Raises ReadError where there are none to read."""
        text = ""
        for line in self._pieces(HEAD):
            text += line
            if len(text) >= HEAD:
                return text[:HEAD]
        if self.damage is not None and not text:
            raise self.damage
        return text

    def __iter__(self) -> Iterator[str]:
        for line in self._pieces(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                found = f"a line of more than {LONGEST_LINE:,} characters"
                self.damage = ReadError(str(self.path), found, expected="one record a line", remedy="Split it into lines.")
                return
            yield line

    def _pieces(self, longest: int) -> Iterator[str]:
        """Lines, those beyond `longest` characters in pieces."""
        self.damage = None
        try:
            with self._open() as stream:
                while piece := stream.readline(longest):
                    yield piece
        except ReadError as error:
            self.damage = error
        except (*_DAMAGE, gzip.BadGzipFile) as error:
            found = f"damaged or incomplete compression ({reason(error)})"
            self.damage = ReadError(str(self.path), found, remedy="Get the file again; what could be read of it was read.")
        except FileNotFoundError:
            self.damage = ReadError(str(self.path), "no such file", remedy="Check the spelling, and the folder you are in.")
        except OSError as error:
            found = f"a file that cannot be read ({reason(error)})"
            self.damage = ReadError(str(self.path), found, remedy="Check that it is whole and that you may read it.")

    def _open(self) -> IO[str]:
        if self.path.is_dir():
            raise ReadError(
                str(self.path), "a folder", expected="a file", remedy="Add the folder as a whole, or name a file in it."
            )
        if self.path.exists() and not self.path.is_file():
            raise ReadError(str(self.path), "a device or pipe", expected="a file", remedy="Save its contents to a file first.")
        with self.path.open("rb") as plain:
            start = plain.read(6)
        if start[:2] in _WIDE:
            raise ReadError(str(self.path), "UTF-16 text", expected="UTF-8", remedy="Save the file as UTF-8 and add it again.")
        opener = next((opener for magic, opener in _MAGIC.items() if start.startswith(magic)), None)
        binary = opener(self.path, "rb") if opener else self.path.open("rb")
        return io.TextIOWrapper(binary, encoding="utf-8-sig", errors="surrogateescape", newline=None)
