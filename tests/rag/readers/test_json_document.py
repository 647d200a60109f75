from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.rag.readers.samples import CATS, DOGS, sample

Reading = Callable[..., Any]

ROWS = [{"title": "Cats", "abstract": "Cats sleep."}, {"title": "Dogs", "abstract": "Dogs bark."}]


@pytest.mark.parametrize(
    "document",
    [
        ROWS,
        {"data": ROWS},
        {"meta": {"count": 2, "abstract": None}, "results": ROWS},
        {"message": {"items": ROWS, "facets": {}}},
        {"papers": {"2023": ROWS[:1], "2024": ROWS[1:]}},
        {"p1": ROWS[0], "p2": ROWS[1], "about": {"made": "by hand"}},
        {"papers": dict(enumerate(ROWS))},
        [{"paper": row} for row in ROWS],
        [{"id": 1, "metadata": row} for row in ROWS],
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_records_are_found_wherever_they_are(reading: Reading, document: object, indent: int | None) -> None:
    papers, problems = reading(json.dumps(document, indent=indent))
    assert [(paper.title, paper.abstract) for paper in papers if paper.title] == [("Cats", "Cats sleep."), ("Dogs", "Dogs bark.")]
    assert problems == []


def test_lines_are_those_on_which_records_begin(reading: Reading) -> None:
    papers, _ = reading('{"data": [\n\n  {\n    "title": "Cats", "abstract": "Cats sleep."\n  }, {"abstract": "Dogs bark."}\n]}')
    assert [paper.sources[0].line for paper in papers] == [3, 5]


def test_one_record_and_several_documents(reading: Reading) -> None:
    pretty = "".join(json.dumps(row, indent=2) + "\n" for row in ROWS)
    papers, problems = reading(pretty)
    assert [(paper.title, paper.sources[0].line) for paper in papers] == [("Cats", 1), ("Dogs", 5)]
    assert problems == []


def test_semantic_scholar(reading: Reading) -> None:
    [paper], [problem] = reading(sample("semantic_scholar.json"))
    assert (paper.title, paper.abstract, paper.authors) == ("On the Sleep of Cats", CATS, ("Ada Lovelace", "Kurt Gödel"))
    assert (paper.arxiv_id, paper.doi, paper.date) == ("2407.02833", "10.1000/cats.1", dt.date(2024, 7, 17))
    assert (paper.comment, paper.url) == ("Journal of Feline Studies", "https://www.example.org/paper/649d")
    assert problem.found == "a record without an abstract (Dogs)"


def test_openalex(reading: Reading) -> None:
    [paper], problems = reading(sample("openalex.json"))
    assert problems == []
    assert (paper.title, paper.abstract) == ("On the Sleep of Cats", "Cats sleep for hours; Cats dream.")
    assert (paper.authors, paper.date) == (("Ada Lovelace", "Kurt Gödel"), dt.date(2024, 7, 3))
    assert (paper.id, paper.comment) == ("arxiv:2407.02833", "arXiv (Cornell University)")


def test_openreview(reading: Reading) -> None:
    [paper], problems = reading(sample("openreview.json"))
    assert problems == []
    assert (paper.title, paper.abstract, paper.authors) == ("On the Sleep of Cats", CATS, ("Ada Lovelace", "Kurt Gödel"))
    assert (paper.comment, paper.url) == ("ICLR 2024 poster", "https://openreview.net/forum?id=aB3dE6gH9j")


def test_lists_of_conferences(reading: Reading) -> None:
    [cats, dogs], problems = reading(sample("conference.json"))
    assert problems == []
    assert (cats.authors, cats.arxiv_id) == (("Ada Lovelace", "Kurt Gödel"), "2407.02833")
    assert (dogs.title, dogs.authors, dogs.abstract) == ("Dogs", ("Alan Turing",), DOGS)


def test_csl(reading: Reading) -> None:
    [paper], _ = reading(sample("csl.json"))
    assert (paper.abstract, paper.authors) == (CATS, ("Ada Lovelace", "The Cat Consortium"))
    assert (paper.date, paper.comment, paper.doi) == (dt.date(2024, 7, 17), "Journal of Feline Studies", "10.1000/cats.1")


def test_arxivs_snapshot(reading: Reading) -> None:
    [cats, dogs], problems = reading(sample("arxiv_snapshot.jsonl"))
    assert problems == []
    assert (cats.title, cats.abstract, cats.authors) == ("On the Sleep of Cats", CATS, ("Ada Lovelace", "Kurt Gödel Jr."))
    assert cats.date == dt.date(2024, 7, 3), "of the first version, not of the last change to the record"
    assert cats.comment == "12 pages, 3 figures; J. Feline Stud. 12 (2024) 1-12"
    assert (cats.id, cats.doi, dogs.id) == ("arxiv:2407.02833", "10.1000/cats.1", "arxiv:hep-th/9901001")


def test_columns_name_keys(reading: Reading) -> None:
    rows = [{"name_of_it": "Cats", "what": {"value": "Cats sleep."}}]
    for text in (json.dumps(rows), json.dumps(rows[0]) + "\n"):
        [paper], _ = reading(text, columns={"title": "name_of_it", "abstract": "what"})
        assert (paper.title, paper.abstract) == ("Cats", "Cats sleep.")


@pytest.mark.parametrize("tail", ["]", ", {]", ', {"title": "x', ', {"year": 2024,}, {"abstract": "Birds fly."}]', ", nothing]"])
def test_what_stands_before_a_break_is_read(reading: Reading, tail: str) -> None:
    papers, problems = reading("[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n" + tail)
    assert [paper.title for paper in papers] == ["Cats", "Dogs"]
    assert [problem.line for problem in problems] == ([] if tail == "]" else [4])
    assert all("cannot be read on" in problem.found for problem in problems)


def test_bytes_that_are_no_text_cost_their_record(reading: Reading) -> None:
    papers, [problem] = reading(json.dumps(ROWS, indent=0).encode().replace(b"Cats sleep", b"Cats \xff sleep"))
    assert [paper.title for paper in papers] == ["Dogs"]
    assert (problem.line, problem.found) == (2, "bytes that are not UTF-8 text")


def test_deep_nesting_is_survived(reading: Reading) -> None:
    papers, [problem] = reading('[{"abstract": "Cats sleep.", "more": ' + "[" * 200_000)
    assert papers == []
    assert "cannot be read on" in problem.found
    [paper], _ = reading('[{"abstract": "Cats sleep.", "more": ' + "[" * 200_000 + "]" * 200_000 + "}]")
    assert paper.abstract == "Cats sleep."


def test_a_value_without_end_is_refused(reading: Reading) -> None:
    papers, [problem] = reading('[{"abstract": "Cats sleep."},\n {"abstract": "' + "x" * 17_000_000)
    assert len(papers) == 1
    assert (problem.line, problem.found) == (2, "a record or value of more than 16,000,000 characters")


@pytest.mark.parametrize(
    "text",
    ['{"name": "vouch", "version": "1.0", "description": "A tool."}', '[1, 2, "abstract"]', '{"vocab": {"abstract": 10061}}'],
)
def test_other_json_is_not_this_grammar(reading: Reading, text: str) -> None:
    papers, [problem] = reading(text)
    assert papers == []
    assert "no reader knows" in problem.found
