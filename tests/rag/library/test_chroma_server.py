"""Vectors on a Chroma server: shared by libraries, killed in the middle of things, silent, missing, and named by the settings."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from pydantic import SecretStr

from rag.answering.record import Passage
from rag.assistant import Assistant
from rag.errors import LibraryError, SettingsError
from rag.library import chroma as module
from rag.library import ingest as ingest_module
from rag.library.report import IngestProgress
from rag.library.server import ChromaServer
from rag.library.vectors import VectorStore
from rag.settings import Settings
from tests.rag.library.chroma_run import ChromaRun

NAME = "test-collection"
KEY = "ck-very-secret-123"
AXES = np.eye(8, dtype=np.float32)
BEES = [Passage("bees", 0, 0, 9, "")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaRun]:
    started = ChromaRun(tmp_path_factory.mktemp("server"))
    yield started
    started.kill()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ChromaRun]:
    """A server that the test may kill."""
    started = ChromaRun(tmp_path / "server")
    yield started
    started.kill()


def test_libraries_share_a_server_without_mixing(server: ChromaRun) -> None:
    one, two = (VectorStore(ChromaServer("127.0.0.1", server.port, False, library), NAME) for library in ("0000aaaa", "0000bbbb"))
    one.put(BEES, AXES[:1])
    assert two.count() == 0
    two.clear()
    assert one.count() == 1


OpenServed = Callable[[Path, str], Assistant]


@pytest.fixture
def open_served(open_library: Callable[..., Assistant]) -> OpenServed:
    """Opens the library in a folder with its vectors on a server."""

    def open_folder(home: Path, url: str) -> Assistant:
        local = open_library(home)
        served = Assistant.open(Settings.load(home=home, chroma_url=url, _env_file=None))
        served._opened_embedder = local._opened_embedder
        local.close()
        return served

    return open_folder


@pytest.fixture
def dump(tmp_path: Path, write_papers: Callable[..., Path]) -> Path:
    subjects = ["bees", "tides", "glaciers", "violins"]
    papers = [(f"Study {n}", f"We study {subjects[n % 4]} at place {n}. We find {7 * n} of them.") for n in range(24)]
    return write_papers(tmp_path / "dump.jsonl", papers)


def test_a_library_on_a_server_answers_as_one_in_a_folder(
    tmp_path: Path, server: ChromaRun, dump: Path, open_served: OpenServed, open_library: Callable[..., Assistant]
) -> None:
    with open_library(tmp_path / "local") as local, open_served(tmp_path / "served", server.url) as served:
        assert local.ingest([dump]).passages == served.ingest([dump]).passages
        assert not (tmp_path / "served" / "chroma").exists()
        question = "What was found at place 10?"
        assert [(h.paper.id, h.passage) for h in served.search(question)] == [
            (h.paper.id, h.passage) for h in local.search(question)
        ]
        assert served.ask(question).text == local.ask(question).text
        vectors = [library.stores().vectors for library in (local, served)]
        assert vectors[0].keys() == vectors[1].keys()


def test_changing_places_embeds_what_the_place_does_not_hold(
    tmp_path: Path, server: ChromaRun, dump: Path, open_served: OpenServed, open_library: Callable[..., Assistant]
) -> None:
    home = tmp_path / "home"
    more = dump.with_name("more.jsonl")
    more.write_text(
        dump.read_text(encoding="utf-8").splitlines()[3].replace("Study 3", "Study 99").replace("place 3", "place 99")
    )
    with open_library(home) as local:
        assert local.ingest([dump]).passages == 24
    with open_served(home, server.url) as served:
        assert served.pending() == 24
        assert served.ingest([more]).passages == 25
    with open_library(home) as local:  # back again: it lacks the one that came meanwhile
        assert local.pending() == 1
        assert local.search("violins at place 99", 1)[0].paper.title == "Study 99"
        assert local.pending() == 0
    with open_served(home, server.url) as served:
        assert served.pending() == 0


def test_a_server_killed_in_mid_ingest(
    tmp_path: Path, own_server: ChromaRun, dump: Path, open_served: OpenServed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest_module, "BLOCK", 2)
    monkeypatch.setattr(ingest_module, "COMMIT_BLOCKS", 2)

    def kill_half_way(event: IngestProgress) -> None:
        if (event.stage, event.done) == ("embedding", 12):
            own_server.kill()

    with open_served(tmp_path / "home", own_server.url) as assistant:
        with pytest.raises(LibraryError, match=f"server at {own_server.url} cannot be reached") as failure:
            assistant.ingest([dump], progress=kill_half_way)
        assert "`vouch ingest` goes on where it stopped" in failure.value.remedy
        assert (assistant.count(), 0 < assistant.pending() < 24) == (24, True)
        own_server.start()
        report = assistant.ingest([dump])
        assert (report.unchanged, assistant.pending()) == (24, 0)
        stores = assistant.stores()
        assert (len(stores.keywords.ids()), stores.vectors.count()) == (24, stores.catalogue.indexed_count(stores.index_name)[1])
        assert assistant.search("glaciers at place 22", 1)[0].paper.title == "Study 22"


def test_a_server_killed_between_questions(tmp_path: Path, own_server: ChromaRun, dump: Path, open_served: OpenServed) -> None:
    """No answer comes from keywords alone: it would differ without saying so, and no figure of an evaluation would show why."""
    with open_served(tmp_path / "home", own_server.url) as assistant:
        assistant.ingest([dump])
        before = assistant.search("bees at place 8")
        own_server.kill()
        for call in (assistant.search, assistant.ask):
            with pytest.raises(LibraryError, match="cannot be reached") as failure:
                call("bees at place 8")
            assert "VOUCH_CHROMA_URL" in failure.value.remedy
        own_server.start()
        assert assistant.search("bees at place 8") == before


def test_a_server_killed_while_it_is_asked(own_server: ChromaRun) -> None:
    store = VectorStore(ChromaServer("127.0.0.1", own_server.port, False, "0000ffff"), NAME)
    own_server.signal(signal.SIGSTOP)
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(store.nearest, AXES[0], 1)
        time.sleep(0.3)  # time for the question to be on its way
        own_server.kill()
        with pytest.raises(LibraryError, match="cannot be reached"):
            asked.result()


def test_a_server_that_stands_still_is_given_up(
    tmp_path: Path, own_server: ChromaRun, open_served: OpenServed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SERVER_SECONDS", 0.5)
    monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
    place = ChromaServer("127.0.0.1", own_server.port, False, "0000cccc")
    store = VectorStore(place, NAME)
    own_server.signal(signal.SIGSTOP)
    with pytest.raises(LibraryError, match="did not answer in time"):
        store.nearest(AXES[0], 1)
    with pytest.raises(LibraryError, match="did not answer in time"):
        VectorStore(place, NAME)
    own_server.signal(signal.SIGCONT)
    assert store.nearest(AXES[0], 1) == []


def test_no_server_at_the_start_is_one_message(tmp_path: Path, open_served: OpenServed, dump: Path) -> None:
    with socket.socket() as taken:  # bound, not listening: nobody else can take the port
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with open_served(tmp_path / "home", url) as assistant:
            for call in (lambda: assistant.search("bees"), lambda: assistant.ingest([dump])):
                with pytest.raises(LibraryError) as failure:
                    call()
                assert str(failure.value).startswith(f"The Chroma server at {url} cannot be reached")


def test_what_is_no_chroma_server_is_told(web_port: int) -> None:
    with pytest.raises(LibraryError, match=r"is no Chroma server \(404\)"):
        VectorStore(ChromaServer("127.0.0.1", web_port, False, "0000dddd"), NAME)


@pytest.fixture
def web_port() -> Iterator[int]:
    """The port of a web server that knows no page."""
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    web = HTTPServer(("127.0.0.1", 0), Nothing)
    Thread(target=web.serve_forever, daemon=True).start()
    yield web.server_port
    web.shutdown()


def test_a_tenant_that_is_not_there_is_told_without_the_key(server: ChromaRun) -> None:
    place = ChromaServer("127.0.0.1", server.port, False, "0000eeee", SecretStr(KEY), tenant="nobody")
    with pytest.raises(LibraryError, match="nobody") as failure:
        VectorStore(place, NAME)
    assert "VOUCH_CHROMA_TENANT" in failure.value.remedy
    assert KEY not in f"{failure.value} {place} {place!r}"


# --- which server the settings name ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "host", "port", "ssl"),
    [
        ("http://localhost:8000", "localhost", 8000, False),
        ("http://chroma.lab/", "chroma.lab", 8000, False),
        ("HTTPS://chroma.lab", "chroma.lab", 443, True),
        ("http://[::1]:9000", "::1", 9000, False),
    ],
)
def test_an_address_is_read(tmp_path: Path, url: str, host: str, port: int, ssl: bool) -> None:
    named = ChromaServer.named_by(Settings.load(home=tmp_path, chroma_url=url, _env_file=None))
    assert named
    assert (named.host, named.port, named.ssl, named.is_cloud) == (host, port, ssl, False)


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x", "http://", "http://a:b", "http://me:pw@host", "http://host/api/v2"])
def test_what_is_no_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="VOUCH_CHROMA_URL") as refused:
        ChromaServer.named_by(Settings.load(home=tmp_path, chroma_url=url, _env_file=None))
    assert "pw" not in str(refused.value)


def test_a_key_without_an_address_is_chroma_cloud(tmp_path: Path) -> None:
    named = ChromaServer.named_by(Settings.load(home=tmp_path, chroma_api_key=KEY, chroma_database="lab", _env_file=None))
    assert named
    assert (str(named), named.address, named.database) == ("Chroma Cloud", "https://api.trychroma.com:443", "lab")
    assert KEY not in repr(named)


def test_half_of_the_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="VOUCH_CHROMA_DATABASE"):
        ChromaServer.named_by(Settings.load(home=tmp_path, chroma_database="lab", _env_file=None))
    with pytest.raises(SettingsError, match="wants a key"):
        ChromaServer.named_by(Settings.load(home=tmp_path, chroma_url="https://api.trychroma.com", _env_file=None))


def test_a_library_keeps_its_name_on_the_server(tmp_path: Path) -> None:
    named = [ChromaServer.named_by(Settings.load(home=tmp_path, chroma_url="http://h", _env_file=None)) for _ in range(2)]
    assert named[0] == named[1]
    (tmp_path / "library-id").write_text("scribble")
    with pytest.raises(LibraryError, match="library-id"):
        ChromaServer.named_by(Settings.load(home=tmp_path, chroma_url="http://h", _env_file=None))
