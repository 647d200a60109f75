"""What a second record of a paper adds to the first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given, settings

from rag.library.identity import merge
from rag.paper import Paper, Source
from tests.rag.strategies import papers

KNOWN = Paper(id="abs:1", abstract="Text.", title="Known", year=2024, sources=(Source("a.txt", 1),))


def test_what_is_missing_is_filled() -> None:
    record = Paper(
        id="abs:1",
        abstract="Text.",
        authors=("A", "B"),
        author_count=2,
        date=dt.date(2024, 7, 17),
        arxiv_id="2407.02833",
        upvotes=5,
        sources=(Source("b.txt", 9),),
    )
    merged = merge(KNOWN, record)
    assert merged == replace(
        KNOWN,
        authors=("A", "B"),
        author_count=2,
        date=dt.date(2024, 7, 17),
        arxiv_id="2407.02833",
        upvotes=5,
        sources=(Source("a.txt", 1), Source("b.txt", 9)),
    )


def test_what_is_known_stands() -> None:
    other = Paper(id="abs:1", abstract="TEXT", title="Other", year=2023, upvotes=0)
    assert merge(KNOWN, other) == replace(KNOWN, upvotes=0)


def test_a_date_of_another_year_is_not_put_beside_the_known_year() -> None:
    merged = merge(KNOWN, Paper(id="abs:1", abstract="Text.", date=dt.date(2025, 2, 7), year=2025))
    assert (merged.date, merged.year) == (None, 2024)


def test_a_file_read_again_keeps_its_place_and_takes_the_new_line() -> None:
    known = replace(KNOWN, sources=(Source("a.txt", 1), Source("b.txt", 2)))
    assert merge(known, replace(KNOWN, sources=(Source("a.txt", 7),))).sources == (Source("a.txt", 7), Source("b.txt", 2))


@given(papers, papers)
@settings(max_examples=50, deadline=None)
def test_merging_again_changes_nothing(known: Paper, record: Paper) -> None:
    once = merge(known, record)
    assert merge(once, record) == once
    assert (once.id, once.abstract) == (known.id, known.abstract)
