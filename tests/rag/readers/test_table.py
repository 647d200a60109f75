from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from rag.errors import SettingsError
from rag.readers import read_file
from tests.rag.readers.samples import CATS, DOGS, sample

Reading = Callable[..., Any]


def test_scopus(reading: Reading) -> None:
    [cats, dogs], problems = reading("\ufeff" + sample("scopus.csv"))
    assert problems == []
    assert (cats.title, cats.abstract) == ("On the Sleep of Cats", f'{CATS} "Clocks" are slow.')
    assert (cats.authors, cats.year, cats.doi) == (("Ada Lovelace", "Kurt Gödel"), 2024, "10.1000/cats.1")
    assert cats.comment == "Journal of Feline Studies"
    assert (dogs.authors, dogs.abstract, dogs.doi) == (("Alan Turing",), DOGS, None)
    assert [paper.sources[0].line for paper in (cats, dogs)] == [2, 4]


def test_web_of_science(reading: Reading) -> None:
    for text in (sample("web_of_science.tsv").encode(), sample("web_of_science.tsv").encode("utf-16")):
        [cats, dogs], problems = reading(text)
        assert problems == []
        assert cats.title == '"Meow": On the Sleep of Cats'
        assert (cats.authors, cats.date, cats.doi) == (("Ada Lovelace", "Kurt Godel"), dt.date(2024, 7, 17), "10.1000/cats.1")
        assert (dogs.authors, dogs.date, dogs.year) == (("Alan Turing",), None, 1999)


def test_openreview(reading: Reading) -> None:
    [cats, dogs], problems = reading(sample("openreview.csv"))
    assert problems == []
    assert (cats.authors, dogs.authors) == (("Ada Lovelace", "Kurt Gödel"), ("Alan Turing",))
    assert (cats.comment, cats.url) == ("ICLR 2024 poster", "https://openreview.net/forum?id=aB3dE6gH9j")


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("before", ["", "\n", "sep={}\n"])
def test_separators_and_what_spreadsheets_put_first(reading: Reading, delimiter: str, before: str) -> None:
    lines = before.format(delimiter) + 'Title,ABSTRACT,"Publication Year",DOI\nCats,"Cats sleep.",2024.0,\n'
    [paper], problems = reading(lines.replace(",", delimiter))
    assert (paper.title, paper.abstract, paper.year, problems) == ("Cats", "Cats sleep.", 2024, [])
    assert paper.sources[0].line == lines.count("\n")


def test_columns_of_the_users(reading: Reading) -> None:
    text = "Name,Worum es geht,Jahr\nCats,Cats sleep.,2024\n"
    papers, [problem] = reading(text)
    assert papers == []
    assert "no reader knows" in problem.found
    [paper], problems = reading(text, columns={"title": "Name", "abstract": "worum es geht", "year": "Jahr"})
    assert (paper.title, paper.abstract, paper.year, problems) == ("Cats", "Cats sleep.", 2024, [])
    [paper], _ = reading("Inhalt\nCats sleep.\n", columns={"abstract": "Inhalt"})
    assert paper.abstract == "Cats sleep."


def test_a_column_that_is_not_there_is_named(reading: Reading) -> None:
    text = "Title,Abstract\nCats,Cats sleep.\n"
    papers, [problem] = reading(text, columns={"year": "Jahr"})
    assert papers == []
    assert str(problem).endswith(
        "line 1: a table without a column Jahr; expected one of its columns (Title, Abstract). "
        "Export with abstracts, or name the column: --map abstract=COLUMN."
    )
    papers, [problem] = reading("x,y\n1,2\n", columns={"abstract": "Inhalt"})
    assert "no table with the columns Inhalt" in problem.found


def test_a_field_that_does_not_exist_is_the_callers_mistake(tmp_path: Any) -> None:
    with pytest.raises(SettingsError, match=r"titel is no field of a paper\. The fields are title, abstract"):
        read_file(tmp_path / "a.csv", columns={"titel": "Name"})


def test_a_table_without_abstracts_says_so(reading: Reading) -> None:
    papers, [problem] = reading("PMID,Title,Authors,Journal/Book,Publication Year,DOI\n1,Cats,A,J,2024,10.1000/x\n")
    assert papers == []
    assert problem.found == "a table without abstracts"
    assert "--map abstract=COLUMN" in problem.remedy


def test_rows_that_do_not_fit_are_reported_and_the_rest_goes_on(reading: Reading) -> None:
    papers, problems = reading(
        "title,abstract,year\n"
        "A,Cats sleep.,2001\n"
        "B,Cats, and dogs, sleep.,2002\n"
        'C,"Never closed.,2003\n'
        "D,Birds fly.,2004\n"
        ",,\n"
        "E,,2005\n"
        "F\n"
        "G,Fish swim.,2006"
    )
    assert [paper.title for paper in papers] == ["A", "D", "G"]
    assert [paper.sources[0].line for paper in papers] == [2, 5, 9]
    assert [(problem.line, problem.found) for problem in problems] == [
        (3, "a row of 5 cells under 3 columns"),
        (4, "a row that breaks off inside a quoted cell"),
        (7, "a record without an abstract (E)"),
        (8, "a row of 1 cells under 3 columns"),
    ]


def test_one_quotation_mark_does_not_swallow_a_whole_file(reading: Reading) -> None:
    rows = [f'T{i},"Cats sleep {i} hours.",2024\n' for i in range(5_000)]
    rows[7] = 'T7,"Cats sleep 7 hours.,2024\n'
    rows[9] = 'T9,"Cats sleep 9 hours.,2024\n'
    papers, problems = reading("title,abstract,year\n" + "".join(rows))
    assert (len(papers), [problem.line for problem in problems]) == (4_998, [9, 11])


def test_an_arxiv_line_in_a_table_is_no_listing(reading: Reading) -> None:
    text = "arxiv,title,abstract\narXiv:2407.02833,Cats,Cats sleep as long as they can on every day of the year.\n"
    [paper], _ = reading(text)
    assert (paper.arxiv_id, paper.title) == ("2407.02833", "Cats")


@pytest.mark.parametrize(
    "text",
    [
        "Title, abstract and the names of all of the authors of the paper are what we want to have from everybody who submits.\n",
        "date,open,high,low\n2024-01-01,1,2,3\n",
        "| Title | Authors |\n|---|---|\n| Cats | Ada |\n",
    ],
)
def test_other_lines_with_commas_are_not_this_grammar(reading: Reading, text: str) -> None:
    papers, [problem] = reading(text)
    assert papers == []
    assert "no reader knows" in problem.found
