"""The record of truth: what becomes of a record, what is pending, and a file that is not ours."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import LibraryDamaged, LibraryError
from rag.library.catalogue import SCHEMA_VERSION, Catalogue, Outcome
from rag.paper import Paper, Source, paper_id

NEW, MERGED, UNCHANGED = Outcome.NEW, Outcome.MERGED, Outcome.UNCHANGED


def paper(abstract: str, file: str = "a.txt", line: int = 1, **values: object) -> Paper:
    known = {"arxiv_id": values.get("arxiv_id"), "doi": values.get("doi")}
    return Paper(id=paper_id(abstract, **known), abstract=abstract, sources=(Source(file, line),), **values)  # type: ignore[arg-type]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    yield opened
    opened.close()


def test_a_record_is_new_once(catalogue: Catalogue) -> None:
    bees = paper("Bees dance.")
    assert catalogue.add([bees]) == [NEW]
    assert catalogue.add([bees]) == [UNCHANGED]
    assert list(catalogue.papers()) == [bees]
    assert catalogue.count() == 1


def test_the_same_abstract_from_another_file_is_merged(catalogue: Catalogue) -> None:
    outcomes = catalogue.add([paper("Bees dance."), paper("BEES  dance", "b.txt", 4), paper("Bees dance.", "b.txt", 4)])
    assert outcomes == [NEW, MERGED, UNCHANGED]
    (bees,) = catalogue.papers()
    assert bees.abstract == "Bees dance."
    assert bees.sources == (Source("a.txt", 1), Source("b.txt", 4))


def test_a_moved_record_takes_its_new_line(catalogue: Catalogue) -> None:
    catalogue.add([paper("Bees dance.", line=1)])
    assert catalogue.add([paper("Bees dance.", line=30)]) == [UNCHANGED]
    assert next(catalogue.papers()).sources == (Source("a.txt", 30),)


@pytest.mark.parametrize("known", [{"arxiv_id": "2407.02833"}, {"doi": "10.1000/bees"}], ids=["arXiv", "DOI"])
def test_the_same_identifier_is_the_same_paper(catalogue: Catalogue, known: dict[str, object]) -> None:
    catalogue.add([paper("Bees dance.", **known)])
    assert catalogue.add([paper("Bees dance, we now know.", "b.txt", **known)]) == [MERGED]
    assert next(catalogue.papers()).abstract == "Bees dance."


def test_an_identifier_that_comes_later_belongs_to_the_paper(catalogue: Catalogue) -> None:
    """First the abstract alone, then with its arXiv id: one paper, which keeps the id it has."""
    catalogue.add([paper("Bees dance.")])
    assert catalogue.add([paper("Bees dance.", "b.txt", arxiv_id="2407.02833")]) == [MERGED]
    (bees,) = catalogue.papers()
    assert bees.id.startswith("abs:")
    assert bees.arxiv_id == "2407.02833"
    assert catalogue.add([paper("Bees dance, version 2.", "c.txt", arxiv_id="2407.02833")]) == [MERGED]


def test_missing_fields_are_filled_and_all_come_back(catalogue: Catalogue) -> None:
    catalogue.add([paper("Bees dance.")])
    full = paper(
        "Bees dance.",
        title="Dance",
        authors=("K. Frisch", "Ünal"),
        author_count=2,
        organisation="Graz",
        date=dt.date(2024, 7, 17),
        year=2024,
        comment="ACL 2024",
        upvotes=0,
        url="https://example.org/1",
    )
    assert catalogue.add([full]) == [UNCHANGED]
    assert catalogue.get([full.id]) == {full.id: full}


def test_a_filled_title_makes_the_paper_pending_again(catalogue: Catalogue) -> None:
    bees, turbines = paper("Bees dance."), paper("Tides turn turbines.")
    catalogue.add([bees, turbines])
    catalogue.mark_indexed("index", {bees.id: 1, turbines.id: 1})
    catalogue.add([replace(bees, year=2024)])
    assert catalogue.pending_count("index") == 0
    catalogue.add([replace(bees, title="Dance")])
    assert [[p.title for p in page] for page in catalogue.pending("index", 10)] == [["Dance"]]


def test_pending_papers_come_in_pages_and_in_order(catalogue: Catalogue) -> None:
    papers = [paper(f"Paper number {n}.") for n in range(7)]
    catalogue.add(papers)
    catalogue.mark_indexed("index", {papers[2].id: 3, papers[5].id: 2})
    pages = [[p.abstract[13] for p in page] for page in catalogue.pending("index", 2)]
    assert pages == [["0", "1"], ["3", "4"], ["6"]]
    assert catalogue.pending_count("index") == 5
    assert catalogue.indexed_count("index") == (2, 5)


def test_papers_may_be_marked_while_pending_ones_are_read(catalogue: Catalogue) -> None:
    catalogue.add([paper(f"Paper number {n}.") for n in range(5)])
    seen = []
    for page in catalogue.pending("index", 2):
        seen += [p.id for p in page]
        catalogue.mark_indexed("index", {p.id: 1 for p in page})
    assert seen == [p.id for p in catalogue.papers()]
    assert catalogue.pending_count("index") == 0


def test_indexes_do_not_know_of_each_other(catalogue: Catalogue) -> None:
    catalogue.add([bees := paper("Bees dance.")])
    catalogue.mark_indexed("one", {bees.id: 4})
    catalogue.mark_indexed("one", {bees.id: 4})
    assert (catalogue.pending_count("one"), catalogue.pending_count("two")) == (0, 1)
    catalogue.forget_index("one")
    assert catalogue.pending_count("one") == 1
    assert catalogue.indexed_count("one") == (0, 0)


def test_many_papers_are_read_in_pages_in_the_order_they_came(catalogue: Catalogue) -> None:
    papers = [paper(f"Paper number {n}.") for n in range(950)]
    assert catalogue.add(papers) == [NEW] * 950
    assert [p.id for p in catalogue.papers()] == [p.id for p in papers]
    assert catalogue.get([*(p.id for p in papers), "abs:none"]) == {p.id: p for p in papers}


def test_one_failing_record_takes_back_the_whole_batch(catalogue: Catalogue) -> None:
    with pytest.raises(Exception, match="NOT NULL"):
        catalogue.add([paper("Bees dance."), replace(paper("Tides."), sources=(Source(None, 1),))])  # type: ignore[arg-type]
    assert catalogue.count() == 0


def test_the_fingerprint_names_the_papers_and_not_their_order(tmp_path: Path) -> None:
    papers = [paper("Bees dance."), paper("Tides turn turbines.")]
    prints = []
    for name, chosen in {"ab": papers, "ba": papers[::-1], "a": papers[:1]}.items():
        opened = Catalogue(tmp_path / name)
        opened.add(chosen)
        prints.append(opened.library_fingerprint())
        opened.close()
    assert prints[0] == prints[1] != prints[2]
    assert len(prints[0]) == 12


def test_what_was_added_is_there_after_opening_again(tmp_path: Path) -> None:
    first = Catalogue(tmp_path / "c.sqlite")
    first.add([paper("Bees\x00 dance \U0001f41d.", title="“Ünï”")])
    kept = list(first.papers())
    first.close()
    assert list(Catalogue(tmp_path / "c.sqlite").papers()) == kept


def test_a_file_that_is_no_catalogue_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    path.write_bytes(b"this is not a database at all" * 50)
    with pytest.raises(LibraryDamaged, match="cannot be used as the catalogue") as damaged:
        Catalogue(path)
    assert "move it away" in damaged.value.remedy


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryDamaged):
        Catalogue(tmp_path)


def test_a_catalogue_of_another_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(LibraryError, match=f"version {SCHEMA_VERSION + 1}.*reads version {SCHEMA_VERSION}"):
        Catalogue(path)
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


def test_a_catalogue_of_version_2_gets_its_abstracts_packed(tmp_path: Path) -> None:
    """Version 2 differs in one thing: it kept abstracts as plain text."""
    path = tmp_path / "catalogue.sqlite"
    catalogue = Catalogue(path)
    catalogue.add([paper("Bees dance. " * 40), paper("Écoute \U0001f41d")])
    catalogue.close()
    with sqlite3.connect(path) as db:
        for paper_id, abstract in ((p.id, p.abstract) for p in (paper("Bees dance. " * 40), paper("Écoute \U0001f41d"))):
            packed = db.execute("SELECT abstract FROM papers WHERE id = ?", [paper_id]).fetchone()[0]
            assert len(packed) < 60
            db.execute("UPDATE papers SET abstract = ? WHERE id = ?", [abstract, paper_id])
        db.execute("PRAGMA user_version = 2")
    for _ in range(2):
        catalogue = Catalogue(path)
        assert [p.abstract for p in catalogue.papers()] == ["Bees dance. " * 40, "Écoute \U0001f41d"]
        catalogue.close()


def test_the_version_changes_with_every_change_and_only_then(tmp_path: Path) -> None:
    here, elsewhere = Catalogue(tmp_path / "c.sqlite"), Catalogue(tmp_path / "c.sqlite")
    seen = [here.version(), here.version()]
    for catalogue, words in ((here, "Bees dance."), (elsewhere, "Ants march.")):
        catalogue.add([paper(words)])
        seen += [here.version(), here.version()]
    assert seen[0] == seen[1] != seen[2] == seen[3] != seen[4] == seen[5]
    here.close()
    elsewhere.close()


def _open_together(path: Path, barrier: threading.Barrier, told: multiprocessing.Queue[str]) -> None:
    barrier.wait()
    try:
        Catalogue(path).close()
        told.put("opened")
    except Exception as error:
        told.put(repr(error))


def test_several_processes_may_open_a_new_library_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for attempt in range(5):
        barrier, told = context.Barrier(4), context.Queue()
        place = (tmp_path / f"{attempt}.sqlite", barrier, told)
        processes = [context.Process(target=_open_together, args=place) for _ in range(4)]
        for process in processes:
            process.start()
        assert {told.get(timeout=30) for _ in processes} == {"opened"}
        for process in processes:
            process.join()


def test_reading_goes_on_while_another_writes(tmp_path: Path) -> None:
    """A reader sees all papers of a batch or none of them."""
    writer, reader = Catalogue(tmp_path / "c.sqlite"), Catalogue(tmp_path / "c.sqlite")
    writer.add([paper("Bees dance.")])
    with sqlite3.connect(tmp_path / "c.sqlite", timeout=0) as open_transaction:
        open_transaction.execute("BEGIN IMMEDIATE")
        open_transaction.execute("DELETE FROM sources")
        assert [p.sources for p in reader.papers()] == [(Source("a.txt", 1),)]
        open_transaction.rollback()

    sizes: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            sizes.append(len(list(reader.papers())))

    thread = threading.Thread(target=read)
    thread.start()
    for batch in range(8):
        writer.add([paper(f"Paper {n} of batch {batch}.") for n in range(25)])
    done.set()
    thread.join()
    assert {size % 25 for size in sizes} == {1}
    assert sizes == sorted(sizes)
    assert reader.count() == 201
