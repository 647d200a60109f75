from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from tests.rag.readers.samples import CATS, DOGS, sample

Reading = Callable[..., Any]

FEED = '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>'
ENTRY = "<entry><id>http://arxiv.org/abs/{}</id><title>{}</title><summary>{}</summary></entry>\n"


def test_every_field(reading: Reading) -> None:
    [cats, dogs], problems = reading(sample("arxiv_api.xml"))
    assert problems == []
    assert (cats.title, cats.abstract) == ("On the Sleep of Cats: A Study at p < 0.05", CATS)
    assert cats.authors == ("Ada Lovelace", "Kurt Gödel")
    assert (cats.arxiv_id, cats.doi) == ("2407.02833", "10.1000/cats.1")
    assert cats.date == dt.date(2024, 7, 3), "of the first version, not of the one shown"
    assert cats.comment == "12 pages, 3 figures; J. Feline Stud. 12 (2024) 1-12"
    assert (dogs.id, dogs.abstract, dogs.date) == ("arxiv:hep-th/9901001", DOGS, dt.date(1999, 1, 2))
    assert [paper.sources[0].line for paper in (cats, dogs)] == [8, 30]


def test_errors_of_the_service_are_no_papers(reading: Reading) -> None:
    error = (
        "<entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_1234</id><title>Error</title>"
        "<summary>incorrect id format for 1234</summary></entry>"
    )
    papers, [problem] = reading(FEED.format(error))
    assert papers == []
    assert problem.found == "an error of the service (incorrect id format for 1234)"


def test_daily_feeds_lose_what_stands_before_the_abstract(reading: Reading) -> None:
    entry = ENTRY.format(
        "", "Cats", f"arXiv:2407.02833v1 Announce Type: new \nAbstract: {CATS}"
    ).replace("http://arxiv.org/abs/", "oai:arXiv.org:2407.02833v1")  # fmt: skip
    [paper], _ = reading(FEED.format(entry))
    assert (paper.arxiv_id, paper.abstract) == ("2407.02833", CATS)


def test_an_arxiv_line_in_an_abstract_stays_there(reading: Reading) -> None:
    text = f"{CATS}\narXiv:2401.00001 said so before."
    [paper], _ = reading(FEED.format(ENTRY.format("2407.02833v1", "Cats", text)))
    assert (paper.arxiv_id, paper.abstract) == ("2407.02833", text.replace("\n", " "))


def test_what_stands_before_a_break_is_read(reading: Reading) -> None:
    entries = [ENTRY.format(f"2407.0283{i}", "Cats", CATS) for i in range(3)]
    cut = FEED.format("".join(entries))[:-80]
    papers, [problem] = reading(cut)
    assert [paper.arxiv_id for paper in papers] == ["2407.02830", "2407.02831"]
    assert (problem.line, problem.found) == (3, "XML that breaks off")
    papers, [problem] = reading(FEED.format(entries[0] + "<entry><title>a & b</title></entry>" + entries[1]))
    assert len(papers) == 1
    assert "not well-formed" in problem.found


def test_other_feeds_are_not_this_grammar(reading: Reading) -> None:
    papers, [problem] = reading(FEED.format("<entry><title>My cat</title><summary>It sleeps.</summary></entry>"))
    assert papers == []
    assert "no reader knows" in problem.found
