"""Stages of a pipeline: what an iterator yields is made ready in a thread, a few items before they are asked for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
POLL = 0.1  # seconds after which a thread whose items nobody takes looks whether anybody still wants them


@dataclass(frozen=True, slots=True)
class _Ended:
    error: BaseException | None


def made_ahead(items: Callable[[], Iterable[T]], most: int) -> Generator[T, None, None]:
    """What `items` yields, at most `most` of them waiting. It is asked, and iterated, in a thread of its own.

    Its exception is raised here, behind the items before it. Closing the generator ends the thread, at the latest when the
    item in work is ready.
    """
    ready: queue.Queue[T | _Ended] = queue.Queue(most)
    unwanted = threading.Event()

    def put(item: T | _Ended) -> bool:
        while not unwanted.is_set():
            try:
                ready.put(item, timeout=POLL)
            except queue.Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for item in items():
                if not put(item):
                    return
        except BaseException as error:  # raised again where the items are taken
            put(_Ended(error))
        else:
            put(_Ended(None))

    thread = threading.Thread(target=make, name="vouch-ahead", daemon=True)
    thread.start()
    try:
        while not isinstance(item := ready.get(), _Ended):
            yield item
        if item.error is not None:
            raise item.error
    finally:
        unwanted.set()
        thread.join()
