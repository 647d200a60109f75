"""The gate closes on a drop the data support, and on nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.compare import read_run
from eval.gate import gate
from tests.eval.made_runs import SYSTEMS, pubmedqa_runs, run_of


def closed(
    folder: Path, before: list[float | None], after: list[float | None], drop: float = 0.02, figure: str = "right"
) -> bool:
    baseline, run = (run_of(folder / name, scores, figure) for name, scores in (("before", before), ("after", after)))
    return not gate(read_run(baseline), read_run(run), drop).passed


def test_a_drop_of_many_questions_closes_it(tmp_path: Path) -> None:
    """20 of 100 lost, none gained."""
    assert closed(tmp_path, [1.0] * 100, [0.0] * 20 + [1.0] * 80)


def test_the_same_share_of_few_questions_does_not(tmp_path: Path) -> None:
    """2 of 10 lost: a coin falls twice on the same side one time in four."""
    assert not closed(tmp_path, [1.0] * 10, [0.0] * 2 + [1.0] * 8)


def test_one_question_lost_of_one_does_not(tmp_path: Path) -> None:
    """The bootstrap of one question has no width; the exact test knows better."""
    assert not closed(tmp_path, [1.0], [0.0])


def test_a_drop_that_is_allowed_does_not(tmp_path: Path) -> None:
    assert not closed(tmp_path, [1.0] * 100, [0.0] * 20 + [1.0] * 80, drop=0.25)


def test_more_wrong_refusals_are_a_drop(tmp_path: Path) -> None:
    assert closed(tmp_path / "more", [0.0] * 50, [1.0] * 20 + [0.0] * 30, figure="wrongly_refused")
    assert not closed(tmp_path / "fewer", [1.0] * 20 + [0.0] * 30, [0.0] * 50, figure="wrongly_refused")


def test_shares_are_gated_too(tmp_path: Path) -> None:
    assert closed(tmp_path, [0.8, 0.6] * 30, [0.5, 0.4] * 30, figure="fact_recall")


@pytest.fixture(scope="module")
def recorded(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return pubmedqa_runs(shared, tmp_path_factory.mktemp("recorded"))


@pytest.mark.parametrize(
    ("run", "baseline", "code", "said"),
    [
        (
            SYSTEMS[2],
            SYSTEMS[3],
            0,
            "pass  label_accuracy 0.704 to 0.674 over 500 questions: a drop of 0.030, more than 0.02, which the",
        ),
        (
            SYSTEMS[1],
            SYSTEMS[3],
            1,
            "FAIL  label_accuracy 0.704 to 0.396 over 500 questions: a drop of 0.308 where 0.02 is allowed, and",
        ),
        (SYSTEMS[3], SYSTEMS[1], 0, "pass  label_accuracy 0.396 to 0.704 over 500 questions: no drop."),
    ],
)
def test_the_command_on_recorded_answers(recorded: dict[str, Path], run: str, baseline: str, code: int, said: str) -> None:
    result = CliRunner().invoke(
        app,
        ["gate", str(recorded[run]), "--baseline", str(recorded[baseline]), "--max-drop", "0.02", "--score", "label_accuracy"],
    )
    assert said in result.output
    assert result.exit_code == code


def test_an_error_is_not_a_drop(tmp_path: Path) -> None:
    run = str(run_of(tmp_path / "a", [1.0]))
    result = CliRunner().invoke(app, ["gate", run, "--baseline", str(tmp_path / "absent")])
    assert result.exit_code == 2
    assert "holds no run.json" in result.output


def test_failures_are_told(tmp_path: Path) -> None:
    before, after = run_of(tmp_path / "a", [1.0, 1.0]), run_of(tmp_path / "b", [1.0, None])
    result = CliRunner().invoke(app, ["gate", str(after), "--baseline", str(before)])
    assert result.exit_code == 0
    assert "0 and 1 questions failed" in result.output
    assert "-50.0 to +0.0 points" in result.output
