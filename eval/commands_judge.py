"""vouch eval judge | calibrate-judge: what an LLM says of answers, and how far it agrees with people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.console import Home, load_settings, one_message, tell
from rag.terminal.clean import one_line

if TYPE_CHECKING:
    from eval.judgements import JudgedFigure, JudgeProgress

Llm = Annotated[str, typer.Option(metavar="PROVIDER:MODEL", help="The back end that judges.")]
Concurrency = Annotated[int, typer.Option(min=1, max=64, help="Cases judged at once.")]
MaxCost = Annotated[float | None, typer.Option(min=0.0, metavar="DOLLARS", help="Stop once this start has cost so much.")]

DEFAULT_METRICS = ("faithfulness", "relevancy", "correctness")


def register(app: typer.Typer) -> None:
    """Add the commands to `vouch eval`."""
    app.command("judge")(judge)
    app.command("calibrate-judge")(calibrate_judge)


def judge(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run to judge.")],
    *,
    llm: Llm,
    metric: Annotated[
        list[str] | None, typer.Option(help="faithfulness, relevancy, correctness or pairwise; may be repeated.")
    ] = None,
    against: Annotated[Path | None, typer.Option(metavar="RUN", help="The other run, for pairwise.")] = None,
    concurrency: Concurrency = 4,
    max_cost: MaxCost = None,
    retry_unreadable: Annotated[
        bool, typer.Option("--retry-unreadable", help="Ask again where a reply could not be read.")
    ] = False,
    home: Home = None,
) -> None:
    """Have an LLM judge the answers of RUN. Judgements are kept in its folder; a second start pays for nothing twice."""
    with one_message():
        from eval.agreement import lines
        from eval.judgements import figures, judge_all, tasks
        from rag.backends import open_backend

        settings = load_settings(home)
        names = metric or [*DEFAULT_METRICS, *(["pairwise"] if against else [])]
        todo = tasks(run, names, against)
        if not todo:
            tell(f"{run} has no answer that {' or '.join(names)} could judge.")
        backend = open_backend(llm, settings)
        with told(run) as progress:
            judge_all(
                run,
                todo,
                backend,
                concurrency=concurrency,
                retry=retry_unreadable,
                max_cost=max_cost,
                progress=progress,
            )
        show(figures(run))
        found = figures(run)
        for judged_by in dict.fromkeys(one.judge for one in found):
            for said in lines(settings.home, judged_by, (one.metric for one in found if one.judge == judged_by)):
                typer.echo(one_line(said))


def calibrate_judge(
    *,
    llm: Llm,
    metric: Annotated[str, typer.Option(help="pairwise or correctness.")] = "pairwise",
    votes: Annotated[Path | None, typer.Option(metavar="FILE", help="Pairs of answers with people's votes.")] = None,
    limit: Annotated[int | None, typer.Option(min=3, help="Judge only the first pairs of the file.")] = None,
    concurrency: Concurrency = 4,
    max_cost: MaxCost = None,
    home: Home = None,
) -> None:
    """Tell how far a judge agrees with people's votes, beside token F1 and people with each other."""
    with one_message():
        from eval import agreement
        from rag.backends import open_backend

        settings = load_settings(home)
        path = votes or agreement.VOTES
        pairs = agreement.read_votes(path)[:limit]
        backend = open_backend(llm, settings)
        with told(path) as progress:
            found = agreement.calibrate(
                pairs,
                backend,
                metric,
                settings.home,
                source=path.name,
                concurrency=concurrency,
                max_cost=max_cost,
                progress=progress,
            )
        typer.echo(one_line(agreement.told(found)))


class Told:
    """Draws JudgeProgress on standard error, and says once what was judged before."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True, highlight=False)
        columns = (
            TextColumn("Judging"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[lost]}"),
        )
        self.bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self.state: JudgeProgress | None = None

    def __call__(self, state: JudgeProgress) -> None:
        if self.state is None:
            if state.before:
                tell(f"{state.before} of {state.total} cases are judged already.")
            self.bar.add_task("", total=state.total, lost="")
            self.bar.start()
        self.state = state
        lost = f"{state.unread} not readable, {state.failed} failed" if state.unread or state.failed else ""
        self.bar.update(self.bar.task_ids[0], completed=state.done, lost=lost)


@contextmanager
def told(place: Path) -> Iterator[Told]:
    """Progress while judging; Ctrl-C keeps what was judged and says so."""
    progress = Told()
    try:
        yield progress
    except KeyboardInterrupt:
        progress.bar.stop()
        done = progress.state.done if progress.state else 0
        tell(f"Stopped; {done} cases of {place} are judged and kept. The same command goes on from there.")
        raise typer.Exit(1) from None
    finally:
        progress.bar.stop()
    state = progress.state
    if state is not None and (state.unread or state.failed):
        tell(f"{state.unread} replies could not be read and {state.failed} cases failed; they have no score.")
    if state is not None and state.failed:
        tell(f"The first failure: {state.why} The same command asks them again.")
    if state is not None and state.done < state.total:
        tell(f"Stopped at the budget: {state.done} of {state.total} cases are judged.")


def show(found: Sequence[JudgedFigure]) -> None:
    """A line a figure, with its range where something was lost."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    if not found:
        return
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("judge", overflow="fold")
    table.add_column("metric", overflow="fold")
    for column in ("score", "95 % interval", "n", "lost", "if all were 0 or 1", "cost"):
        table.add_column(column, justify="right")
    for one in found:
        ends = f"{one.low:.3f} to {one.high:.3f}" if one.low is not None and one.high is not None else ""
        name = one.metric if one.against is None else f"{one.metric} against {one.against}"
        cells = [one_line(one.judge), one_line(name), share(one.value), ends, str(one.n), str(one.unread + one.failed)]
        if_lost = f"{one.least:.3f} to {one.most:.3f}" if one.least is not None and one.most is not None else ""
        table.add_row(*cells, if_lost, "" if one.cost is None else f"${one.cost:.4f}")
    Console(width=120, color_system=None, markup=False, emoji=False, highlight=False).print(table)


def share(value: float | None) -> str:
    """Three decimals; nothing where there is no figure."""
    return "" if value is None else f"{value:.3f}"
