"""What counts as a condition in a question, and what does not."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from rag.library.conditions import Conditions, Order
from rag.library.selection import Facts
from rag.retrieval.conditions import read_conditions
from rag.retrieval.dates import months_back, span_of
from tests.paths import SHARED, shared_only

FACTS = Facts(dt.date(2025, 10, 15), ("BAIDU", "NAVER AI Lab"), ("000_dump.txt", "001_dump.txt"))


def conditions(**values: Any) -> Conditions:
    dates = {name: dt.date.fromisoformat(value) for name, value in values.items() if name.startswith("date_")}
    return Conditions(**{**values, **dates})


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Show me everything dated before 2020.", conditions(date_to="2019-12-31")),
        ("papers since March 2024 on reward models", conditions(date_from="2024-03-01")),
        ("papers after June 2024 on pruning", conditions(date_from="2024-07-01")),
        ("work from 2020 to 2022", conditions(date_from="2020-01-01", date_to="2022-12-31")),
        ("studies between May 2023 and Feb 2024", conditions(date_from="2023-05-01", date_to="2024-02-29")),
        ("Which 2023 surveys cover alignment?", conditions(date_from="2023-01-01", date_to="2023-12-31")),
        ("December 2024 work on preference training", conditions(date_from="2024-12-01", date_to="2024-12-31")),
        ("papers published on Dec 18, 2024", conditions(date_from="2024-12-18", date_to="2024-12-18")),
        ("papers from the first half of 2025", conditions(date_from="2025-01-01", date_to="2025-06-30")),
        ("What appeared in the last two years on RAG?", conditions(date_from="2023-10-16")),
        ("the most upvoted papers, say five votes or more", conditions(min_upvotes=5)),
        ("papers with at least 2 upvotes from 2024", conditions(min_upvotes=2, date_from="2024-01-01", date_to="2024-12-31")),
        ("Which papers have exactly 3 upvotes?", conditions(min_upvotes=3, max_upvotes=3)),
        ("papers with fewer than three likes", conditions(max_upvotes=2)),
        ("work with more than 20 authors", conditions(min_authors=21)),
        ("Which papers have a single author?", conditions(min_authors=1, max_authors=1)),
        ("papers written by 50 people", conditions(min_authors=50, max_authors=50)),
        ("Anything with NAVER as the organisation?", conditions(organisation="naver")),
        ("what did Baidu do", conditions()),
        ("anything by Baidu?", conditions(organisation="baidu")),
        ("papers by Acme?", conditions()),
        ("Which papers occur in more than one of the source dumps?", conditions(min_sources=2)),
        ("Which titled papers have no date?", conditions(has_title=True, has_date=False)),
        ("List untitled papers.", conditions(has_title=False)),
        ("From the batch with arXiv numbers, which ones concern retrieval?", conditions(has_arxiv_id=True)),
        ("What is arXiv:2407.02833v2 about?", conditions(ids=("2407.02833",))),
        ("https://arxiv.org/pdf/2407.02833v1.pdf - which data?", conditions(ids=("2407.02833",))),
        ("doi 10.48550/arXiv.2407.02833: what for?", conditions(ids=("2407.02833",))),
        ("What does https://doi.org/10.1000/Bees.7 say?", conditions(ids=("10.1000/bees.7",))),
        ("papers in the file 001", conditions(file="001_dump.txt")),
    ],
)
def test_explicit_wording_is_a_condition(question: str, expected: Conditions) -> None:
    assert read_conditions(question, FACTS).conditions == expected


@pytest.mark.parametrize(
    "question",
    [
        "What BLEU did Vega-MT get in 2022?",
        "What pass@1 on AIME 2024 does the report give?",
        "Which AIME 2024 papers are there?",
        "Incidence of heart failure increased by 10% in women since 1979.",
        "The protein originated between 1923 and 1956.",
        "Which company sells the drug since 2015?",
        "How do two people agree?",
        "How many of 5 or more doses helped?",
        "The latest layers learn least. Why?",
    ],
)
def test_a_year_or_number_of_something_else_is_not(question: str) -> None:
    reading = read_conditions(question, FACTS)
    assert (reading.conditions, reading.order, reading.labels) == (Conditions(), None, ())


def test_the_topic_is_what_remains() -> None:
    reading = read_conditions("Commonsense knowledge papers from 2021.", FACTS)
    assert reading.topic == "Commonsense knowledge papers ."
    assert reading.labels == ("from 2021",)


def test_a_condition_can_be_taken_back() -> None:
    question = "Pruning papers from 2021 with at least 5 authors, newest first?"
    assert read_conditions(question, FACTS).labels == ("from 2021", "with at least 5 authors", "newest first")
    without = read_conditions(question, FACTS, {"from 2021"})
    assert without.labels == ("with at least 5 authors", "newest first")
    assert without.conditions == Conditions(min_authors=5)
    assert "2021" not in without.topic
    assert read_conditions("the three newest papers", FACTS, {"the three newest"}).order is None


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("List the five most upvoted papers.", Order("upvotes", True, 5)),
        ("the newest three papers on recommendation", Order("date", True, 3)),
        ("What is the oldest paper?", Order("date", False, 1)),
        ("Which paper has the most authors?", Order("author_count", True, 1)),
    ],
)
def test_superlatives_are_an_order(question: str, expected: Order) -> None:
    assert read_conditions(question, FACTS).order == expected


def test_months_are_counted_back_to_the_day_after() -> None:
    assert months_back(dt.date(2025, 10, 15), 24) == dt.date(2023, 10, 16)
    assert months_back(dt.date(2024, 3, 31), 1) == dt.date(2024, 3, 1)  # 29 February, and the day after


def test_no_such_day_is_no_date() -> None:
    assert span_of("30 February 2024") is None
    assert read_conditions("papers published on Feb 30, 2024", FACTS).conditions == Conditions()


@shared_only
def test_claims_and_queries_of_other_collections_state_no_condition() -> None:
    texts = [json.loads(line)["text"] for line in (SHARED / "bench/scifact/queries.jsonl").read_text().splitlines()]
    texts += [json.loads(line)["text"] for line in (SHARED / "bench/cranfield/queries.jsonl").read_text().splitlines()]
    assert [text for text in texts if read_conditions(text, FACTS).labels] == []


AUTHORS, COMMENTS = ("Noam Shazeer", "Ada Example"), ("Accepted at NeurIPS 2023", "ICML 2023 oral", "Findings of ACL 2024")


def holds(wanted: Conditions) -> bool:
    """A library of two authors and three comments."""
    by = wanted.author is not None and any(wanted.author.lower() in name.lower() for name in AUTHORS)
    return by or (wanted.venue is not None and any(wanted.venue.lower() in comment.lower() for comment in COMMENTS))


NAMED = Facts(dt.date(2025, 11, 30), ("Google DeepMind", "Artificial Intelligence Lab"), ("dump_a.txt", "pages.jsonl"), holds)


@pytest.mark.parametrize(
    ("question", "expected", "topic"),
    [
        ("papers by Noam Shazeer on attention", conditions(author="Noam Shazeer"), "papers on attention"),
        ("What has Shazeer published?", conditions(author="Shazeer"), "What has published?"),
        ("Ada Example's papers about bees", conditions(author="Ada Example"), "papers about bees"),
        (
            "Example et al. 2017 on bees",
            conditions(author="Example", date_from="2017-01-01", date_to="2017-12-31"),
            "on bees",
        ),
        ("What did Ada Example and colleagues publish on bees?", conditions(author="Ada Example"), "What did publish on bees?"),
        ("papers of Shazeer on attention", conditions(author="Shazeer"), "papers on attention"),
        (
            "papers on bees by neither Shazeer nor Example",
            conditions(none_of=(conditions(author="Shazeer"), conditions(author="Example"))),
            "papers on bees",
        ),
        (
            "Which papers accepted at NeurIPS or ICML 2023 concern bees?",
            conditions(any_of=((conditions(venue="NeurIPS"), conditions(venue="ICML 2023")),)),
            "Which papers concern bees?",
        ),
        ("papers by Nobody Known on attention", Conditions(), "papers by Nobody Known on attention"),
        ("Is attention improved by RLHF?", Conditions(), "Is attention improved by RLHF?"),
        ("Which papers accepted at NeurIPS concern bees?", conditions(venue="NeurIPS"), "Which papers concern bees?"),
        ("ICML 2023 papers on graphs", conditions(venue="ICML 2023"), "papers on graphs"),
        ("ICML 2019 papers on graphs", conditions(venue="ICML"), "papers on graphs"),
        ("AIME 2024 papers on graphs", Conditions(), "AIME 2024 papers on graphs"),
        ("Which DeepMind papers are about bees?", conditions(organisation="deepmind"), "Which papers are about bees?"),
        ("artificial intelligence papers about bees", Conditions(), "artificial intelligence papers about bees"),
        ("Which papers in pages.jsonl are about bees?", conditions(file="pages.jsonl"), "Which papers are about bees?"),
        ("pre-2020 work on bees", conditions(date_to="2019-12-31"), "work on bees"),
        ("post-2023 papers on bees", conditions(date_from="2024-01-01"), "papers on bees"),
        ("papers from the 2010s", conditions(date_from="2010-01-01", date_to="2019-12-31"), "papers"),
        ("papers from this year", conditions(date_from="2025-01-01", date_to="2025-12-31"), "papers"),
        ("anything from last year on bees?", conditions(date_from="2024-01-01", date_to="2024-12-31"), "anything on bees?"),
        ("papers in the last year", conditions(date_from="2024-12-01"), "papers"),
        ("papers in December 2023 or January 2024", conditions(date_from="2023-12-01", date_to="2024-01-31"), "papers"),
        ("papers from summer 2024", conditions(date_from="2024-06-01", date_to="2024-08-31"), "papers"),
        ("papers with zero upvotes", conditions(min_upvotes=0, max_upvotes=0), "papers"),
    ],
)
def test_names_count_where_the_library_holds_them(question: str, expected: Conditions, topic: str) -> None:
    reading = read_conditions(question, NAMED)
    assert reading.conditions == expected
    assert reading.topic == topic


def test_the_fewest_authors_are_an_order() -> None:
    assert read_conditions("Which papers have the fewest authors?", FACTS).order == Order("author_count", False, None)
