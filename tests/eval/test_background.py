"""Runs in processes of their own: a real one is started, stopped and resumed; the rest is read from files made by hand."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from eval.background import (
    LAUNCH,
    LOG,
    Launch,
    State,
    birth,
    command,
    deaf,
    discard,
    message,
    new_folder,
    read_launch,
    start,
    state_of,
    stop,
)
from eval.errors import RunBusy, RunError
from eval.watching import Seen, Watch

SAMPLE = Path(__file__).parents[2] / "eval" / "sets" / "sample.jsonl"
LAUNCHED = Launch("/sets/birds.jsonl", "extractive", 3)


def wait(ready: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def written(folder: Path, launch: Launch, log: str = "") -> Path:
    folder.mkdir(parents=True)
    (folder / LAUNCH).write_text(json.dumps(asdict(launch)), encoding="utf-8")
    (folder / LOG).write_text(log, encoding="utf-8")
    return folder


def test_the_command_says_all_that_was_chosen(tmp_path: Path) -> None:
    launch = Launch("/sets/birds.jsonl", "openai:x", 9, ("answer_words=60",), sample=9, seed=4, max_cost=0.5)
    words = command(tmp_path, tmp_path / "run", launch, retry_failed=True)
    assert words[4:] == [
        *("eval", "run", "/sets/birds.jsonl", "--llm", "openai:x", "--out", str(tmp_path / "run"), "--home", str(tmp_path)),
        *("--sample", "9", "--max-cost", "0.5", "--setting", "answer_words=60", "--seed", "4", "--retry-failed"),
    ]


def test_a_folder_is_named_by_set_and_back_end_and_is_never_taken_twice(tmp_path: Path) -> None:
    launch = Launch("/sets/birds & more.jsonl", "openai:gpt/4", 1)
    first = new_folder(tmp_path, launch, dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC))
    assert first == tmp_path / "runs" / "birds-more-openai-gpt-4-20260102-030405"
    first.mkdir(parents=True)
    assert new_folder(tmp_path, launch, dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)).name == first.name + "-2"


def test_a_process_is_known_by_its_birth_and_gone_when_it_has_ended(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        born = birth(process.pid)
        assert born
        here = written(tmp_path / "here", Launch("a", "b", 1, pid=process.pid, born=born))
        another = written(tmp_path / "another", Launch("a", "b", 1, pid=process.pid, born=f"{born}1"))
        assert state_of(here) is State.RUNNING
        assert state_of(another) is State.STOPPED  # the number belongs to somebody else by now
        with pytest.raises(RunBusy):
            discard(here)
        process.communicate(b"\n")
    assert birth(process.pid) is None
    assert state_of(here) is State.STOPPED


def test_what_a_failed_process_said_is_kept(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", LAUNCHED, "Fields not used: x.\nvouch: No key.\nSet OPENAI_API_KEY.\x1b[2J\n")
    assert state_of(folder) is State.FAILED
    assert message(folder) == "No key.\nSet OPENAI_API_KEY."
    bug = written(tmp_path / "bug", LAUNCHED, "Traceback (most recent call last):\n  File …\nValueError: five\n")
    assert message(bug) == "ValueError: five"


def test_a_run_whose_money_ran_out_was_stopped(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", LAUNCHED, "Stopped: the budget of $1 leaves no room. 3 questions were not asked.\n")
    assert state_of(folder) is State.STOPPED
    assert message(folder).startswith("the budget of $1")


def test_only_a_run_is_discarded(tmp_path: Path) -> None:
    folder = written(tmp_path / "run", LAUNCHED)
    discard(folder)
    assert not folder.exists()
    tmp_path.joinpath("mine").mkdir()
    with pytest.raises(RunError, match="holds no run"):
        discard(tmp_path / "mine")


def test_the_watch_counts_whole_rows_once(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    assert watch.look() == Seen()
    row = {"id": "a", "kind": "x", "question": "Why?", "error": None, "answer": {"cost": 0.25}}
    failed = {"id": "b", "kind": "x", "question": "How?", "error": {"message": "no"}, "answer": None}
    lines = [json.dumps(row) + "\n", json.dumps(failed) + "\n"]
    results = tmp_path / "results.jsonl"
    results.write_text(lines[0] + lines[1][:20], encoding="utf-8")
    assert watch.look() == Seen(1, 0, 0.25, "Why?")
    results.write_text("".join(lines), encoding="utf-8")
    assert watch.look() == Seen(2, 1, 0.25, "How?")
    results.write_text(lines[0], encoding="utf-8")  # the failed one is asked again
    assert watch.look() == Seen(1, 0, 0.25, "Why?")


def test_a_run_is_started_stopped_and_resumed(home: Path, tmp_path: Path) -> None:
    launch = Launch(str(SAMPLE), "extractive", 30)
    folder = tmp_path / "run"
    begun = start(home, folder, launch)
    assert begun.pid != os.getpid()
    assert os.getsid(begun.pid) == begun.pid  # not ours: it does not end with us
    with pytest.raises(RunBusy):
        start(home, folder, launch)
    watch = Watch(folder)
    wait(lambda: watch.look().done >= 1)
    stop(folder)
    wait(lambda: state_of(folder) not in (State.RUNNING, State.STOPPING))
    before = watch.look().done
    if before == 30:
        pytest.skip("the machine was too quick to be stopped")
    assert state_of(folder) is State.STOPPED
    again = start(home, folder, read_launch(folder) or launch)
    assert again.before == before
    wait(lambda: state_of(folder) is State.FINISHED)
    assert watch.look().done == 30


def test_a_process_that_ignores_ctrl_c_is_known() -> None:
    with subprocess.Popen(["sh", "-c", "trap '' INT; echo ready; read line"], stdin=-1, stdout=-1) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        assert deaf(process.pid) is Path("/proc/self/status").exists()
        process.communicate(b"\n")
    assert not deaf(process.pid)
