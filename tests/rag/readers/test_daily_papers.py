from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

Reading = Callable[..., Any]

HEADER = """new

Get trending papers in your email inbox!

Subscribe

Daily Papers

byAK and the research community

Oct 30

"""
LONG = "We watch cats for a year and find that they sleep sixteen hours a day. " * 5


def record(title: str, abstract: str, trailer: str | None = "  • 3 authors\n·\nJul 17, 2024") -> str:
    return f"{title}\n\n{abstract}\n\n" + (f"{trailer}\n\n" if trailer else "")


def test_a_record(reading: Reading) -> None:
    papers, problems = reading(HEADER + record("On the Sleep of Cats", LONG))
    assert problems == []
    [paper] = papers
    assert (paper.title, paper.abstract) == ("On the Sleep of Cats", LONG.strip())
    assert (paper.author_count, paper.authors, paper.organisation) == (3, (), None)
    assert (paper.date, paper.year, paper.upvotes) == (dt.date(2024, 7, 17), 2024, None)
    assert (paper.sources[0].file, paper.sources[0].line) == ("dump.txt", 13)


@pytest.mark.parametrize(
    ("line", "organisation"),
    [
        ("naver-ai NAVER AI Lab", "NAVER AI Lab"),
        ("baidu BAIDU", "BAIDU"),
        ("ByteDance-Seed ByteDance Seed", "ByteDance Seed"),
        ("Tsinghua University", "Tsinghua University"),
        ("deepmind", "deepmind"),
    ],
)
def test_an_organisation_stands_without_its_handle(reading: Reading, line: str, organisation: str) -> None:
    [paper], problems = reading(HEADER + record("Cats", LONG, f"{line}\n·\nJun 15, 2020"))
    assert (paper.organisation, paper.author_count, paper.date) == (organisation, None, dt.date(2020, 6, 15))
    assert paper.abstract == LONG.strip()
    assert problems == []


def test_organisation_and_authors_together(reading: Reading) -> None:
    [paper], _ = reading(HEADER + record("Cats", LONG, "naver-ai NAVER AI Lab\n  • 1 author\n·\nJun 15, 2020"))
    assert (paper.organisation, paper.author_count) == ("NAVER AI Lab", 1)


@pytest.mark.parametrize(
    ("line", "date", "upvotes"),
    [
        ("Jul 17, 2024", dt.date(2024, 7, 17), None),
        ("Jun 26, 2024 5", dt.date(2024, 6, 26), 5),
        ("Feb 7", dt.date(2025, 2, 7), None),
        ("Feb 14 12", dt.date(2025, 2, 14), 12),
        ("Sept 3, 2023 1.2k", dt.date(2023, 9, 3), 1200),
        ("Feb 14\n7", dt.date(2025, 2, 14), 7),
    ],
)
def test_dates_and_upvotes(reading: Reading, line: str, date: dt.date, upvotes: int | None) -> None:
    page = record("Dogs", LONG) + record("Cats", LONG, f"  • 3 authors\n·\n{line}") + record("Birds", LONG)
    papers, problems = reading(HEADER + page)
    assert [paper.title for paper in papers] == ["Dogs", "Cats", "Birds"]
    assert (papers[1].date, papers[1].upvotes) == (date, upvotes)
    assert problems == []


def test_the_running_year_follows_the_latest_one_written_out(reading: Reading) -> None:
    page = HEADER + record("Cats", LONG, "  • 1 authors\n·\nFeb 7") + record("Dogs", LONG, "  • 1 authors\n·\nMay 1, 2021")
    papers, _ = reading(page)
    assert [paper.year for paper in papers] == [2022, 2021]
    papers, _ = reading(page, year=2026)
    assert [paper.year for paper in papers] == [2026, 2021]


def test_without_any_year_there_is_no_date(reading: Reading) -> None:
    page = HEADER + record("Cats", LONG, "  • 1 authors\n·\nFeb 7 3")
    [paper], [problem] = reading(page)
    assert (paper.date, paper.year, paper.upvotes) == (None, None, 3)
    assert "--year" in problem.remedy
    [paper], problems = reading(page, year=2025)
    assert (paper.date, problems) == (dt.date(2025, 2, 7), [])


def test_a_day_that_does_not_exist(reading: Reading) -> None:
    papers, problems = reading(HEADER + record("Cats", LONG, "  • 2 authors\n·\nFeb 30, 2024") + record("Dogs", LONG))
    assert [(paper.title, paper.date) for paper in papers] == [("Cats", None), ("Dogs", dt.date(2024, 7, 17))]
    assert [problem.found for problem in problems] == ["a date that cannot be understood (Feb 30, 2024)"]


def test_a_record_without_trailing_lines_neither_swallows_nor_loses_the_next_title(reading: Reading) -> None:
    page = (
        record("Cats", LONG, None)
        + record("Dogs at Night", "Dogs bark.", None)
        + record("Birds", LONG)
        + record("Fish", LONG, None)
    )
    papers, problems = reading(HEADER + page)
    assert [paper.title for paper in papers] == ["Cats", "Dogs at Night", "Birds", "Fish"]
    assert [paper.abstract for paper in papers] == [LONG.strip(), "Dogs bark.", LONG.strip(), LONG.strip()]
    assert [paper.author_count for paper in papers] == [None, None, 3, None]
    assert problems == []


def test_an_abstract_in_several_paragraphs(reading: Reading) -> None:
    abstract = f"{LONG}\n\nMethods\n\nWe counted hours.\n\n- cats first\n\nOur code is at https://example.org/cats"
    page = record("Cats", abstract) + record("Dogs", LONG)
    papers, problems = reading(HEADER + page)
    assert [paper.title for paper in papers] == ["Cats", "Dogs"]
    assert papers[0].abstract.endswith("Methods We counted hours. - cats first Our code is at https://example.org/cats")
    assert problems == []


def test_titles_that_look_like_something_else(reading: Reading) -> None:
    titles = [
        "May 4",
        "Jul 17, 2024",
        "Daily Bread",
        "Is Attention All You Need?",
        "xMEN: a toolkit",
        "3 authors",
        "Cats. Dogs Are Next.",
    ]
    long_title = "A Very Long Title " * 9 + "With an End"
    papers, problems = reading(HEADER + "".join(record(title, LONG) for title in [*titles, long_title]))
    assert [paper.title for paper in papers] == [*titles, long_title]
    assert problems == []


def test_short_abstracts(reading: Reading) -> None:
    papers, problems = reading(HEADER + record("A Title Longer Than Its Abstract", "Cats sleep.") + record("Dogs", "They bark"))
    assert [(paper.title, paper.abstract) for paper in papers] == [
        ("A Title Longer Than Its Abstract", "Cats sleep."),
        ("Dogs", "They bark"),
    ]
    assert problems == []


def test_windows_line_ends_byte_order_mark_and_hidden_characters(reading: Reading) -> None:
    page = "\ufeff" + HEADER + record("Ca\u200bts", LONG, "  • 3 authors\n\u200e·\n\u202aJul 17, 2024\u202c")
    [paper], problems = reading(page.replace("\n", "\r\n"))
    assert (paper.title, paper.abstract, paper.date) == ("Cats", LONG.strip(), dt.date(2024, 7, 17))
    assert problems == []


def test_lost_empty_lines(reading: Reading) -> None:
    page = HEADER + record("Cats", LONG) + record("Dogs", LONG, "naver-ai NAVER AI Lab\n·\nJun 15, 2020") + record("Birds", LONG)
    papers, problems = reading(page.replace("\n\n", "\n"))
    assert [(paper.title, paper.abstract) for paper in papers] == [(t, LONG.strip()) for t in ("Cats", "Dogs", "Birds")]
    assert [paper.organisation for paper in papers] == [None, "NAVER AI Lab", None]
    assert problems == []


def test_a_page_wrapped_by_an_editor(reading: Reading) -> None:
    wrapped = "We watch cats for a year and find that\nthey sleep sixteen hours a day, in sun\nand in shade."
    papers, _ = reading(HEADER + record("On the Sleep\nof Cats", wrapped) + record("Dogs", wrapped))
    assert [(paper.title, paper.abstract) for paper in papers] == [
        ("On the Sleep of Cats", wrapped.replace("\n", " ")),
        ("Dogs", wrapped.replace("\n", " ")),
    ]


def test_two_pages_in_one_file(reading: Reading) -> None:
    papers, problems = reading(HEADER + record("Cats", LONG) + HEADER + record("Dogs", LONG))
    assert [paper.title for paper in papers] == ["Cats", "Dogs"]
    assert problems == []


def test_a_page_without_its_header(reading: Reading) -> None:
    papers, problems = reading(record("Cats", LONG) + record("Dogs", LONG))
    assert [paper.title for paper in papers] == ["Cats", "Dogs"]
    assert problems == []


@pytest.mark.parametrize(
    ("rest", "titles", "found"),
    [
        ("Dogs", ["Cats"], "one text (Dogs) where title and abstract belong"),
        ("Dogs\n\nDogs run after the", ["Cats"], "a record that breaks off at the end of the file"),
        (
            "Dogs\n\nDogs run.\n\nOn the Flight of Birds\n\nWe",
            ["Cats", "Dogs"],
            "a record that breaks off at the end of the file",
        ),
        ("Dogs\n\nDogs run.\n\n  • 1", ["Cats", "Dogs"], "trailing lines that break off"),
        ("Dogs\n\nDogs run.\n\n  • 12 authors\n·", ["Cats", "Dogs"], "trailing lines without a date"),
        ("Dogs\n\nDogs run.\n\n  • 12 authors\n·\nJul 17, 20", ["Cats", "Dogs"], "a date that cannot be understood (Jul 17, 20)"),
    ],
)
def test_a_page_cut_in_a_record(reading: Reading, rest: str, titles: list[str], found: str) -> None:
    papers, problems = reading(HEADER + record("Cats", LONG) + rest)
    assert [paper.title for paper in papers] == titles
    assert [problem.found for problem in problems] == [found]


def test_a_title_without_abstract_in_the_middle(reading: Reading) -> None:
    papers, problems = reading(HEADER + "Cats\n\n  • 3 authors\n·\nJul 17, 2024\n\n" + record("Dogs", LONG))
    assert [paper.title for paper in papers] == ["Dogs"]
    assert [(problem.line, problem.found) for problem in problems] == [(13, "one text (Cats) where title and abstract belong")]


def test_a_page_without_papers(reading: Reading) -> None:
    papers, problems = reading(HEADER)
    assert papers == []
    assert [problem.found for problem in problems] == ["a page without papers"]


def test_a_lost_title_or_abstract_costs_only_its_record(reading: Reading) -> None:
    lost_title = f"{LONG}\n\n" + record("Dogs", LONG)
    papers, problems = reading(HEADER + lost_title)
    assert [paper.title for paper in papers] == ["Dogs"]
    assert len(problems) == 1
    lost_abstract = "Cats\n\n" + record("Dogs", LONG)
    papers, problems = reading(HEADER + lost_abstract)
    assert [(paper.title, paper.abstract) for paper in papers] == [("Dogs", LONG.strip())]
    assert [problem.found for problem in problems] == ["one text (Cats) where title and abstract belong"]
