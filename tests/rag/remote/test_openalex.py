"""OpenAlex: what becomes of its works, cursors, keys, and what can go wrong on the way."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest

from rag.errors import RemoteBusy, RemoteError, RemoteGarbled, RemoteRefused
from rag.paper import Paper
from rag.readers.dump import Dump
from rag.remote.openalex_api import OpenAlex, found
from rag.remote.service import Page, Query
from tests.fakes.http_service import Cut, Drop, Fault, Instead, Status
from tests.fakes.openalex_server import OpenAlexServer, Work
from tests.rag.remote.conftest import Waits, works

NOW = dt.datetime(2026, 3, 2, 12, 30, tzinfo=dt.UTC)
QUERY = Query("harbours", dt.date(2025, 1, 1), NOW)


@pytest.fixture
def server() -> Iterator[OpenAlexServer]:
    with OpenAlexServer(works(5)) as running:
        yield running


def ask(server: OpenAlexServer, waits: Waits, *, position: int = 0, cursor: str | None = None, key: str | None = None) -> Page:
    return OpenAlex(server.url, key=key, manners=waits.manners(retries=1)).page(QUERY, position, cursor, 3)


def paper_of(work: Work) -> Paper:
    paper = found(work.to_json()).read(Dump("openalex: bees", "openalex: bees"), 4)
    assert isinstance(paper, Paper)
    return paper


def test_a_work_becomes_a_paper() -> None:
    work = Work(
        id="W42",
        title="Bees &amp; <i>Bridges</i>: H<sub>2</sub>O",
        abstract="Bees cross bridges. We say why bees cross.",
        authors=("Ada Lind", "José Mar"),
        date="2025-03-04",
        doi="10.5555/bees",
        venue="Harbour Letters",
        preprint="2503.00042v2",
    )
    paper = paper_of(work)
    assert paper.id == "arxiv:2503.00042"
    assert paper.doi == "10.5555/bees"
    assert paper.title == "Bees & Bridges: H2O"
    assert paper.abstract == "Bees cross bridges. We say why bees cross."
    assert paper.authors == ("Ada Lind", "José Mar")
    assert paper.date == dt.date(2025, 3, 4)
    assert paper.comment == "Harbour Letters"
    assert paper.url == "https://openalex.org/W42"
    assert (paper.sources[0].file, paper.sources[0].line) == ("openalex: bees", 4)


def test_the_first_of_january_stands_for_the_year_alone() -> None:
    paper = paper_of(Work("W1", "Bees", "Bees cross bridges.", date="2025-01-01"))
    assert (paper.date, paper.year) == (None, 2025)


def test_a_repository_is_no_venue() -> None:
    work = Work("W1", "Bees", "Bees cross bridges.", doi="10.48550/arXiv.2503.00042", venue="arXiv", venue_type="repository")
    paper = paper_of(work)
    assert (paper.comment, paper.arxiv_id) == (None, "2503.00042")


def test_a_list_of_authors_that_was_cut_is_left_out() -> None:
    assert paper_of(Work("W1", "Bees", "Bees cross.", authors=tuple(f"Bee {n}" for n in range(100)))).authors == ()
    assert len(paper_of(Work("W1", "Bees", "Bees cross.", authors=tuple(f"Bee {n}" for n in range(99)))).authors) == 99


@pytest.mark.parametrize(
    "odd",
    [
        {"abstract_inverted_index": [1]},
        {"abstract_inverted_index": {"a": 3}},
        {"title": 7, "authorships": {}, "locations": "none", "primary_location": 1},
        {"authorships": [None, {"author": None}, {"author": {"display_name": None}}]},
        {"publication_date": "soon", "publication_year": None, "doi": 5, "id": "javascript:alert(1)"},
    ],
)
def test_fields_of_another_kind_count_as_absent(odd: dict[str, Any]) -> None:
    record = found(Work("W1", "Bees", "Bees cross bridges.").to_json() | odd)
    assert record.url in (None, "https://openalex.org/W1")
    assert record.authors in ((), ("Ada Lind",))


def test_pages_follow_their_cursors(server: OpenAlexServer, waits: Waits) -> None:
    first = ask(server, waits)
    second = ask(server, waits, position=3, cursor=first.cursor)
    assert [record.doi for record in first.found] == ["10.5555/w1", "10.5555/w2", "10.5555/w3"]
    assert [record.doi for record in second.found] == ["10.5555/w4", "10.5555/w5"]
    assert (first.total, first.last, second.last) == (5, False, True)
    assert server.requests[0].query["cursor"] == "*"
    assert server.requests[1].query["cursor"] == first.cursor


def test_what_is_asked_for(server: OpenAlexServer, waits: Waits) -> None:
    OpenAlex(server.url, contact="me@example.org", manners=waits.manners()).page(QUERY, 0, None, 3)
    asked = server.requests[0]
    assert (asked.path, asked.query["search"]) == ("/works", "harbours")
    assert asked.query["filter"] == "has_abstract:true,from_publication_date:2025-01-01"
    assert asked.headers["From"] == "me@example.org"
    assert "Authorization" not in asked.headers


def test_nothing_found(waits: Waits) -> None:
    with OpenAlexServer([]) as server:
        assert ask(server, waits) == Page((), 0, 0, None, last=True)


def test_the_key_is_sent_and_never_told(waits: Waits) -> None:
    with OpenAlexServer(works(2), key="right-key") as server:
        assert len(ask(server, waits, key="right-key").found) == 2
        assert "right-key" not in str(server.requests[0].query)
        with pytest.raises(RemoteRefused, match=r"status 401: Invalid or missing API key: Get one.*Correct the key"):
            ask(server, waits, key="wrong-key")
        server.faults = [Status(400, body=json.dumps({"error": "No such key", "message": "wrong-key is none"}))]
        with pytest.raises(RemoteRefused) as caught:
            ask(server, waits, key="wrong-key")
        assert "wrong-key" not in str(caught.value)
        assert "*** is none" in str(caught.value)


def test_a_used_up_allowance_is_not_waited_for(server: OpenAlexServer, waits: Waits) -> None:
    server.faults = [Status(429, headers={"Retry-After": "36000"})]
    with pytest.raises(RemoteBusy, match=r"left alone for 10 hours.*Daily allowance used up"):
        ask(server, waits)
    assert waits.seconds == []


def test_too_fast_is_followed_by_a_rest(server: OpenAlexServer, waits: Waits) -> None:
    server.faults = [Status(429, headers={"Retry-After": "3"})]
    assert len(ask(server, waits).found) == 3
    assert waits.seconds == [3.0]


def page_of(**changes: Any) -> Instead:
    return Instead(json.dumps({"meta": {"count": 1, "next_cursor": None}, "results": []} | changes), "application/json")


DAMAGE: list[Fault] = [
    Drop(),
    Status(500),
    Cut(),
    Cut(declared=True),
    Instead("<html>Down for maintenance</html>"),
    Instead("[]"),
    Instead("[" * 100_000),
    page_of(results=None),
    page_of(results=["W1"]),
    page_of(meta={"count": 1}),
    page_of(meta={"count": "many", "next_cursor": None}),
]


@pytest.mark.parametrize("fault", DAMAGE, ids=lambda fault: str(fault)[:60])
def test_a_damaged_page_is_asked_for_again_and_told_when_it_stays(server: OpenAlexServer, waits: Waits, fault: Fault) -> None:
    server.faults = [fault]
    assert len(ask(server, waits).found) == 3
    server.faults = [fault, fault]
    with pytest.raises(RemoteError) as caught:
        ask(server, waits)
    assert isinstance(caught.value, RemoteGarbled) or isinstance(fault, Drop | Status)
    assert len(server.requests) == 4


def test_dois_are_looked_up_together(server: OpenAlexServer, waits: Waits) -> None:
    openalex = OpenAlex(server.url, manners=waits.manners())
    found = openalex.find(["10.5555/w2", "10.5555/(sici)9<1::aid>3.0;2-#", "10.5555/w4"])
    assert {key: record.title for key, record in found.items()} == {
        "10.5555/w2": "Counting bees, part 2",
        "10.5555/w4": "Counting violins, part 4",
    }
    assert server.requests[0].query["filter"] == "doi:10.5555/w2|10.5555/(sici)9<1::aid>3.0;2-#|10.5555/w4"


def test_a_doi_that_would_break_the_list_is_not_asked_for(server: OpenAlexServer) -> None:
    openalex = OpenAlex(server.url)
    assert openalex.identifier(Paper("a", "b", doi="10.5555/A-1")) == "10.5555/a-1"
    assert openalex.identifier(Paper("a", "b", doi="10.5555/a,1")) is None
    assert openalex.identifier(Paper("a", "b")) is None
