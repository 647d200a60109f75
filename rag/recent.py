"""What was used last, up to a number of things; safe to use from several threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """Texts with what is known of them. What was not asked for longest goes first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held: OrderedDict[str, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, texts: Iterable[str]) -> dict[str, Value]:
        """What is held of these."""
        found = {}
        with self._lock:
            for text in texts:
                if text in self._held:
                    found[text] = self._held[text]
                    self._held.move_to_end(text)
        return found

    def put(self, known: Mapping[str, Value]) -> None:
        """Hold these; where there is no room, what was used longest ago is let go."""
        with self._lock:
            for text, value in known.items():
                self._held[text] = value
                self._held.move_to_end(text)
            while len(self._held) > self._limit:
                self._held.popitem(last=False)
