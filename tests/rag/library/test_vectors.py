"""Vectors in Chroma: keys, neighbours, several processes at once, and files that a killed writer left torn."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.record import Passage
from rag.embedding import Vectors
from rag.errors import LibraryDamaged
from rag.library import chroma as module
from rag.library.chroma import is_whole
from rag.library.passages import key_of, passage_of
from rag.library.shared import SharedFolder
from rag.library.vectors import VectorStore

NAME = "test-collection"


def axes(*places: int) -> Vectors:
    """Unit vectors along the given axes of a space of eight dimensions."""
    return np.eye(8, dtype=np.float32)[list(places)]


def passages(*papers: str) -> list[Passage]:
    return [Passage(paper, n, 10 * n, 10 * n + 9, "") for n, paper in enumerate(papers)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[VectorStore]:
    opened = VectorStore(tmp_path / "chroma", NAME)
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Callable[[str], str]:
    """Runs Python lines in another process that has the store opened as `store`; returns what they print."""

    def run(lines: str) -> str:
        opening = "import numpy as np\nfrom pathlib import Path\nfrom rag.answering.record import Passage\n"
        opening += (
            f"from rag.library.vectors import VectorStore\nstore = VectorStore(Path({str(tmp_path / 'chroma')!r}), {NAME!r})\n"
        )
        done = subprocess.run([sys.executable, "-c", opening + lines], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.mark.parametrize(
    "paper",
    [
        "arxiv:2407.02833",
        "arxiv:cs/0112017",
        "abs:0f1e2d3c4b5a6978",
        "doi:10.1000/ab#c:1-2",
        "doi:10.1/a:b-c#1:2-3",
        "",
        "#",
        "-:-",
    ],
)
def test_a_key_names_its_passage(paper: str) -> None:
    assert passage_of(key_of(Passage(paper, 3, 120, 456, "text"))) == Passage(paper, 3, 120, 456, "")


@given(st.builds(Passage, st.text(), st.integers(0), st.integers(0), st.integers(0), st.just("")))
def test_any_key_names_its_passage(passage: Passage) -> None:
    assert passage_of(key_of(passage)) == passage


def test_the_key_is_as_described() -> None:
    assert key_of(Passage("doi:10.1/x", 0, 5, 99, "")) == "doi:10.1/x#0:5-99"


def test_the_nearest_comes_first_with_its_cosine(store: VectorStore) -> None:
    store.put(passages("bees", "tides", "ice"), axes(0, 1, 2))
    question = np.array([0.6, 0.8, 0, 0, 0, 0, 0, 0], np.float32)
    found = store.nearest(question, 2)
    assert [passage.paper_id for passage, _ in found] == ["tides", "bees"]
    assert [cosine for _, cosine in found] == pytest.approx([0.8, 0.6], abs=1e-5)
    assert found[0][0] == Passage("tides", 1, 10, 19, "")


def test_what_lies_around_comes_with_its_own_vectors_also_when_asked_again(store: VectorStore) -> None:
    store.put(passages("a", "b", "c"), axes(0, 1, 2))
    for question, first in ((0, "a"), (1, "b"), (0, "a")):
        found, vectors = store.around(axes(question)[0], 2)
        assert [found[0].paper_id, len(found)] == [first, 2]
        assert np.array_equal(vectors[0], axes(question)[0])


def test_a_vector_that_another_process_replaced_is_read_anew(store: VectorStore, elsewhere: Callable[[str], str]) -> None:
    store.put(passages("a", "b"), axes(0, 1))
    store.around(axes(0)[0], 2)
    elsewhere("store.put([Passage('a', 0, 0, 9, '')], np.eye(8, dtype=np.float32)[[5]])")
    found, vectors = store.around((axes(5)[0] + axes(1)[0] / 2) / np.float32(1.25) ** 0.5, 2)
    assert [passage.paper_id for passage in found] == ["a", "b"]
    assert np.array_equal(vectors, axes(5, 1))


def test_no_more_is_returned_than_there_is(store: VectorStore) -> None:
    assert store.nearest(axes(0)[0], 5) == []
    store.put(passages("bees"), axes(0))
    assert len(store.nearest(axes(0)[0], 5)) == 1
    assert store.nearest(axes(0)[0], 0) == []


def test_storing_again_replaces(store: VectorStore) -> None:
    store.put(passages("bees"), axes(0))
    store.put(passages("bees"), axes(3))
    assert store.count() == 1
    assert store.vectors_of(["bees#0:0-9", "unknown#0:0-9"]).keys() == {"bees#0:0-9"}
    assert np.allclose(store.vectors_of(["bees#0:0-9"])["bees#0:0-9"], axes(3)[0])


def test_a_record_is_never_changed_in_place(store: VectorStore, tmp_path: Path) -> None:
    """Chroma's graph may lose sight of a record when others beside it are changed: what is known is taken out first."""
    store.put(passages("bees"), axes(0))
    store.put(passages("bees", "tides"), axes(0, 1))
    with closing(sqlite3.connect(tmp_path / "chroma" / "chroma.sqlite3")) as db:
        log = db.execute("SELECT operation, id FROM embeddings_queue ORDER BY seq_id").fetchall()
    put, taken_out = 2, 3  # Chroma's codes
    assert log == [(put, "bees#0:0-9"), (taken_out, "bees#0:0-9"), (put, "bees#0:0-9"), (put, "tides#1:10-19")]


def test_nothing_stored_changes_nothing(store: VectorStore) -> None:
    store.put([], np.zeros((0, 8), np.float32))
    store.remove_papers([])
    assert store.keys() == []


def test_papers_are_removed_with_all_their_passages(store: VectorStore) -> None:
    store.put(passages("bees", "tides", "bees"), axes(0, 1, 2))
    store.remove_papers(["bees"])
    assert store.keys() == ["tides#1:10-19"]


def test_more_than_one_call_can_hold_is_stored(store: VectorStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SharedFolder, "page", 2)
    store.put(passages("a", "b", "c", "d", "e"), axes(0, 1, 2, 3, 4))
    assert store.keys() == ["a#0:0-9", "b#1:10-19", "c#2:20-29", "d#3:30-39", "e#4:40-49"]
    assert np.allclose(store.vectors_of(["e#4:40-49"])["e#4:40-49"], axes(4)[0])


def test_collections_do_not_mix(tmp_path: Path) -> None:
    """Vectors of two embedders have two collections, and may have two lengths."""
    one, two = VectorStore(tmp_path / "chroma", "minilm-one"), VectorStore(tmp_path / "chroma", "other-two")
    one.put(passages("bees"), axes(0))
    two.put(passages("tides"), np.ones((1, 3), np.float32))
    assert [p.paper_id for p, _ in one.nearest(axes(0)[0], 5)] == ["bees"]
    assert [p.paper_id for p, _ in two.nearest(np.ones(3, np.float32), 5)] == ["tides"]


def test_a_store_that_is_open_sees_what_another_process_adds(store: VectorStore, elsewhere: Callable[[str], str]) -> None:
    """A chat stays open while a terminal ingests, even where the chat began with an empty library."""
    assert store.nearest(axes(0)[0], 3) == []
    elsewhere("store.put([Passage('bees', 0, 0, 9, '')], np.eye(8, dtype=np.float32)[[0]])")
    assert [p.paper_id for p, _ in store.nearest(axes(0)[0], 3)] == ["bees"]
    elsewhere("store.put([Passage('tides', 0, 0, 9, '')], np.eye(8, dtype=np.float32)[[1]])")
    assert [p.paper_id for p, _ in store.nearest(axes(1)[0], 3)] == ["tides", "bees"]
    assert set(store.vectors_of(["tides#0:0-9"])) == {"tides#0:0-9"}


def test_writing_keeps_what_another_process_has_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: Callable[[str], str]
) -> None:
    """The index files are written whole; a writer that did not know of the other one's records would drop them."""
    monkeypatch.setattr(module, "UNWRITTEN", 100)
    store = VectorStore(tmp_path / "chroma", NAME)
    rows = np.random.default_rng(0).normal(size=(900, 8)).astype(np.float32)
    named = passages(*(f"p{n}" for n in range(900)))
    store.put(named[:300], rows[:300])
    theirs = "rows = np.random.default_rng(0).normal(size=(900, 8)).astype(np.float32)\n"
    theirs += "store.put([Passage(f'p{n}', n, 10 * n, 10 * n + 9, '') for n in range(300, 600)], rows[300:600])"
    elsewhere(theirs)
    store.put(named[600:], rows[600:])
    store.close()
    again = VectorStore(tmp_path / "chroma", NAME)
    assert [again.nearest(rows[n], 1)[0][0].paper_id for n in range(0, 900, 9)] == [f"p{n}" for n in range(0, 900, 9)]


def test_two_stores_of_one_process_see_each_other(tmp_path: Path) -> None:
    one, two = VectorStore(tmp_path / "chroma", NAME), VectorStore(tmp_path / "chroma", NAME)
    assert one.nearest(axes(0)[0], 1) == two.nearest(axes(0)[0], 1) == []
    one.put(passages("bees"), axes(0))
    assert len(two.nearest(axes(0)[0], 1)) == 1
    one.close()
    assert len(two.nearest(axes(0)[0], 1)) == 1


def test_searching_goes_on_while_vectors_are_stored(store: VectorStore) -> None:
    store.put(passages("first"), axes(0))
    failures: list[Exception] = []
    done = threading.Event()

    def search() -> None:
        while not done.is_set():
            try:
                assert store.nearest(axes(0)[0], 1)[0][1] == pytest.approx(1, abs=1e-5)
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for n in range(10):
        store.put([Passage(f"paper {n}", 0, 0, 9, "")], axes(1 + n % 7))
    done.set()
    for thread in threads:
        thread.join()
    assert not failures
    assert store.count() == 11


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with 300 vectors in written index files."""
    monkeypatch.setattr(module, "UNWRITTEN", 100)
    store = VectorStore(tmp_path / "chroma", NAME)
    store.put(passages(*(f"p{n}" for n in range(300))), np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32))
    store.close()
    assert list(tmp_path.glob("chroma/*/data_level0.bin"))
    return tmp_path / "chroma"


def test_files_that_a_killed_writer_left_whole_are_kept(written: Path) -> None:
    (written / "being-written").touch()
    assert VectorStore(written, NAME).count() == 300
    assert not (written / "being-written").exists()


def test_what_a_killed_writer_stored_last_is_found_by_those_that_had_the_library_open(
    tmp_path: Path, elsewhere: Callable[[str], str]
) -> None:
    """It died between storing and leaving its name, so that nothing but its mark tells of what it stored."""
    first, second = (VectorStore(tmp_path / "chroma", NAME) for _ in range(2))
    first.put(passages("bees"), axes(0))
    assert second.count() == 1
    elsewhere(
        "import os\n"
        "store._place._written = lambda: os._exit(0)\n"
        "store.put([Passage('tides', 0, 0, 9, '')], np.eye(8, dtype=np.float32)[[1]])\n"
    )
    assert (tmp_path / "chroma" / "being-written").exists()
    for store in (first, second):
        assert [passage.paper_id for passage, _ in store.nearest(axes(1)[0], 1)] == ["tides"]
        assert len(store.vectors_of(store.keys())) == 2
    first.put(passages("tides"), axes(1))
    assert [(passage.paper_id, cosine) for passage, cosine in second.nearest(axes(1)[0], 1)] == [("tides", 1.0)]


def test_files_that_a_killed_writer_left_torn_are_removed(written: Path) -> None:
    """Such files can end a whole process. The catalogue still has the papers, and the next ingest stores them again."""
    torn = shutil.copytree(written, written.parent / "torn")  # a place that Chroma, which wrote the files here, does not know
    (torn / "being-written").touch()
    for file in torn.glob("*/*.bin"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    store = VectorStore(torn, NAME)
    assert store.count() == 0
    store.put(passages("bees"), axes(0))
    assert len(store.nearest(axes(0)[0], 5)) == 1


@pytest.mark.parametrize("name", ["header.bin", "data_level0.bin", "length.bin", "link_lists.bin"])
def test_an_index_is_whole_when_its_files_have_the_lengths_its_header_gives(written: Path, name: str) -> None:
    index = next(written.glob("*/header.bin")).parent
    assert is_whole(index)
    file = index / name
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])
    assert not is_whole(index)


def test_an_error_of_chroma_is_told_as_ours(store: VectorStore) -> None:
    store.put(passages("bees"), axes(0))
    for read in (store.nearest, store.around):
        with pytest.raises(LibraryDamaged, match="cannot be read"):
            read(np.ones(3, np.float32), 1)


def test_a_write_that_fails_leaves_its_mark(store: VectorStore, tmp_path: Path) -> None:
    store.put(passages("bees"), axes(0))
    assert not (tmp_path / "chroma" / "being-written").exists()
    with pytest.raises(Exception, match="dimension"):
        store.put(passages("tides"), np.ones((1, 3), np.float32))
    assert (tmp_path / "chroma" / "being-written").exists()
    assert VectorStore(tmp_path / "chroma", NAME).count() == 1


def test_a_folder_that_holds_something_else_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(LibraryDamaged, match="cannot be read") as damaged:
        VectorStore(tmp_path / "chroma", NAME)
    assert "rebuilt from the catalogue" in damaged.value.remedy


def test_a_moved_folder_is_made_anew(written: Path) -> None:
    shutil.move(written, written.with_name("elsewhere"))
    assert VectorStore(written, NAME).count() == 0
    assert VectorStore(written.with_name("elsewhere"), NAME).count() == 300
