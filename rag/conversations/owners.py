"""Who is at work: a lock file for each process that answers, which the operating system frees when the process dies."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout

from rag.conversations.record import new_id

FOLDER = "serving"


class Owners:
    """The processes at work on the conversations in `home`, this one among them once it asks for its name."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER
        self._guard = Lock()
        self._own: tuple[str, FileLock] | None = None

    def me(self) -> str:
        """Names this process. Raises OSError where its lock cannot be written."""
        with self._guard:
            if self._own is None:
                name = new_id()
                self._folder.mkdir(parents=True, exist_ok=True)
                lock = FileLock(self._folder / f"{name}.lock", thread_local=False)
                lock.acquire(timeout=0)
                self._own = name, lock
            return self._own[0]

    def lives(self, name: str) -> bool:
        """Whether that process is there; the lock of one that is not is cleared away."""
        if self._own is not None and name == self._own[0]:
            return True
        path = self._folder / f"{name}.lock"
        if not name or not path.exists():
            return False
        try:
            with FileLock(path, timeout=0, thread_local=False), suppress(OSError):
                path.unlink()
        except Timeout:
            return True
        except OSError:
            pass  # it cannot be taken, so nobody here holds it
        return False

    def leave(self) -> None:
        """This process is at work on nothing any more."""
        with self._guard:
            if self._own is not None:
                self._own[1].release()
                with suppress(OSError):
                    Path(self._own[1].lock_file).unlink(missing_ok=True)
                self._own = None
