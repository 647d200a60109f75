from __future__ import annotations

from collections.abc import Callable
from typing import Any

Reading = Callable[..., Any]

CATS = "Cats sleep most of the day, and we measure for how long they do it."
DOGS = "Dogs sleep less than cats. We explain this by the walks that they take."


def test_an_id_closes_the_text_before_it(reading: Reading) -> None:
    papers, problems = reading(f"{CATS}\narXiv:2407.02833{DOGS}\narXiv:2406.13542v2\n")
    assert [(paper.id, paper.abstract) for paper in papers] == [("arxiv:2407.02833", CATS), ("arxiv:2406.13542", DOGS)]
    assert [paper.sources[0].line for paper in papers] == [1, 2]
    assert problems == []


def test_a_digit_behind_an_id_belongs_to_the_text(reading: Reading) -> None:
    papers, _ = reading(
        f"{CATS}\narXiv:2407.028333D vision needs depth.\narXiv:1412.09834-bit nets are small.\narXiv:1501.00001\n"
    )
    assert [paper.arxiv_id for paper in papers] == ["2407.02833", "1412.0983", "1501.00001"]
    assert [paper.abstract for paper in papers[1:]] == ["3D vision needs depth.", "4-bit nets are small."]


def test_old_ids_and_stamps(reading: Reading) -> None:
    papers, problems = reading(f"{CATS}\narXiv:hep-th/9901001\n\n{DOGS}\narXiv:2407.02833v1 [cs.CL] 3 Jul 2024\n")
    assert [(paper.arxiv_id, paper.abstract) for paper in papers] == [("hep-th/9901001", CATS), ("2407.02833", DOGS)]
    assert problems == []


def test_a_short_line_before_an_id_is_its_comment(reading: Reading) -> None:
    papers, _ = reading(
        f"{CATS}\nACL 2024 Findings\narXiv:2407.02833{DOGS}\n12 pages, 3 figures. Accepted at EMNLP.\nCode in the appendix\n"
        "arXiv:2407.02834\n"
    )
    assert [(paper.abstract, paper.comment) for paper in papers] == [
        (CATS, "ACL 2024 Findings"),
        (DOGS, "12 pages, 3 figures. Accepted at EMNLP.; Code in the appendix"),
    ]


def test_an_abstract_in_several_lines_keeps_its_last_one(reading: Reading) -> None:
    papers, _ = reading(
        f"{CATS}\nOur code is public.\narXiv:2407.02833Dogs sleep\nless than cats\ndo in winter\narXiv:2407.02834\n"
    )
    assert [paper.abstract for paper in papers] == [f"{CATS} Our code is public.", "Dogs sleep less than cats do in winter"]
    assert [paper.comment for paper in papers] == [None, None]


def test_an_abstract_without_an_id_at_the_end(reading: Reading) -> None:
    papers, problems = reading(f"{CATS}\narXiv:2407.02833{DOGS}")
    assert [paper.arxiv_id for paper in papers] == ["2407.02833"]
    assert [problem.line for problem in problems] == [2]
    assert "without its arXiv id" in problems[0].found


def test_two_ids_in_a_row(reading: Reading) -> None:
    papers, problems = reading(f"{CATS}\narXiv:2407.02833\narXiv:2407.02834\nACL 2024 Findings\narXiv:2407.02835\n")
    assert [paper.arxiv_id for paper in papers] == ["2407.02833"]
    assert [(problem.line, problem.found) for problem in problems] == [
        (3, "arXiv:2407.02834 with no abstract"),
        (4, "arXiv:2407.02835 with a comment and no abstract"),
    ]


def test_a_misspelt_id_gives_its_papers_no_wrong_one(reading: Reading) -> None:
    papers, problems = reading(f"{CATS}\narXiv:24O7.02833{DOGS}\narXiv:2407.02834Birds fly.\narXiv:2407.02835\n")
    assert [(paper.arxiv_id, paper.abstract) for paper in papers] == [("2407.02835", "Birds fly.")]
    assert [problem.line for problem in problems] == [2]


def test_an_id_that_is_part_of_a_sentence_is_text(reading: Reading) -> None:
    papers, problems = reading(
        f"Cats sleep longer than was said (see\narXiv:2401.00001), as we measure.\narXiv:2407.02833{DOGS}\n"
    )
    assert [(paper.arxiv_id, paper.abstract) for paper in papers] == [
        ("2407.02833", "Cats sleep longer than was said (see arXiv:2401.00001), as we measure.")
    ]
    assert [problem.line for problem in problems] == [3]


def test_an_id_that_may_be_part_of_a_sentence_gives_no_paper_a_wrong_one(reading: Reading) -> None:
    for mention in ("arXiv:2401.00001 and elsewhere.", "arXiv:2401.00001\nand elsewhere."):
        papers, problems = reading(f"Cats sleep as long as was shown in\n{mention}\narXiv:2407.02833{DOGS}\narXiv:2407.02834\n")
        assert [(paper.arxiv_id, paper.abstract) for paper in papers] == [("2407.02834", DOGS)]
        assert [(problem.line, "in the middle of a sentence" in problem.found) for problem in problems] == [(2, True)]


def test_ids_in_front_are_refused_and_not_shifted_to_the_neighbour(reading: Reading) -> None:
    papers, problems = reading(f"arXiv:2407.02833 {CATS}\narXiv:2407.02834 {DOGS}\n")
    assert papers == []
    assert [problem.line for problem in problems] == [1]


def test_prose_that_mentions_an_id_is_not_this_grammar(reading: Reading) -> None:
    papers, problems = reading(f"{CATS} See arXiv:2407.02833 for more about it.\n")
    assert papers == []
    assert "no reader knows" in problems[0].found
