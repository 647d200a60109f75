"""A sync or a reindex killed at any moment, and run again, gives the library of an undisturbed one."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.assistant import Assistant
from tests.rag.library.contents import Contents, assert_same, assert_whole, contents

Open = Callable[[Path], Assistant]

# The process kills itself, so that the moment is the same every time.
PROGRAM = """
import os, signal, sys
from pathlib import Path
from rag.assistant import Assistant
from rag.library import ingest, reindex, removal, sync
from rag.library.keywords import KeywordIndex
from rag.library.vectors import VectorStore
from rag.settings import Settings

ingest.READ_BATCH, ingest.BLOCK, ingest.COMMIT_BLOCKS = 4, 4, 1
work, home, folder, moment, done = sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5])

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

def progress(event):
    if (event.stage, event.done) == (moment, done):
        die()

if moment == "leaving":  # written down what leaves, and nothing else
    sync.settle = die
if moment == "gone from Chroma":
    KeywordIndex.remove = die
if moment == "gone from both":
    removal._purge = die
if moment == "about to be emptied":
    VectorStore.clear = die
if moment == "Chroma emptied":
    KeywordIndex.clear = die
if moment == "both emptied":
    reindex.cleared = die
with Assistant.open(Settings(home=home)) as assistant:
    if work == "sync":
        assistant.sync(folder, progress=progress)
    else:
        assistant.reindex(progress=progress)
"""
SYNCS = {
    "while files are read": ("reading", 8),
    "before anything has left": ("leaving", 0),
    "between the two stores": ("gone from Chroma", 0),
    "between stores and catalogue": ("gone from both", 0),
    "while new papers are embedded": ("embedding", 4),
}
REINDEXES = {
    "before anything is emptied": ("about to be emptied", 0),
    "between the two stores": ("Chroma emptied", 0),
    "while papers are embedded": ("embedding", 8),
}


def write(file: Path, numbers: range, extra: str = "") -> None:
    rows = [
        {
            "title": f"Study of site {n}",
            "authors": ["A. Noether"],
            "year": 2024,
            "abstract": f"We study site {n}. We find {n * 7} stones.{extra}",
        }
        for n in numbers
    ]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory, open_library: Open) -> Path:
    """A library in step with a folder whose files have changed since: some papers are new, rewritten, moved, or gone."""
    place = tmp_path_factory.mktemp("before")
    folder = place / "papers"
    folder.mkdir()
    write(folder / "a.jsonl", range(8))
    write(folder / "b.jsonl", range(8, 14))
    write(folder / "c.jsonl", range(12, 20))
    with open_library(place / "home") as assistant:
        assert assistant.sync(folder).papers == 20
    write(folder / "a.jsonl", range(2, 8), " It rained.")
    (folder / "b.jsonl").unlink()
    write(folder / "d.jsonl", range(19, 30))
    return place


@pytest.fixture(scope="module")
def synced(before: Path, tmp_path_factory: pytest.TempPathFactory, open_library: Open) -> Contents:
    """What the library holds after a sync to which nothing happens."""
    home = tmp_path_factory.mktemp("undisturbed") / "home"
    shutil.copytree(before / "home", home)
    with open_library(home) as assistant:
        report = assistant.sync(before / "papers")
        assert (report.new, report.removed, report.papers) == (10, 6, 24)
        assert_whole(assistant)
        return contents(assistant)


def killed(*words: str) -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM, *words], capture_output=True, text=True, check=False)
    assert run.returncode == -signal.SIGKILL, run.stderr


@pytest.mark.parametrize("moment", SYNCS)
def test_a_sync_killed(moment: str, before: Path, tmp_path: Path, open_library: Open, synced: Contents) -> None:
    home, folder = tmp_path / "home", before / "papers"
    shutil.copytree(before / "home", home)
    killed("sync", str(home), str(folder), *map(str, SYNCS[moment]))
    with open_library(home) as assistant:
        for hit in assistant.search("site 3 stones", 5):  # whatever is there by now is quoted right
            assert hit.passage.text == hit.paper.abstract[hit.passage.start : hit.passage.end]
            assert hit.passage.text
        assistant.sync(folder)
        assert_whole(assistant)
        assert_same(contents(assistant), synced)


@pytest.mark.parametrize("moment", REINDEXES)
def test_a_reindex_killed(moment: str, before: Path, tmp_path: Path, open_library: Open) -> None:
    home = tmp_path / "home"
    shutil.copytree(before / "home", home)
    with open_library(home) as assistant:
        undisturbed = contents(assistant)
    killed("reindex", str(home), "", *map(str, REINDEXES[moment]))
    with open_library(home) as assistant:
        assistant.reindex()
        assert_whole(assistant)
        assert_same(contents(assistant), undisturbed)
