"""A disk that fills up, and a library that may only be read: told in words, nothing damaged, and it goes on afterwards."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from rag.assistant import Assistant
from rag.errors import LibraryError, LibraryLocked
from rag.library import chroma as chroma_module
from rag.library import disk
from tests.rag.library.contents import Contents, assert_same, assert_whole, contents

Open = Callable[[Path], Assistant]
Mount = Callable[..., None]
PAPERS = 210
BEES = "How do honey bees tell each other where food is?"


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Mounts something onto a folder, or mounts it otherwise; undone at the end."""
    folders: list[Path] = []

    def on(folder: Path, *options: str) -> None:
        done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
        if folder not in folders:
            folders.append(folder)

    yield on
    for folder in folders:
        subprocess.run(["umount", "-l", str(folder)], check=False)


# --- a full disk -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory, write_papers: Callable[..., Path]) -> Path:
    subjects = ["glaciers", "bees", "violins", "yeasts"]
    papers = [(f"Study {n}", f"We study {subjects[n % 4]} at site {n}. We find {n * 7} of them.") for n in range(PAPERS)]
    return write_papers(tmp_path_factory.mktemp("dump") / "papers.jsonl", papers)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, open_library: Open, dump: Path) -> tuple[Contents, int]:
    """What the library holds where there is room, and the bytes that it takes."""
    home = tmp_path_factory.mktemp("undisturbed")
    with open_library(home) as assistant:
        assistant.ingest([dump])
        held = contents(assistant)
    return held, sum(file.stat().st_size for file in home.rglob("*") if file.is_file())


@pytest.mark.parametrize("share", [0.4, 0.8])
def test_an_ingest_that_fills_the_disk(
    share: float,
    tmp_path: Path,
    mount: Mount,
    open_library: Open,
    dump: Path,
    undisturbed: tuple[Contents, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At its worst: nothing is kept in reserve, so that any of the three stores may meet the end of the disk."""
    whole, size = undisturbed
    monkeypatch.setattr(disk, "RESERVE", 0)
    monkeypatch.setattr(chroma_module, "UNWRITTEN", 100)  # index files are written on the way
    mount(tmp_path, "-t", "tmpfs", "-o", f"size={int(size * share)}", "tmpfs")
    with open_library(tmp_path / "home") as assistant:
        for _ in range(2):
            with pytest.raises(LibraryError, match="is full") as failure:
                assistant.ingest([dump])
            assert "run `vouch ingest` again: it goes on where it stopped" in failure.value.remedy
        mount(tmp_path, "-o", "remount,size=100m")
        assistant.ingest([dump])
        assert_whole(assistant)
        assert_same(contents(assistant), whole)
    with open_library(tmp_path / "home") as assistant:
        assert_same(contents(assistant), whole)
        assert assistant.search("violins at site 202", 1)[0].paper.title == "Study 202"


def test_room_is_kept_in_reserve(tmp_path: Path, open_library: Open, dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_library(tmp_path) as assistant:
        with monkeypatch.context() as crowded:
            crowded.setattr(disk, "RESERVE", 2**60)
            with pytest.raises(LibraryError, match=r"is nearly full: [0-9]+ MB free, [0-9]+ MB must stay so") as failure:
                assistant.ingest([dump])
            assert "move the library and set VOUCH_HOME" in failure.value.remedy
            assert (assistant.count(), assistant.pending()) == (PAPERS, PAPERS)
            assert [hit.paper.title for hit in assistant.search("violins at site 202", 1)] in ([], ["Study 202"])
        assert assistant.ingest([dump]).unchanged == PAPERS
        assert_whole(assistant)


# --- a library that may only be read -----------------------------------------------------------------------------------------


@pytest.fixture
def read_only(small_home: Path, tmp_path: Path, mount: Mount) -> Path:
    """The library of SMALL, mounted for reading at another place."""
    place = tmp_path / "library"
    place.mkdir()
    mount(place, "--bind", str(small_home))
    mount(place, "-o", "remount,ro,bind")
    return place


def test_a_library_that_may_only_be_read_answers(
    read_only: Path, small: Assistant, open_library: Open, write_papers: Callable[..., Path], tmp_path: Path
) -> None:
    more = write_papers(tmp_path / "more.jsonl", [("Walrus", "Walruses rest on ice.")])
    before = set(read_only.rglob("*"))
    with open_library(read_only) as assistant:
        assert assistant.search(BEES) == small.search(BEES)
        assert assistant.ask(BEES).text == small.ask(BEES).text
        assert (assistant.count(), assistant.library_fingerprint()) == (small.count(), small.library_fingerprint())
        for change in (lambda: assistant.ingest([more]), lambda: assistant.remove(["x"]), assistant.reindex):
            with pytest.raises(LibraryError, match=r"cannot be written to \(read-only file system\)") as refused:
                change()
            assert "Searching and asking go on" in refused.value.remedy
        temporary = assistant._home
        assert temporary != read_only
    assert not temporary.exists()
    assert set(read_only.rglob("*")) == before


def test_one_that_is_being_written_to_is_not_copied(read_only: Path, small_home: Path, open_library: Open) -> None:
    with FileLock(small_home / "write.lock"), pytest.raises(LibraryLocked, match="may only read it"):
        open_library(read_only)
    with open_library(read_only) as assistant:
        assert assistant.count() == 8


def test_an_empty_one_is_an_empty_library(tmp_path: Path, mount: Mount, open_library: Open) -> None:
    mount(tmp_path, "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs")
    with open_library(tmp_path) as assistant:
        assert (assistant.count(), assistant.search(BEES)) == (0, [])
        with pytest.raises(LibraryError, match="cannot be written to"):
            assistant.load_sample()


def test_one_that_an_ingest_left_half_done_is_searched_as_it_is(
    tmp_path: Path, mount: Mount, open_library: Open, dump: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with open_library(home) as assistant, monkeypatch.context() as crowded:
        crowded.setattr(disk, "RESERVE", 2**60)
        with pytest.raises(LibraryError):
            assistant.ingest([dump])
    mount(home, "--bind", str(home))
    mount(home, "-o", "remount,ro,bind")
    with open_library(home) as assistant:
        assert assistant.search("violins at site 202") == []
        assert assistant.pending() == PAPERS


def test_no_room_for_the_copy_is_told(
    read_only: Path, open_library: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(LibraryError, match="cannot be copied to a temporary folder") as failure:
        open_library(read_only)
    assert "TMPDIR" in failure.value.remedy


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, mount: Mount, open_library: Open) -> None:
    mount(tmp_path, "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs")
    with pytest.raises(LibraryError, match="cannot be used as the library's folder"):
        open_library(tmp_path / "home")
