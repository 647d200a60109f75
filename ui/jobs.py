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
ENDING = 2.0  # seconds


class Unforeseen(VouchError):
    """A bug: something raised what it does not announce."""


def unforeseen(error: Exception) -> Unforeseen:
    """What to tell of an error that nothing announces."""
    return Unforeseen(
        f"Something went wrong inside Vouch ({type(error).__name__}).",
        remedy="Nothing in the library was lost. The terminal in which Vouch runs shows the details.",
    )


class Job(Generic[T]):
    """`work(job)` on a thread of its own, started at once. The work reports through `say` and `latest`; pages look on.

    An error ends up in `error`, as the VouchError that it is or as Unforeseen. `then(job)` is called on that thread when
    result or error is there, before the job counts as done: whoever has seen it done sees what `then` did.
    """

    def __init__(self, work: Callable[[Job[T]], T], name: str, then: Callable[[Job[T]], None] | None = None) -> None:
        self.error: VouchError | None = None
        self.latest: object = None  # what the work last told about itself
        self.began = time.monotonic()
        self._pieces: list[str] = []
        self._done = threading.Event()
        self._unwanted = threading.Event()
        self._result: T | None = None
        threading.Thread(target=self._run, args=(work, then), name=f"vouch-{name}", daemon=True).start()

    def _run(self, work: Callable[[Job[T]], T], then: Callable[[Job[T]], None] | None) -> None:
        try:
            self._result = work(self)
        except VouchError as error:
            self.error = error
        except Exception as error:  # whatever it is, the page must not wait for ever
            log.exception("The page's work failed")
            self.error = unforeseen(error)
        try:
            if then is not None:
                then(self)
        except Exception:
            log.exception("What follows the page's work failed")
        finally:
            self._done.set()

    def stop(self) -> None:
        """Say that the result is not wanted any more; the work looks at `unwanted` when it likes."""
        self._unwanted.set()

    def end(self) -> None:
        """Say `stop`, and wait a moment until the work has looked."""
        self.stop()
        self.wait(ENDING)

    def unwanted(self) -> bool:
        """Whether somebody has said `stop`."""
        return self._unwanted.is_set()

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
        """What the work returned, for `then` too. Raises its error, and RuntimeError before the end."""
        if self.error is not None:
            raise self.error
        if not self.done and self._result is None:
            raise RuntimeError("The work is not done.")
        return self._result  # type: ignore[return-value]  # T may itself allow None
