"""Reports as Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.report.gather import Report, gather
from eval.report.tables import as_json, comma_separated, markdown, md
from tests.eval.made_runs import pubmedqa_runs


def test_markdown(report: Report) -> None:
    text = "".join(markdown(report))
    assert text.startswith("# Evaluation of first, second &lt;i&gt;\n")
    assert "| right (answered or refused) | 0.500 (0.000 to 1.000), if failed 0.400 to 0.600 | 0.800 (0.400 to 1.000) |" in text
    assert "## second &lt;i&gt; against first" in text
    assert "right +25.0 points (0.500 to 0.750)" in text
    assert "1 questions gained" in text
    assert "openai:j, faithfulness: not calibrated." in text
    assert "<script" not in text
    assert "\x1b" not in text


def test_nothing_foreign_is_markup_in_markdown() -> None:
    assert md("a|b\n[x](y) <b> `c` *d* # e") == "a\\|b \\[x\\](y) &lt;b&gt; \\`c\\` \\*d\\* \\# e"


def test_csv(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO("".join(comma_separated(report)))))
    assert len(rows) == 10
    first = rows[0]
    assert (first["run"], first["id"], first["outcome"], first["right"]) == ("first", "q0", "answered wrong", "0.0")
    failed = next(row for row in rows if row["error"])
    assert (failed["id"], failed["answer"], failed["right"], failed["error"]) == (
        "q4",
        "",
        "",
        "BackendBusy: The server was busy.",
    )


def test_json(report: Report) -> None:
    value = json.loads("".join(as_json(report)))
    assert value["headline"] == "right"
    assert [run["name"] for run in value["runs"]] == ["first", "second <i>"]
    assert value["comparisons"][0]["headline"]["n"] == 4
    assert value["runs"][1]["judges"][0]["agreement"] == "openai:j, faithfulness: not calibrated."
    assert value["runs"][0]["questions"][0]["said"][0]["sentences"][0]["verdict"] == "supported"


@pytest.mark.parametrize(
    ("name", "begins"), [("a.html", "<!doctype html>"), ("a.md", "# Eval"), ("a.csv", "run,id"), ("a.json", "{")]
)
def test_the_command_takes_the_form_from_the_name(folders: list[Path], tmp_path: Path, name: str, begins: str) -> None:
    words = ["report", *map(str, folders), "--home", str(tmp_path), "--out", str(tmp_path / name)]
    assert CliRunner().invoke(app, words).exit_code == 0
    first = (tmp_path / name).read_bytes()
    assert first.decode().startswith(begins)
    assert CliRunner().invoke(app, words).exit_code == 0
    assert (tmp_path / name).read_bytes() == first


def test_the_command_without_a_file_or_a_form(folders: list[Path], tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["report", str(folders[0]), "--md", "--home", str(tmp_path)])
    assert shown.output.startswith("# Evaluation of first")
    for wrong in ([], ["--md", "--csv"], ["--out", "a.pdf"]):
        result = CliRunner().invoke(app, ["report", str(folders[0]), *wrong, "--home", str(tmp_path)])
        assert result.exit_code == 1
        assert "A report has one form." in result.output


def test_four_recorded_systems(shared: Path, tmp_path: Path) -> None:
    runs = pubmedqa_runs(shared, tmp_path)
    text = "".join(markdown(gather(list(runs.values()), tmp_path)))
    assert text.count("\n## ") == 6
    assert "label\\_accuracy +3.0 points (0.674 to 0.704)" in text
    assert "label\\_accuracy +30.8 points (0.396 to 0.704)" in text
