"""Items made ready in a thread before they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from rag.stages import made_ahead


def test_all_items_come_in_order() -> None:
    assert list(made_ahead(lambda: range(5), 2)) == [0, 1, 2, 3, 4]


def test_the_next_item_is_ready_before_it_is_asked_for() -> None:
    second = threading.Event()

    def items() -> Iterator[str]:
        yield "first"
        second.set()
        yield "second"

    made = made_ahead(items, 1)
    assert next(made) == "first"
    assert second.wait(10)
    assert next(made) == "second"
    made.close()


def test_an_error_comes_behind_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    made = made_ahead(items, 2)
    assert next(made) == 1
    with pytest.raises(ValueError, match="no more"):
        next(made)


def test_closing_ends_the_thread_though_nobody_takes_what_it_made() -> None:
    before = threading.active_count()
    made = made_ahead(lambda: iter(int, 1), 1)  # zeros without end
    assert next(made) == 0
    made.close()
    assert threading.active_count() == before
