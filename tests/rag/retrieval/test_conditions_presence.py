"""What is not known of papers, spans of time that are told roughly, decades by name, and people at an organisation."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.assistant import Assistant
from rag.retrieval.conditions import read_conditions
from tests.rag.retrieval.small_library import FACTS


def days(first: str, last: str | None = None) -> dict[str, Any]:
    bounds = {"date_from": first, "date_to": last}
    return {name: dt.date.fromisoformat(day) for name, day in bounds.items() if day is not None}


WORDINGS = [
    ("papers without an organisation", {"has_organisation": False}),
    ("Which papers name no affiliation?", {"has_organisation": False}),
    ("papers with a known organisation", {"has_organisation": True}),
    ("Which papers have no known authors?", {"has_authors": False}),
    ("papers whose authors are unknown", {"has_authors": False}),
    ("papers with an unknown number of authors", {"has_authors": False}),
    ("list papers lacking a DOI", {"has_doi": False}),
    ("papers with a DOI", {"has_doi": True}),
    ("papers that have no venue", {"has_venue": False}),
    ("abstracts for which no upvotes are known", {"has_upvotes": False}),
    ("papers missing a publication date", {"has_date": False}),
    ("papers where the date is unknown", {"has_date": False}),
    ("papers with neither title nor date", {"has_title": False, "has_date": False}),
    ("How many papers have no arXiv id?", {"has_arxiv_id": False}),
    ("papers from the past few years on pruning", days("2022-10-16")),
    ("what was published in the last couple of months?", days("2025-08-16")),
    ("papers of the last several years", days("2020-10-16")),
    ("papers that came out over the past half year", days("2025-04-16")),
    ("papers of the current year", days("2025-01-01", "2025-12-31")),
    ("papers from the nineties", days("1990-01-01", "1999-12-31")),
    ("papers from the 90s", days("1990-01-01", "1999-12-31")),
    ("papers written in the '80s on neural nets", days("1980-01-01", "1989-12-31")),
    ("anything from the late nineties", days("1997-01-01", "1999-12-31")),
    ("papers from the early twenties of this century", days("2020-01-01", "2023-12-31")),
    ("papers from the first months of 2024", days("2024-01-01", "2024-03-31")),
    ("papers from the last two months of 2023", days("2023-11-01", "2023-12-31")),
    ("papers by anyone at Google", {"organisation": "google"}),
    ("what did people at NVIDIA publish?", {"organisation": "nvidia"}),
    ("work by researchers working at ByteDance", {"organisation": "bytedance"}),
    ("papers by a team at NAVER", {"organisation": "naver"}),
]


@pytest.mark.parametrize(("question", "values"), WORDINGS)
def test_a_condition_is_read_and_can_be_taken_back(question: str, values: dict[str, Any]) -> None:
    read = read_conditions(question, FACTS)
    assert {name: getattr(read.conditions, name) for name in values} == values
    assert read.labels
    assert not read_conditions(question, FACTS, without=read.labels).conditions


@pytest.mark.parametrize(
    "question",
    [
        "How does DPO work without authors labelling data?",
        "Which methods work without a reward model?",
        "What do recent papers say on bees?",
        "papers on recovery in 20s",
        "papers on people in their twenties",
        "papers with authors from the first cohort",
    ],
)
def test_no_condition(question: str) -> None:
    assert not read_conditions(question, FACTS).conditions


def test_without_upvotes_is_none_given_or_none_known() -> None:
    read = read_conditions("papers without upvotes", FACTS).conditions
    assert [(own.max_upvotes, own.has_upvotes) for own in read.any_of[0]] == [(None, False), (0, None)]


def test_the_catalogue_chooses_by_what_it_knows(tmp_path: Path, open_library: Callable[[Path], Assistant]) -> None:
    rows = [
        {"title": "Bees", "abstract": "Honey bees dance for food.", "doi": "10.1000/bees", "authors": ["Ada Lund"]},
        {"title": "Tides", "abstract": "Tides turn turbines in straits."},
    ]
    file = tmp_path / "papers.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    with open_library(tmp_path / "home") as assistant:
        assistant.ingest([file])
        for question, title in (
            ("papers without a DOI", "Tides"),
            ("papers with a DOI", "Bees"),
            ("papers with no known authors", "Tides"),
            ("papers that name their authors", "Bees"),
        ):
            answer = assistant.ask(question)
            assert [source.paper.title for source in answer.sources] == [title], question
            assert answer.filters
