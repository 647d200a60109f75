"""Runs of the real command that are killed or interrupted, and started again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from eval import results, runs

Write = Callable[[str, str | bytes], Path]

ROWS = [json.loads(line) for line in (Path(__file__).parent / "data" / "questions.jsonl").read_text().splitlines()]


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "eval.cli", *map(str, words)]


def heed_interrupts() -> None:
    """A program started in the background of a shell ignores Ctrl-C, and so do its children, unless told otherwise."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_sigkill_at_several_moments_then_the_same_report(home: Path, write: Write, tmp_path: Path) -> None:
    rows = [{**row, "id": f"{row['id']}-{copy}"} for copy in range(10) for row in ROWS]
    file = write("many.jsonl", "\n".join(json.dumps(row) for row in rows))
    out = tmp_path / "killed"
    run_it = command("run", file, "--home", home, "--out")
    for moment in (1, 30):
        process = subprocess.Popen([*run_it, out], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while results.count_lines(out) < moment and process.poll() is None:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert moment <= results.count_lines(out)
    killed_at = results.count_lines(out)
    finish = subprocess.run([*run_it, out], capture_output=True, text=True, check=False)
    assert finish.returncode == 0, finish.stderr
    assert f"{killed_at} questions have their row already" in finish.stderr
    assert [row["id"] for row in results.read_rows(out)] == [row["id"] for row in rows]
    whole = subprocess.run([*run_it, tmp_path / "whole"], capture_output=True, text=True, check=False)
    assert (out / runs.SUMMARY).read_bytes() == (tmp_path / "whole" / runs.SUMMARY).read_bytes()
    assert finish.stdout == whole.stdout


def test_ctrl_c_says_how_to_go_on(home: Path, write: Write, tmp_path: Path) -> None:
    rows = [{**ROWS[0], "id": str(number)} for number in range(400)]
    file = write("many questions.jsonl", "\n".join(json.dumps(row) for row in rows))
    out = tmp_path / "out"
    process = subprocess.Popen(
        command("run", file, "--home", home, "--out", out),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509 -- it starts no thread and takes no lock
    )
    while results.count_lines(out) < 3 and process.poll() is None:
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate()
    assert process.returncode == 1
    assert stdout == ""
    assert "Traceback" not in stderr
    assert "of 400 questions have their row. To go on from there:" in stderr
    assert f"vouch eval run '{file}' --home {home} --out {out}" in stderr
