"""One writer at a time, by a lock that a dead process does not hold, and a note beside it that says who the writer is."""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from rag.errors import LibraryError, LibraryLocked
from rag.library.disk import FORBIDDEN, forbidden, is_full, told

LOCK, NOTE = "write.lock", "writer.json"


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: process, computer, since when, what for."""

    pid: int
    host: str
    since: dt.datetime
    purpose: str

    @classmethod
    def here(cls, purpose: str) -> Self:
        """This process, from now on."""
        return cls(os.getpid(), socket.gethostname(), dt.datetime.now(dt.UTC), purpose)

    @classmethod
    def noted(cls, home: Path) -> Self | None:
        """Who the note in `home` names; None where there is none, it cannot be read, or its process is no more."""
        try:
            writer = TypeAdapter(cls).validate_json((home / NOTE).read_bytes())
        except (OSError, ValueError):
            return None
        return writer if writer.lives() else None

    def lives(self) -> bool:
        """Whether the process is there; one on another computer is taken to be."""
        if self.host != socket.gethostname():
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except (OSError, OverflowError):
            return True  # it belongs to somebody else
        return True

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since.astimezone():%Y-%m-%d %H:%M}, for {self.purpose}"


@contextmanager
def write_lock(home: Path, purpose: str) -> Iterator[None]:
    """Hold the write lock of the library in `home`; the operating system frees it when the process dies.

    Raises LibraryLocked, with what is known of the holder, where it is held, and LibraryError where it cannot be taken.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(home / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        holder = Writer.noted(home)
        who = "This process" if holder and (holder.pid, holder.host) == (os.getpid(), socket.gethostname()) else "Another process"
        raise LibraryLocked(
            f"{who} is writing to the library in {home}{f': {holder}' if holder else ''}.",
            remedy="Wait until it is done, or stop it.",
        ) from None
    except OSError as error:
        if error.errno in FORBIDDEN and not os.access(home, os.W_OK):
            raise forbidden(error, home) from error
        if is_full(error):
            raise told(error, home) from error
        raise LibraryError(
            f"{home / LOCK} cannot be written ({error.strerror}).", remedy="Check the permissions of VOUCH_HOME."
        ) from error
    try:
        with suppress(OSError):  # a full disk; the lock holds all the same
            (home / NOTE).write_bytes(TypeAdapter(Writer).dump_json(Writer.here(purpose)))
        yield
    finally:
        with suppress(OSError):
            (home / NOTE).unlink(missing_ok=True)
        lock.release()
