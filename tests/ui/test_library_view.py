"""The library page's logic over a real library, without a browser."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from rag.library.report import IngestProgress
from rag.paper import Paper
from tests.ui.html_tree import Element, parse
from ui.components.ingest import progress
from ui.jobs import Job
from ui.views.library import contains

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
    at.text_input[0].set_value("antarctic CLOCKS").run()
    assert list(at.dataframe[0].value["Title"]) == ["Tidal Clocks: Keeping Time under the Sea Ice"]
    assert "1 of 6 papers" in html(at).text
    at.text_input[0].set_value("no such words").run()
    assert not at.dataframe
    assert "0 of 6 papers" in html(at).text


def test_a_question_finds_by_meaning(home: Path, run_page: Run) -> None:
    at = run_page("library")
    at.segmented_control[0].set_value("Question").run()
    at.text_input[0].set_value("How many birds fly past in the dark?").run()
    table = at.dataframe[0].value
    assert table["Title"][0].startswith("SkyLedger")
    assert "flock" in table["Best passage"][0]


def test_words_are_looked_for_in_every_field() -> None:
    paper = Paper(id="x", abstract="About cranes.", title="Radar", authors=("Ada Lind",), organisation="Station", year=2024)
    assert all(contains(paper, words) for words in ("CRANES radar", "ada station 2024", ""))
    assert not contains(paper, "cranes sonar")


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
    assert list(at.dataframe[0].value["Sources"]).count("walrus.jsonl, line 1") == 1
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
