"""Room and permission to write: asked for before it hurts, and told in words when it is missing."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import LibraryDamaged, LibraryError, LibraryLocked, VouchError

RESERVE = 64 * 2**20
"""Bytes that stay free. Chroma writes its index files in place and does not notice that half of one was not written."""
NEXT_TO_NONE = 2**20
"""With so little free, an error that says nothing of room is put down to it: Chroma says that its logs were not applied."""
FULL = (errno.ENOSPC, errno.EDQUOT)
FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)
FULL_WORDS = ("database or disk is full", "no space left on device", "disk quota exceeded")
FORBIDDEN_WORDS = ("readonly database", "read-only file system", "permission denied")
GO_ON = "run `vouch ingest` again: it goes on where it stopped, and nothing that was taken in is lost."
TRY_AGAIN = "try again: what was begun is finished then, and nothing else is lost."


def require_space(folder: Path) -> None:
    """Raise LibraryError where fewer than RESERVE bytes are free on the disk that holds `folder`."""
    if free(folder) < RESERVE:
        raise LibraryError(
            f"The disk that holds {folder} is nearly full: {free(folder) >> 20} MB free, {RESERVE >> 20} MB must stay so.",
            remedy=f"Make room, or move the library and set VOUCH_HOME, then {GO_ON}",
        )


def free(place: Path) -> int:
    """Bytes free where `place` is, or would be."""
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free


def is_full(error: BaseException, place: Path | None = None) -> bool:
    """Whether the error, of whatever library, says that there is no room, or there is next to none in `place`."""
    if getattr(error, "errno", None) in FULL or any(words in str(error).lower() for words in FULL_WORDS):
        return True
    return place is not None and free(place) < NEXT_TO_NONE


def is_forbidden(error: BaseException) -> bool:
    """Whether the error, of whatever library, says that nothing may be written."""
    return getattr(error, "errno", None) in FORBIDDEN or any(words in str(error).lower() for words in FORBIDDEN_WORDS)


def told(error: Exception, place: Path) -> VouchError:
    """An error of a store while it was written, as one of ours."""
    if isinstance(error, VouchError):
        return error
    found = f"{type(error).__name__}: {error}".splitlines()[0]
    if is_full(error, place):
        return LibraryError(
            f"The disk that holds {place} is full.", remedy=f"Make room, or move the library and set VOUCH_HOME, then {GO_ON}"
        )
    if is_forbidden(error):
        return forbidden(error, place)
    if "database is locked" in found:
        return LibraryLocked(f"Another program keeps a file of {place} locked.", remedy=f"Stop it, then {GO_ON}")
    if "malformed" in found or "not a database" in found:
        return LibraryDamaged(f"A file of {place} is damaged ({found}).", remedy="Restore it from a copy, or ingest again.")
    return LibraryError(
        f"The library in {place} could not be written ({found}).",
        remedy=f"Check free space and permissions of VOUCH_HOME, then {GO_ON}",
    )


def forbidden(error: BaseException, place: Path) -> LibraryError:
    """That the library can be read, but not changed."""
    reason = (getattr(error, "strerror", None) or "read-only file system").lower()
    return LibraryError(
        f"The library in {place} cannot be written to ({reason}).",
        remedy="Searching and asking go on. To change it, use an account that may write there, or another VOUCH_HOME.",
    )


@contextmanager
def write_errors(place: Path, again: str = GO_ON) -> Iterator[None]:
    """Errors of the operating system and of the stores' databases while the library is changed, as ours.

    `again` is the way on.
    """
    import sqlalchemy as sa

    try:
        yield
    except (OSError, sa.exc.DBAPIError) as error:
        raise _going_on(told(error, place), again) from error
    except LibraryError as error:
        raise _going_on(error, again) from error.__cause__


def _going_on(error: VouchError, again: str) -> VouchError:
    if error.remedy.endswith(GO_ON):
        error.remedy = error.remedy.removesuffix(GO_ON) + again
    return error
