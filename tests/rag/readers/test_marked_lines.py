from __future__ import annotations

from collections.abc import Callable
from typing import Any

Reading = Callable[..., Any]


def test_one_abstract_a_line(reading: Reading) -> None:
    papers, problems = reading("Abstract:Cats sleep a lot.\nAbstract: Dogs sleep less.\n")
    assert [paper.abstract for paper in papers] == ["Cats sleep a lot.", "Dogs sleep less."]
    assert [paper.sources[0].line for paper in papers] == [1, 2]
    assert all(paper.untitled and paper.id.startswith("abs:") for paper in papers)
    assert problems == []


def test_empty_lines_windows_line_ends_and_byte_order_marks(reading: Reading) -> None:
    papers, problems = reading("\ufeff\r\nAbstract:Cats sleep a lot.\r\n\r\n\ufeffABSTRACT : Dogs sleep less.\r\n")
    assert [(paper.abstract, paper.sources[0].line) for paper in papers] == [("Cats sleep a lot.", 2), ("Dogs sleep less.", 4)]
    assert problems == []


def test_a_wrapped_abstract_is_joined(reading: Reading) -> None:
    papers, problems = reading("Abstract:Cats sleep\na lot, as\nwe show.\n\nAbstract:\nDogs sleep less.\n")
    assert [paper.abstract for paper in papers] == ["Cats sleep a lot, as we show.", "Dogs sleep less."]
    assert problems == []


def test_text_that_belongs_to_nothing_is_reported_once(reading: Reading) -> None:
    papers, problems = reading("Abstract:Cats sleep.\n\nMy notes\non cats.\n\nAbstract:Dogs sleep.\n")
    assert [paper.abstract for paper in papers] == ["Cats sleep.", "Dogs sleep."]
    assert [(problem.line, problem.expected) for problem in problems] == [(3, "`Abstract:` in front of each abstract")]


def test_an_empty_record_is_reported(reading: Reading) -> None:
    papers, problems = reading("Abstract:Cats sleep.\nAbstract:\nAbstract:Dogs sleep.\n")
    assert len(papers) == 2
    assert [(problem.line, problem.found) for problem in problems] == [(2, "a record without an abstract")]


def test_a_file_cut_in_its_last_line(reading: Reading) -> None:
    papers, problems = reading("Abstract:Cats sleep.\nAbstract:Dogs run after the")
    assert [paper.abstract for paper in papers] == ["Cats sleep."]
    assert [problem.line for problem in problems] == [2]
    assert "breaks off" in problems[0].found


def test_prose_with_an_abstract_in_it_is_not_this_grammar(reading: Reading) -> None:
    papers, problems = reading("Notes on writing.\n\nA paper begins with\nAbstract: and then a summary.\n\nMore notes.\n")
    assert papers == []
    assert len(problems) == 1
    assert "no reader knows" in problems[0].found
