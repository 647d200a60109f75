"""arXiv: what becomes of its Atom entries, and of everything that can go wrong on the way."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from email.utils import format_datetime

import pytest

from rag.errors import RemoteBusy, RemoteError, RemoteGarbled, RemoteRefused, RemoteUnreachable
from rag.paper import Paper
from rag.readers.dump import Dump
from rag.remote.arxiv_api import MANNERS, Arxiv, search_query
from rag.remote.service import Page, Query
from tests.fakes.arxiv_server import ArxivServer, Preprint
from tests.fakes.http_service import Cut, Drop, Fault, Hang, Instead, Status
from tests.rag.remote.conftest import Waits, preprints

NOW = dt.datetime(2026, 3, 2, 12, 30, tzinfo=dt.UTC)
QUERY = Query("harbours", None, NOW)


@pytest.fixture
def server() -> Iterator[ArxivServer]:
    with ArxivServer(preprints(5)) as running:
        yield running


def ask(server: ArxivServer, waits: Waits, *, retries: int = 4, timeout: float = 5.0, start: int = 0, size: int = 3) -> Page:
    arxiv = Arxiv(server.url, manners=waits.manners(retries=retries, timeout=timeout))
    return arxiv.page(QUERY, start, None, size)


def test_an_entry_becomes_a_paper(waits: Waits) -> None:
    preprint = Preprint(
        id="2503.00042",
        version=3,
        title="Bees &\n  Bridges: a $\\alpha$-model",
        abstract="Bees cross\nbridges.  We say {\\it why}.",
        authors=("Ada Lind", "Jos\\'e Mar"),
        published="2025-03-04",
        doi="10.5555/one 10.5555/two",
        comment="12 pages, accepted",
        journal="Harbour Letters 7 (2025) 1-12",
    )
    with ArxivServer([preprint]) as server:
        page = Arxiv(server.url, manners=waits.manners()).page(QUERY, 0, None, 10)
    paper = page.found[0].read(Dump("arxiv: bees", "arxiv: bees"), 1)
    assert isinstance(paper, Paper)
    assert paper.id == "arxiv:2503.00042"
    assert paper.title == "Bees & Bridges: a α-model"
    assert paper.abstract == "Bees cross bridges. We say why."
    assert paper.authors == ("Ada Lind", "José Mar")
    assert (paper.date, paper.year) == (dt.date(2025, 3, 4), 2025)
    assert paper.doi == "10.5555/one"
    assert paper.comment == "Harbour Letters 7 (2025) 1-12"
    assert (paper.sources[0].file, paper.sources[0].line) == ("arxiv: bees", 1)


def test_pages_follow_each_other(server: ArxivServer, waits: Waits) -> None:
    first, second = ask(server, waits), ask(server, waits, start=3)
    assert [found.arxiv_id for found in first.found] == ["2503.00001", "2503.00002", "2503.00003"]
    assert [found.arxiv_id for found in second.found] == ["2503.00004", "2503.00005"]
    assert (first.total, first.last, second.last) == (5, False, True)
    assert [request.query["start"] for request in server.requests] == ["0", "3"]


def test_nothing_found(waits: Waits) -> None:
    with ArxivServer([]) as server:
        assert ask(server, waits) == Page((), 0, 0, None, last=True)


def test_three_seconds_lie_between_two_requests(server: ArxivServer, waits: Waits) -> None:
    assert MANNERS.pause == 3.0
    arxiv = Arxiv(server.url, manners=waits.manners(pause=3.0))
    for start in (0, 2, 4):
        arxiv.page(QUERY, start, None, 2)
    assert waits.seconds == [pytest.approx(3.0, abs=0.5)] * 2


def test_the_contact_address_is_sent(server: ArxivServer, waits: Waits) -> None:
    Arxiv(server.url, contact="me@example.org", manners=waits.manners()).page(QUERY, 0, None, 2)
    assert server.requests[0].headers["From"] == "me@example.org"


@pytest.mark.parametrize(
    ("text", "since", "asked"),
    [
        ("attention sinks", None, "(all:attention AND all:sinks) AND submittedDate:[199101010000 TO 202603021230]"),
        (
            '"attention sinks" in zero-shot models',
            dt.date(2025, 1, 1),
            '(all:"attention sinks" AND all:"zero-shot" AND all:models) AND submittedDate:[202501010000 TO 202603021230]',
        ),
        ("ti:sinks ANDNOT cat:cs.CV", None, "(ti:sinks ANDNOT cat:cs.CV) AND submittedDate:[199101010000 TO 202603021230]"),
        ("what is it", None, "(all:what AND all:is AND all:it) AND submittedDate:[199101010000 TO 202603021230]"),
    ],
)
def test_words_become_a_query_in_its_language(text: str, since: dt.date | None, asked: str) -> None:
    assert search_query(Query(text, since, NOW)) == asked


def test_a_busy_service_is_asked_again_when_it_says(server: ArxivServer, waits: Waits) -> None:
    server.faults = [Status(429, headers={"Retry-After": "7"}), Status(503, headers={"Retry-After": "20"})]
    told: list[str] = []
    page = Arxiv(server.url, manners=waits.manners(), notice=told.append).page(QUERY, 0, None, 3)
    assert len(page.found) == 3
    assert waits.seconds == [7.0, 20.0]
    assert told[0] == "arXiv is busy (status 429: Rate exceeded). Asking again in 7 s."


def test_retry_after_may_be_a_date(server: ArxivServer, waits: Waits) -> None:
    at = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=60)
    server.faults = [Status(429, headers={"Retry-After": format_datetime(at, usegmt=True)})]
    ask(server, waits)
    assert waits.seconds == [pytest.approx(60, abs=5)]


def test_an_hour_is_not_waited_for(server: ArxivServer, waits: Waits) -> None:
    server.faults = [Status(429, headers={"Retry-After": "5400"})]
    with pytest.raises(RemoteBusy, match=r"asks to be left alone for 90 minutes.*The same command goes on"):
        ask(server, waits)
    assert (len(server.requests), waits.seconds) == (1, [])


def test_a_service_that_stays_broken_is_given_up(server: ArxivServer, waits: Waits) -> None:
    server.faults = [Status(500)] * 9
    with pytest.raises(RemoteBusy, match=r"arXiv is busy \(status 500\)"):
        ask(server, waits, retries=3)
    assert (len(server.requests), waits.seconds) == (4, [1.0, 2.0, 4.0])


PASSING: list[Fault] = [
    Drop(),
    Cut(),
    Cut(declared=True),
    Cut(share=0.05),
    Instead("<html><body>Down for maintenance</body></html>"),
    Instead(""),
]


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_a_damaged_page_is_asked_for_again(server: ArxivServer, waits: Waits, fault: Fault) -> None:
    server.faults = [fault]
    assert len(ask(server, waits).found) == 3
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Drop(), RemoteUnreachable, "cannot be reached"),
        (Cut(), RemoteGarbled, r"cut off after \d+ bytes"),
        (Cut(declared=True), RemoteGarbled, "broke off"),
        (Instead("<html>Hello</html>"), RemoteGarbled, r"something else than an Atom feed \(text/html, 18 bytes\)"),
        (Hang(), RemoteUnreachable, "was silent for 0.1 seconds"),
    ],
    ids=str,
)
def test_damage_that_lasts_is_told(server: ArxivServer, waits: Waits, fault: Fault, error: type[RemoteError], words: str) -> None:
    server.faults = [fault] * 9
    with pytest.raises(error, match=words):
        ask(server, waits, retries=1, timeout=0.1)
    assert len(server.requests) == 2


def empty_feed(total: int) -> Instead:
    return Instead(
        f'<feed xmlns="http://www.w3.org/2005/Atom"><opensearch:totalResults>{total}</opensearch:totalResults></feed>',
        "application/atom+xml",
    )


@pytest.mark.parametrize("total", [5, 0])
def test_an_empty_page_in_the_middle_is_asked_for_again(server: ArxivServer, waits: Waits, total: int) -> None:
    server.faults = [empty_feed(total)]
    assert len(ask(server, waits, start=3).found) == 2


def test_a_list_that_became_shorter_has_ended(server: ArxivServer, waits: Waits) -> None:
    page = ask(server, waits, start=5)
    assert (page.found, page.last) == ((), True)


@pytest.mark.parametrize("status", [400, 200])
def test_a_refusal_is_told_in_its_own_words(waits: Waits, status: int) -> None:
    with ArxivServer([], error_status=status) as server:
        arxiv = Arxiv(server.url, manners=waits.manners())
        with pytest.raises(RemoteRefused, match="incorrect id format for 1234") as caught:
            arxiv.find(["1234.12345X"])
    assert caught.value.status == 400
    assert len(server.requests) == 1


def test_a_result_without_a_date_is_counted_as_lost(waits: Waits) -> None:
    papers = preprints(3)
    papers[1] = Preprint("2503.00002", "No date", "An abstract.", published=None)
    with ArxivServer(papers) as server:
        page = ask(server, waits)
    assert (len(page.found), page.taken, page.last) == (2, 3, True)


def test_a_date_that_is_none_makes_the_page_unusable(waits: Waits) -> None:
    odd = Preprint("2503.00002", "Odd", "An abstract.", published="soon")
    with ArxivServer([odd]) as server, pytest.raises(RemoteGarbled, match="cannot be understood"):
        ask(server, waits)


def test_ids_are_looked_up_together(server: ArxivServer, waits: Waits) -> None:
    found = Arxiv(server.url, manners=waits.manners()).find(["2503.00002", "2503.00077", "2503.00004"])
    assert {key: record.title for key, record in found.items()} == {
        "2503.00002": "Counting bees, part 2",
        "2503.00004": "Counting violins, part 4",
    }
    assert server.requests[0].query["id_list"] == "2503.00002,2503.00077,2503.00004"
    assert server.requests[0].query["max_results"] == "3"


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_nobody_there_is_told_at_once(waits: Waits) -> None:
    arxiv = Arxiv(f"http://me:hidden@127.0.0.1:{closed_port()}/api/query", manners=waits.manners())
    with pytest.raises(RemoteUnreachable) as caught:
        arxiv.page(QUERY, 0, None, 3)
    assert "connection refused" in str(caught.value)
    assert "set VOUCH_ARXIV_URL to a mirror" in str(caught.value)
    assert "hidden" not in str(caught.value)
    assert waits.seconds == []


def test_an_unknown_host_is_told_at_once(waits: Waits) -> None:
    with pytest.raises(RemoteUnreachable, match=r"cannot be reached at http://nowhere\.invalid/api"):
        Arxiv("http://nowhere.invalid/api", manners=waits.manners()).page(QUERY, 0, None, 3)
    assert waits.seconds == []
