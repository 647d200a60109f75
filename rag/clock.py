"""Clock: how long each stage of an answer took."""

from __future__ import annotations

import time


class Clock:
    """Seconds per stage, in order."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End the stage `name`."""
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now
