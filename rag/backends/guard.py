"""What stands before a back end's calls, for all threads together: a circuit breaker, a rate limit, a bound on connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

REST = 30.0  # seconds a failing back end is left alone before one question tries it again


class Breaker:
    """Opens after `limit` failures in a row (0: never). When REST seconds have passed one caller may try; its success closes
    the circuit, its failure opens it again."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._failures = 0
        self._rest_until = 0.0
        self._lock = threading.Lock()

    def rest(self) -> float:
        """Seconds for which the back end is to be left alone; 0.0 lets the caller try, who reports by `failed`, `worked` or
        `unsure`."""
        with self._lock:
            if not 0 < self._limit <= self._failures:
                return 0.0
            left = self._rest_until - self._clock()
            if left <= 0:
                self._rest_until = self._clock() + REST  # this caller is the one who tries; the others go on waiting
            return max(left, 0.0)

    def failed(self) -> int:
        """Count a failure; how many there are in a row."""
        with self._lock:
            self._failures += 1
            self._rest_until = self._clock() + REST
            return self._failures

    def worked(self) -> None:
        """The back end answers: the circuit is closed."""
        with self._lock:
            self._failures = 0

    def unsure(self) -> None:
        """The caller left before anything was known: the next one may try."""
        with self._lock:
            self._rest_until = 0.0

    @property
    def failures(self) -> int:
        """Failures in a row so far."""
        return self._failures


class Pace:
    """At most `rpm` requests a minute, evenly spaced; None means as many as there are."""

    def __init__(self, rpm: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._gap, self._clock = 60.0 / rpm if rpm else 0.0, clock
        self._next = 0.0
        self._lock = threading.Lock()

    def turn(self) -> float:
        """Take the next turn; the seconds until it comes."""
        if not self._gap:
            return 0.0
        with self._lock:
            now = self._clock()
            turn = max(now, self._next)
            self._next = turn + self._gap
            return turn - now


class Guard:
    """Breaker, pace and turns of one back end; `parallel` requests are under way at once, and more wait for their turn."""

    def __init__(self, failures: int, rpm: int | None, parallel: int) -> None:
        self.breaker = Breaker(failures)
        self.pace = Pace(rpm)
        self.turns = threading.BoundedSemaphore(parallel)
