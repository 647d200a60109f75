"""An ingest killed again and again at random moments ends as an undisturbed one, to the last bit of its vectors.

Short by default: one library, killed twice on its way. `EACH=1 KILLS=25 PAPERS=5000` makes 25 libraries, each killed once
and finished.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from rag.assistant import Assistant
from rag.library import chroma, ingest
from tests.rag.library.contents import assert_same, assert_whole, contents

KILLS, PAPERS, SEED = (int(os.environ.get(name, default)) for name, default in (("KILLS", 2), ("PAPERS", 150), ("SEED", 1)))
EACH = "EACH" in os.environ

SIZES = {"READ_BATCH": 100, "BLOCK": 20, "COMMIT_BLOCKS": 2}
WRITTEN = max(50, PAPERS // 10)  # records between two writings of Chroma's files, so that some kills meet one

INGEST = f"""
import sys
from pathlib import Path
from rag.assistant import Assistant
from rag.library import chroma, ingest
from rag.settings import Settings

vars(ingest).update({SIZES})
chroma.UNWRITTEN = {WRITTEN}
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


def killed(home: Path, dump: Path, seconds: float) -> None:
    """Ingest in a process of its own, for so many seconds."""
    command = [sys.executable, "-c", INGEST, str(home), str(dump)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "begins\n", process.stderr.read()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        assert process.wait() in (0, -signal.SIGKILL), process.stderr.read()


def test_killed_at_random_moments(
    tmp_path: Path, dump: Path, open_library: Callable[[Path], Assistant], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, size in SIZES.items():
        monkeypatch.setattr(ingest, name, size)
    monkeypatch.setattr(chroma, "UNWRITTEN", WRITTEN)
    with open_library(tmp_path / "whole") as assistant:
        began = time.monotonic()
        assistant.ingest([dump])
        seconds = time.monotonic() - began
        whole = contents(assistant)

    chance = random.Random(SEED)
    homes = [tmp_path / f"killed-{n if EACH else 0}" for n in range(KILLS)]
    left = []
    for home in homes:
        killed(home, dump, chance.uniform(0, seconds) if EACH else chance.uniform(0.5, 1) * seconds / KILLS)
        with open_library(home) as assistant:
            left.append((assistant.count(), assistant.pending()))
    print(f"{seconds:.1f} s when undisturbed; (papers, pending) after each kill: {left}")

    for home in dict.fromkeys(homes):
        with open_library(home) as assistant:
            assistant.ingest([dump])
            held = contents(assistant)
            assert_whole(assistant)
        assert_same(held, whole)
        assert all(np.array_equal(held.vectors[key], whole.vectors[key]) for key in whole.keys)
