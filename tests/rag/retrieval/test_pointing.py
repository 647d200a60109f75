"""Turns about the records of the papers talked of."""

from __future__ import annotations

import datetime as dt

import pytest

from rag.answering.record import Answer, AnswerKind, CitedSource, Tokens
from rag.answering.recorded import concluded
from rag.paper import Paper
from rag.retrieval.particulars import Particular
from rag.retrieval.pointing import pointed_particulars

BEES = Paper("abs:1", "Bees dance.", title="Peri-Bee: waggle dances", date=dt.date(2019, 3, 1), year=2019, upvotes=4)
TIDES = Paper("abs:2", "Turbines turn.", title="Tidal turbines", year=2021, upvotes=4, author_count=3)


def answer(*papers: Paper) -> Answer:
    sources = tuple(CitedSource(n, paper, ()) for n, paper in enumerate(papers, 1))
    return Answer("q", "text", (), sources, (), AnswerKind.QUOTED, False, 1.0, "extractive", Tokens(), 0.0, {})


HISTORY = (answer(BEES), answer(TIDES))


@pytest.mark.parametrize(
    ("turn", "part", "papers"),
    [
        ("Which of the two is older?", Particular.DATE, [TIDES, BEES]),
        ("which came out first", Particular.DATE, [TIDES, BEES]),
        ("Is Peri-Bee older than that?", Particular.DATE, [BEES, TIDES]),
        ("How many years lie between those two?", Particular.DATE, [TIDES, BEES]),
        ("Which one has more upvotes?", Particular.UPVOTES, [TIDES, BEES]),
        ("And which lab?", Particular.ORGANISATION, [TIDES]),
        ("Were they published in the same year?", Particular.DATE, [TIDES, BEES]),
        ("What year is each from?", Particular.DATE, [TIDES, BEES]),
        ("Which of them got more upvotes?", Particular.UPVOTES, [TIDES, BEES]),
        ("Older or newer than the waggle one?", Particular.DATE, [BEES, TIDES]),
        ("authors?", Particular.AUTHORS, [TIDES]),
        ("arXiv ids of both?", Particular.PLACE, [TIDES, BEES]),
        ("ok. Published when?", Particular.DATE, [TIDES]),
        ("Where was the first one published, which venue?", Particular.VENUE, [BEES]),
    ],
)
def test_words_of_records_alone_are_about_the_papers_talked_of(turn: str, part: Particular, papers: list[Paper]) -> None:
    read = pointed_particulars(turn, HISTORY)
    assert read is not None
    assert part in read[0].wanted
    assert read[1] == papers


@pytest.mark.parametrize(
    "turn",
    [
        "When do followers find the feeder?",  # of the bees
        "Which companies use it?",
        "What is the oldest paper?",  # of the library
        "How many years of data?",
        "Which papers came out in the same month?",
        "How long is it?",
    ],
)
def test_any_other_word_makes_it_a_question_of_the_abstract(turn: str) -> None:
    assert pointed_particulars(turn, HISTORY) is None


def test_the_older_one_is_named_where_both_dates_are_known() -> None:
    read = pointed_particulars("Which of the two is older?", HISTORY)
    assert read is not None
    assert concluded(read[0], [TIDES, BEES]) == ("“Peri-Bee: waggle dances” is the older one.", 2)
    assert concluded(read[0], [TIDES, Paper("abs:3", "Ice.", title="Ice")]) is None  # one has no date


def test_none_has_more_where_they_have_as_many() -> None:
    read = pointed_particulars("Which one has more upvotes?", HISTORY)
    assert read is not None
    assert concluded(read[0], [TIDES, BEES]) is None
