from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.rag.readers.samples import CATS, DOGS, sample

Reading = Callable[..., Any]


def ris(*lines: str) -> str:
    return "\n".join(["TY  - JOUR", "TI  - Cats", "AB  - Cats sleep.", *lines, "ER  - ", ""])


def nbib(*lines: str) -> str:
    return "\n".join(["PMID- 1", "TI  - Cats.", "AB  - Cats sleep.", *lines, "", ""])


def test_ris_has_every_field(reading: Reading) -> None:
    [cats, dogs], problems = reading(sample("export.ris"))
    assert problems == []
    assert (cats.title, cats.abstract, cats.authors) == ("On the Sleep of Cats", CATS, ("Ada Lovelace", "Kurt Gödel"))
    assert (cats.date, cats.doi, cats.url) == (dt.date(2024, 7, 17), "10.1000/cats.1", "https://example.org/cats")
    assert cats.comment == "Journal of Feline Studies"
    assert (dogs.title, dogs.abstract, dogs.authors) == ("Dogs", DOGS, ("Alan Turing",))
    assert (dogs.arxiv_id, dogs.date, dogs.year) == ("hep-th/9901001", None, 1999)
    assert [paper.sources[0].line for paper in (cats, dogs)] == [1, 17]


@pytest.mark.parametrize(
    ("line", "date", "year"),
    [
        ("DA  - 2024/07/17/", dt.date(2024, 7, 17), 2024),
        ("DA  - 2024/7/1", dt.date(2024, 7, 1), 2024),
        ("PY  - 2024/07//", None, 2024),
        ("Y1  - 2024///Summer", None, 2024),
        ("DA  - July 17, 2024", dt.date(2024, 7, 17), 2024),
        ("DA  - 17-21 June 2024\nPY  - 2024", None, 2024),
        ("PY  - 2024\nDA  - 2024/07/17/", dt.date(2024, 7, 17), 2024),
    ],
)
def test_dates_of_ris(reading: Reading, line: str, date: dt.date | None, year: int) -> None:
    [paper], problems = reading(ris(line))
    assert (paper.date, paper.year, problems) == (date, year, [])


def test_ris_that_is_not_quite_right(reading: Reading) -> None:
    text = (
        "Provider: Example\nDatabase: Cats\nContent: text/plain\n\n"
        "TY  - JOUR\nTI  - Cats\nAB  - Cats sleep.\nTY  - JOUR\nTI  - Birds\nER  - \n" + ris().replace("  - ", " - ")
    )
    papers, [problem] = reading(text)
    assert [paper.sources[0].line for paper in papers] == [5, 11], "one lacks its end, one a space in each line"
    assert (problem.line, problem.found) == (8, "a record without an abstract (Birds)")


def test_prose_in_an_abstract_of_ris_is_no_tag(reading: Reading) -> None:
    text = ris().replace("Cats sleep.", "Cats sleep, as\narXiv:2401.00001 says.\nAI - based methods agree.")
    [paper], _ = reading(text)
    assert paper.abstract == "Cats sleep, as arXiv:2401.00001 says. AI - based methods agree."
    assert paper.arxiv_id is None


def test_nbib_has_every_field(reading: Reading) -> None:
    [cats, dogs], problems = reading(sample("pubmed.nbib"))
    assert problems == []
    assert cats.title == "On the Sleep of Cats: a study of many cats in many houses over a good number of years"
    assert (cats.abstract, cats.authors) == (CATS, ("Ada Lovelace", "Kurt Gödel", "The Cat Consortium"))
    assert (cats.date, cats.doi, cats.comment) == (dt.date(2024, 7, 3), "10.1000/cats.1", "Journal of feline studies")
    assert cats.url == "https://pubmed.ncbi.nlm.nih.gov/38954321/"
    assert (dogs.title, dogs.abstract, dogs.authors, dogs.year) == ("Dogs", DOGS, ("Alan Turing",), 1999)
    assert [paper.sources[0].line for paper in (cats, dogs)] == [2, 31]


@pytest.mark.parametrize(
    ("lines", "date", "year"),
    [
        (["DP  - 2024 Jul 17"], dt.date(2024, 7, 17), 2024),
        (["DP  - 2024 Jul"], None, 2024),
        (["DP  - 2024 Winter", "DEP - 20240109"], dt.date(2024, 1, 9), 2024),
        (["DP  - 2024", "DEP - 20231231"], None, 2024),
    ],
)
def test_dates_of_nbib(reading: Reading, lines: list[str], date: dt.date | None, year: int) -> None:
    [paper], _ = reading(nbib(*lines))
    assert (paper.date, paper.year) == (date, year)


@pytest.mark.parametrize(("record", "start"), [(ris, "TY  - "), (nbib, "PMID- ")])
def test_records_without_abstracts_and_a_file_that_breaks_off(reading: Reading, record: Callable[..., str], start: str) -> None:
    bare = record().replace("AB  - Cats sleep.\n", "")
    cut = record()[: record().index("sleep")]
    papers, problems = reading(record() + bare + cut)
    assert len(papers) == 1
    assert [problem.found for problem in problems] == [
        "a record without an abstract (Cats)",
        "a record that breaks off at the end of the file",
    ]
    assert all((record() + bare + cut).split("\n")[problem.line - 1].startswith(start) for problem in problems)


def test_a_record_that_is_never_closed_is_bounded(reading: Reading) -> None:
    papers, [problem] = reading("TY  - JOUR\nTI  - Cats\n" + "AB  - Cats sleep.\n" * 150_000)
    assert papers == []
    assert problem.found == "a record of more than 2,000,000 characters"
