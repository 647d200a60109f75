"""One attempt at a reply: a thread waits for the server, while the caller's thread watches the clock and the cancellation."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from rag.answering.record import Tokens
from rag.backends import faults
from rag.backends.base import Message, Stop
from rag.backends.calls import Call, Piece
from rag.backends.faults import Target

TICK = 0.05  # seconds between two looks at the clock and at `cancelled`

log = logging.getLogger(__name__)


class Cancelled(Exception):
    """The caller does not want the reply any more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one answer may take: seconds of silence, the moment by `time.monotonic` at which it must be complete, the
    seconds that this moment stands for, and whether the caller still wants it."""

    silence: float
    end: float
    deadline: float
    cancelled: Callable[[], bool]

    def wait(self, seconds: float) -> None:
        """Sleep. Raises Cancelled."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.cancelled():
                raise Cancelled
            time.sleep(min(TICK, left))


@dataclass
class Reading:
    """What arrives over one call.

    The libraries' own time limits start again with every byte, so that a server which drips keep-alive lines would hold a
    caller for ever. `over` is called when the connection is no longer used, which may be after the caller has left: nothing
    wakes a thread that waits for a server's first byte but that byte or the library's time limit.
    """

    call: Call
    messages: Sequence[Message]
    target: Target
    limits: Limits
    over: Callable[[], None]
    tokens: Tokens | None = None
    stop: Stop | None = None
    thinking: list[str] = field(default_factory=list)
    _queue: SimpleQueue[Piece | Exception | None] = field(default_factory=SimpleQueue)
    _left: threading.Event = field(default_factory=threading.Event)

    def texts(self) -> Iterator[str]:
        """The pieces of text, none of them empty. Raises Fault, or Cancelled."""
        threading.Thread(target=self._pump, name="vouch-llm", daemon=True).start()
        seen = False
        try:
            while (piece := self._next()) is not None:
                seen = True
                self.tokens, self.stop = piece.tokens or self.tokens, piece.stop or self.stop
                if piece.thinking:
                    self.thinking.append(piece.thinking)
                if piece.text:
                    yield piece.text
        finally:
            self._leave()
        if not seen:
            raise faults.garbled(self.target, "no reply that its protocol knows")
        if self.stop is None:
            raise faults.broken(self.target)

    def _pump(self) -> None:
        try:
            for piece in self.call.pieces(self.messages):
                if self._left.is_set():
                    return
                self._queue.put(piece)
            self._queue.put(None)
        except Exception as error:
            self._queue.put(error)
        finally:
            self._leave()
            self.over()

    def _leave(self) -> None:
        """Close the connection; a thread that still reads from it then fails and ends."""
        self._left.set()
        with suppress(Exception):  # the library may be in the middle of using what is closed here
            self.call.close()

    def _next(self) -> Piece | None:
        limits = self.limits
        silent_at = time.monotonic() + limits.silence
        while True:
            now = time.monotonic()
            if limits.cancelled():
                raise Cancelled
            if now >= limits.end:
                raise faults.late(self.target, limits.deadline)
            if now >= silent_at:
                raise faults.silent(self.target, limits.silence)
            with suppress(Empty):
                item = self._queue.get(timeout=min(TICK, limits.end - now, silent_at - now))
                break
        if isinstance(item, Exception):
            log.debug("%s failed", self.target.spec, exc_info=item)
            fault = faults.read(item, self.target, limits.silence)
            raise item if fault is None else fault
        return item
