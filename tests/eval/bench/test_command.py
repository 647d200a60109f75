"""`python -m eval.bench`: what may be named, what is printed."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from eval.bench import __main__ as command
from eval.bench.display import Stage, number, show
from eval.bench.figures import Figure, Outcome, Target
from eval.bench.inputs import Inputs
from eval.bench.machine import this_machine
from eval.bench.process import BenchError

OUTCOME = Outcome(
    (
        Figure("Vouch", "abstracts/s", (60.0, 70.0, 65.0), "raw", 0.9, Target(0.8, at_least=True, of_ratio=True)),
        Figure("search", "ms", (12.0,), target=Target(10.0, at_least=False, of_ratio=False)),
    ),
    ("All on one disk.",),
)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Stand-ins for the benchmarks; the list receives (name, rounds) of those that ran."""
    ran: list[tuple[str, int]] = []

    def stand_in(name: str) -> command.Benchmark:
        def measure(_inputs: Inputs, repeats: int, stage: Stage) -> Outcome:
            with stage.step(f"{name}: one step") as tell:
                tell(1, 1)
            if repeats == 9:
                raise BenchError("The job 'raw' ended.")
            ran.append((name, repeats))
            return OUTCOME

        return command.Benchmark(lambda _repeats: 1, measure)

    for name in command.BENCHMARKS:
        monkeypatch.setitem(command.BENCHMARKS, name, stand_in(name))
    return ran


def test_all_benchmarks_run_where_none_is_named(measured: list[tuple[str, int]]) -> None:
    result = CliRunner().invoke(command.app, [])
    assert result.exit_code == 0
    assert measured == [("ingest", 3), ("search", 3), ("start", 3), ("verdicts", 3), ("throughput", 3), ("pages", 3)]
    assert "[3 of 6] start: one step" in result.stderr


def test_names_select(measured: list[tuple[str, int]]) -> None:
    assert CliRunner().invoke(command.app, ["search", "start", "--repeats", "5"]).exit_code == 0
    assert measured == [("search", 5), ("start", 5)]


def test_a_misspelt_name_is_refused_before_anything_runs(measured: list[tuple[str, int]]) -> None:
    result = CliRunner().invoke(command.app, ["start", "serach"])
    assert result.exit_code == 2
    assert "'search'" in result.stderr
    assert measured == []


@pytest.mark.usefixtures("measured")
def test_json_holds_machine_figures_and_runs() -> None:
    data = json.loads(CliRunner().invoke(command.app, ["search", "--json"]).stdout)
    assert data["machine"]["cores"] >= 1
    [vouch, search] = data["benchmarks"]["search"]["figures"]
    assert (vouch["value"], vouch["ratio"], vouch["met"]) == (65.0, 0.9, True)
    assert vouch["runs"] == [60.0, 70.0, 65.0]
    assert search["met"] is False


@pytest.mark.usefixtures("measured")
def test_a_benchmark_that_cannot_be_measured_is_one_message() -> None:
    result = CliRunner().invoke(command.app, ["search", "--repeats", "9"])
    assert result.exit_code == 1
    assert result.stderr.endswith("bench: The job 'raw' ended.\n")


def test_the_table_says_what_is_met_and_what_is_missed() -> None:
    screen = Console(file=io.StringIO(), width=160)
    show(screen, replace(this_machine(), load=0.0), {"ingest": OUTCOME})
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "60.0 to 70.0" in text
    assert "0.90x" in text
    assert ">= 0.8x: met" in text
    assert "<= 10 ms: MISSED" in text
    assert "- All on one disk." in text
    assert "Something else" not in text


def test_a_busy_machine_is_told_about() -> None:
    screen = Console(file=io.StringIO(), width=160)
    show(screen, replace(this_machine(), cores=1, load=4.0), {})
    assert "Something else was running" in screen.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("value", "shown"), [(1234.5, "1234"), (99.96, "100"), (65.0, "65.0"), (0.0319, "0.0319")])
def test_numbers_have_three_digits(value: float, shown: str) -> None:
    assert number(value) == shown
