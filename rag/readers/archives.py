"""Files to the texts in them: a file is one text, a zip or tar archive one for each member, streamed one after the other.

Members are never written to disk, so their names can lead nowhere; they are shown without what could mislead.
"""

from __future__ import annotations

import stat
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from rag.errors import ReadError
from rag.readers.files import STDIN, reason, shown
from rag.readers.streams import DAMAGE, Budget, Tap, expanded

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_AGAIN = "Get the file again; what could be read of it was read."
_UNPACK = "Unpack it, and add what is in it."
_OFFICE = ("[Content_Types].xml", "mimetype", "META-INF/MANIFEST.MF")


@dataclass(frozen=True, slots=True)
class Part:
    """One text under way: `path` is what errors name, `name` what sources name, `start` its first bytes."""

    path: str
    name: str
    start: bytes
    stream: IO[bytes]


def parts(path: Path) -> Iterator[Part | ReadError]:
    """The texts of one file, in its order; each has to be read before the next is asked for. Raises nothing."""
    shown_path, name = (STDIN, STDIN) if str(path) == "-" else (shown(path), shown(path.name))
    try:
        yield from _parts(path, shown_path, name)
    except ReadError as error:
        yield error
    except FileNotFoundError:
        yield ReadError(shown_path, "no such file", remedy="Check the spelling, and the folder you are in.")
    except (*DAMAGE, OSError) as error:
        yield damage(shown_path, error)


def damage(path: str, error: BaseException) -> ReadError:
    """What a library or the system says about a file that cannot be read on, as one of our errors."""
    if isinstance(error, OSError) and error.errno is not None:
        remedy = "Check that it is whole and that you may read it."
        return ReadError(path, f"a file that cannot be read ({reason(error)})", remedy=remedy)
    return ReadError(path, f"damaged or incomplete compression ({reason(error)})", remedy=_AGAIN)


def _parts(path: Path, file: str, name: str) -> Iterator[Part | ReadError]:
    budget = Budget(file)
    if str(path) == "-":
        standard_input: Any = Tap(sys.stdin.buffer, count=budget.earn)
        yield from _contents(standard_input, None, file, name, budget)
    elif path.is_dir():
        raise ReadError(file, "a folder", expected="a file", remedy="Add the folder as a whole, or name a file in it.")
    elif path.exists() and not path.is_file():
        raise ReadError(file, "a device or pipe", expected="a file", remedy="Save its contents to a file first.")
    else:
        with path.open("rb") as raw:
            budget.earn(path.stat().st_size)
            yield from _contents(raw, raw, file, name, budget)


def _contents(raw: IO[bytes], seekable: IO[bytes] | None, file: str, name: str, budget: Budget) -> Iterator[Part | ReadError]:
    start, stream = expanded(raw, budget)
    if start.startswith(_ZIP):  # its directory stands at its end
        if seekable is None or seekable.seek(0) or not seekable.read(4).startswith(_ZIP):
            found = "a zip archive that is piped in or compressed once more"
            raise ReadError(file, found, expected="a zip file", remedy="Save it as a file, and name that.")
        yield from _zip_members(seekable, file, name, budget)
    elif _is_tar(start):
        yield from _tar_members(stream, file, name, budget)
    else:
        yield Part(file, name, start, stream)


def _is_tar(start: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(start, "utf-8", "surrogateescape")  # holds a checksum: no text passes for a header
    except (tarfile.HeaderError, ValueError):
        return False
    return True


def _zip_members(stream: IO[bytes], file: str, name: str, budget: Budget) -> Iterator[Part | ReadError]:
    found = False
    with zipfile.ZipFile(stream) as archive:
        if any(first in _OFFICE for first in archive.namelist()[:3]):
            expected, remedy = "an archive of text files", "Export it as CSV, or save its text."
            raise ReadError(file, "a document or program packed as zip", expected=expected, remedy=remedy)
        for member in archive.infolist():
            if member.is_dir() or _hidden(member.filename):
                continue
            found = True
            inner, inner_name = (f"{place}/{_harmless(member.filename)}" for place in (file, name))
            if stat.S_ISLNK(member.external_attr >> 16):
                yield _link(inner)
            elif member.flag_bits & 1:
                yield ReadError(inner, "a member behind a password", remedy=_UNPACK)
            else:
                try:
                    content: Any = Tap(archive.open(member), count=budget.spend)
                except (*DAMAGE, OSError) as error:
                    yield damage(inner, error)
                else:
                    yield from _member(content, inner, inner_name, budget)
    if not found:
        yield _empty(file)


class _Header(tarfile.TarInfo):
    """Headers that cannot be read are errors: tarfile by itself takes them for the end of the archive."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from None


def _tar_members(stream: IO[bytes], file: str, name: str, budget: Budget) -> Iterator[Part | ReadError]:
    found = False
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header, encoding="utf-8", errors="surrogateescape") as archive:
        for member in archive:
            archive.members = []  # type: ignore[attr-defined]  # what was passed would otherwise be kept, and grow with the archive
            if member.isdir() or _hidden(member.name):
                continue
            found = True
            inner, inner_name = (f"{place}/{_harmless(member.name)}" for place in (file, name))
            content = archive.extractfile(member) if member.isreg() else None
            if content is None:
                yield _link(inner)
            else:
                yield from _member(content, inner, inner_name, budget)
    if not found:
        yield _empty(file)


def _member(packed: IO[bytes], path: str, name: str, budget: Budget) -> Iterator[Part | ReadError]:
    try:
        start, stream = expanded(packed, budget)
    except (*DAMAGE, OSError) as error:
        yield damage(path, error)
        return
    if start.startswith(_ZIP) or _is_tar(start):
        yield ReadError(path, "an archive inside an archive", expected="text", remedy=_UNPACK)
    else:
        yield Part(path, name, start, stream)


def _hidden(name: str) -> bool:
    """What no one meant to pack: `.DS_Store`, `__MACOSX/…`."""
    steps = name.replace("\\", "/").split("/")
    return any(step == "__MACOSX" or (step.startswith(".") and step.strip(".")) for step in steps)


def _harmless(name: str) -> str:
    """A member's name without a root, a drive, steps upwards and characters that cannot be printed."""
    steps = shown(name).replace("\\", "/").split("/")
    kept = [step for step in steps if step.strip(". ") and not step.endswith(":")]
    return "/".join(kept) or "unnamed"


def _link(path: str) -> ReadError:
    return ReadError(path, "a link or device", expected="a file", remedy="Pack the file itself.")


def _empty(file: str) -> ReadError:
    return ReadError(file, "an archive without files", expected="dumps of abstracts", remedy="Pack it again, or leave it out.")
