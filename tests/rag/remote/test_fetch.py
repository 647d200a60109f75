"""Fetches that are stopped, killed, raised and repeated: no page is asked for twice, and no paper is lost."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import LibraryLocked, ReadError, RemoteBusy, RemoteRefused
from rag.paper import Paper
from rag.readers.dump import Read
from rag.remote.arxiv_api import Arxiv
from rag.remote.fetch import Fetch
from rag.remote.openalex_api import OpenAlex
from rag.remote.service import Service
from tests.fakes.arxiv_server import ArxivServer, Preprint
from tests.fakes.http_service import Status
from tests.fakes.openalex_server import OpenAlexServer
from tests.rag.remote.conftest import Waits, preprints, works

Server = ArxivServer | OpenAlexServer
IDS = [f"arxiv:2503.{n:05}" for n in range(1, 8)]
ROOT = Path(__file__).resolve().parents[3]


def small_pages(service: Service) -> Service:
    """Three results a page, so that a few papers make several pages."""
    service.page_size = 3
    return service


@pytest.fixture(params=["arxiv", "openalex"])
def both(request: pytest.FixtureRequest, waits: Waits) -> Iterator[tuple[Server, Service]]:
    """Each service with seven papers: pages of 3, 3 and 1."""
    if request.param == "arxiv":
        with ArxivServer(preprints(7)) as arxiv:
            yield arxiv, small_pages(Arxiv(arxiv.url, manners=waits.manners(retries=0)))
    else:
        with OpenAlexServer(works(7)) as openalex:
            yield openalex, small_pages(OpenAlex(openalex.url, manners=waits.manners(retries=0)))


def lines(reads: list[Read]) -> list[int]:
    """The positions that the papers' sources name."""
    return [read.sources[0].line for read in reads if isinstance(read, Paper)]


def asked(server: Server) -> list[str]:
    """What tells the requests apart: the number or the cursor."""
    return [request.query.get("start", request.query.get("cursor", "")) for request in server.requests]


def test_all_pages_in_order(both: tuple[Server, Service], tmp_path: Path) -> None:
    server, service = both
    fetch = Fetch(service, " harbour \n models ", folder=tmp_path)
    pages = list(fetch.pages())
    assert [lines(page) for page in pages] == [[1, 2, 3], [4, 5, 6], [7]]
    assert {read.sources[0].file for page in pages for read in page if isinstance(read, Paper)} == {
        f"{service.label}: harbour models"
    }
    assert (fetch.progress.position, fetch.goal, fetch.progress.waiting) == (7, 7, ())
    assert len(server.requests) == 3


def test_a_limit_asks_for_no_more(both: tuple[Server, Service], tmp_path: Path) -> None:
    server, service = both
    fetch = Fetch(service, "x", folder=tmp_path, limit=4)
    assert [lines(page) for page in fetch.pages()] == [[1, 2, 3], [4]]
    assert fetch.goal == 4
    assert [r.query.get("max_results", r.query.get("per-page")) for r in server.requests] == ["3", "1"]


def test_a_stopped_fetch_goes_on_with_what_was_not_stored(both: tuple[Server, Service], tmp_path: Path) -> None:
    server, service = both
    pages = Fetch(service, "x", folder=tmp_path).pages()
    assert lines(next(pages)) == [1, 2, 3]
    assert lines(next(pages)) == [4, 5, 6]  # the second page was handed out, and nobody says that it was stored
    pages.close()
    again = Fetch(service, "x", folder=tmp_path)
    assert again.resumed
    assert [lines(page) for page in again.pages()] == [[4, 5, 6], [7]]
    assert len(server.requests) == 3
    assert len(set(asked(server))) == 3


def test_a_service_that_fails_in_the_middle_is_asked_on_from_there(both: tuple[Server, Service], tmp_path: Path) -> None:
    server, service = both
    server.faults = [None, Status(500)]
    pages = Fetch(service, "x", folder=tmp_path).pages()
    next(pages)
    with pytest.raises(RemoteBusy):
        next(pages)
    assert [lines(page) for page in Fetch(service, "x", folder=tmp_path).pages()] == [[4, 5, 6], [7]]


def test_a_higher_limit_goes_on_behind_the_old_one(both: tuple[Server, Service], tmp_path: Path) -> None:
    server, service = both
    list(Fetch(service, "x", folder=tmp_path, limit=2).pages())
    more = Fetch(service, "x", folder=tmp_path, limit=6)
    assert more.resumed
    assert [lines(page) for page in more.pages()] == [[3, 4, 5], [6]]
    assert len(set(asked(server))) == 3


def test_a_complete_fetch_begins_anew_and_sees_what_is_new(both: tuple[Server, Service], tmp_path: Path) -> None:
    server, service = both
    list(Fetch(service, "x", folder=tmp_path).pages())
    if isinstance(server, ArxivServer):
        server.papers = preprints(8)
    else:
        server.works = works(8)
    again = Fetch(service, "x", folder=tmp_path)
    assert not again.resumed
    assert sum(len(page) for page in again.pages()) == 8


def test_restart_forgets(both: tuple[Server, Service], tmp_path: Path) -> None:
    _, service = both
    next(Fetch(service, "x", folder=tmp_path).pages())
    again = Fetch(service, "x", folder=tmp_path, restart=True)
    assert lines(next(again.pages())) == [1, 2, 3]


def test_other_words_or_dates_are_another_fetch(both: tuple[Server, Service], tmp_path: Path) -> None:
    _, service = both
    next(Fetch(service, "x", folder=tmp_path).pages())
    assert Fetch(service, " x", folder=tmp_path).resumed
    assert not Fetch(service, "y", folder=tmp_path).resumed
    assert not Fetch(service, "x", folder=tmp_path, since=dt.date(2025, 1, 1)).resumed


def test_later_arrivals_do_not_shift_the_pages(tmp_path: Path, waits: Waits) -> None:
    """The moment a fetch began is part of every request, also a day later."""
    with ArxivServer(preprints(7)) as server:
        arxiv = small_pages(Arxiv(server.url, manners=waits.manners()))
        fetch = Fetch(arxiv, "x", folder=tmp_path)
        next(fetch.pages())
        list(Fetch(arxiv, "x", folder=tmp_path).pages())
    assert len({request.query["search_query"] for request in server.requests}) == 1
    assert f"TO {fetch.progress.before:%Y%m%d%H%M}]" in server.requests[0].query["search_query"]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"version": 1}', '{"version": 99, "waiting": []}', "\x00\x00"])
def test_a_damaged_progress_file_means_a_new_beginning(both: tuple[Server, Service], tmp_path: Path, damage: str) -> None:
    _, service = both
    next(Fetch(service, "x", folder=tmp_path).pages())
    (file,) = tmp_path.glob("*.json")
    file.write_text(damage, encoding="utf-8")
    again = Fetch(service, "x", folder=tmp_path)
    assert not again.resumed
    assert sum(len(page) for page in again.pages()) == 7
    assert json.loads(file.read_text(encoding="utf-8"))["exhausted"] is True


def test_the_same_fetch_runs_once_at_a_time(both: tuple[Server, Service], tmp_path: Path) -> None:
    _, service = both
    running = Fetch(service, "x", folder=tmp_path).pages()
    next(running)
    with pytest.raises(LibraryLocked, match="Another process does the same fetch"):
        next(Fetch(service, "x", folder=tmp_path).pages())
    running.close()
    next(Fetch(service, "x", folder=tmp_path).pages())


def test_a_cursor_that_the_service_forgot(tmp_path: Path, waits: Waits) -> None:
    with OpenAlexServer(works(7)) as server:
        service = small_pages(OpenAlex(server.url, manners=waits.manners()))
        server.faults = [None, Status(400, body='{"error": "Invalid cursor"}')]
        pages = Fetch(service, "x", folder=tmp_path).pages()
        next(pages)
        with pytest.raises(RemoteRefused, match=r"Invalid cursor.*--restart"):
            next(pages)


def test_what_cannot_be_read_is_told(tmp_path: Path, waits: Waits) -> None:
    papers = [
        Preprint("2503.00001", "No text", " "),
        Preprint("2503.00002", "No date", "We count bees.", published=None),
        Preprint("2503.00003", "Whole", "We count tides."),
    ]
    with ArxivServer(papers) as server:
        (page,) = Fetch(Arxiv(server.url, manners=waits.manners()), "x", folder=tmp_path).pages()
    assert [str(read) if isinstance(read, ReadError) else read.id for read in page] == [
        "arxiv: x, line 1: a record without an abstract. Add the abstract's text, or leave the record out.",
        "arxiv:2503.00003",
        "arxiv: x: 1 results from 1 on that cannot be read; expected an id and a date in every result.",
    ]


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from rag.remote.arxiv_api import Arxiv
    from rag.remote.fetch import Fetch
    from rag.remote.session import Manners

    url, folder, page, before = sys.argv[1:]
    service = Arxiv(url, manners=Manners(pause=0.0))
    service.page_size = 3
    save = Fetch._save

    def killed(self, progress):
        save(self, progress)
        if progress.position == 3 * int(page) and bool(progress.waiting) == (before == "unstored"):
            os.kill(os.getpid(), signal.SIGKILL)

    Fetch._save = killed
    for reads in Fetch(service, "x", folder=Path(folder)).pages():
        with open(Path(folder) / "stored", "a") as out:
            out.writelines(f"{read.id}\\n" for read in reads)
"""


@pytest.mark.parametrize(("page", "moment"), [(1, "unstored"), (2, "unstored"), (2, "stored")])
def test_a_killed_fetch_loses_nothing_and_asks_for_no_page_twice(tmp_path: Path, waits: Waits, page: int, moment: str) -> None:
    with ArxivServer(preprints(7)) as server:
        program = [sys.executable, "-c", textwrap.dedent(KILLED), server.url, str(tmp_path), str(page), moment]
        killed = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
        assert killed.returncode == -9, killed.stderr
        stored = tmp_path / "stored"
        ids = stored.read_text(encoding="utf-8").split() if stored.exists() else []
        service = small_pages(Arxiv(server.url, manners=waits.manners()))
        for reads in Fetch(service, "x", folder=tmp_path).pages():
            ids += [read.id for read in reads if isinstance(read, Paper)]
        assert ids == IDS
        assert asked(server) == ["0", "3", "6"]


def test_what_is_fetched_can_be_asked_about(tmp_path: Path, waits: Waits, open_library: Callable[[Path], Assistant]) -> None:
    with open_library(tmp_path / "home") as assistant, ArxivServer(preprints(7)) as server:
        service = small_pages(Arxiv(server.url, manners=waits.manners()))
        counts = []
        for reads in Fetch(service, "x", folder=tmp_path / "home" / "fetch").pages():
            assistant.add(reads, name="arxiv: x")
            counts.append((assistant.count(), assistant.pending()))
        assert counts == [(3, 0), (6, 0), (7, 0)]
        assert assistant.search("lighthouses", limit=1)[0].paper.title == "Counting lighthouses, part 5"
        for reads in Fetch(service, "x", folder=tmp_path / "home" / "fetch").pages():
            report = assistant.add(reads, name="arxiv: x")
            assert (report.new, report.unchanged, report.passages) == (0, len(reads), 0)
