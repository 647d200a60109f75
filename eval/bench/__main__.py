"""`python -m eval.bench [NAME…] [--json]`: run benchmarks of speed and print their figures; `retrieval` measures quality."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from eval.bench import ingest, pages, retrieval, scale, search, start, throughput, verdicts
from eval.bench.display import Stage, show
from eval.bench.figures import Outcome
from eval.bench.inputs import Inputs, find_inputs
from eval.bench.machine import Machine, this_machine
from rag.errors import VouchError

FILE_WIDTH = 160  # columns of a table that goes into a file, where no window limits it


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`steps(repeats)` is how many steps `measure` will show."""

    steps: Callable[[int], int]
    measure: Callable[[Inputs, int, Stage], Outcome]


BENCHMARKS: dict[str, Benchmark] = {
    "ingest": Benchmark(ingest.steps, ingest.measure),
    "search": Benchmark(search.steps, search.measure),
    "start": Benchmark(start.steps, start.measure),
    "verdicts": Benchmark(verdicts.steps, verdicts.measure),
    "throughput": Benchmark(throughput.steps, throughput.measure),
    "pages": Benchmark(pages.steps, pages.measure),
}

APART = {"retrieval": retrieval.app, "scale": scale.app}
"""Commands of their own, because they take long; they run only where they are named."""

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help=f"Among: {', '.join(BENCHMARKS)}.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print figures, runs and machine as JSON.")] = False,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds of the long benchmarks.")] = 3,
    home: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="`pages`: over a copy of this library.")] = None,
) -> None:
    """Measure speed. All benchmarks run where none is named. A missed target is shown, and is no failure of the command.

    The quality of retrieval: `python -m eval.bench retrieval --help`. A whole field: `python -m eval.bench scale --help`.
    """
    chosen = {name: known(name) for name in names or BENCHMARKS}
    errors = Console(stderr=True, markup=False, emoji=False, highlight=False)
    machine, inputs = this_machine(), replace(find_inputs(), home=home)
    if inputs.note:
        errors.print(inputs.note)
    outcomes: dict[str, Outcome] = {}
    try:
        with Stage(errors, sum(benchmark.steps(repeats) for benchmark in chosen.values())) as stage:
            for name, benchmark in chosen.items():
                outcomes[name] = benchmark.measure(inputs, repeats, stage)
    except VouchError as error:
        typer.echo(f"bench: {error}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(as_data(machine, inputs, outcomes), indent=1))
        return
    screen = Console(markup=False, emoji=False, highlight=False)
    if not screen.is_terminal:
        screen.width = FILE_WIDTH
    show(screen, machine, outcomes)
    if inputs.note:
        screen.print(f"- {inputs.note}")


def known(name: str) -> Benchmark:
    """The benchmark of that name. Raises a usage error that names the nearest one."""
    if name not in BENCHMARKS:
        near = difflib.get_close_matches(name, BENCHMARKS, n=1, cutoff=0.0)
        raise typer.BadParameter(f"{name!r} is no benchmark; the nearest one is {near[0]!r}.")
    return BENCHMARKS[name]


def as_data(machine: Machine, inputs: Inputs, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    """Everything measured, ready for JSON."""
    return {
        "machine": machine.to_dict(),
        "note": inputs.note,
        "benchmarks": {
            name: {"figures": [figure.to_dict() for figure in outcome.figures], "notes": list(outcome.notes)}
            for name, outcome in outcomes.items()
        },
    }


def main(arguments: Sequence[str]) -> None:
    """Quality has sets and figures of its own, hence a command of its own; it takes long, and runs only where it is named."""
    if arguments[:1] and arguments[0] in APART:
        APART[arguments[0]](arguments[1:], prog_name=f"python -m eval.bench {arguments[0]}")
    else:
        app(arguments, prog_name="python -m eval.bench")


if __name__ == "__main__":
    main(sys.argv[1:])
