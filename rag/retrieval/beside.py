"""Work beside the caller's own: in another thread where one is idle, else at once in the caller's thread."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Semaphore
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Beside:
    """A few threads that many callers share. Nobody waits in a queue for another caller's work: when all threads are taken the
    cores are busy anyhow, and a thread of its own would gain the caller nothing."""

    def __init__(self, threads: int | None = None) -> None:
        count = threads or os.cpu_count() or 1
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="words")
        self._idle = Semaphore(count)

    def begin(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Callable[[], T]:
        """Begin `work`; what is returned gives its result, and raises what it raised. Where no thread is idle, the work is done
        before this returns."""
        if not self._idle.acquire(blocking=False):
            result = work(*args, **kwargs)
            return lambda: result

        def run() -> T:
            try:
                return work(*args, **kwargs)
            finally:
                self._idle.release()

        return self._pool.submit(run).result
