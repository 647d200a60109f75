"""What is seen: progress with rate and time left on standard error while it runs, and the table at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from eval.bench.figures import Figure, Outcome, Target
from eval.bench.machine import Machine
from eval.bench.process import Measured, Tell, run_job
from rag.terminal.progress import RateColumn

Job = Callable[[str, Mapping[str, Any], Tell], Measured]


class Stage:
    """Runs the steps of benchmarks and shows how far each is; where `console` is no terminal, a line a step."""

    def __init__(self, console: Console, steps: int, run: Job = run_job) -> None:
        self._console = console
        self._run = run
        self._steps, self._step = steps, 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            RateColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._whole = self._bar.add_task("all steps", total=steps)

    def job(self, title: str, name: str, arguments: Mapping[str, Any]) -> Measured:
        """Run a job in a process of its own. Raises BenchError where it fails."""
        with self.step(title) as tell:
            return self._run(name, arguments, tell)

    @contextmanager
    def step(self, title: str) -> Iterator[Tell]:
        """Show one step; the block calls what it is given with what is done so far and the total."""
        self._step += 1
        if not self._console.is_terminal:
            self._console.print(f"[{self._step} of {self._steps}] {title}")
        task = self._bar.add_task(title, total=None)
        try:
            yield lambda done, total: self._bar.update(task, completed=done, total=total or None)
        finally:
            self._bar.remove_task(task)
            self._bar.advance(self._whole)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._bar.stop()


def show(console: Console, machine: Machine, outcomes: Mapping[str, Outcome]) -> None:
    """One table a benchmark, its notes below it."""
    console.print(str(machine))
    if machine.busy:
        console.print(
            "Something else was running when this began: the rates are too low. The ratios hold better: contestants took turns."
        )
    for name, outcome in outcomes.items():
        table = Table(title=name, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
        table.add_column("figure")
        table.add_column("median", justify="right")
        table.add_column("unit")
        table.add_column("runs")
        table.add_column("ratio", justify="right")
        table.add_column("to")
        table.add_column("target")
        for figure in outcome.figures:
            table.add_row(*cells(figure))
        console.print(table)
        for note in outcome.notes:
            console.print(f"- {note}")


def cells(figure: Figure) -> list[str]:
    """One row of the table."""
    lowest, highest = (number(end(figure.runs)) if figure.runs else "" for end in (min, max))
    return [
        figure.name,
        number(figure.value),
        figure.unit,
        lowest if lowest == highest else f"{lowest} to {highest}",
        "" if figure.ratio is None else f"{figure.ratio:.2f}x",
        figure.baseline,
        "" if figure.target is None else f"{target_text(figure.target, figure.unit)}: {'met' if figure.met else 'MISSED'}",
    ]


def number(value: float) -> str:
    """Three significant digits, whole numbers from 100 on."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:#.3g}".removesuffix(".")


def target_text(target: Target, unit: str) -> str:
    """`>= 0.8x` or `<= 10 ms`."""
    sign = ">=" if target.at_least else "<="
    return f"{sign} {target.limit:g}x" if target.of_ratio else f"{sign} {target.limit:g} {unit}"
