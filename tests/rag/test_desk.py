"""Few threads work at once, and one that waits for something else holds nobody up."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.assistant import Assistant
from rag.desk import PLACES, Desk, seated

SOON = 10.0  # seconds that nothing here takes


def test_no_more_work_at_once_than_there_are_places() -> None:
    desk, at_once, most, lock = Desk(2), 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal at_once, most
        with desk.seat():
            with lock:
                at_once += 1
                most = max(most, at_once)
            threading.Event().wait(0.01)
            with lock:
                at_once -= 1

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(16)))
    assert most == 2


def test_who_waits_for_something_else_leaves_the_place() -> None:
    desk, gone, reply, order = Desk(1), threading.Event(), threading.Event(), []

    def ask() -> None:
        with desk.seat():
            with desk.away():
                order.append("waiting")
                gone.set()
                reply.wait(SOON)
            order.append("answered")

    thread = threading.Thread(target=ask)
    thread.start()
    assert gone.wait(SOON)
    with desk.seat():
        order.append("another worked")
        reply.set()
    thread.join(SOON)
    assert order == ["waiting", "another worked", "answered"]


def test_leaving_without_a_place_gives_nobody_a_second_one() -> None:
    desk, inside = Desk(1), threading.Event()
    with desk.away():
        pass
    with desk.seat():
        other = threading.Thread(target=lambda: [desk.seat().__enter__(), inside.set()], daemon=True)
        other.start()
        assert not inside.wait(0.05)


def test_an_error_gives_the_place_back() -> None:
    class Office:
        desk = Desk(1)

        @seated
        def work(self, fails: bool) -> str:
            if fails:
                raise ValueError("no")
            return "done"

    office = Office()
    with pytest.raises(ValueError, match="no"):
        office.work(fails=True)
    assert office.work(fails=False) == "done"


def test_of_nine_that_ask_three_work(small: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, lock, full = 0, 0, threading.Lock(), threading.Barrier(PLACES, timeout=SOON)
    find = small._found

    def found(*given: object) -> object:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        full.wait()  # nobody goes on before all three places are taken
        try:
            return find(*given)  # type: ignore[arg-type]
        finally:
            with lock:
                at_once -= 1

    monkeypatch.setattr(small, "_found", found)
    with ThreadPoolExecutor(9) as threads:
        answers = list(threads.map(small.ask, ["How do bees dance?"] * 9))
    assert most == PLACES == 3
    assert len({answer.text for answer in answers}) == 1
