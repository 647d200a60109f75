"""The progress of a run on standard error."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from eval.console import tell

if TYPE_CHECKING:
    from rich.progress import TaskID

    from eval.runner import RunProgress

REDRAWN = 0.1  # seconds


class Bar:
    """Draws RunProgress: done of total, rate, time left, cost, failures. Draws nothing where that is no terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True, highlight=False)
        self.state: RunProgress | None = None
        self._bar = Progress(
            TextColumn("Questions"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[cost]}"),
            TextColumn("{task.fields[failures]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None
        self._next = 0.0

    def __call__(self, state: RunProgress) -> None:
        if self._task is None:
            if state.before:
                tell(f"{state.before} questions have their row already; {state.total - state.before} to ask.")
            self._task = self._bar.add_task("", total=state.total, completed=state.done, rate="", cost="", failures="")
            self._bar.start()
        self.state = state
        if self._bar.disable or (time.monotonic() < self._next and state.done < state.total):
            return  # a look at the speed of the last thousand costs as much as writing a row
        self._next = time.monotonic() + REDRAWN
        task = self._bar.tasks[0]
        self._bar.update(
            self._task,
            completed=state.done,
            rate=rate(task.finished_speed or task.speed),
            cost=f"${state.cost:.4f}" if state.cost else "",
            failures=f"{state.failures} failed" if state.failures else "",
        )

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Wipe the bar."""
        self._bar.stop()


def rate(speed: float | None) -> str:
    """Questions per second, or seconds a question where that reads better."""
    if not speed:
        return ""
    return f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each"
