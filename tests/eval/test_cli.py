"""The commands: exit codes, and what is said when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.bar import rate
from eval.cli import app

Write = Callable[[str, str | bytes], Path]


def test_run_and_list(home: Path, write: Write) -> None:
    file = write("bees.csv", "question,key_facts\nHow do honeybees find their way home?,landmarks\n")
    done = CliRunner().invoke(app, ["run", str(file), "--home", str(home)])
    assert done.exit_code == 0, done.output
    assert "question: 1 questions, 1 answered" in done.stdout
    assert "key-fact recall" in done.stdout
    assert f"Results: {home / 'runs'}/bees-extractive-" in done.stderr
    (summary,) = (home / "runs").glob("bees-*/summary.json")
    assert json.loads(summary.read_text())["overall"]["figures"]["fact_recall"]["value"] == 1
    listed = CliRunner().invoke(app, ["list", "--home", str(home)])
    assert listed.exit_code == 0
    assert "bees-extractive-" in listed.stdout.replace("\n", "")


def test_bad_rows_are_listed_and_the_exit_code_says_so(home: Path, write: Write, tmp_path: Path) -> None:
    file = write("set.jsonl", '{"question": "Do bees use landmarks?", "note": 1}\nnot json\n')
    done = CliRunner().invoke(app, ["run", str(file), "--home", str(home), "--out", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert f"{file}, line 2: no JSON" in done.stderr
    assert "1 rows cannot be used; 1 can." in done.stderr
    assert "Fields of set.jsonl not used: note." in done.stderr
    assert "1 questions, 1 answered" in done.stdout


@pytest.mark.parametrize(("content", "said"), [(None, "No such file"), ("", "is empty"), ("oops\n", "none of its 1 rows")])
def test_a_file_without_questions_is_a_usage_error(
    home: Path, write: Write, content: str | None, said: str, tmp_path: Path
) -> None:
    file = write("set.jsonl", content) if content is not None else tmp_path / "absent.jsonl"
    done = CliRunner().invoke(app, ["run", str(file), "--home", str(home)])
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stdout == ""


def test_usage_errors(home: Path) -> None:
    assert CliRunner().invoke(app, ["run"]).exit_code == 2
    assert CliRunner().invoke(app, ["run", "f.jsonl", "--limit", "0"]).exit_code == 2
    assert CliRunner().invoke(app, ["fly"]).exit_code == 2


def test_an_empty_library_and_an_unusable_folder_are_one_message(home: Path, write: Write, tmp_path: Path) -> None:
    file = write("set.jsonl", '{"question": "Do bees use landmarks?"}')
    empty = CliRunner().invoke(app, ["run", str(file), "--home", str(tmp_path / "empty")])
    assert empty.exit_code == 1
    assert "holds no paper. Load papers first" in empty.stderr
    taken = CliRunner().invoke(app, ["run", str(file), "--home", str(home), "--out", str(file)])
    assert taken.exit_code == 1
    assert "cannot be written" in taken.stderr


def test_no_runs_yet(tmp_path: Path) -> None:
    listed = CliRunner().invoke(app, ["list", "--home", str(tmp_path)])
    assert listed.exit_code == 0
    assert "No runs in" in listed.stderr


@pytest.mark.parametrize(("speed", "text"), [(None, ""), (0.0, ""), (12.34, "12.3/s"), (0.25, "4.0 s each")])
def test_the_rate_reads_well(speed: float | None, text: str) -> None:
    assert rate(speed) == text
