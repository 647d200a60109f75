"""Robustness over a real library of four abstracts: the conditions, the curves, and that the user's library is only read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.errors import RunError
from eval.groups import Figure
from eval.questions import load_questions
from eval.report.curves import curves_page
from eval.robustness import CITES_PLANTED, Curve, Levels, Point, Robustness, robustness
from eval.runner import open_assistant
from eval.runs import load_run
from rag.settings import Settings
from tests.eval.conftest import DATA

LEVELS = Levels(typos=(2,), paraphrases=(3,), distractors=(2,), contradictions=(1,), removed=(0.5,))


def files_of(folder: Path) -> dict[str, tuple[int, float]]:
    """Size and time of every file of a library but the write-ahead logs that reading makes."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(p.relative_to(folder)): (p.stat().st_size, p.stat().st_mtime)
        for p in found
        if not p.name.endswith(("-wal", "-shm", ".lock"))
    }


def titles_found(run: Path) -> set[str]:
    """The titles of all papers that a run retrieved."""
    answers = [row["answer"] for row in load_run(run)[0] if row.get("answer")]
    return {hit["paper"]["title"] or "" for answer in answers for hit in answer["retrieved"]}


@pytest.fixture(scope="module")
def tried(home: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Robustness]:
    out = tmp_path_factory.mktemp("robust")
    others = out / "others.txt"
    others.write_text(
        "Abstract: Clay tablets list the taxes of a town in grain. We read forty of them and date the drought.\n"
        "Abstract: Glass sponges filter the cold water of deep fjords. Their reefs store silica for centuries.\n",
        encoding="utf-8",
    )
    found = robustness(load_questions(DATA / "questions.jsonl"), Settings(home=home), out, levels=LEVELS, distractors=[others])
    return out, found


def test_every_condition_is_a_curve_from_the_set_as_it_is(tried: tuple[Path, Robustness]) -> None:
    _, found = tried
    assert [curve.name for curve in found.curves] == ["typos", "paraphrases", "contradictions", "distractors", "removed"]
    assert {curve.name: [point.level for point in curve.points] for curve in found.curves}["distractors"] == [0, 2]
    start = {curve.points[0].run for curve in found.curves[:4]}
    assert start == {"as-is"}
    assert all(0 <= f.value <= 1 for curve in found.curves for point in curve.points for f in point.figures.values())


def test_planted_papers_are_in_the_library_of_that_condition_alone(tried: tuple[Path, Robustness]) -> None:
    out, found = tried
    contradictions = found.curves[2].points[1]
    assert CITES_PLANTED in contradictions.figures
    seen = {name: titles_found(out / name) for name in ("as-is", "contradictions-1", "distractors-2")}
    planted = {title for title in seen["contradictions-1"] if title.startswith("A failed replication")}
    assert planted
    assert not planted & (seen["as-is"] | seen["distractors-2"])


def test_whose_papers_are_gone_must_be_refused(tried: tuple[Path, Robustness]) -> None:
    out, found = tried
    rows, _ = load_run(out / "removed-50")
    gone = [row for row in rows if not row["answerable"]]
    kept = [row for row in rows if row["answerable"]]
    assert gone
    assert kept
    assert all(row["relevant"] for row in kept)
    assert "rightly_refused" in found.curves[4].points[1].figures


def test_the_users_library_is_only_read_and_runs_are_not_asked_again(home: Path, tmp_path: Path) -> None:
    with open_assistant(Settings(home=home)) as assistant:
        fingerprint = assistant.library_fingerprint()
    before = files_of(home)
    few = Levels(typos=(1,), paraphrases=(), distractors=(), contradictions=(), removed=())
    questions = load_questions(DATA / "questions.jsonl")
    first = robustness(questions, Settings(home=home), tmp_path, levels=few)
    rows = (tmp_path / "typos-1" / "results.jsonl").read_bytes()
    assert robustness(questions, Settings(home=home), tmp_path, levels=few) == first
    assert (tmp_path / "typos-1" / "results.jsonl").read_bytes() == rows
    assert files_of(home) == before
    with open_assistant(Settings(home=home)) as assistant:
        assert assistant.library_fingerprint() == fingerprint
    assert json.loads((tmp_path / "robustness.json").read_text(encoding="utf-8"))["curves"][0]["name"] == "typos"


def test_a_set_that_names_no_paper_is_refused(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "Why?"}\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["robustness", str(file), "--out", str(tmp_path / "out"), "--home", str(home)])
    assert result.exit_code == 1
    assert "names a paper of the library" in result.output
    with pytest.raises(RunError):
        robustness(load_questions(file), Settings(home=home), tmp_path / "out")


def test_the_page_draws_every_curve_and_escapes_names() -> None:
    figure = Figure(0.5, 4, 0.25, 0.75)
    points = tuple(Point(level, f"typos-{level}", 4, int(level), {"right": figure}) for level in (0, 2))
    found = Robustness("<b>set", "extractive", 4, (Curve("typos", "misspelt words", points),), ("A note & more.",))
    text = "".join(curves_page(found))
    assert text.count("<svg") == 1
    assert "&lt;b&gt;set" in text
    assert "<b>" not in text
    assert "A note &amp; more." in text
    assert "2 failed" in text
