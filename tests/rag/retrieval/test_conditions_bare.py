"""Questions of nothing but conditions and words that speak of papers, over a library of nine papers: the whole list, no other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.answering.record import Answer
from rag.assistant import Assistant

PAPERS = (
    ("A", "Dances of honey bees", "Honey bees dance to tell where food is.", "2019-03-01", 1, 5, None),
    ("B", "Bees and pesticides", "Pesticides make honey bees forget the way home.", "2021-06-15", 2, 3, None),
    ("C", "Tidal turbines", "Tides turn turbines as wind turns mills.", "2021-11-30", 12, None, None),
    ("D", "Varnish of violins: a survey", "Old violins owe their colour to varnish.", "2023-01-10", 3, 5, None),
    ("E", "Wool on looms", "A loom is set by hand. We introduce a dataset of woven cloth.", "2023-05-24", 1, 1, "Loom Lab"),
    ("F", "Cloth in pictures", "In this work we propose ClothBench, a benchmark of cloth.", "2024-10-03", 4, None, None),
    ("G", "Chess endgames", "A network plays chess endgames. It wins with a rook.", None, None, None, None),
    ("H", None, "This survey covers ten years of sails and masts.", None, None, None, None),
    ("I", "Sails at sea", "Sails are cut from cloth. Canvas tears in storms.", "2024-12-18", 7, None, None),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, open_library: Callable[[Path], Assistant]) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("bare")
    rows = [
        {
            "title": title,
            "abstract": abstract,
            "date": date,
            "authors": [f"{key}{n} Writer" for n in range(authors or 0)],
            "upvotes": upvotes,
            "organization": organisation,
        }
        for key, title, abstract, date, authors, upvotes, organisation in PAPERS
    ]
    file = folder / "papers.jsonl"
    file.write_text("\n".join(json.dumps({k: v for k, v in row.items() if v}) for row in rows) + "\n", encoding="utf-8")
    with open_library(folder / "home") as assistant:
        assistant.ingest([file])
        yield assistant


def found(library: Assistant, question: str) -> str:
    """The letters of the papers that metadata alone chose, in the order found."""
    answer = library.find(question)
    assert answer.listing, (question, answer.searched)
    letters = {abstract: key for key, _, abstract, *_ in PAPERS}
    return "".join(letters[hit.paper.abstract] for hit in answer.hits)


WHEN = """
BC List what you have from 2021.
BC what do you have from 2021?
BC 2021?
BC everything 2021
BC stuff from 2021 please
BC got anything from 2021?
BC all the 2021 stuff
BC What have we got in the library for the year 2021?
BC Give me an overview of the holdings from 2021.
BC I'm interested in the publications of 2021, can you enumerate them?
BC hi, could you please give me a complete list of all papers that came out in 2021, thanks
BC Which articles were put online in 2021?
BC which manuscripts are from 2021?
BC Which abstracts carry a 2021 date?
BC Which items in the collection date from 2021?
A what's there from before 2020?
A Which papers predate 2020?
A any paper at all predating 2020?
FI What's new since September 2024?
FI What was added to arXiv after 2023-12-31?
I papers out between 1 Nov 2024 and 30 Jan 2025
I late December 2024 or mid December 2024
DE first half of 2023, what do you have
E May 2023
E Which papers appeared on the same day, 24 May 2023?
B what appeared from may to august 2021?
ABC Show papers from either 2019 or 2021.
BC Titles and dates of everything from 2021
BC Give me one line on each paper from 2021.
I papers from the second half of December 2024
F Any papers from October '24?
BCDEFI what is from this decade?
DEFI Anything newer than 2021
A 2019 and earlier
GH undated stuff
G titled but undated papers
H which entries have no title
"""
HOW_MANY = """
C papers with 12 authors or more?
AE single author papers
AE solo-authored works?
AE anything written by one person alone?
AE Works by a lone author
AE author count = 1
B What was written by pairs of authors?
C number of authors: 12
BDF Papers with at least 2 but at most 4 authors
I 2024, 7 authors
AD What has 5 upvotes?
ABD upvoted at least three times
ABDE which papers were upvoted?
ABDE Which papers received upvotes at all?
B 2021 papers that got votes
ABD Which papers have upvotes between 3 and 5?
DE what did people upvote in 2023?
E Which papers name an organisation?
E Do you have something from the Loom Lab?
E Loom?
C Which paper boasts 12 authors?
G papers of unknown date but known title
"""
ALL = """
What papers do you have?
list everything
show me all papers
What's in the library?
how big is the library?
What all do you have?
The complete list, please.
"""
TITLES = """
D papers with "violins" in the title
AB which titles contain bees?
F papers whose title mentions 'cloth' from 2024
"""
KINDS = """
D Are there any review/survey articles from 2023?
DH Which surveys do you have?
H Is there an undated survey?
E Datasets from 2023?
F papers from 2024 that introduce a benchmark
F benchmarks?
BC 2021 papers that are not surveys
"""


@pytest.mark.parametrize(
    "line",
    [*WHEN.strip().splitlines(), *HOW_MANY.strip().splitlines(), *KINDS.strip().splitlines(), *TITLES.strip().splitlines()],
)
def test_the_whole_list_and_no_other(library: Assistant, line: str) -> None:
    wanted, question = line.split(" ", 1)
    assert "".join(sorted(found(library, question))) == wanted


@pytest.mark.parametrize("question", ALL.strip().splitlines())
def test_everything(library: Assistant, question: str) -> None:
    assert len(found(library, question)) == len(PAPERS)


ORDERS = """
AI What is the oldest and what the newest paper you have, by date?
AI oldest and newest paper
AI Give me the newest and the oldest one.
ADI the oldest, the newest and the most upvoted papers
ACE Which paper has the fewest and which the most authors?
ADE Most and least upvoted papers?
AI What's the oldest thing you have? What's the newest?
A oldest?
I which one is the latest
AB Show the 2 oldest.
ABFI the two newest and the two oldest papers
FI last two papers by date
F the first paper published in 2024
FI What are the first and last papers of 2024?
C Which paper has the longest author list?
C who has the biggest team? which paper
CI top 2 by number of authors
D most upvoted of 2023
D What was upvoted most in 2023?
AD most popular papers
E newest single-author paper
A Which paper came first?
I Which one came last?
"""


@pytest.mark.parametrize("line", ORDERS.strip().splitlines())
def test_orders_and_several_extremes(library: Assistant, line: str) -> None:
    wanted, question = line.split(" ", 1)
    assert "".join(sorted(found(library, question))) == wanted


def test_an_extreme_is_sorted(library: Assistant) -> None:
    assert found(library, "the two most upvoted papers, newest first") == "DA"
    assert found(library, "the two most upvoted papers, oldest first") == "AD"


def test_the_record_of_an_extreme(library: Assistant) -> None:
    assert "12" in library.ask("How many authors has the paper with the most authors?").text
    assert "2019-03-01" in library.ask("When was the oldest paper published?").text


@pytest.mark.parametrize(
    "question",
    [
        "hello",
        "What can you do?",
        "What is new about violins?",
        "What is the largest dataset?",
        "show me everything about coffee",
        "What is the latest version of Python?",
        "Who was the first person on the moon in 1969?",
    ],
)
def test_other_questions_list_nothing(library: Assistant, question: str) -> None:
    assert not library.find(question).listing


def test_a_topic_with_a_condition_is_not_refused(library: Assistant) -> None:
    for question, title in (
        ("honey bees, 2019", "Dances of honey bees"),
        ("tidal turbines before 2022", "Tidal turbines"),
        ("Which 2023 papers deal with violins?", "Varnish of violins: a survey"),
        ("What was published on chess without a date?", "Chess endgames"),
    ):
        assert title in [source.paper.title for source in library.ask(question).sources], question
    assert library.ask("Which 2021 papers deal with volcanoes?").abstained


def test_later_turns_choose_from_the_list_before(library: Assistant) -> None:
    turns = (
        ("Which papers have upvotes?", "ABDE"),
        ("which are from 2023?", "DE"),
        ("sort them by date", "DE"),
        ("and which is the oldest?", "D"),
        ("Which of them have one author?", "E"),
        ("What do you have from 2021?", "BC"),
        ("and from 2024?", "FI"),
        ("only those with 4 authors", "F"),
    )
    letters = {abstract: key for key, _, abstract, *_ in PAPERS}
    history: list[Answer] = []
    for turn, wanted in turns:
        answer = library.ask(turn, history=history)
        assert "".join(sorted(letters[source.paper.abstract] for source in answer.sources)) == wanted, turn
        history.append(answer)
