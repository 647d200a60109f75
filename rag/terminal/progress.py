"""Progress while something runs: the bar of an ingest, and an answer that appears as it is written."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from rag.library.report import IngestProgress
from rag.terminal.clean import clean


class RateColumn(ProgressColumn):
    """Steps per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.0f}/s", style="progress.data.speed")


class IngestBar:
    """Draws IngestProgress on `console`: a counter while files are read, then a bar with rate and time left.

    Draws nothing where the console is not a terminal.
    """

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, progress: IngestProgress) -> None:
        if progress.stage not in self._tasks:
            self._tasks[progress.stage] = self._bar.add_task(progress.stage.capitalize(), total=progress.total)
        self._bar.update(self._tasks[progress.stage], completed=progress.done, total=progress.total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()


class Draft:
    """Shows an answer's tokens as they arrive and wipes them when done: the checked answer takes their place.

    On a console that is no terminal nothing is drawn. The last screenful is shown where a draft is longer.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._text = ""
        self._live = Live(console=console, transient=True, auto_refresh=False)

    def __call__(self, token: str) -> None:
        self._text += token
        room = max(self._console.height - 1, 1)
        lines = Text(clean(self._text)).wrap(self._console, self._console.width)
        self._live.update(Text("\n").join(lines[-room:]), refresh=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live.is_started:
            self._live.stop()
