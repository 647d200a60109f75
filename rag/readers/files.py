"""Paths to files: folders, patterns and standard input are dealt with here and nowhere else."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from rag.errors import ReadError

STDIN = "standard input"  # how `-` is called in messages and as a source


def expand(paths: Iterable[str | Path]) -> Iterator[Path | ReadError]:
    """The files under `paths`: files as given, folders walked recursively in sorted order without hidden entries, patterns
    such as `exports/**/*.ris` in sorted order, and `-` for standard input.

    A path that does not exist and a folder without files are yielded as ReadError values. Links to folders are not
    followed inside a folder, so that a loop of links ends.
    """
    for given in paths:
        path = Path(given)
        if str(path) == "-":
            yield path
        elif path.is_dir():
            yield from _folder(path)
        elif path.exists():
            yield path
        elif glob.has_magic(str(path)):
            yield from _matching(path)
        else:
            yield ReadError(shown(path), "no such file or folder", remedy="Check the spelling, and the folder you are in.")


def _folder(folder: Path) -> Iterator[Path | ReadError]:
    count = 0
    for found in _walk(folder):
        count += 1
        yield found
    if not count:
        yield ReadError(shown(folder), "a folder without files", expected="a dump of abstracts", remedy="Name another one.")


def _matching(pattern: Path) -> Iterator[Path | ReadError]:
    found = sorted(glob.glob(str(pattern), recursive=True))
    if not found:
        remedy = "Check the spelling, and the folder you are in."
        yield ReadError(shown(pattern), "a pattern that no file or folder fits", remedy=remedy)
    for name in found:
        if not Path(name).is_dir():
            yield Path(name)
        elif "**" not in pattern.parts:  # `**` names the files in it as well
            yield from _folder(Path(name))


def _walk(folder: Path) -> Iterator[Path | ReadError]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield ReadError(shown(folder), f"a folder that cannot be read ({reason(error)})", remedy="Check its permissions.")
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
    return said[:1].lower() + said[1:200]


def shown(path: Path | str) -> str:
    """A name as it can be printed and stored: bytes that are no text and control characters become `?`."""
    return "".join(c if c.isprintable() else "?" for c in str(path))
