"""vouch eval run | list: asking question sets of one configuration or several."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval.bar import Bar
from eval.console import Home, load_settings, one_message, tell
from rag.errors import SettingsError
from rag.terminal.clean import clean

if TYPE_CHECKING:
    from eval.asking import Price
    from eval.questions import QuestionSet
    from eval.runner import RunProgress
    from eval.runs import RunInfo
    from eval.summary import Summary

MOST_BAD_ROWS = 20
FILE_WIDTH = 120  # columns of a list that goes into a file or a pipe, where no window limits it

Out = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Folder of the run, of a folder each where there are several; by default in HOME/runs."),
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run)
    app.command("list")(list_)


def run(
    files: Annotated[
        list[Path], typer.Argument(metavar="SET...", help="Questions: JSON lines, YAML or CSV; only `question` is required.")
    ],
    *,
    llm: Annotated[
        list[str] | None, typer.Option(metavar="PROVIDER:MODEL", help="Back end in place of VOUCH_LLM; several are compared.")
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Setting of .env.example for these runs; one given twice is tried both ways."),
    ] = None,
    out: Out = None,
    home: Home = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Ask only the first questions of each set.")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Ask only so many, drawn at random.")] = None,
    seed: Annotated[int, typer.Option(help="Another seed draws another sample.")] = 0,
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=256, help="Questions in flight at a model, by default 4; 1 for quoted answers.")
    ] = None,
    retries: Annotated[int, typer.Option(min=0, max=10, help="Ask again so often after an error that may pass.")] = 1,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Ask questions again that failed earlier.")] = False,
    max_cost: Annotated[float | None, typer.Option(min=0, metavar="DOLLARS", help="Stop before more is spent.")] = None,
    price: Annotated[
        str | None, typer.Option(metavar="PROMPT/COMPLETION", help="Dollars per million tokens, where Vouch knows no price.")
    ] = None,
) -> None:
    """Ask every question of every SET that has no answer yet, of every back end with every setting, and print the scores."""
    from eval.pool import rarely_collected

    with one_message(), rarely_collected():
        from eval import runner
        from eval.budget import Budget
        from eval.configurations import configurations, folders
        from eval.questions import load_questions

        sets = [load_questions(file) for file in files]
        for questions in sets:
            tell_problems(questions)
        configs = configurations(llm or [], setting or [])
        chosen = [config.settings(home) for config in configs]  # a wrong value is told before anything is asked
        pairs = [(questions, config) for config in configs for questions in sets]
        budget = Budget() if max_cost is None else Budget(max_cost)
        plans = [
            runner.Plan(limit, sample, seed, concurrency, retries, retry_failed, budget, parsed_price(price), config.overrides)
            for config in configs
        ]
        places = iter(folders(out, pairs))
        complete = True
        for config, settings, plan in zip(configs, chosen, plans, strict=True):
            with runner.open_assistant(settings, concurrency or runner.AT_ONCE) as assistant:
                for questions in sets:
                    with Bar() as bar:
                        try:
                            summary = runner.run(questions, assistant, next(places), progress=bar, plan=plan)
                        except KeyboardInterrupt:
                            bar.stop()
                            tell(stopped(bar.state, len(pairs) == 1))
                            raise typer.Exit(1) from None
                    if len(pairs) > 1:
                        typer.echo(clean(f"=== {questions.path.name} · {config.label or assistant.settings.llm}"))
                    typer.echo(summary.table(width=100))
                    tell(closing(summary, bar.state))
                    complete = complete and not questions.errors and not (bar.state and bar.state.stopped)
        if not complete:
            raise typer.Exit(1)


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


def parsed_price(text: str | None) -> Price | None:
    """`0.15/0.60` as a Price. Raises SettingsError for anything else."""
    if text is None:
        return None
    from eval.asking import Price

    prompt, _, completion = text.partition("/")
    try:
        found = Price(float(prompt), float(completion))
    except ValueError:
        found = Price(-1.0, -1.0)
    if not (0 <= found.prompt < float("inf") and 0 <= found.completion < float("inf")):
        raise SettingsError(f"--price is {text!r}.", remedy="Write it like this: --price 0.15/0.60.")
    return found


def tell_problems(questions: QuestionSet) -> None:
    """List the rows that cannot be used, the fields that mean nothing here, and that some are drafts."""
    for error in questions.errors[:MOST_BAD_ROWS]:
        tell(str(error))
    if questions.errors:
        more = len(questions.errors) - MOST_BAD_ROWS
        tell(f"{f'… and {more} more. ' if more > 0 else ''}{len(questions.errors)} rows cannot be used; {len(questions)} can.")
    if questions.unused:
        tell(f"Fields of {questions.path.name} not used: {', '.join(questions.unused)}.")
    if questions.drafts:
        tell(f"{questions.drafts} of the questions are drafts that nobody has reviewed; their figures are provisional.")


def stopped(state: RunProgress | None, alone: bool) -> str:
    """What to say after Ctrl-C: what is there, and the command that goes on."""
    if state is None:
        return "Stopped before the first question."
    words = sys.argv[1:] if "eval" in sys.argv[1:] else ["eval", *sys.argv[1:]]
    if alone and "--out" not in words:
        words = [*words, "--out", str(state.folder)]
    command = shlex.join(["vouch", *words])
    return f"Stopped; {state.done} of {state.total} questions have their row. To go on from there:\n  {command}"


def closing(summary: Summary, state: RunProgress | None) -> str:
    """Where the results are, and what to do about failures."""
    lines = [f"Results: {state.folder}"] if state else []
    if state and state.stopped:
        left = state.total - state.done
        lines.append(f"Stopped: {state.stopped}. {left} questions were not asked; a larger --max-cost goes on from there.")
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
    table.add_column("run", overflow="fold", min_width=20)
    for column in ("questions", "failed", "hit@1", "right"):
        table.add_column(column, justify="right")
    table.add_column("started (UTC)")
    for info in found:
        group = info.summary.overall if info.summary else None
        figures: dict[str, Any] = dict(group.figures) if group else {}
        shown = [f"{figures[name].value:.3f}" if name in figures else "" for name in ("hit@1", "right")]
        failed = str(group.failures) if group else ""
        total = info.manifest.total
        done = str(info.done) if info.done == info.manifest.questions else f"{info.done} of {info.manifest.questions}"
        if info.done < total:
            done = f"{info.done} of {total}, unfinished"
        table.add_row(clean(info.name), done, failed, *shown, info.manifest.started[:16].replace("T", " "))
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:
        console.width = FILE_WIDTH
    console.print(table)
