"""An ingest killed again and again at random moments ends as an undisturbed one, to the last bit of its vectors.

Short by default: one library, killed three times on its way. `EACH=1 KILLS=25 PAPERS=5000` makes 25 libraries, each killed once
and finished.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rag.assistant import Assistant
from tests.rag.library.contents import Contents, assert_same, assert_whole, contents

KILLS, PAPERS, SEED = (int(os.environ.get(name, default)) for name, default in (("KILLS", 3), ("PAPERS", 300), ("SEED", 1)))
AGAIN = "EACH" not in os.environ

INGEST = """
import sys
from pathlib import Path
from rag.assistant import Assistant
from rag.library import ingest, vectors
from rag.settings import Settings

ingest.READ_BATCH, ingest.BLOCK, ingest.COMMIT_BLOCKS, vectors.UNWRITTEN = 100, 20, 2, int(sys.argv[3])
with Assistant.open(Settings(home=Path(sys.argv[1]))) as assistant:
    assistant._embedder(), assistant.stores()
    print("begins", flush=True)
    assistant.ingest([sys.argv[2]])
"""


@pytest.fixture
def dump(tmp_path: Path, write_papers: Callable[..., Path]) -> Path:
    """Abstracts of one to four passages."""
    chance = random.Random(0)
    subjects = ["glaciers", "bees", "violins", "yeasts", "turbines", "chess"]
    papers = []
    for n in range(PAPERS):
        words = " ".join(
            f"At place {chance.randrange(10**6)} we measure {chance.choice(subjects)} for {chance.randrange(99)} days."
            for _ in range(chance.choice([1, 2, 5, 12]))
        )
        papers.append((f"Study {n} of {subjects[n % 6]}" if n % 3 else None, f"This is study {n}. {words}"))
    return write_papers(tmp_path / "papers.jsonl", papers)


def ingest(home: Path, dump: Path, seconds: float | None = None) -> float:
    """Ingest in a process of its own, killed after so many seconds; returns how many it took."""
    written = max(100, PAPERS // 10)  # records between two writings of Chroma's files, so that some kills meet one
    command = [sys.executable, "-c", INGEST, str(home), str(dump), str(written)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "begins\n", process.stderr.read()
        began = time.monotonic()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        assert process.wait() in (0, -signal.SIGKILL), process.stderr.read()
        return time.monotonic() - began


def test_killed_at_random_moments(tmp_path: Path, dump: Path, open_library: Callable[[Path], Assistant]) -> None:
    seconds = ingest(tmp_path / "whole", dump)
    with open_library(tmp_path / "whole") as assistant:
        whole = contents(assistant)
    chance = random.Random(SEED)
    home = tmp_path / "killed"
    left = []
    for _ in range(KILLS):
        ingest(home, dump, chance.uniform(0, seconds) / (KILLS if AGAIN else 1))
        with open_library(home) as assistant:
            left.append((assistant.count(), assistant.pending()))
        if not AGAIN:
            ingest(home, dump)
            compare(home, whole, open_library)
            shutil.rmtree(home)
    print(f"(papers, pending) after each kill: {left}")
    if AGAIN:
        ingest(home, dump)
        compare(home, whole, open_library)


def compare(home: Path, whole: Contents, open_library: Callable[[Path], Assistant]) -> None:
    with open_library(home) as assistant:
        held = contents(assistant)
        assert_whole(assistant)
    assert_same(held, whole)
    assert all(np.array_equal(held.vectors[key], whole.vectors[key]) for key in whole.keys)
