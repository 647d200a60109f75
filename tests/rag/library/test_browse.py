"""Tables, counts, neighbours, collections, the map and undoing, over real stores."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import LibraryError
from rag.library.browse import Query, Sort
from rag.library.collections import Collections
from rag.library.conditions import Conditions
from rag.settings import Settings

RECORDS: list[dict[str, object]] = [
    {
        "title": "Walrus Whiskers",
        "abstract": "Whiskers sense vibrations of two micrometres.",
        "date": "2021-03-04",
        "upvotes": 5,
        "authors": ["Åsa Müller"],
    },
    {
        "title": "Seal Sleep",
        "abstract": "Seals are sleeping under the ice and wake to breathe.",
        "year": 2022,
        "upvotes": 9,
        "organisation": "Whisker Institute",
    },
    {"title": "aardvark Ants", "abstract": "The ants of the aardvark are eaten at night, 100% of them.", "date": "2022-06-01"},
    {"abstract": "Nothing but an abstract about the whisker of a seal, without title or date, which a dump may well hold."},
]
CRAB = {"title": "Crab", "abstract": "Crabs walk sideways over the sand at low tide."}


def write(path: Path, records: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Assistant]:
    file = write(tmp_path / "animals.jsonl", RECORDS)
    with Assistant.open(Settings(home=tmp_path / "home")) as assistant:
        assert assistant.ingest([file]).papers == 4
        yield assistant


def titles(library: Assistant, query: Query, offset: int = 0, limit: int = 50) -> list[str]:
    return [paper.title or "-" for paper in library.browse(query, offset, limit).papers]


@pytest.mark.parametrize("sort", [Sort.NEWEST, Sort.OLDEST, Sort.TITLE, Sort.UPVOTES, Sort.ADDED])
def test_many_papers_found_come_in_the_same_order_as_few(library: Assistant, monkeypatch: pytest.MonkeyPatch, sort: Sort) -> None:
    query = Query(words="whisker", sort=sort)
    few = titles(library, query)
    assert len(few) == 3
    monkeypatch.setattr("rag.library.browse.MANY", 0)
    assert titles(library, query) == few
    assert titles(library, query, offset=1, limit=1) == few[1:2]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.NEWEST, ["aardvark Ants", "Seal Sleep", "Walrus Whiskers", "-"]),
        (Sort.OLDEST, ["Walrus Whiskers", "aardvark Ants", "Seal Sleep", "-"]),
        (Sort.TITLE, ["aardvark Ants", "Seal Sleep", "Walrus Whiskers", "-"]),
        (Sort.UPVOTES, ["Seal Sleep", "Walrus Whiskers", "aardvark Ants", "-"]),
        (Sort.ADDED, ["-", "aardvark Ants", "Seal Sleep", "Walrus Whiskers"]),
    ],
)
def test_each_order_puts_what_is_not_known_last(library: Assistant, sort: Sort, expected: list[str]) -> None:
    assert titles(library, Query(sort=sort)) == expected
    assert titles(library, Query(sort=sort), offset=1, limit=2) == expected[1:3]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sleep", {"Seal Sleep"}),  # "sleeping" too
        ("whisker seal", {"Seal Sleep", "-"}),  # one word in the organisation, one in the abstract
        ("müller", {"Walrus Whiskers"}),
        ("MICROMETRES vibration", {"Walrus Whiskers"}),
        ('"ants of the aardvark"', {"aardvark Ants"}),
        ('"aardvark of the ants"', set()),
        ("ardva", {"aardvark Ants"}),  # part of a title
        ("2022", {"Seal Sleep", "aardvark Ants"}),
        ("100%", {"aardvark Ants"}),
        ("_", set()),
        ("zebra", set()),
    ],
)
def test_all_words_must_occur_anywhere_in_a_paper(library: Assistant, words: str, expected: set[str]) -> None:
    assert set(titles(library, Query(words=words, sort=Sort.BEST))) == expected
    assert library.browse(Query(words=words)).total == len(expected)


def test_the_best_match_comes_first_and_other_orders_hold_for_matches_too(library: Assistant) -> None:
    assert titles(library, Query(words="whiskers", sort=Sort.BEST))[0] == "Walrus Whiskers"
    assert titles(library, Query(words="whisker", sort=Sort.UPVOTES)) == ["Seal Sleep", "Walrus Whiskers", "-"]


def test_columns_filter(library: Assistant) -> None:
    assert titles(library, Query(years=(2022, None))) == ["aardvark Ants", "Seal Sleep"]
    assert titles(library, Query(years=(None, 2021), words="whisker")) == ["Walrus Whiskers"]
    assert titles(library, Query(conditions=Conditions(has_title=False))) == ["-"]
    assert titles(library, Query(conditions=Conditions(organisation="institute"))) == ["Seal Sleep"]
    (file,) = [name for name, _ in library.tallies().files]
    assert library.browse(Query(file=file)).total == 4
    assert library.browse(Query(file="another")).total == 0


@pytest.mark.parametrize("sort", [Sort.BEST, Sort.NEWEST, Sort.TITLE])
@pytest.mark.parametrize(
    "query",
    [
        Query(words="whisker"),
        Query(words="the of"),
        Query(words="seal", years=(2022, None)),
        Query(words="whisker", conditions=Conditions(author="müller")),
        Query(conditions=Conditions(author="Müller")),
        Query(words="whisker", conditions=Conditions(has_title=True)),
    ],
)
def test_where_much_is_found_other_ways_lead_to_the_same_papers(
    library: Assistant, monkeypatch: pytest.MonkeyPatch, query: Query, sort: Sort
) -> None:
    query = replace(query, sort=sort)
    page = library.browse(query)
    found = [paper.id for paper in page.papers]
    assert found
    assert page.total == len(found)
    for names in ({"browse.MANY": 0}, {"browse.FEW": 0, "lookup.FEW": 0}, {"browse.MANY": 0, "browse.STEP": 1}):
        with monkeypatch.context() as patch:
            for name, value in names.items():
                patch.setattr(f"rag.library.{name}", value)
            library.__dict__.pop("_browser")
            again = library.browse(query)
            assert ([paper.id for paper in again.papers], again.total) == (found, page.total)
            assert [paper.id for paper in library.browse(query, 1, 1).papers] == found[1:2]


def test_small_words_are_looked_for_in_the_text_and_not_in_names(library: Assistant) -> None:
    assert titles(library, Query(words="to", sort=Sort.BEST)) == ["Seal Sleep"]  # "wake to breathe"; not "Institute"
    assert titles(library, Query(words="stitu", sort=Sort.BEST)) == ["Seal Sleep"]


@pytest.mark.parametrize("sort", [Sort.BEST, Sort.TITLE])
def test_words_are_looked_for_within_some_papers(library: Assistant, sort: Sort) -> None:
    whiskers = library.browse_ids(Query(words="whisker"), 10)
    assert len(whiskers) == 3
    page = library.browse(Query(words="whisker", within=(whiskers[0], whiskers[2], "no paper"), sort=sort))
    assert {paper.id for paper in page.papers} == {whiskers[0], whiskers[2]}
    assert page.total == 2
    dated = [library.browse(Query(words="whisker", within=(own,), years=(None, 2021))).total for own in whiskers]
    assert sorted(dated) == [0, 0, 1]
    assert library.browse_ids(Query(words="whisker", within=(whiskers[1],)), 10) == [whiskers[1]]


def test_a_change_is_seen_at_once(library: Assistant, tmp_path: Path) -> None:
    assert library.browse(Query(words="seal")).total == 2
    more = tmp_path / "more.txt"
    more.write_text("Abstract: A third seal, which nobody had seen before, was found on the beach this morning.\n", "utf-8")
    library.ingest([more])
    assert library.browse(Query(words="seal")).total == 3


def test_counts(library: Assistant) -> None:
    counted = library.tallies()
    assert counted.years == ((2021, 1), (2022, 2), (None, 1))
    assert (counted.papers, counted.untitled, counted.merged) == (4, 1, 0)
    assert [count for _, count in counted.files] == [4]


def test_similar_papers_are_the_others_nearest_first(library: Assistant) -> None:
    seal = library.browse(Query(words="sleep")).papers[0]
    found = library.similar(seal.id)
    assert {paper.id for paper, _ in found} == {paper.id for paper in library.papers()} - {seal.id}
    assert [cosine for _, cosine in found] == sorted((cosine for _, cosine in found), reverse=True)
    assert library.similar(seal.id, 1) == found[:1]
    assert library.similar("no such paper") == []


def test_an_ingest_is_taken_back_but_not_what_was_there(library: Assistant, tmp_path: Path) -> None:
    before = library.last_record()
    upload = write(tmp_path / "upload.jsonl", [{**RECORDS[0], "doi": "10.1234/walrus"}, CRAB])
    assert library.ingest([upload]).papers == 5
    assert [paper.title for paper in library.merged(10)] == ["Walrus Whiskers"]
    assert library.take_back([upload], before) == 1
    assert library.browse(Query(words="crabs")).total == 0
    walrus_now = library.browse(Query(words="walrus")).papers[0]
    assert (len(library.sources(walrus_now.id)), walrus_now.doi) == (1, None)
    assert library.take_back([upload], before) == 0
    assert library.ingest([upload]).papers == 5


def test_the_map_is_kept_until_the_library_changes(library: Assistant, tmp_path: Path) -> None:
    assert library.drawn_map() is None
    drawn = library.draw_map()
    assert {point.id for point in drawn.points} == {paper.id for paper in library.papers()}
    assert all(point.cluster < len(drawn.names) for point in drawn.points)
    assert library.drawn_map() == drawn
    library.remove([drawn.points[0].id])
    assert library.drawn_map() is None


def test_collections_are_kept_and_shared(tmp_path: Path) -> None:
    one, other = Collections(tmp_path), Collections(tmp_path)
    seals = one.make("  My   seals ", ["a", "b", "a"])
    assert (seals.name, seals.papers) == ("My seals", ("a", "b"))
    assert other.get(seals.id) == seals
    assert other.add(seals.id, ["b", "c"]) == 1
    other.take(seals.id, ["a"])
    one.rename(seals.id, "Seals")
    assert [(own.name, own.papers) for own in one.all()] == [("Seals", ("b", "c"))]
    with pytest.raises(LibraryError, match="already"):
        one.make("SEALS")
    with pytest.raises(LibraryError, match="name"):
        one.make("  ")
    other.delete(seals.id)
    assert one.all() == []


def test_a_damaged_file_of_collections_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "collections.json").write_text("[{]", encoding="utf-8")
    with pytest.raises(LibraryError, match="cannot be read"):
        Collections(tmp_path).make("New")
    assert (tmp_path / "collections.json").read_text(encoding="utf-8") == "[{]"


def test_a_question_may_be_asked_within_some_papers_only(library: Assistant) -> None:
    walrus, seal = (library.browse(Query(words=words)).papers[0].id for words in ("walrus", "sleep"))
    asked = "How do animals sleep under the ice?"
    assert library.ask(asked).retrieved[0].paper.id == seal
    assert {hit.paper.id for hit in library.ask(asked, within=[walrus]).retrieved} == {walrus}
    assert library.ask(asked, within=[]).abstained
    ants = library.browse(Query(words="ants")).papers[0].id
    dated = library.ask("Which papers from 2022 are about ants or sleep?", within=[walrus, ants])
    assert {hit.paper.id for hit in dated.retrieved} == {ants}
