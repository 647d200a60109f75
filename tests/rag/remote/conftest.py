"""What the tests of the services share: waits that are noted instead of waited for, and sample papers."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from rag.remote.session import Manners
from tests.fakes.arxiv_server import Preprint
from tests.fakes.openalex_server import Work

TOPICS = ("tides", "bridges", "bees", "glaciers", "violins", "lighthouses", "maps", "clocks", "kites", "wells")


def abstract(n: int) -> str:
    """The abstract of sample paper `n`, 1-based."""
    topic = TOPICS[n % len(TOPICS)]
    return f"We count {topic} in {n} harbours. A model of {topic} explains {n} percent of what was seen there."


def preprints(count: int) -> list[Preprint]:
    """`count` papers with ids 2503.00001, 2503.00002, …"""
    return [Preprint(f"2503.{n:05}", f"Counting {TOPICS[n % 10]}, part {n}", abstract(n)) for n in range(1, count + 1)]


def works(count: int) -> list[Work]:
    """`count` works W1, W2, … with DOIs 10.5555/w1, …"""
    return [
        Work(f"W{n}", f"Counting {TOPICS[n % 10]}, part {n}", abstract(n), doi=f"10.5555/w{n}", venue="Harbour Letters")
        for n in range(1, count + 1)
    ]


@dataclass
class Waits:
    """Notes the waits that a service's manners ask for."""

    seconds: list[float] = field(default_factory=list)

    def manners(self, *, pause: float = 0.0, retries: int = 4, timeout: float = 5.0) -> Manners:
        return Manners(pause=pause, retries=retries, timeout=timeout, sleep=self.seconds.append)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Waits()
