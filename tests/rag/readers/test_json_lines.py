from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

Reading = Callable[..., Any]

CATS = {"title": "Cats", "abstract": "Cats sleep."}


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_every_field(reading: Reading) -> None:
    row = CATS | {
        "authors": ["Ada Lovelace", {"name": "Alan Turing"}], "date": "2024-07-17", "arxiv_id": "arXiv:2407.02833v2",
        "doi": "https://doi.org/10.1000/Cats.1", "url": "https://example.org/cats", "comment": "ACL 2024", "upvotes": 7,
        "organisation": "Cat Lab",
    }  # fmt: skip
    [paper], problems = reading(lines(row))
    assert problems == []
    assert paper.to_dict() | {"sources": None} == {
        "id": "arxiv:2407.02833", "title": "Cats", "abstract": "Cats sleep.", "authors": ["Ada Lovelace", "Alan Turing"],
        "author_count": 2, "organisation": "Cat Lab", "date": "2024-07-17", "year": 2024, "arxiv_id": "2407.02833",
        "doi": "10.1000/Cats.1", "comment": "ACL 2024", "upvotes": 7, "url": "https://example.org/cats", "sources": None,
    }  # fmt: skip


def test_what_vouch_writes_is_read_again(reading: Reading) -> None:
    [paper], _ = reading(lines(CATS | {"authors": "Ada Lovelace and Alan Turing", "year": 2024, "doi": "10.1000/x"}))
    [again], _ = reading(lines(paper.to_dict()))
    assert again == paper
    assert (paper.authors, paper.year, paper.date) == (("Ada Lovelace", "Alan Turing"), 2024, None)


def test_beir_corpora(reading: Reading) -> None:
    papers, _ = reading(
        lines({"_id": "31", "title": "Cats", "text": "Cats sleep.", "metadata": {"year": 2001, "sentences": ["Cats sleep."]}})
    )
    assert [(paper.title, paper.abstract, paper.year, paper.arxiv_id) for paper in papers] == [
        ("Cats", "Cats sleep.", 2001, None)
    ]


def test_abstracts_by_other_names_and_without_titles(reading: Reading) -> None:
    papers, _ = reading(lines({"summary": "Dogs bark."}, {"title": "", "abstract": ["Cats sleep.", "Long."]}))
    assert [(paper.title, paper.abstract) for paper in papers] == [(None, "Dogs bark."), (None, "Cats sleep. Long.")]


@pytest.mark.parametrize(
    ("fields", "identifier"),
    [
        ({"id": "arxiv:2503.11731"}, "arxiv:2503.11731"),
        ({"id": "2503.11731v3"}, "arxiv:2503.11731"),
        ({"id": "hep-th/9901001"}, "arxiv:hep-th/9901001"),
        ({"url": "https://arxiv.org/pdf/2503.11731v1.pdf"}, "arxiv:2503.11731"),
        ({"doi": "10.48550/arXiv.2503.11731"}, "arxiv:2503.11731"),
        ({"doi": "doi:10.1000/ABC"}, "doi:10.1000/abc"),
        ({"id": "https://doi.org/10.1000/ABC"}, "doi:10.1000/abc"),
        ({"id": 4983}, "abs:adf72aa58ad3a57f"),
        ({"id": "1399.12345"}, "abs:adf72aa58ad3a57f"),
        ({"id": "2503.117"}, "abs:adf72aa58ad3a57f"),
        ({"arxiv_id": None, "doi": ""}, "abs:adf72aa58ad3a57f"),
    ],
)
def test_identifiers(reading: Reading, fields: dict[str, Any], identifier: str) -> None:
    [paper], _ = reading(lines(CATS | fields))
    assert paper.id == identifier


@pytest.mark.parametrize(
    ("written", "date", "year"),
    [
        ("2024-07-17", dt.date(2024, 7, 17), 2024),
        ("2024-07-17T10:00:00Z", dt.date(2024, 7, 17), 2024),
        ("17 July 2024", dt.date(2024, 7, 17), 2024),
        ("Wed, 17 Jul 2024 10:00:00 GMT", dt.date(2024, 7, 17), 2024),
        ("July 2024", None, 2024),
        ("2024-07", None, 2024),
        ("2024", None, 2024),
        (2024, None, 2024),
    ],
)
def test_dates(reading: Reading, written: object, date: dt.date | None, year: int) -> None:
    [paper], problems = reading(lines(CATS | {"date": written}))
    assert (paper.date, paper.year, problems) == (date, year, [])


@pytest.mark.parametrize("written", ["soon", "2024-13-45", "17 July", "99999999999999", ["2024"], True])
def test_a_date_that_cannot_be_understood_costs_only_the_date(reading: Reading, written: object) -> None:
    [paper], [problem] = reading(lines(CATS | {"date": written}))
    assert (paper.date, paper.year) == (None, None)
    assert "a date that cannot be understood" in problem.found


def test_only_web_addresses_become_links(reading: Reading) -> None:
    papers, _ = reading(lines(CATS | {"url": "javascript:alert(1)"}, CATS | {"url": 'https://a.b/"onclick="x'}))
    assert [paper.url for paper in papers] == [None, None]


def test_bad_lines_are_reported_and_the_rest_goes_on(reading: Reading) -> None:
    good = lines(CATS)
    text = (
        good.encode()
        + b'{"title": "Dogs"}\n[1, 2]\n{"title": "x", \n\n{"title": "\xff", "abstract": "y"}\n'
        + b"[" * 100_000
        + b"\n"
        + good.encode()
    )
    papers, problems = reading(text)
    assert [paper.sources[0].line for paper in papers] == [1, 8]
    assert [problem.line for problem in problems] == [2, 3, 4, 6, 7]
    assert problems[0].found == "a record without an abstract (Dogs)"
    assert problems[1].found == "JSON that is no object (list)"
    assert "not JSON" in problems[2].found
    assert "not UTF-8" in problems[3].found
    assert all(problem.remedy for problem in problems)


def test_a_file_cut_in_its_last_line(reading: Reading) -> None:
    papers, [problem] = reading(lines(CATS) + '{"title": "Dogs", "abst')
    assert len(papers) == 1
    assert (problem.line, "breaks off at the end of the file" in problem.found) == (2, True)


@pytest.mark.parametrize(
    "text",
    [
        '{"question": "Do cats sleep?", "answer": "Yes."}\n',
        '{"_id": "1", "text": "do cats sleep"}\n',
        "{named entities} in braces are not JSON.\n",
    ],
)
def test_other_files_with_braces_are_not_this_grammar(reading: Reading, text: str) -> None:
    papers, problems = reading(text)
    assert papers == []
    assert [problem.found for problem in problems] == ["text in a form no reader knows"]
