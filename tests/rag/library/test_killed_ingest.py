"""An ingest killed at any moment, and run again, gives the library of an undisturbed one."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from rag import opened as module
from rag.assistant import Assistant
from rag.embedding import Vectors
from rag.paper import Paper

PAPERS = 150  # with the sizes below: three reading batches, ten blocks, three commits on the way
RESUMABLE = 100  # pending papers that a search finishes
Open = Callable[[Path], Assistant]

# The process that ingests kills itself, so that the moment is the same every time. What its other thread, which stores,
# has done by then differs from run to run.
INGEST = """
import os, signal, sys
from pathlib import Path
from rag.assistant import Assistant
from rag.library import ingest
from rag.library.catalogue import Catalogue
from rag.library.keywords import KeywordIndex
from rag.settings import Settings

ingest.READ_BATCH, ingest.BLOCK, ingest.COMMIT_BLOCKS = 60, 15, 3
home, file, moment, done = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def progress(event):
    if (event.stage, event.done) == (moment, done):
        die()

if moment == "committing":  # tantivy has the papers, the catalogue does not know yet
    Catalogue.mark_indexed = die
if moment == "storing":  # Chroma has the first block, tantivy has nothing of it
    KeywordIndex.put = die
with Assistant.open(Settings(home=home)) as assistant:
    assistant.ingest([file], progress=progress)
"""
MOMENTS = {
    "while files are read": ("reading", 60),
    "after the first block": ("embedding", 15),
    "between the two stores": ("storing", 0),
    "between stores and catalogue": ("committing", 0),
    "in the middle": ("embedding", 90),
    "near the end": ("embedding", PAPERS),
}


@dataclass(frozen=True)
class Contents:
    """All a library holds."""

    papers: list[Paper]
    vectors: dict[str, Vectors]
    keywords: list[str]
    indexed: tuple[int, int]


def contents(assistant: Assistant) -> Contents:
    stores = assistant.stores()
    keys = stores.vectors.keys()
    vectors = stores.vectors.vectors_of(keys)
    assert sorted(vectors) == keys
    return Contents(
        list(stores.catalogue.papers()), vectors, stores.keywords.ids(), stores.catalogue.indexed_count(stores.index_name)
    )


def assert_same(one: Contents, other: Contents) -> None:
    assert one.papers == other.papers
    assert one.keywords == other.keywords
    assert one.indexed == other.indexed
    assert one.vectors.keys() == other.vectors.keys()
    assert max(1 - float(np.dot(one.vectors[key], other.vectors[key])) for key in one.vectors) < 1e-3


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory, write_papers: Callable[..., Path]) -> Path:
    """Short abstracts of one or two passages."""
    subjects = ["glaciers", "bees", "violins", "yeasts", "turbines", "chess"]
    papers = [
        (
            f"Study {n} of {subjects[n % 6]}" if n % 3 else None,
            f"We study {subjects[n % 6]} at site {n}. We find {n * 7} of them.",
        )
        for n in range(PAPERS)
    ]
    return write_papers(tmp_path_factory.mktemp("dump") / "papers.jsonl", papers)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, open_library: Open, dump: Path) -> Contents:
    """What the library holds when nothing happens."""
    with open_library(tmp_path_factory.mktemp("undisturbed")) as assistant:
        report = assistant.ingest([dump])
        whole = contents(assistant)
    assert (report.new, len(whole.papers), len(whole.keywords), whole.indexed[0]) == (PAPERS,) * 4
    assert len(whole.vectors) == whole.indexed[1] == report.passages
    return whole


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_ingest_killed(
    moment: str, tmp_path: Path, dump: Path, open_library: Open, undisturbed: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RESUMABLE", RESUMABLE)
    stage, done = MOMENTS[moment]
    home = tmp_path / "home"
    command = [sys.executable, "-c", INGEST, str(home), str(dump), stage, str(done)]
    killed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    with open_library(home) as assistant:
        left = assistant.pending()
        assert left > 0
        hits = assistant.search("site 100", 5)  # works with what is there; few enough papers are finished on the way
        assert all(hit.passage.text == hit.paper.abstract[hit.passage.start : hit.passage.end] for hit in hits)
        assert assistant.pending() == (0 if left <= RESUMABLE else left)
        report = assistant.ingest([dump])
        assert report.skipped == ()
        assert assistant.pending() == 0
        assert_same(contents(assistant), undisturbed)
        assert assistant.search("site 100", 1)[0].paper.abstract.startswith("We study")


def test_killing_it_twice_ends_the_same(tmp_path: Path, dump: Path, open_library: Open, undisturbed: Contents) -> None:
    home = tmp_path / "home"
    for stage, done in [("reading", 120), ("embedding", 75)]:
        command = [sys.executable, "-c", INGEST, str(home), str(dump), stage, str(done)]
        assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    with open_library(home) as assistant:
        assistant.ingest([dump])
        assert_same(contents(assistant), undisturbed)
