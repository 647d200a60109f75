"""Desk: how many threads work on answers at once; one that waits for a model leaves its place to another.

Python runs one thread at a time. Twenty that all want to run spend more on taking turns than on their work (38 ms of processor
time a question where one thread alone needs 15), and a reply that has come waits for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Semaphore, local
from typing import Concatenate, ParamSpec, Protocol, TypeVar

PLACES = 3
"""One thread runs Python, one the encoder or a database, and a third has its work ready for whichever is free first."""


class Desk:
    """A bounded number of places. A thread that has one does not ask for a second."""

    def __init__(self, places: int = PLACES) -> None:
        self._places = Semaphore(places)
        self._own = local()

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Work at the desk; waits until a place is free."""
        with self._places:
            self._own.seated = True
            try:
                yield
            finally:
                self._own.seated = False

    @contextmanager
    def away(self) -> Iterator[None]:
        """Wait for something else: the place, if this thread has one, is another's meanwhile."""
        if not getattr(self._own, "seated", False):
            yield
            return
        self._places.release()
        try:
            yield
        finally:
            self._places.acquire()


class HasDesk(Protocol):
    """Whatever has a desk."""

    @property
    def desk(self) -> Desk: ...


P = ParamSpec("P")
R = TypeVar("R")
Owner = TypeVar("Owner", bound=HasDesk)


def seated(method: Callable[Concatenate[Owner, P], R]) -> Callable[Concatenate[Owner, P], R]:
    """The method, worked on at its owner's desk."""

    @wraps(method)
    def at_desk(self: Owner, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.desk.seat():
            return method(self, *args, **kwargs)

    return at_desk
