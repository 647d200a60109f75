"""Compressed bytes to bytes, while they are read: nothing is written to disk, and nothing expands without end.

What a file is compressed with is told by its first bytes. A few kilobytes can be made to expand to terabytes; everything
that one file expands to is therefore charged to one Budget.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, Any

from rag.errors import ReadError

START = 512  # bytes by which compression, archives and encodings are told: the length of a tar header
CHUNK = 131_072
FREE = 200_000_000  # bytes any file may expand to
RATIO = 100  # times its own size a larger one may; text compresses to a tenth, seldom to a twentieth


class Damaged(Exception):
    """Compressed data that is cut off or wrong, where the library that expands it has no error of its own."""


# What the libraries raise for damaged input; a zip file's directory can go wrong in any of these ways.
DAMAGE = (
    *(Damaged, EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile, tarfile.TarError),
    *(struct.error, RuntimeError, NotImplementedError, ValueError, LookupError, OverflowError),
)


class Budget:
    """What one file may expand to, in bytes, over all its layers and members: RATIO times its size, but always FREE."""

    def __init__(self, file: str, size: int = 0) -> None:
        self.file = file
        self.size = size  # of the file on disk; of standard input, what was read so far
        self._spent = 0

    def earn(self, count: int) -> None:
        """`count` bytes more of a file whose size is not known beforehand."""
        self.size += count

    def spend(self, count: int) -> None:
        """Charge `count` expanded bytes. Raises ReadError once that is too much."""
        self._spent += count
        if self._spent > max(FREE, RATIO * self.size):
            found = f"a file that expands to more than {RATIO} times its size ({self._spent:,} bytes so far)"
            remedy = "Files are built so to fill memory. If you trust this one, unpack it and add what is in it."
            raise ReadError(self.file, found, expected="compressed text", remedy=remedy)


class Tap(io.RawIOBase):
    """`start`, then the rest of `stream`; `count` is told how many bytes flow through. Never closes `stream`."""

    def __init__(self, stream: Any, start: bytes = b"", count: Callable[[int], None] | None = None) -> None:
        self._stream, self._start, self._count = stream, start, count

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._start:
            data, self._start = self._start[: len(buffer)], self._start[len(buffer) :]
        else:
            data = self._stream.read(len(buffer))
        if self._count is not None:
            self._count(len(data))
        buffer[: len(data)] = data
        return len(data)


class _Zstandard(io.RawIOBase):
    """Zstandard frames. The package's own reader takes a file that was cut off for a complete one."""

    FEED = 1024  # compressed bytes at a time, which expand to 32 MB at the very most

    def __init__(self, stream: IO[bytes]) -> None:
        import zstandard

        self._stream = stream
        self._error = zstandard.ZstdError
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=2**27)
        self._frame: Any = None
        self._packed = self._plain = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._plain:
            self._packed = self._packed or self._stream.read(self.FEED)
            if not self._packed:
                if self._frame is not None:
                    raise Damaged("the file ends in the middle of the data")
                return 0
            if self._frame is None:
                self._frame = self._decompressor.decompressobj()
            try:
                self._plain = self._frame.decompress(self._packed)
            except self._error as error:
                raise Damaged(str(error)) from None
            self._packed = self._frame.unused_data
            if self._frame.eof:
                self._frame = None
        data, self._plain = self._plain[: len(buffer)], self._plain[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


_OPENERS: dict[bytes, Callable[[Any], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\x00": lzma.LZMAFile,
    b"\x28\xb5\x2f\xfd": _Zstandard,
}


def expanded(stream: IO[bytes], budget: Budget) -> tuple[bytes, IO[bytes]]:
    """The first START bytes of what `stream` holds behind its compression, if there is any, and all of it as a stream.

    Raises the errors in DAMAGE, here and while the stream is read, and ReadError once the budget is spent.
    """
    start = stream.read(START)
    opener = next((opener for magic, opener in _OPENERS.items() if start.startswith(magic)), None)
    whole = io.BufferedReader(Tap(stream, start), CHUNK)
    if opener is None:
        return start, whole
    plain = io.BufferedReader(Tap(opener(whole), count=budget.spend), CHUNK)
    start = plain.read(START)
    return start, io.BufferedReader(Tap(plain, start), CHUNK)
