"""Filling what papers lack, from arXiv by id and from OpenAlex by DOI."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.paper import Paper, Source, paper_id
from rag.remote.arxiv_api import Arxiv
from rag.remote.enrich import Change, Enrichment, EnrichReport
from rag.remote.openalex_api import OpenAlex
from tests.fakes.arxiv_server import ArxivServer, Preprint
from tests.fakes.http_service import Cut, Status
from tests.fakes.openalex_server import OpenAlexServer, Work
from tests.rag.remote.conftest import Waits, abstract, preprints, works


@dataclass(frozen=True)
class Services:
    """Both services with seven papers each."""

    arxiv: ArxivServer
    openalex: OpenAlexServer
    waits: Waits

    def enrich(self, *papers: Paper) -> tuple[list[Change], EnrichReport]:
        manners = self.waits.manners(retries=0)
        job = Enrichment([Arxiv(self.arxiv.url, manners=manners), OpenAlex(self.openalex.url, manners=manners)])
        return [change for changes in job.changes(papers) for change in changes], job.report


@pytest.fixture
def services(waits: Waits) -> Iterator[Services]:
    with ExitStack() as stack:
        arxiv, openalex = ArxivServer(preprints(7)), OpenAlexServer(works(7))
        yield Services(stack.enter_context(arxiv), stack.enter_context(openalex), waits)


def bare(n: int, *, arxiv: bool = False, doi: bool = False) -> Paper:
    """Sample paper `n` as a dump of bare abstracts gives it."""
    name, number = f"10.5555/W{n}" if doi else None, f"2503.{n:05}" if arxiv else None
    identity = paper_id(abstract(n), arxiv_id=number, doi=name)
    return Paper(identity, abstract(n), arxiv_id=number, doi=name, sources=(Source("dump.txt", n),))


def counts(report: EnrichReport) -> dict[str, int]:
    names = ("looked_up", "filled", "nothing_new", "not_found", "doubtful", "failed")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def test_a_bare_abstract_gets_title_authors_and_date(services: Services) -> None:
    ((change,), report) = services.enrich(bare(2, arxiv=True))
    assert change.paper.title == "Counting bees, part 2"
    assert change.paper.authors == ("Ada Lind",)
    assert change.paper.date == dt.date(2025, 3, 4)
    assert change.fields == ("title", "authors", "date", "year")
    assert change.paper.sources == (), "the service is asked, it is not a place the paper was read from"
    assert str(report) == (
        "1 papers looked up: 1 filled (titles 1, authors 1, dates 1, years 1), 0 with nothing new, 0 not found, 0 failed."
    )
    assert not services.openalex.requests


def test_a_doi_is_looked_up_whatever_its_case(services: Services) -> None:
    ((change,), _) = services.enrich(bare(2, doi=True))
    assert change.fields == ("title", "authors", "date", "year", "comment")
    assert change.paper.comment == "Harbour Letters"
    assert change.paper.doi == "10.5555/W2", "what is there stays as it is written"
    assert not services.arxiv.requests


def test_papers_that_lack_nothing_or_have_no_identifier_are_not_looked_up(services: Services) -> None:
    whole = Paper("arxiv:2503.00001", abstract(1), "T", ("A",), date=dt.date(2025, 1, 2), year=2025, arxiv_id="2503.00001")
    assert services.enrich(whole, bare(3)) == ([], EnrichReport())
    assert not services.arxiv.requests


def test_nothing_that_is_there_is_overwritten(services: Services) -> None:
    known = Paper(
        "arxiv:2503.00002", abstract(2), title="My own title", comment="mine", year=2025, arxiv_id="2503.00002", author_count=3
    )
    ((change,), _) = services.enrich(known)
    assert change.fields == ("authors", "date")
    assert (change.paper.title, change.paper.comment, change.paper.author_count) == ("My own title", "mine", 3)


def test_a_date_in_another_year_than_the_known_one_is_not_taken(services: Services) -> None:
    known = Paper("arxiv:2503.00002", abstract(2), title="T", authors=("A",), year=2024, arxiv_id="2503.00002")
    assert services.enrich(known)[0] == []


def test_an_identifier_of_another_paper_fills_nothing(services: Services) -> None:
    other = (
        "Sourdough cultures of thirty one mountain bakeries were sequenced, and altitude rather than flour explains which "
        "yeasts dominate; bread baked high above the valley rises slowly and keeps its crust for several days longer."
    )
    services.arxiv.papers = [Preprint("2503.00002", "Sourdough", other)]
    text = (
        "Lighthouse keepers wrote diaries for two centuries. From nine thousand pages we learn when fog came, how long it "
        "stayed and which ships ran aground, and we compare these records with modern instruments along the same coast."
    )
    changes, report = services.enrich(Paper("arxiv:2503.00002", text, arxiv_id="2503.00002"))
    assert changes == []
    assert counts(report) == {"looked_up": 1, "doubtful": 1}
    assert "1 left as they are: their identifier leads to a paper with another abstract." in str(report)


def test_what_arxiv_does_not_know_is_asked_of_openalex(services: Services) -> None:
    services.arxiv.papers = []
    ((change,), report) = services.enrich(bare(2, arxiv=True, doi=True))
    assert change.paper.title == "Counting bees, part 2"
    assert counts(report) == {"looked_up": 1, "filled": 1}


def test_not_found_is_counted(services: Services) -> None:
    changes, report = services.enrich(bare(8, arxiv=True), bare(9, doi=True), bare(1, doi=True))
    assert [change.paper.doi for change in changes] == ["10.5555/W1"]
    assert counts(report) == {"looked_up": 3, "filled": 1, "not_found": 2}


def test_a_record_that_knows_no_more_is_counted(services: Services) -> None:
    services.openalex.works = [Work("W1", None, None, authors=(), date=None, doi="10.5555/w1")]
    assert counts(services.enrich(bare(1, doi=True))[1]) == {"looked_up": 1, "nothing_new": 1}


def test_requests_hold_a_hundred_ids_or_fifty_dois(services: Services) -> None:
    services.arxiv.papers, services.openalex.works = preprints(250), works(120)
    papers = [bare(n, arxiv=True) for n in range(1, 251)] + [bare(n, doi=True) for n in range(1, 121)]
    changes, report = services.enrich(*papers)
    assert len(changes) == report.filled == 370
    assert sorted(r.query["id_list"].count(",") + 1 for r in services.arxiv.requests) == [50, 100, 100]
    assert sorted(r.query["filter"].count("|") + 1 for r in services.openalex.requests) == [20, 50, 50]


def test_one_bad_id_does_not_spoil_the_others(services: Services) -> None:
    bad = Paper("arxiv:nonsense", abstract(6), arxiv_id="nonsense")
    changes, report = services.enrich(*(bare(n, arxiv=True) for n in range(1, 6)), bad)
    assert len(changes) == 5
    assert counts(report) == {"looked_up": 6, "filled": 5, "failed": 1}
    assert "incorrect id format for nonsense" in next(iter(report.problems))


def test_a_page_that_stays_damaged_fails_its_own_papers_only(services: Services) -> None:
    services.arxiv.papers = preprints(150)
    services.arxiv.faults = [Cut()]
    _, report = services.enrich(*(bare(n, arxiv=True) for n in range(1, 151)))
    assert counts(report) == {"looked_up": 150, "filled": 50, "failed": 100}


def test_a_service_that_is_away_is_not_asked_again(services: Services) -> None:
    services.arxiv.papers = preprints(250)
    services.arxiv.faults = [None, *[Status(503)] * 9]
    papers = [bare(n, arxiv=True) for n in range(1, 251)]
    _, report = services.enrich(*papers, bare(1, doi=True))
    assert counts(report) == {"looked_up": 251, "filled": 101, "failed": 150}
    assert len(services.arxiv.requests) == 2
    assert ["status 503" in problem for problem in report.problems] == [True]


def test_a_filled_title_can_be_searched_for(
    services: Services, tmp_path: Path, open_library: Callable[[Path], Assistant]
) -> None:
    services.arxiv.papers[1] = Preprint("2503.00002", "Zanzibar ledger", abstract(2))
    with open_library(tmp_path) as assistant:
        assistant.add([bare(n, arxiv=True) for n in range(1, 8)], name="dump")
        assert all(paper.untitled for paper in assistant.papers())
        changes, _ = services.enrich(*assistant.papers())
        report = assistant.add([change.paper for change in changes], name="enrich")
        assert (report.new, report.papers, report.passages) == (0, 7, 7)
        best = assistant.search("Zanzibar ledger", limit=1)[0].paper
        assert best.id == "arxiv:2503.00002"
        assert best.sources == (Source("dump.txt", 2),)
        assert assistant.pending() == 0
