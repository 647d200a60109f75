"""Work is done in another thread while one is idle, and by the caller when none is."""

from __future__ import annotations

from threading import Event, get_ident

import pytest

from rag.retrieval.beside import Beside


def test_an_idle_thread_does_it() -> None:
    assert Beside(1).begin(get_ident)() != get_ident()


def test_the_caller_does_it_when_all_threads_are_taken_and_waits_for_nobody() -> None:
    beside, go = Beside(1), Event()
    waiting = beside.begin(go.wait, 30)
    assert beside.begin(get_ident)() == get_ident()
    go.set()
    assert waiting()
    assert beside.begin(get_ident)() != get_ident()


def test_a_failure_reaches_the_caller_and_frees_the_thread() -> None:
    beside = Beside(1)
    failing = beside.begin(int, "no number")
    with pytest.raises(ValueError, match="no number"):
        failing()
    assert beside.begin(get_ident)() != get_ident()
