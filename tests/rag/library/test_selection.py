"""Papers chosen by their metadata."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.library.catalogue import Catalogue
from rag.library.conditions import Conditions, Order
from rag.library.selection import counts, facts, matching, select, undecided
from rag.paper import Paper, Source

PAPERS = (
    Paper(
        "a",
        "Alpha text.",
        title="A",
        date=dt.date(2019, 5, 1),
        year=2019,
        upvotes=5,
        author_count=1,
        sources=(Source("one.txt", 1),),
    ),
    Paper(
        "b",
        "Beta text.",
        title="B",
        date=dt.date(2023, 7, 24),
        year=2023,
        upvotes=2,
        organisation="NAVER AI Lab",
        sources=(Source("one.txt", 3),),
    ),
    Paper("c", "Gamma text.", title="C", year=2023, author_count=7, sources=(Source("one.txt", 5), Source("two.txt", 1))),
    Paper("d", "Delta text.", arxiv_id="2407.02833", comment="ACL 2024 Findings", sources=(Source("two.txt", 3),)),
)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(tmp_path / "catalogue.sqlite")
    catalogue.add(PAPERS)
    yield catalogue
    catalogue.close()


def chosen(catalogue: Catalogue, order: Order | None = None, **values: object) -> list[str]:
    return select(catalogue, Conditions(**values), 10, order)  # type: ignore[arg-type]


def test_each_condition(catalogue: Catalogue) -> None:
    assert chosen(catalogue, date_to=dt.date(2019, 12, 31)) == ["a"]
    assert chosen(catalogue, date_from=dt.date(2023, 1, 1), date_to=dt.date(2023, 12, 31)) == ["b", "c"]
    assert chosen(catalogue, date_from=dt.date(2023, 7, 1)) == ["b"]  # c may be from January
    assert chosen(catalogue, min_upvotes=3) == ["a"]
    assert chosen(catalogue, max_upvotes=3) == ["b"]
    assert chosen(catalogue, min_authors=1, max_authors=1) == ["a"]
    assert chosen(catalogue, organisation="naver") == ["b"]
    assert chosen(catalogue, venue="acl 2024") == ["d"]
    assert chosen(catalogue, file="two.txt") == ["c", "d"]
    assert chosen(catalogue, min_sources=2) == ["c"]
    assert chosen(catalogue, has_title=False) == ["d"]
    assert chosen(catalogue, has_date=False) == ["d"]
    assert chosen(catalogue, has_arxiv_id=True) == ["d"]
    assert chosen(catalogue, ids=("2407.02833",)) == ["d"]


def year(first: int, last: int | None = None) -> Conditions:
    return Conditions(date_from=dt.date(first, 1, 1), date_to=dt.date(last or first, 12, 31))


def test_alternatives(catalogue: Catalogue) -> None:
    assert chosen(catalogue, any_of=((year(2019), Conditions(organisation="naver")),)) == ["b", "a"]
    assert chosen(catalogue, any_of=((year(2019), year(2023)), (Conditions(min_upvotes=5),))) == ["a"]


def test_what_is_excluded_must_be_known_to_be_otherwise(catalogue: Catalogue) -> None:
    assert chosen(catalogue, none_of=(year(2019),)) == ["b", "c"]  # d has no date
    july = Conditions(date_from=dt.date(2023, 7, 1), date_to=dt.date(2023, 7, 31))
    assert chosen(catalogue, none_of=(july,)) == ["a"]  # c may be from July 2023
    assert chosen(catalogue, none_of=(Conditions(min_upvotes=5),)) == ["b"]
    assert chosen(catalogue, none_of=(Conditions(file="one.txt"),)) == ["d"]
    assert counts(catalogue, Conditions(none_of=(year(2019),))) == (2, {"date": 1})


def test_an_excluded_name_keeps_papers_without_one(catalogue: Catalogue) -> None:
    wanted = Conditions(none_of=(Conditions(organisation="naver"), Conditions(venue="ACL")))
    assert chosen(catalogue, none_of=wanted.none_of) == ["c", "a"]
    assert counts(catalogue, wanted) == (2, {})
    assert undecided(catalogue, wanted) == {"organisation": 3, "venue": 3}


def test_a_sorted_list_is_whole(catalogue: Catalogue) -> None:
    assert chosen(catalogue, Order("upvotes", True, None, whole=True)) == ["a", "b", "c", "d"]
    assert counts(catalogue, Conditions(), Order("upvotes", True, 2)) == (4, {"number of upvotes": 2})


def test_what_is_unknown_is_counted(catalogue: Catalogue) -> None:
    assert counts(catalogue, Conditions(min_upvotes=1)) == (2, {"number of upvotes": 2})
    assert counts(catalogue, Conditions(date_to=dt.date(2030, 1, 1))) == (3, {"date": 1})


def test_an_order_leaves_out_what_has_no_such_field(catalogue: Catalogue) -> None:
    assert chosen(catalogue, Order("upvotes", True, None)) == ["a", "b"]
    assert chosen(catalogue, Order("date", False, None)) == ["a", "c", "b"]  # of c only the year is known


def test_percent_and_underscore_are_letters(catalogue: Catalogue) -> None:
    assert chosen(catalogue, organisation="%") == []
    assert chosen(catalogue, file="_") == []


def test_matching_narrows_a_list_of_candidates(catalogue: Catalogue) -> None:
    assert matching(catalogue, Conditions(min_upvotes=1), ["a", "c", "zz"]) == {"a"}


def test_facts(catalogue: Catalogue) -> None:
    assert facts(catalogue).newest == dt.date(2023, 7, 24)
    catalogue.add((Paper("z", "Omega text.", year=2024),))
    assert facts(catalogue).newest == dt.date(2024, 12, 31)
    assert facts(catalogue).organisations == ("NAVER AI Lab",)
    assert facts(catalogue).files == ("one.txt", "two.txt")


def test_an_author_with_accents_is_found_as_written(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "accents.sqlite")
    catalogue.add((Paper("e", "Epsilon text.", authors=("Bernhard Schölkopf", "Özgür Çelik")), Paper("f", "Phi text.")))
    assert chosen(catalogue, author="Schölkopf") == chosen(catalogue, author="Özgür Çelik") == ["e"]
    assert chosen(catalogue, author="Scholkopf 100%") == []
    catalogue.close()


def test_an_author_is_found_by_whole_words(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "authors.sqlite")
    catalogue.add(
        (Paper("g", "Gamma text.", authors=("Ann Lee", "Jean-Luc Chandra")), Paper("h", "Eta text.", authors=("Bo Leech",)))
    )
    assert (
        chosen(catalogue, author="lee") == chosen(catalogue, author="Ann Lee") == chosen(catalogue, author="Luc Chandra") == ["g"]
    )
    assert chosen(catalogue, author="hand") == []
    catalogue.close()
