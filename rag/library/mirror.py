"""A library that may only be read, on a read-only disk or in a folder of somebody else, read through a temporary folder.

SQLite, Chroma and tantivy all write a little where they only read: lock files, a log, a table of their version. The temporary
folder has copies of the databases and links to everything else. It shows the library as it was when it was opened.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import LibraryError, LibraryLocked
from rag.library.lock import LOCK

COPIED = (".sqlite", ".sqlite3", "-wal", "last-writer")
LEFT_OUT = (".lock", "-shm", "being-written")


def mirrored(home: Path) -> tempfile.TemporaryDirectory[str] | None:
    """A temporary folder that stands for `home`, None where `home` can be written to.

    Raises LibraryLocked where somebody is writing at this moment, LibraryError where there is no room for the copies.
    """
    if os.access(home, os.W_OK):
        return None
    try:
        folder = tempfile.TemporaryDirectory(prefix="vouch-")
        with _nobody_writing(home):
            _copy(home, Path(folder.name))
    except OSError as error:
        raise LibraryError(
            f"The library in {home} may only be read, and cannot be copied to a temporary folder ({error.strerror}).",
            remedy="Set TMPDIR to a folder with room for its databases, or VOUCH_HOME to another library.",
        ) from error
    return folder


def _copy(home: Path, folder: Path) -> None:
    for entry in home.iterdir():
        if entry.name.endswith(LEFT_OUT):
            continue
        if entry.is_dir():
            (folder / entry.name).mkdir()
            _copy(entry, folder / entry.name)
        elif entry.name.endswith(COPIED):
            shutil.copyfile(entry, folder / entry.name)
        else:
            (folder / entry.name).symlink_to(entry.resolve())


@contextmanager
def _nobody_writing(home: Path) -> Iterator[None]:
    """Keep writers away while databases are copied; a library that was never written to has no lock."""
    lock = home / LOCK
    if os.name != "posix" or not lock.exists():
        yield
        return
    import fcntl

    with lock.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LibraryLocked(
                f"The library in {home} is being written to, and you may only read it.", remedy="Wait until that is done."
            ) from None
        yield
