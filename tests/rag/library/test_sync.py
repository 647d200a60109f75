"""A folder in step with the library: new, changed, unchanged, renamed and removed files, and files that cannot be read."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rag import upkeep
from rag.assistant import Assistant
from rag.errors import LibraryError
from rag.library.report import SyncReport
from tests.rag.library.contents import assert_whole, contents

BEES = ("Dances of bees", "Honey bees tell each other by dancing where food is. Rain cut the dances by half.")
TIDES = ("Tidal turbines", "Tides turn turbines as wind turns mills. Silt remains an open problem.")
CHESS = ("Chess endgames", "A network plays chess endgames without looking ahead. With two bishops it fails.")
YEAST = ("Sourdough", "Bakeries keep their own sourdough cultures. Altitude explains which yeasts dominate.")
Open = Callable[[Path], Assistant]


class Folder:
    """A folder under way, and the library that follows it."""

    def __init__(self, path: Path, assistant: Assistant) -> None:
        self.path, self.assistant = path, assistant
        path.mkdir()

    def write(self, name: str, *papers: tuple[str, str], **more: object) -> None:
        """One paper a line, as (title, abstract)."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        rows = [json.dumps({"title": title, "abstract": abstract, **more}) for title, abstract in papers]
        file.write_text("\n".join(rows) + "\n")

    def sync(self, **options: bool) -> SyncReport:
        """Sync, and check that nothing is left half done."""
        report = self.assistant.sync(self.path, **options)  # type: ignore[arg-type]
        assert_whole(self.assistant)
        assert report.papers == self.assistant.count()
        return report

    @property
    def titles(self) -> list[str | None]:
        return sorted(paper.title or "" for paper in self.assistant.papers())

    def files(self, title: str) -> list[str]:
        """The sources of the paper with that title."""
        return [s.file for p in self.assistant.papers() if p.title == title for s in p.sources]


@pytest.fixture
def folder(tmp_path: Path, open_library: Open) -> Iterator[Folder]:
    with open_library(tmp_path / "home") as assistant:
        yield Folder(tmp_path / "papers", assistant)


def files(report: SyncReport) -> Sequence[int]:
    """New, changed, unchanged and removed files."""
    return report.new_files, report.changed_files, report.unchanged_files, report.removed_files


def test_new_changed_unchanged_and_removed_files(folder: Folder) -> None:
    folder.write("a.jsonl", BEES, TIDES)
    folder.write("deep/b.jsonl", CHESS)
    first = folder.sync()
    assert files(first) == (2, 0, 0, 0)
    assert (first.new, first.removed, first.papers) == (3, 0, 3)
    assert folder.files("Chess endgames") == ["deep/b.jsonl"]

    folder.write("a.jsonl", BEES, YEAST)  # the tides are gone from it
    folder.write("c.jsonl", TIDES)  # and have moved here
    (folder.path / "deep/b.jsonl").unlink()
    second = folder.sync()
    assert files(second) == (1, 1, 0, 1)
    assert (second.new, second.merged, second.unchanged, second.removed) == (1, 1, 1, 1)
    assert second.passages == 1  # only the sourdough
    assert folder.titles == ["Dances of bees", "Sourdough", "Tidal turbines"]
    assert folder.files("Tidal turbines") == ["c.jsonl"]
    assert "Files: 1 new, 1 changed, 0 unchanged, 1 removed." in str(second)


def test_unchanged_files_are_not_read(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write("a.jsonl", BEES)
    folder.sync()
    monkeypatch.setattr(upkeep, "read_file", None)
    os.utime(folder.path / "a.jsonl", (0, 0))
    report = folder.sync()
    assert files(report) == (0, 0, 1, 0)
    assert (report.unchanged, report.passages) == (0, 0)


def test_again_reads_unchanged_files_too(folder: Folder) -> None:
    folder.write("a.jsonl", BEES)
    folder.sync()
    report = folder.sync(again=True)
    assert files(report) == (0, 1, 0, 0)
    assert (report.unchanged, report.removed, report.passages) == (1, 0, 0)


def test_other_reading_options_read_the_files_again(folder: Folder) -> None:
    folder.write("a.jsonl", BEES, TIDES)
    folder.sync()
    report = folder.assistant.sync(folder.path, columns={"title": "name"})
    assert (files(report), report.removed, report.papers) == ((0, 1, 0, 0), 0, 2)


def test_a_paper_that_another_file_still_holds_stays_with_the_words_of_that(folder: Folder) -> None:
    longer = ("Dances of bees", f"{BEES[1]} Wind did not.")
    folder.write("a.jsonl", BEES, id="doi:10.1000/bees")
    folder.write("b.jsonl", longer, doi="10.1000/bees")
    folder.write("c.jsonl", CHESS)
    folder.sync()
    (kept,) = [paper for paper in folder.assistant.papers() if paper.title == "Dances of bees"]
    assert kept.abstract == BEES[1]
    (folder.path / "a.jsonl").unlink()
    report = folder.sync()
    assert (report.removed, report.papers) == (0, 2)
    now = folder.assistant.paper(kept.id)
    assert now is not None
    assert (now.abstract, [s.file for s in now.sources]) == (longer[1], ["b.jsonl"])
    hit = folder.assistant.search("does wind cut the dances of bees", 1)[0]
    assert hit.passage.text == now.abstract[hit.passage.start : hit.passage.end]
    assert "Wind did not." in hit.passage.text


def test_a_renamed_file_costs_nothing(folder: Folder) -> None:
    folder.write("a.jsonl", BEES, TIDES)
    folder.sync()
    (folder.path / "a.jsonl").rename(folder.path / "z.jsonl")
    report = folder.sync()
    assert (files(report), report.passages, report.removed) == ((1, 0, 0, 1), 0, 0)
    assert folder.files("Tidal turbines") == ["z.jsonl"]


def test_the_abstract_of_a_paper_that_was_rewritten_is_the_new_one(folder: Folder) -> None:
    """Same title, year and author: the paper keeps its id, and only it is embedded."""
    folder.write("a.jsonl", BEES, TIDES, year=2024, authors=["K. Frisch"])
    folder.sync()
    before = {paper.title: paper.id for paper in folder.assistant.papers()}
    rewritten = ("Dances of bees", "Bees read dances. Snow stops them altogether, and nobody knows why.")
    folder.write("a.jsonl", rewritten, TIDES, year=2024, authors=["K. Frisch"])
    report = folder.sync()
    assert (report.removed, report.passages) == (0, 1)
    assert {paper.title: paper.id for paper in folder.assistant.papers()} == before
    assert folder.assistant.search("snow stops dances", 1)[0].passage.text == rewritten[1]
    assert "Rain" not in str(contents(folder.assistant).papers)


def test_synced_is_as_read_for_the_first_time(folder: Folder, tmp_path: Path, open_library: Open) -> None:
    """However the folder came to be what it is, the papers and what is found of them are those of a fresh library."""
    folder.write("a.jsonl", BEES, TIDES)
    folder.write("b.jsonl", CHESS, TIDES)
    folder.sync()
    folder.write("a.jsonl", YEAST)
    folder.write("c.jsonl", CHESS)
    (folder.path / "b.jsonl").unlink()
    folder.sync()
    with open_library(tmp_path / "fresh") as fresh:
        fresh.sync(folder.path)
        mine, theirs = contents(folder.assistant), contents(fresh)
        assert sorted(map(str, mine.papers)) == sorted(map(str, theirs.papers))
        assert (mine.keys, mine.keywords, mine.tables) == (theirs.keys, theirs.keywords, theirs.tables)


def test_two_folders_do_not_know_of_each_other(folder: Folder, tmp_path: Path) -> None:
    """Files are known by their folder and their path in it; the working folder makes no difference."""
    folder.write("a.jsonl", BEES)
    folder.sync()
    other = Folder(tmp_path / "other", folder.assistant)
    other.write("a.jsonl", BEES, CHESS)
    assert (files(other.sync()), folder.titles) == ((1, 0, 0, 0), ["Chess endgames", "Dances of bees"])
    (other.path / "a.jsonl").unlink()
    assert files(other.sync(emptied=True)) == (0, 0, 0, 1)
    assert folder.titles == ["Dances of bees"]
    assert files(folder.sync()) == (0, 0, 1, 0)


def test_a_folder_that_was_moved_is_still_known(folder: Folder, tmp_path: Path) -> None:
    folder.write("a.jsonl", BEES)
    folder.sync()
    moved = folder.path.rename(tmp_path / "moved")
    with pytest.raises(LibraryError, match="was never synced"):
        folder.assistant.sync(moved, moved_from=tmp_path / "elsewhere")
    report = folder.assistant.sync(moved, moved_from=folder.path)
    assert (files(report), folder.files("Dances of bees")) == ((0, 0, 1, 0), ["a.jsonl"])


def test_files_read_by_hand_become_the_folder_s(folder: Folder) -> None:
    """Else a paper would stay for ever, because somebody had once named its file."""
    folder.write("a.jsonl", BEES)
    folder.write("b.jsonl", TIDES)
    folder.assistant.ingest([folder.path])
    assert folder.sync().unchanged == 2
    folder.assistant.ingest([folder.path / "a.jsonl"])
    (folder.path / "a.jsonl").unlink()
    assert folder.sync().removed == 1
    assert folder.titles == ["Tidal turbines"]


def test_members_of_an_archive_belong_to_it(folder: Folder) -> None:
    import zipfile

    for papers in ([BEES, TIDES], [TIDES]):
        with zipfile.ZipFile(folder.path / "all.zip", "w") as archive:
            for title, abstract in papers:
                archive.writestr(f"{title}.jsonl", json.dumps({"title": title, "abstract": abstract}))
        folder.sync()
    assert folder.titles == ["Tidal turbines"]
    assert folder.files("Tidal turbines") == ["all.zip/Tidal turbines.jsonl"]


# --- when something is wrong


def test_an_empty_folder_is_not_believed(folder: Folder) -> None:
    folder.write("a.jsonl", BEES)
    folder.sync()
    (folder.path / "a.jsonl").unlink()
    with pytest.raises(LibraryError, match="holds no files, though"):
        folder.sync()
    assert folder.titles == ["Dances of bees"]
    assert folder.sync(emptied=True).removed == 1
    assert folder.sync().papers == 0


def test_a_missing_folder_is_refused(folder: Folder) -> None:
    with pytest.raises(LibraryError, match="is no folder"):
        folder.assistant.sync(folder.path / "absent")


def test_a_file_that_breaks_off_loses_nothing(folder: Folder) -> None:
    """It may be on its way here still; the next sync reads it again."""
    row = "\n".join(json.dumps({"title": t, "abstract": f"{a} {'x' * n}"}) for n, (t, a) in enumerate([BEES, TIDES, CHESS] * 90))
    whole = gzip.compress(row.encode())
    file = folder.path / "a.jsonl.gz"
    file.write_bytes(whole)
    count = folder.sync().papers
    file.write_bytes(whole[: len(whole) // 2])
    report = folder.sync()
    assert len(report.skipped) >= 1
    assert (report.papers, report.removed) == (count, 0)
    file.write_bytes(whole)
    assert (folder.sync().papers, files(folder.sync())) == (count, (0, 0, 1, 0))


def test_a_file_nobody_can_read_is_told_each_time_and_counts_as_nothing(folder: Folder) -> None:
    folder.write("a.jsonl", BEES)
    (folder.path / "photo.jpg").write_bytes(b"\xff\xd8\xff\x00" * 40)
    for expected in [(1, 0, 0, 0), (0, 0, 1, 0)]:
        report = folder.sync()
        assert files(report) == expected
        assert "photo.jpg" in str(report)
    (folder.path / "a.jsonl").write_bytes(b"\xff\xd8\xff\x00" * 40)
    assert folder.sync().removed == 0  # what cannot be read says nothing of what it held


def test_removed_papers_come_back_when_their_file_is_read_again(folder: Folder) -> None:
    folder.write("a.jsonl", BEES, TIDES)
    folder.sync()
    bees = next(folder.assistant.papers())
    assert folder.assistant.remove([bees.id, "abs:none"]) == 1
    assert_whole(folder.assistant)
    assert folder.titles == ["Tidal turbines"]
    assert folder.sync().papers == 1
    assert folder.sync(again=True).new == 1
    assert folder.titles == ["Dances of bees", "Tidal turbines"]
