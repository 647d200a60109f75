"""Run folders: rows that survive a kill, and the list of runs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval import results, runs
from eval.errors import RunChanged, RunDamaged
from eval.summary import summarise
from tests.eval import made_runs

MANIFEST = replace(made_runs.MANIFEST, set_name="single.jsonl", questions=3, llm="openai:gpt-4o mini/x", versions={"numpy": "2"})


def row(name: str) -> dict[str, Any]:
    scores = {"words": 1.0, "answered": 1.0, "abstained": 0.0}
    return {"id": name, "kind": "single", "error": None, "unresolved": [], "scores": scores}


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = [row("1"), {**row("2"), "text": "Größe, 我们,\u2028 and a\nline"}]
    for one in rows:
        results.append(tmp_path, one)
    assert list(results.read_rows(tmp_path)) == rows
    assert results.count_lines(tmp_path) == 2
    assert results.repair(tmp_path) == 0


def test_a_file_cut_off_at_any_byte_keeps_its_whole_rows(tmp_path: Path) -> None:
    for name in ("1", "2"):
        results.append(tmp_path, row(name))
    path = tmp_path / results.RESULTS
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        expected = ["1"] if length >= first else []
        assert [r["id"] for r in results.read_rows(tmp_path)] == expected
        assert results.repair(tmp_path) == length - (first if expected else 0)
        assert path.stat().st_size == (first if expected else 0)


def test_zeros_that_a_power_cut_leaves_at_the_end_are_cut_off(tmp_path: Path) -> None:
    results.append(tmp_path, row("1"))
    path = tmp_path / results.RESULTS
    good = path.read_bytes()
    path.write_bytes(good + b"\0" * 100 + b"\n")
    assert results.repair(tmp_path) == 101
    assert path.read_bytes() == good


def test_damage_in_the_middle_is_said_and_not_cut(tmp_path: Path) -> None:
    path = tmp_path / results.RESULTS
    line = json.dumps(row("1")) + "\n"
    path.write_text(line + "{broken\n" + line)
    assert results.repair(tmp_path) == 0
    with pytest.raises(RunDamaged, match=r"results.jsonl, line 2: no result row"):
        list(results.read_rows(tmp_path))


def test_the_default_folder_is_a_file_name_and_differs_with_what_the_run_is_made_of() -> None:
    folder = runs.default_folder(Path("/home"), MANIFEST)
    assert folder.parent == Path("/home/runs")
    assert folder.name == f"single-openai-gpt-4o-mini-x-{MANIFEST.short_hash}"
    assert runs.default_folder(Path("/home"), replace(MANIFEST, library="d" * 16)) != folder
    assert runs.default_folder(Path("/home"), replace(MANIFEST, limit=2, started="later")) == folder


def test_a_changed_run_is_refused_with_everything_that_changed() -> None:
    changed = replace(MANIFEST, library="d" * 16, papers=6, llm="extractive")
    with pytest.raises(RunChanged) as caught:
        runs.require_same(Path("out"), MANIFEST, changed)
    message = str(caught.value)
    assert "another back end (then openai:gpt-4o mini/x; now extractive)" in message
    assert f"another library (then 5 papers, {'c' * 16}; now 6 papers, {'d' * 16})" in message
    assert "settings" not in message
    assert "--out out-2" in message
    runs.require_same(Path("out"), MANIFEST, replace(MANIFEST, limit=1, started="later", versions={}))


def test_listing_finished_and_unfinished_runs(tmp_path: Path) -> None:
    assert runs.list_runs(tmp_path) == []
    for name, done, started in (("old", 3, "2026-01-01T00:00:00+00:00"), ("new", 2, "2026-01-03T00:00:00+00:00")):
        folder = tmp_path / runs.RUNS / name
        folder.mkdir(parents=True)
        runs.write_manifest(folder, replace(MANIFEST, started=started))
        for number in range(done):
            results.append(folder, row(str(number)))
        runs.write_summary(folder, summarise(results.read_rows(folder)))
    (tmp_path / runs.RUNS / "stray").mkdir()
    (tmp_path / runs.RUNS / "damaged").mkdir()
    (tmp_path / runs.RUNS / "damaged" / runs.MANIFEST).write_text("{")
    new, old = runs.list_runs(tmp_path)
    assert (new.name, new.done, new.finished) == ("new", 2, False)
    assert (old.name, old.done, old.finished) == ("old", 3, True)
    assert old.summary is not None
    assert old.summary.overall.questions == 3
    rows, summary = runs.load_run(old.folder)
    assert [r["id"] for r in rows] == ["0", "1", "2"]
    assert summary == old.summary


def test_a_manifest_survives_its_file(tmp_path: Path) -> None:
    assert runs.read_manifest(tmp_path) is None
    runs.write_manifest(tmp_path, MANIFEST)
    assert runs.read_manifest(tmp_path) == MANIFEST
    (tmp_path / runs.MANIFEST).write_text('{"llm": "x"}')
    with pytest.raises(RunDamaged, match=r"run.json cannot be read"):
        runs.read_manifest(tmp_path)
