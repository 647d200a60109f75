"""The library page's logic over a real library, without a browser."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from rag.library.browse import Query
from rag.library.map import LibraryMap, Point
from rag.library.report import IngestProgress
from tests.ui.html_tree import Element, parse
from ui import library_overview, library_papers, state
from ui.components.ingest import progress
from ui.jobs import Job
from ui.library_overview import chosen

Run = Callable[[str], Any]
WALRUS = (
    b'{"title": "Walrus Whiskers", "abstract": "Walrus whiskers sense vibrations of two micrometres.", "date": "2021-03-04"}\n'
)


def html(at: Any) -> Element:
    assert not at.exception
    return parse("".join(element.body for element in at.html))


def button(at: Any, words: str) -> Any:
    (found,) = [b for b in at.button if words in b.label]
    return found


def paper_id(words: str) -> str:
    """The id of the paper found by these words."""
    (found,) = state.assistant().browse(Query(words=words)).papers
    return str(found.id)


def find(at: Any) -> Any:
    """The field in which words or a question are typed."""
    return at.text_input(key=f"find-{at.segmented_control(key='find-by').value}")


def titles(at: Any) -> list[str]:
    """What the table lists."""
    assert not at.exception
    return list(at.dataframe[-1].value["Title"]) if at.dataframe else []


def upload(at: Any, *files: tuple[str, bytes]) -> None:
    at.file_uploader[0].set_value([(name, data, "application/octet-stream") for name, data in files]).run()
    button(at, "Add to the library").click().run()


def test_the_table_shows_what_is_known_newest_first(home: Path, run_page: Run) -> None:
    at = run_page("library")
    table = at.dataframe[0].value
    assert list(table["Title"])[:4] == [
        "BreadNet: Predicting Crumb Structure from Dough Sound",
        "SkyLedger: Counting Migrating Cranes from Radar",
        "Do Glaciers Remember Earthquakes?",
        "Tidal Clocks: Keeping Time under the Sea Ice",
    ]
    assert list(table["Authors"])[:3] == [2, 5, 4]
    assert list(table["Upvotes"])[:2] == [31, 7]
    assert table["Organisation"][1] == "Hornborga Field Station"
    assert table["Sources"][1] == "papers.jsonl, line 1"
    assert table["Title"][5].endswith("[untitled]")
    assert "6 papers" in html(at).text


def test_a_filter_keeps_the_papers_with_all_the_words(home: Path, run_page: Run) -> None:
    at = run_page("library")
    find(at).set_value("antarctic CLOCKS").run()
    assert list(at.dataframe[0].value["Title"]) == ["Tidal Clocks: Keeping Time under the Sea Ice"]
    assert "1 of 6 papers" in html(at).text
    find(at).set_value("no such words").run()
    assert not at.dataframe
    assert "0 of 6 papers" in html(at).text


def test_a_question_finds_by_meaning(home: Path, run_page: Run) -> None:
    at = run_page("library")
    at.segmented_control(key="find-by").set_value("Question").run()
    find(at).set_value("How many birds fly past in the dark?").run()
    table = at.dataframe[0].value
    assert table["Title"][0].startswith("SkyLedger")
    assert "flock" in table["Best passage"][0]


def test_an_upload_is_added_under_its_own_name(home: Path, run_page: Run) -> None:
    at = run_page("library")
    upload(at, ("walrus 2021.jsonl.gz", gzip.compress(WALRUS)), ("empty.txt", b""))
    text = html(at).text
    assert "1 record read" in text
    assert "1 new" in text
    assert "The library holds 7 papers" in text
    skipped, table = (frame.value for frame in at.dataframe)
    assert list(skipped["File"]) == ["empty.txt"]
    row = table[table["Title"] == "Walrus Whiskers"].iloc[0]
    assert row["Sources"] == "walrus 2021.jsonl.gz, line 1"


def test_the_same_upload_again_adds_nothing(home: Path, run_page: Run) -> None:
    at = run_page("library")
    for expected in ("1 new", "1 there already"):
        upload(at, ("walrus.jsonl", WALRUS))
        assert expected in html(at).text
    assert list(at.dataframe[-1].value["Sources"]).count("walrus.jsonl, line 1") == 1
    button(at, "Close").click().run()
    assert "there already" not in html(at).text


def test_a_locked_library_is_told_in_words(home: Path, run_page: Run) -> None:
    at = run_page("library")
    with FileLock(home / "write.lock"):
        upload(at, ("walrus.jsonl", WALRUS))
    notice = html(at).one("div", "v-bad").text
    assert "being written to" in notice
    upload(at, ("walrus.jsonl", WALRUS))
    assert "The library holds 7 papers" in html(at).text


def test_a_file_that_no_reader_knows_is_told_with_its_reason(home: Path, run_page: Run) -> None:
    at = run_page("library")
    upload(at, ("<img src=x onerror=alert(1)>.bin", bytes(range(256)) * 4))
    tree = html(at)
    assert "0 records read" in tree.text
    assert not tree.all("img")
    assert len(at.dataframe[0].value) == 1


def test_an_empty_library_has_both_ways_in(empty_home: Path, run_page: Run) -> None:
    at = run_page("library")
    assert "Your library is empty" in html(at).text
    assert at.file_uploader
    assert not at.dataframe
    upload(at, ("walrus.jsonl", WALRUS))
    assert list(at.dataframe[0].value["Title"]) == ["Walrus Whiskers"]


def test_what_an_interrupted_ingest_left_can_be_finished(home: Path, run_page: Run) -> None:
    for index in ("chroma", *(folder.name for folder in home.glob("keywords-*"))):
        shutil.rmtree(home / index, ignore_errors=True)
    import sqlite3

    with sqlite3.connect(home / "catalogue.sqlite") as catalogue:
        catalogue.execute("DELETE FROM indexed")
    at = run_page("library")
    assert "6 were read but not indexed" in html(at).text
    button(at, "Finish indexing").click().run()
    assert "not indexed" not in html(at).text


# --- columns, order, pages ---------------------------------------------------------------------------------------------


def test_columns_filter_and_sort(home: Path, run_page: Run) -> None:
    at = run_page("library")
    every = titles(at)
    at.selectbox(key="sort-5").set_value("Title").run()
    named = [title for title in titles(at) if not title.endswith("[untitled]")]
    assert named == sorted(named, key=str.casefold)
    assert sorted(titles(at)) == sorted(every)
    at.number_input(key="filter-from").set_value(2024).run()
    assert "Filters (1)" in html(at).text or len(titles(at)) < len(every)
    at.selectbox(key="filter-title").set_value("without a title").run()
    assert all(title.endswith("[untitled]") for title in titles(at))
    button(at, "Clear filters").click().run()
    assert sorted(titles(at)) == sorted(every)
    at.text_input(key="filter-organisation").set_value("hornborga").run()
    assert len(titles(at)) == 1


def test_pages_and_a_new_search_begins_at_the_first(home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_papers, "ROWS", 4)
    at = run_page("library")
    assert len(titles(at)) == 4
    at.pagination[0].set_value(2).run()
    assert len(titles(at)) == 2
    find(at).set_value("the").run()
    assert [turner.value for turner in at.pagination] in ([], [1])
    assert titles(at)


# --- a paper -------------------------------------------------------------------------------------------------------------


def test_an_address_opens_a_paper_with_its_neighbours(home: Path, run_page: Run) -> None:
    at = run_page("library")
    at.query_params["paper"] = paper_id("Tidal Clocks")
    at.run()
    shown = html(at).text
    assert "drifted by less than 40 seconds" in shown
    assert "papers.jsonl, line" in shown
    near = [b for b in at.button if (b.key or "").startswith("similar-")]
    assert len(near) == 5
    at.query_params["paper"] = "abs:gone"
    at.run()
    assert "no such paper" in html(at).text


# --- uploads: paste, undo ------------------------------------------------------------------------------------------------


def test_pasted_text_is_added_and_taken_back(home: Path, run_page: Run) -> None:
    at = run_page("library")
    pasted = "Abstract: Narwhals turn their tusks towards the salt and find gaps in the ice long before they can be seen.\n"
    at.text_area[0].set_value(pasted)
    button(at, "Add the text").click().run()
    assert "1 record read" in html(at).text
    assert "The library holds 7 papers" in html(at).text
    assert len(list((home / "uploads").glob("pasted-*.txt"))) == 1
    button(at, "Undo the last upload").click().run()
    assert "6 papers" in html(at).text
    assert not list((home / "uploads").glob("*.txt"))
    assert not [b for b in at.button if "Undo" in b.label]


def test_undo_leaves_what_was_there_before(home: Path, run_page: Run) -> None:
    at = run_page("library")
    upload(at, ("walrus.jsonl", WALRUS))
    crab = b'{"title": "Crab Walk", "abstract": "Crabs walk sideways over the sand at low tide.", "date": "2020-01-01"}\n'
    upload(at, ("more.jsonl", WALRUS + crab))
    assert "The library holds 8 papers" in html(at).text
    button(at, "Undo the last upload").click().run()
    assert "Walrus Whiskers" in titles(at)
    assert "Crab Walk" not in titles(at)
    assert (home / "uploads" / "walrus.jsonl").exists()


# --- merges, collections, overview ---------------------------------------------------------------------------------------


def test_a_merge_is_reviewed_and_split(home: Path, run_page: Run) -> None:
    at = run_page("library")
    upload(at, ("walrus.jsonl", WALRUS), ("doi.jsonl", WALRUS.replace(b'"date"', b'"doi": "10.1234/w", "date"')))
    at.segmented_control(key="library-part").set_value("Merged").run()
    assert "same abstract" in html(at).text
    (split,) = [b for b in at.button if (b.key or "").startswith("split-")]
    split.click().run()
    assert "Nothing was merged" in html(at).text
    assert state.assistant().count() == 8


def test_what_was_found_becomes_a_collection_to_filter_by(home: Path, run_page: Run) -> None:
    at = run_page("library")
    find(at).set_value("ice").run()
    found = titles(at)
    at.toggle(key="several").set_value(True).run()
    at.text_input[-1].set_value("Icy")
    at.button[-1].click().run()
    (own,) = state.assistant().collections.all()
    assert (own.name, len(own.papers)) == ("Icy", len(found))
    find(at).set_value("").run()
    at.selectbox(key="filter-collection").set_value(own.id).run()
    assert sorted(titles(at)) == sorted(found)
    at.segmented_control(key="library-part").set_value("Collections").run()
    assert sorted(titles(at)) == sorted(found)
    button(at, "Delete the collection").click().run()
    assert "no collections" in html(at).text


def test_overview_and_map(home: Path, run_page: Run) -> None:
    at = run_page("library")
    at.segmented_control(key="library-part").set_value("Map").run()
    assert "near means alike" in html(at).text
    topics = at.get("button_group")[-1]
    assert topics.label == "Topics"
    topics.set_value([0]).run()  # without a pointer
    assert titles(at)
    button(at, "Choose none").click().run()
    assert "No papers chosen" in html(at).text
    assert not titles(at)
    at.segmented_control(key="library-part").set_value("Overview").run()
    assert "By topic" in html(at).text


def test_small_words_are_told_to_be_looked_for_in_the_text_alone(home: Path, run_page: Run) -> None:
    at = run_page("library")
    find(at).set_value("the radar of").run()
    assert "“the” and “of” are looked for in titles and abstracts alone, not in names." in html(at).text
    find(at).set_value("radar").run()
    assert "looked for in" not in html(at).text


def test_where_nothing_fits_only_what_was_chosen_is_blamed(home: Path, run_page: Run) -> None:
    at = run_page("library")
    find(at).set_value("zeppelin").run()
    assert "Try fewer or other words." in html(at).text
    assert "Click a title" not in html(at).text
    find(at).set_value("").run()
    at.number_input(key="filter-from").set_value(2999).run()
    assert "Clear the filters." in html(at).text


def test_topics_of_a_small_library_are_found_at_once(home: Path, run_page: Run) -> None:
    at = run_page("library")
    at.segmented_control(key="library-part").set_value("Overview").run()
    assert "By topic" in html(at).text
    assert not [own for own in at.button if own.label == "Draw the map"]


def test_topics_of_a_large_one_are_offered_before_there_is_a_map(
    home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(library_overview, "SOON", 5)
    at = run_page("library")
    at.segmented_control(key="library-part").set_value("Overview").run()
    button(at, "Draw the map").click().run()
    assert "near means alike" in html(at).text


def test_a_box_on_the_map_chooses_papers() -> None:
    points = [Point(str(n), f"Paper {n}", 2020, n, -n, n % 2) for n in range(4)]
    drawn = LibraryMap("mark", 4, ("odd", "even"), tuple(points))
    assert chosen(drawn, {}, []) == []
    assert chosen(drawn, {"x": [0.5, 2.5], "y": [-3, 0]}, []) == ["1", "2"]
    assert chosen(drawn, {"x": [2.5, 0.5]}, [1]) == ["1"]
    assert chosen(drawn, {}, [0]) == ["0", "2"]


@pytest.mark.parametrize(
    ("latest", "share", "words"),
    [
        (None, 0.0, "Reading"),
        (IngestProgress("reading", 1500, None), 0.0, "Reading: 1,500 records"),
        (IngestProgress("embedding", 50, 200), 0.25, "Embedding: 50 of 200 papers"),
    ],
)
def test_progress_in_words(latest: IngestProgress | None, share: float, words: str) -> None:
    job: Job[Any] = Job(lambda _: None, "test")
    job.wait(10)
    job.latest = latest
    shown = progress(job)
    assert shown[0] == share
    assert shown[1].startswith(words)
