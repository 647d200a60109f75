"""Work that goes on while pages are drawn anew: an interaction ends a script's run at once, and must not end an answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from rag.errors import VouchError

T = TypeVar("T")
log = logging.getLogger(__name__)


class Unforeseen(VouchError):
    """A bug: something raised what it does not announce."""


class Job(Generic[T]):
    """`work(job)` on a thread of its own, started at once. The work reports through `say` and `latest`; pages look on.

    An error ends up in `error`, as the VouchError that it is or as Unforeseen.
    """

    def __init__(self, work: Callable[[Job[T]], T], name: str) -> None:
        self.error: VouchError | None = None
        self.latest: object = None  # what the work last told about itself
        self.began = time.monotonic()
        self._pieces: list[str] = []
        self._done = threading.Event()
        self._result: T | None = None
        threading.Thread(target=self._run, args=(work,), name=f"vouch-{name}", daemon=True).start()

    def _run(self, work: Callable[[Job[T]], T]) -> None:
        try:
            self._result = work(self)
        except VouchError as error:
            self.error = error
        except Exception as error:  # whatever it is, the page must not wait for ever
            log.exception("The page's work failed")
            self.error = Unforeseen(
                f"Something went wrong inside Vouch ({type(error).__name__}).",
                remedy="Nothing in the library was lost. The terminal in which Vouch runs shows the details.",
            )
        finally:
            self._done.set()

    def say(self, piece: str) -> None:
        """Add to the text so far."""
        self._pieces.append(piece)

    @property
    def text(self) -> str:
        """All that was said."""
        return "".join(self._pieces)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self.began

    @property
    def done(self) -> bool:
        return self._done.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait at most that long; True where the work has ended."""
        return self._done.wait(seconds)

    def result(self) -> T:
        """What the work returned. Raises its error, and RuntimeError before the end."""
        if not self.done:
            raise RuntimeError("The work is not done.")
        if self.error is not None:
            raise self.error
        return self._result  # type: ignore[return-value]  # T may itself allow None
