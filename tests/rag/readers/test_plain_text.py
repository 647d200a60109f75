from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.rag.readers.samples import sample

Reading = Callable[..., Any]

CATS, DOGS_TITLE, DOGS = (paragraph.strip() for paragraph in sample("paragraphs.txt").split("\n\n"))


def test_markdown_with_a_heading(reading: Reading) -> None:
    [paper], problems = reading(sample("paper.md"))
    assert problems == []
    assert (paper.title, paper.abstract) == ("On the Sleep of Cats", CATS), "the introduction is left alone"
    assert (paper.authors, paper.arxiv_id, paper.date) == (("Ada Lovelace", "Kurt Gödel"), "2407.02833", dt.date(2024, 7, 3))
    assert paper.sources[0].line == 1


@pytest.mark.parametrize(
    "text",
    [
        f"On the Sleep of Cats\n\n{CATS}\n",
        f"On the Sleep of Cats\n\nAbstract\n{CATS}\n\nKeywords: cats, sleep\n",
        f"On the Sleep of Cats\n\nAda Lovelace, Cat Lab\n\nAbstract. {CATS}\n\n1 Introduction\n\nCats have slept for long.\n",
        f"On the Sleep of Cats\n\n**Abstract**—{CATS}\n",
        f'---\ntitle: "On the Sleep of Cats"\ndate: 2024-07-03\n---\n\n{CATS}\n',
        f"Title: On the Sleep of Cats\nAuthors: Ada Lovelace\n\nAbstract: {CATS}\n",
        "# On the Sleep of Cats\n" + CATS.replace(". ", ".\n") + "\n",
    ],
)
def test_one_file_a_paper(reading: Reading, text: str) -> None:
    [paper], problems = reading(text)
    assert (paper.title, paper.abstract, problems) == ("On the Sleep of Cats", CATS, [])


def test_an_abstract_of_several_paragraphs(reading: Reading) -> None:
    [paper], _ = reading(f"On the Sleep of Cats\n\n{CATS}\n\n{DOGS}\n")
    assert (paper.title, paper.abstract) == ("On the Sleep of Cats", f"{CATS} {DOGS}")


def test_one_paragraph_a_paper(reading: Reading) -> None:
    [cats, dogs], problems = reading(sample("paragraphs.txt"))
    assert problems == []
    assert [(paper.title, paper.abstract) for paper in (cats, dogs)] == [(None, CATS), (DOGS_TITLE, DOGS)]
    assert [paper.sources[0].line for paper in (cats, dogs)] == [1, 3]
    papers, problems = reading(f"{CATS}\n\n{DOGS}\n\nTo be continued\n")
    assert [paper.abstract for paper in papers] == [CATS, DOGS]
    assert [(problem.line, problem.found) for problem in problems] == [
        (5, "text that is neither an abstract nor a title (To be continued)")
    ]


def test_a_word_about_installing_costs_no_file_of_abstracts(reading: Reading) -> None:
    papers, _ = reading(f"{CATS}\n\n{DOGS} The code can be had with pip install dogs.\n")
    assert len(papers) == 2


def test_an_abstract_that_breaks_off(reading: Reading) -> None:
    papers, [problem] = reading(f"On the Sleep of Cats\n\n{DOGS}\n\n{CATS[:-20]}")
    assert (papers, problem.line) == ([], 3)
    assert problem.found == "an abstract that breaks off at the end of the file"
    papers, [problem] = reading(f"{DOGS}\n\n{DOGS}\n\n{CATS[:-20]}")
    assert (len(papers), problem.line) == (2, 5)
    assert problem.found == "an abstract that breaks off at the end of the file"


README = f"""# catnap

Measures how long cats sleep.

## Installation

    pip install catnap

## Abstract

{CATS}
"""
PAGE = f"<!DOCTYPE html>\n<html><head><title>On the Sleep of Cats</title></head>\n<body>\n<p>\n{CATS}\n</p>\n</body></html>\n"
LETTER = (
    "Dear Kurt,\n\nyesterday I was in town with the cats, who did not like it at all, and since then I have been at home. "
    "They sleep now. How is the weather in Vienna? I hope that your aunt is well again, and that you will come to see us soon "
    "with all of your family.\n\nYours,\nAda\n"
)
CODE = f'"""On the Sleep of Cats.\n\n{CATS}\n"""\n\nimport os\n\n\ndef sleep(hours):\n    return hours\n'
TEX = f"\\documentclass{{article}}\n\\begin{{document}}\n\\begin{{abstract}}\n{CATS}\n\\end{{abstract}}\n\\end{{document}}\n"
LIST = "\n".join(f"- We propose that cat number {i} show us its method, in this paper or another one" for i in range(12)) + "\n"


@pytest.mark.parametrize("text", [README, PAGE, LETTER, CODE, TEX, LIST, f"{CATS}\n\n{LETTER}", "Cats sleep.\n", "cats\ndogs\n"])
def test_what_is_no_abstract_is_not_read(reading: Reading, text: str) -> None:
    papers, [problem] = reading(text)
    assert papers == []
    assert "no reader knows" in problem.found
