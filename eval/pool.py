"""Work on many items at once: a bounded number in flight, results as they come, nothing held."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import TypeVar

PATIENCE = 10.0  # seconds that work in flight has to end after the caller has stopped

COLLECT_AFTER = 20_000  # containers more than were freed; Python's own 700 makes garbage a concern every few milliseconds

T = TypeVar("T")
R = TypeVar("R")


def in_parallel(work: Callable[[T], R], items: Iterable[T], workers: int, stop: threading.Event) -> Generator[R, None, None]:
    """The results of `work` for every item, in the order in which they are ready; the order of the items with one worker.

    At most `workers` items are taken and not yet given back, so that memory does not grow with their number, and an iterable
    that ends early (a spent budget) is heeded at once. An exception of `work` ends everything and is raised here. Closing
    the generator sets `stop`, for `work` to see, and waits at most ten seconds for what is in flight.
    """
    if workers <= 1:
        for item in items:
            yield work(item)
        return
    tasks: SimpleQueue[T | None] = SimpleQueue()
    done: SimpleQueue[tuple[R | None, BaseException | None]] = SimpleQueue()
    threads = [threading.Thread(target=_serve, args=(work, tasks, done), name="vouch-eval", daemon=True) for _ in range(workers)]
    for thread in threads:
        thread.start()
    try:
        waiting = iter(items)
        in_flight = _feed(tasks, waiting, workers)
        while in_flight:
            result, error = done.get()
            in_flight -= 1
            if error is not None:
                raise error
            yield result  # type: ignore[misc]  # without an error there is a result
            in_flight += _feed(tasks, waiting, 1)
    finally:
        stop.set()
        for _ in threads:
            tasks.put(None)
        for thread in threads:
            thread.join(PATIENCE)


def _feed(tasks: SimpleQueue[T | None], waiting: Iterator[T], count: int) -> int:
    """Hand out at most `count` items; returns how many there were."""
    given = 0
    while given < count and (item := next(waiting, None)) is not None:
        tasks.put(item)
        given += 1
    return given


def _serve(
    work: Callable[[T], R], tasks: SimpleQueue[T | None], done: SimpleQueue[tuple[R | None, BaseException | None]]
) -> None:
    while (item := tasks.get()) is not None:
        try:
            done.put((work(item), None))
        except BaseException as error:  # the caller's thread raises it
            done.put((None, error))


@contextmanager
def rarely_collected() -> Iterator[None]:
    """Within it the garbage collector passes over all that is loaded already: looking through the third of a million objects of
    the libraries took 0.2 s each time, and every thread stood still."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()
