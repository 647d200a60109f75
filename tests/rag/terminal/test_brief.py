"""A command that asks one question ends its process at once, and loses nothing by that."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.settings import Settings
from rag.terminal.brief import Ending, brief

PAPERS = [
    {
        "title": f"Bees of valley {n}",
        "abstract": f"Honey bees of valley {n} dance where food is. Rain keeps them in for {n} hours.",
    }
    for n in range(1, 31)
]


@pytest.fixture
def home(tmp_path: Path, open_library: Callable[[Path], Assistant]) -> Path:
    """A library of thirty papers."""
    (tmp_path / "bees.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS), encoding="utf-8")
    with open_library(tmp_path / "home") as assistant:
        assistant.ingest([tmp_path / "bees.jsonl"])
    return tmp_path / "home"


def run(home: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-m", "rag.cli", "--home", str(home), *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=home.parent, env={**os.environ})


def test_all_that_a_search_found_reaches_a_pipe(home: Path) -> None:
    done = run(home, "search", "--limit", "30", "--json", "Where do bees find food?")
    assert (done.returncode, done.stderr) == (0, "")
    assert {row["paper"]["title"] for row in json.loads(done.stdout)} == {paper["title"] for paper in PAPERS}


def test_an_answer_is_kept_before_the_process_ends(home: Path) -> None:
    asked = run(home, "ask", "How long does rain keep the bees of valley 7 in?")
    assert asked.returncode == 0
    assert "7 hours" in asked.stdout
    listed = run(home, "answers", "list")
    assert "valley 7" in listed.stdout


def test_without_an_ending_the_library_is_closed(home: Path) -> None:
    settings = Settings.load(home=home, _env_file=None)
    with brief(settings, None) as assistant:
        assert assistant.count() == 30
    ending = Ending()
    with pytest.raises(KeyboardInterrupt), brief(settings, ending):
        raise KeyboardInterrupt
    assert not ending.at_once
    ending.leave(0)  # does nothing: the process goes on
