"""Jobs in processes of their own: real ones, the smallest there are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.bench.process import BenchError, Measured, environment, run_job

DATA = Path(__file__).parents[1] / "data"


def test_a_job_reports_progress_counts_time_and_memory(home: Path) -> None:
    told: list[tuple[int, int]] = []
    measured = run_job("raw", {"library": str(home), "block": 2}, lambda done, total: told.append((done, total)))
    assert told == [(2, 4), (4, 4)]
    assert measured.counts["papers"] == 4
    assert measured.counts["passages"] >= 4
    assert measured.seconds["ingest"][0] > 0
    assert measured.cpu_seconds > 0
    assert measured.peak_bytes > 90_000_000  # the weights alone


def test_a_job_that_fails_says_what_its_process_said(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="exit code 1") as caught:
        run_job("search", {"home": str(tmp_path), "questions": str(tmp_path / "none.jsonl")}, lambda done, total: None)
    assert "none.jsonl" in str(caught.value)


def test_settings_of_the_user_do_not_reach_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_THREADS", "1")
    monkeypatch.setenv("vouch_llm", "openai:gpt-4o")
    given = environment(VOUCH_HOME="/somewhere")
    assert [name for name in given if name.upper().startswith("VOUCH_")] == ["VOUCH_HOME"]
    assert given["PATH"]


def test_what_was_measured_survives_the_way_through_json() -> None:
    measured = Measured({"ingest": [1.5]}, {"papers": 3}, cpu_seconds=2.5, peak_bytes=1000)
    assert Measured(**json.loads(measured.to_json())["measured"]) == measured


def test_the_search_job_times_every_question_in_every_way(home: Path) -> None:
    measured = run_job("search", {"home": str(home), "questions": str(DATA / "questions.jsonl")}, lambda done, total: None)
    assert measured.counts["papers"] == 4
    assert measured.counts["passages"] >= 4
    assert {len(seconds) for seconds in measured.seconds.values()} == {measured.counts["questions"]}
    assert all(second > 0 for seconds in measured.seconds.values() for second in seconds)
