"""Twenty kills at random moments: the report is that of a run nobody killed, and no question has two rows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from eval import results, runner, runs
from eval.questions import load_questions
from rag.settings import Settings

Write = Callable[[str, str | bytes], Path]
HERE = Path(__file__).parent
KILLS = 20


def test_twenty_kills_at_random_moments(home: Path, write: Write, tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (HERE / "data" / "questions.jsonl").read_text().splitlines()]
    many = [{**row, "id": f"{row['id']}-{copy}"} for copy in range(20) for row in rows]
    file = write("many.jsonl", "\n".join(map(json.dumps, many)))
    out = tmp_path / "killed"
    with runner.open_assistant(Settings.load(home=home)) as assistant:
        runner.run(load_questions(file), assistant, tmp_path / "whole")
    command = [sys.executable, HERE / "kill_runs.py", file, home, out, tmp_path / "whole", str(KILLS), "7"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, cwd=HERE.parents[1])
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["last"] == 0, done.stderr
    counts = [count for count, _ in told["moments"]]
    assert len(counts) == KILLS
    assert counts == sorted(counts)
    assert counts[0] < len(many)
    ids = [row["id"] for row in results.read_rows(out)]
    assert sorted(ids) == sorted(row["id"] for row in many)  # each once
    assert (out / runs.SUMMARY).read_bytes() == (tmp_path / "whole" / runs.SUMMARY).read_bytes()
