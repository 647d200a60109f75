"""The command as a process of its own: when it leaves at once, every row, the summary and what it prints are there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from eval import results, runs
from tests.fakes.llm_server import LLMServer, Reply, Request, Say, Status

Write = Callable[[str, str | bytes], Path]

VOUCH = """
import atexit, sys
from rag.cli import main
atexit.register(print, "taken to pieces")
main()
"""


def vouch(*words: object, url: str) -> subprocess.CompletedProcess[str]:
    """`vouch eval run` with a model at `url`, three questions in flight; says so where it takes itself to pieces."""
    env = {**os.environ, "VOUCH_LLM_BASE_URL": f"{url}/v1", "VOUCH_LLM_RETRIES": "0"}
    given = ["--llm", "openai-compatible:m", "--concurrency", "3", "--retries", "0"]
    command = [sys.executable, "-c", VOUCH, "eval", "run", *map(str, words), *given]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


@pytest.mark.parametrize("failing", [False, True])
def test_it_leaves_at_once_with_every_row_written(home: Path, write: Write, tmp_path: Path, failing: bool) -> None:
    rows = [{"id": f"q{n}", "question": "How do honeybees find their way home?"} for n in range(30)]
    file, out = write("many.jsonl", "\n".join(map(json.dumps, rows))), tmp_path / "out"

    def reply(_: Request) -> Reply:
        return Status(500) if failing and len(server.requests) == 30 else Say("NOT-IN-LIBRARY")

    with LLMServer(reply) as server:
        done = vouch(file, "--home", home, "--out", out, url=server.url)
    assert done.returncode == 0, done.stderr
    assert "taken to pieces" not in done.stdout
    assert sorted(row["id"] for row in results.read_rows(out)) == sorted(row["id"] for row in rows)
    assert results.repair(out) == 0  # no half row
    summary = json.loads((out / runs.SUMMARY).read_text())
    assert (summary["overall"]["questions"], summary["overall"]["failures"]) == (30, int(failing))
    assert "question: 30 questions" in done.stdout
    assert done.stderr.rstrip().splitlines()[-1 - failing] == f"Results: {out}"


def test_a_bad_row_is_told_by_the_exit_code(home: Path, write: Write, tmp_path: Path) -> None:
    file = write("bad.jsonl", '{"question": "Do bees dance?"}\nnot json\n')
    with LLMServer(Say("NOT-IN-LIBRARY")) as server:
        done = vouch(file, "--home", home, "--out", tmp_path / "out", url=server.url)
    assert done.returncode == 1
    assert "1 rows cannot be used; 1 can." in done.stderr
    assert len(list(results.read_rows(tmp_path / "out"))) == 1
