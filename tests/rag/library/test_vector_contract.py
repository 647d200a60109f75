"""What a vector store does, whether it lies in a folder, on a Chroma server or behind Chroma Cloud's client."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from rag.answering.record import Passage
from rag.embedding import Vectors
from rag.errors import LibraryError
from rag.library.server import ChromaServer
from rag.library.vectors import VectorStore
from tests.rag.library.chroma_run import ChromaRun

NAME = "test-collection"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaRun]:
    started = ChromaRun(tmp_path_factory.mktemp("server"))
    yield started
    started.kill()


@pytest.fixture(params=["folder", "server", "cloud"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path | ChromaServer:
    if request.param == "folder":
        return tmp_path / "chroma"
    server: ChromaRun = request.getfixturevalue("server")
    library = secrets.token_hex(4)
    if request.param == "server":
        return ChromaServer("127.0.0.1", server.port, ssl=False, library=library)
    # Chroma Cloud's client and its limits, against a server that speaks the same protocol and asks for no key.
    monkeypatch.setattr(ChromaServer, "is_cloud", property(lambda _: True))
    monkeypatch.setattr("rag.library.server.CLOUD_RECORDS", 3)
    return ChromaServer(
        "127.0.0.1", server.port, False, library, SecretStr("ck-any"), tenant="default_tenant", database="default_database"
    )


@pytest.fixture
def store(place: Path | ChromaServer) -> Iterator[VectorStore]:
    opened = VectorStore(place, NAME)
    yield opened
    opened.close()


def axes(*places: int) -> Vectors:
    """Unit vectors along the given axes of a space of eight dimensions."""
    return np.eye(8, dtype=np.float32)[list(places)]


def passages(*papers: str) -> list[Passage]:
    return [Passage(paper, n, 10 * n, 10 * n + 9, "") for n, paper in enumerate(papers)]


# --- the contract, over each kind of place ---------------------------------------------------------------------------------


def test_the_nearest_comes_first_with_its_cosine(store: VectorStore) -> None:
    store.put(passages("bees", "tides", "ice"), axes(0, 1, 2))
    question = np.array([0.6, 0.8, 0, 0, 0, 0, 0, 0], np.float32)
    found = store.nearest(question, 2)
    assert [passage for passage, _ in found] == [Passage("tides", 1, 10, 19, ""), Passage("bees", 0, 0, 9, "")]
    assert [cosine for _, cosine in found] == pytest.approx([0.8, 0.6], abs=1e-5)
    near, vectors = store.around(question, 2)
    assert (near, str(vectors.dtype)) == ([passage for passage, _ in found], "float32")
    assert np.allclose(vectors, axes(1, 0))


def test_an_empty_store_finds_nothing(store: VectorStore) -> None:
    assert store.nearest(axes(0)[0], 5) == []
    assert (store.count(), store.keys(), store.of_papers(["bees"]), store.vectors_of(["bees#0:0-9"])) == (0, [], [], {})
    near, vectors = store.around(axes(0)[0], 5)
    assert (near, vectors.shape) == ([], (0, 8))
    store.put([], np.zeros((0, 8), np.float32))
    store.remove_papers([])
    assert store.nearest(axes(0)[0], 0) == []


def test_storing_again_replaces(store: VectorStore) -> None:
    store.put(passages("bees"), axes(0))
    store.put(passages("bees"), axes(3))
    assert store.count() == 1
    assert np.allclose(store.vectors_of(["bees#0:0-9", "unknown#0:0-9"])["bees#0:0-9"], axes(3)[0])


def test_more_than_one_call_takes_or_gives(store: VectorStore) -> None:
    """Chroma Cloud stores and returns 300 records in a call, here 3."""
    store.put(passages("a", "b", "a", "c", "a", "b", "a"), axes(0, 1, 2, 3, 4, 5, 6))
    assert store.keys() == ["a#0:0-9", "a#2:20-29", "a#4:40-49", "a#6:60-69", "b#1:10-19", "b#5:50-59", "c#3:30-39"]
    assert sorted(p.index for p, _ in store.of_papers(["a", "c", "nobody", "neither"])) == [0, 2, 3, 4, 6]
    assert len(store.vectors_of(store.keys())) == 7
    assert len(store.nearest(axes(0)[0], 50)) in (3, 7)
    store.remove_papers(["x", "y", "z", "a"])
    assert store.keys() == ["b#1:10-19", "b#5:50-59", "c#3:30-39"]


def test_clearing_and_dropping(place: Path | ChromaServer, store: VectorStore) -> None:
    other = VectorStore(place, "other-collection")
    other.put(passages("tides"), np.ones((1, 3), np.float32))
    store.put(passages("bees"), axes(0))
    store.clear()
    assert (store.count(), other.count()) == (0, 1)
    store.put(passages("bees"), np.ones((1, 3), np.float32))  # vectors of another length: it is a new collection
    store.release()
    other.close()
    store.drop("other-collection")
    store.drop("never-made")
    again = VectorStore(place, "other-collection")
    assert (again.count(), store.count()) == (0, 1)
    again.close()


def test_stores_of_one_place_see_each_other(place: Path | ChromaServer, store: VectorStore) -> None:
    other = VectorStore(place, NAME)
    store.put(passages("bees"), axes(0))
    assert [p.paper_id for p, _ in other.nearest(axes(0)[0], 1)] == ["bees"]
    other.clear()
    assert store.nearest(axes(0)[0], 1) == []
    other.put(passages("tides"), axes(1))
    assert [p.paper_id for p, _ in store.nearest(axes(1)[0], 1)] == ["tides"]
    other.close()


def test_a_wrong_length_is_told_as_ours(store: VectorStore) -> None:
    store.put(passages("bees"), axes(0))
    for call in (lambda: store.nearest(np.ones(3, np.float32), 1), lambda: store.put(passages("x"), np.ones((1, 3), np.float32))):
        with pytest.raises(LibraryError, match="dimension"):
            call()
