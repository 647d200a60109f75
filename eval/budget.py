"""The budget of runs: a question is asked only where what it will cost, as far as that can be told, still fits in.

Answers tell what answers cost, so that the first ones are asked one by one.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from eval.pool import in_parallel

ROUNDING = 1e-9  # sums of prices are not exact
GROPING = 10  # questions at most that are asked one by one because their price is unknown: what is refused costs nothing

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class Budget:
    """US dollars that one or more runs may cost together. An answer's price is only known afterwards: a question is asked
    while what is spent, and what those in flight will cost if they are like the dearest so far, leaves room for it."""

    most: float = math.inf
    spent: float = 0.0
    dearest: float = 0.0
    in_flight: int = 0
    exhausted: bool = False

    @property
    def blind(self) -> bool:
        """Whether nothing is known yet of what a question costs, though that matters."""
        return self.most < math.inf and not self.dearest

    def begin(self) -> bool:
        """Whether one more question may be asked; counts it as in flight."""
        expected = self.spent + self.dearest * (self.in_flight + 1)
        if self.spent >= self.most or expected > self.most * (1 + ROUNDING):
            self.exhausted = True
            return False
        self.in_flight += 1
        return True

    def end(self, cost: float) -> None:
        """A question has been answered for `cost`."""
        self.in_flight -= 1
        self.spent += cost
        self.dearest = max(self.dearest, cost)


def feeling_the_way(
    work: Callable[[T], R], waiting: Iterator[T], workers: int, stop: threading.Event, budget: Budget
) -> Generator[R, None, None]:
    """`in_parallel`; where a budget has to hold, one at a time until an answer has told what answers cost."""
    for _ in range(GROPING if budget.blind else 0):
        yield from map(work, islice(waiting, 1))
        if not budget.blind:
            break
    with closing(in_parallel(work, waiting, workers, stop)) as rows:
        yield from rows


def while_affordable(pending: Iterable[T], budget: Budget) -> Iterator[T]:
    """What is pending, as long as the budget has room for one more."""
    for item in pending:
        if not budget.begin():
            return
        yield item
