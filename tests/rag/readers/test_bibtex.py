from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.rag.readers.samples import CATS, DOGS, sample

Reading = Callable[..., Any]


def entry(**fields: str) -> str:
    lines = "".join(f"  {name} = {value},\n" for name, value in {"abstract": "{Cats sleep.}", **fields}.items())
    return f"@article{{key,\n{lines}}}\n"


def test_an_entry_of_zotero_and_one_of_the_anthology(reading: Reading) -> None:
    [cats, dogs], problems = reading(sample("zotero_and_acl.bib"))
    assert problems == []
    assert (cats.title, cats.abstract) == ("On the Sleep of Cats: GPT 4 and Été", CATS)
    assert cats.authors == ("Ada Lovelace", "Kurt Gödel", "Mařia van der Kat", "The Cat Consortium")
    assert (cats.arxiv_id, cats.doi, cats.url) == ("2407.02833", "10.1000/cats.1", "https://example.org/cats_1")
    assert (cats.date, cats.year, cats.comment) == (None, 2024, "Journal of Feline Studies")
    assert (dogs.title, dogs.abstract, dogs.authors) == ("Dogs, and What They Do", DOGS, ("Alan Turing", "Pál Erdős"))
    assert (dogs.date, dogs.comment) == (dt.date(1999, 6, 17), "Proceedings of the 5th Workshop on Dogs")
    assert [paper.sources[0].line for paper in (cats, dogs)] == [4, 23]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (r"Schr{\"o}dinger, Erwin", "Erwin Schrödinger"),
        (r"Schr\"{o}dinger, Erwin", "Erwin Schrödinger"),
        (r"Ren{\'e} {\c C}elik", "René Çelik"),
        (r"{\O}rsted, Hans", "Hans Ørsted"),
        (r"Erd{\H o}s, Paul", "Paul Erdős"),
        (r"Na{\"\i}ve, Stra{\ss}e", "Straße Naïve"),
        (r"Nu\~nez, {\L}ukasz", "Łukasz Nuñez"),
        ("King, Jr., Martin Luther", "Martin Luther King Jr."),
        ("{Bell Labs and Friends}", "Bell Labs and Friends"),
        ("Donald~E. Knuth", "Donald E. Knuth"),
        ("Gödel, Kurt", "Kurt Gödel"),
    ],
)
def test_names(reading: Reading, written: str, shown: str) -> None:
    [paper], _ = reading(entry(author=f"{{{written}}}"))
    assert paper.authors == (shown,)


@pytest.mark.parametrize(
    ("fields", "date", "year"),
    [
        ({"year": "{2024}", "month": "jul"}, None, 2024),
        ({"year": "2024", "month": "jul", "day": "{17}"}, dt.date(2024, 7, 17), 2024),
        ({"year": "2024", "month": "{July 17}"}, dt.date(2024, 7, 17), 2024),
        ({"year": "2024", "month": 'jul # "~17"'}, dt.date(2024, 7, 17), 2024),
        ({"year": '"2024"', "month": "7"}, None, 2024),
        ({"date": "{2024-07-17}"}, dt.date(2024, 7, 17), 2024),
        ({"date": "{2024-07}"}, None, 2024),
        ({"date": "{2024-07-17/2024-07-19}"}, None, 2024),
        ({"year": "2024", "month": "feb", "day": "30"}, None, 2024),
        ({}, None, None),
    ],
)
def test_dates(reading: Reading, fields: dict[str, str], date: dt.date | None, year: int | None) -> None:
    [paper], problems = reading(entry(**fields))
    assert (paper.date, paper.year, problems) == (date, year, [])


def test_a_year_that_is_none_is_reported(reading: Reading) -> None:
    [paper], [problem] = reading(entry(year="{forthcoming}"))
    assert (paper.year, problem.line, problem.found) == (None, 1, "a date that cannot be understood (forthcoming)")


@pytest.mark.parametrize(
    ("fields", "arxiv_id"),
    [
        ({"eprint": "{2407.02833}", "archiveprefix": "{arXiv}", "primaryclass": "{cs.CL}"}, "2407.02833"),
        ({"eprint": "{2407.02833v2}", "eprinttype": "{arxiv}"}, "2407.02833"),
        ({"eprint": "{2407.02833}", "eprinttype": "{pubmed}"}, None),
        ({"journal": "{arXiv preprint arXiv:2407.02833}"}, "2407.02833"),
        ({"note": "{arXiv:2407.02833 [cs, stat]}"}, "2407.02833"),
        ({"note": "{An early version is arXiv:2407.02833}"}, None),
        ({"doi": "{10.48550/arXiv.2407.02833}"}, "2407.02833"),
        ({"url": r"{http://arxiv.org/abs/2407.02833}"}, "2407.02833"),
        ({"abstract": "{Cats sleep, as\narXiv:2401.00001 says.}"}, None),
    ],
)
def test_arxiv_ids(reading: Reading, fields: dict[str, str], arxiv_id: str | None) -> None:
    [paper], _ = reading(entry(**fields))
    assert paper.arxiv_id == arxiv_id


def test_abbreviations_hold_for_what_comes_behind(reading: Reading) -> None:
    text = '@String(jfs = {J. Feline Stud.})\n@string{old = "Old Cats"}\n' + entry(journal="JFS") + entry(journal="old")
    papers, problems = reading(text)
    assert [paper.comment for paper in papers] == ["J. Feline Stud.", "Old Cats"]
    assert problems == []


def test_bad_entries_are_reported_and_the_rest_goes_on(reading: Reading) -> None:
    good = entry(title="{Cats}")
    text = (
        good
        + "@book{a,\n  title = {Dogs},\n}\n"
        + "@misc{b,\n  title = {never closed,\n}\n"
        + good
        + "@article{c, abstract = {And"
    )
    papers, problems = reading(text)
    assert [paper.sources[0].line for paper in papers] == [1, 11]
    assert [problem.line for problem in problems] == [5, 8, 15]
    assert problems[0].found == "a record without an abstract (Dogs)"
    assert "an entry that breaks off at the end of the file" in problems[2].found


def test_comments_and_remarks_are_passed_over(reading: Reading) -> None:
    text = f'% Encoding: UTF-8\n@comment{{jabref-meta: databaseType:bibtex;}}\nSome words.\n{entry()}@preamble{{"x"}}\n'
    papers, problems = reading(text)
    assert (len(papers), problems) == (1, [])


def test_equal_fields_and_braces_of_the_other_kind(reading: Reading) -> None:
    [paper], _ = reading("@article(key,\n title = {Cats},\n title = {Dogs},\n abstract = {Cats sleep.}\n)\n")
    assert paper.title == "Cats"


@pytest.mark.parametrize(
    "text", ["@app.command()\ndef f(a, b=1):\n    pass\n", "@media (a, b) { color: red }\n", "See @cat{} and @dog.\n"]
)
def test_other_files_with_at_signs_are_not_this_grammar(reading: Reading, text: str) -> None:
    papers, [problem] = reading(text)
    assert papers == []
    assert "no reader knows" in problem.found
