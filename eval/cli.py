"""vouch eval run | list.

Exit codes: 0 every question of the file has its row, 1 otherwise, 2 the command or the question file was not understood.
The summary goes to standard output, progress and messages to standard error.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval import commands_compare, commands_votes
from eval.console import Home, load_settings, one_message, tell
from rag.terminal.clean import clean

if TYPE_CHECKING:
    from rich.progress import TaskID

    from eval.questions import QuestionSet
    from eval.runner import RunProgress
    from eval.runs import RunInfo
    from eval.summary import Summary

MOST_BAD_ROWS = 20

app = typer.Typer(
    name="eval",
    help="Asks the questions of a file and scores the answers.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def common() -> None:
    """Asks the questions of a file and scores the answers."""


@app.command()
def run(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Questions: JSON lines or CSV; only `question` is required.")],
    *,
    llm: Annotated[str | None, typer.Option(metavar="PROVIDER:MODEL", help="Back end to use in place of VOUCH_LLM.")] = None,
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Folder of the run; by default one in HOME/runs.")] = None,
    home: Home = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first questions of the file.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Ask failed questions again.")] = False,
) -> None:
    """Ask every question of FILE that has no answer yet, and print hit@k, citations, key facts, refusals and failures."""
    with one_message(), Bar() as bar:
        from eval import runner
        from eval.questions import load_questions

        questions = load_questions(file)
        tell_problems(questions)
        try:
            with runner.open_assistant(load_settings(home)) as assistant:
                summary = runner.run(questions, assistant, out, llm=llm, progress=bar, limit=limit, retry_failed=retry_failed)
        except KeyboardInterrupt:
            bar.stop()
            tell(stopped(bar.state, file, llm, home, limit))
            raise typer.Exit(1) from None
        bar.stop()
        typer.echo(summary.table(width=100))
        tell(closing(summary, bar.state))
        if questions.errors:
            raise typer.Exit(1)


@app.command("list")
def list_(home: Home = None) -> None:
    """List the runs in HOME/runs, newest first."""
    with one_message():
        from eval.runs import RUNS, list_runs

        folder = load_settings(home).home
        found = list_runs(folder)
        if not found:
            tell(f"No runs in {folder / RUNS} yet. Start one: vouch eval run FILE")
            return
        show_runs(found)


class Bar:
    """Draws RunProgress on standard error: done of total, rate, time left. Draws nothing where that is no terminal."""

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
            TextColumn("{task.fields[failures]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task: TaskID | None = None

    def __call__(self, state: RunProgress) -> None:
        if self._task is None:
            if state.before:
                tell(f"{state.before} questions have their row already; {state.total - state.before} to ask.")
            self._task = self._bar.add_task("", total=state.total, completed=state.done, rate="", failures="")
            self._bar.start()
        self.state = state
        task = self._bar.tasks[0]
        failures = f"{state.failures} failed" if state.failures else ""
        self._bar.update(self._task, completed=state.done, rate=rate(task.finished_speed or task.speed), failures=failures)

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


def tell_problems(questions: QuestionSet) -> None:
    """List the rows that cannot be used and the fields that mean nothing here."""
    for error in questions.errors[:MOST_BAD_ROWS]:
        tell(str(error))
    if questions.errors:
        more = len(questions.errors) - MOST_BAD_ROWS
        tell(f"{f'… and {more} more. ' if more > 0 else ''}{len(questions.errors)} rows cannot be used; {len(questions)} can.")
    if questions.unused:
        tell(f"Fields not used: {', '.join(questions.unused)}.")


def stopped(state: RunProgress | None, file: Path, llm: str | None, home: Path | None, limit: int | None) -> str:
    """What to say after Ctrl-C: what is there, and the command that goes on."""
    if state is None:
        return "Stopped before the first question."
    given = {"--llm": llm, "--home": home, "--limit": limit, "--out": state.folder}
    options = [text for name, value in given.items() if value is not None for text in (name, str(value))]
    command = shlex.join(["vouch", "eval", "run", str(file), *options])
    return f"Stopped; {state.done} of {state.total} questions have their row. To go on from there:\n  {command}"


def closing(summary: Summary, state: RunProgress | None) -> str:
    """Where the results are, and what to do about failures."""
    lines = [f"Results: {state.folder}"] if state else []
    if summary.overall.failures:
        lines.append(f"{summary.overall.failures} questions failed and are in no mean; --retry-failed asks them again.")
    if summary.unresolved:
        lines.append(f"{len(summary.unresolved)} named papers were not found in the library and are in no figure.")
    return "\n".join(lines)


def show_runs(found: list[RunInfo]) -> None:
    """A line a run."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("run", overflow="fold")
    for column in ("questions", "failed", "hit@1", "key facts"):
        table.add_column(column, justify="right")
    table.add_column("started (UTC)")
    for info in found:
        group = info.summary.overall if info.summary else None
        figures: dict[str, Any] = dict(group.figures) if group else {}
        shown = [f"{figures[name].value:.3f}" if name in figures else "" for name in ("hit@1", "fact_recall")]
        failed = str(group.failures) if group else ""
        questions = info.manifest.questions
        done = str(info.done) if info.done == questions else f"{info.done} of {questions}"
        table.add_row(clean(info.name), done, failed, *shown, info.manifest.started[:16].replace("T", " "))
    Console(markup=False, emoji=False, highlight=False).print(table)


commands_compare.register(app)
commands_votes.register(app)

if __name__ == "__main__":
    app(prog_name="vouch eval")
