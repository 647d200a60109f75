"""Work on many items at once: bounded, heeding an end, and telling errors."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from eval.pool import in_parallel, rarely_collected


def test_everything_is_done_once_and_no_more_than_so_many_at_a_time() -> None:
    lock, running, most = threading.Lock(), 0, 0
    gate = threading.Barrier(3, timeout=30)

    def work(item: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        gate.wait()  # passes only while three are at work
        with lock:
            running -= 1
        return item * item

    assert sorted(in_parallel(work, range(12), 3, threading.Event())) == [n * n for n in range(12)]
    assert most == 3


def test_items_are_taken_only_as_results_are_given_back() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(1000):
            taken.append(item)
            yield item

    results = in_parallel(lambda item: item, items(), 4, threading.Event())
    for _ in range(10):
        next(results)
    assert len(taken) <= 10 + 4
    results.close()


def test_one_worker_keeps_the_order_and_starts_no_thread() -> None:
    names = list(in_parallel(lambda _: threading.current_thread().name, range(3), 1, threading.Event()))
    assert names == [threading.current_thread().name] * 3


def test_an_error_ends_it_and_is_raised_here() -> None:
    def work(item: int) -> int:
        if item == 5:
            raise KeyError(item)
        return item

    stop = threading.Event()
    with pytest.raises(KeyError, match="5"):
        list(in_parallel(work, range(100), 4, stop))
    assert stop.is_set()


def test_garbage_is_seldom_collected_for_a_while() -> None:
    usual = gc.get_threshold()
    with rarely_collected():
        assert gc.get_threshold()[0] > usual[0]
        assert gc.get_freeze_count() > 0
    assert gc.get_threshold() == usual
    assert gc.get_freeze_count() == 0


def test_closing_tells_the_work_in_flight_to_end() -> None:
    stop = threading.Event()
    ended = []

    def work(item: int) -> int:
        if item:
            stop.wait(30)
            ended.append(item)
        return item

    results = in_parallel(work, range(100), 3, stop)
    assert next(results) == 0
    results.close()
    assert sorted(ended)[:2] == [1, 2]
    assert len(ended) <= 3
