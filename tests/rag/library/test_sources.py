"""Every record is kept beside its paper: merged with a reason, recoverable, split again, and what version 1 knew is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import LibraryError
from rag.library.catalogue import Catalogue, Outcome, Place
from rag.library.report import IngestReport
from rag.paper import Paper, Source, paper_id

NEW, MERGED, UNCHANGED = Outcome.NEW, Outcome.MERGED, Outcome.UNCHANGED
DIGEST = "Bees dance to tell where food is, and the others fly there."
WHOLE = "Honey bees tell each other by dancing where food is. We filmed 120 dances in 14 hives. Rain cut the dances by half."
DANCE = "How bees read the dances of other bees"
Open = Callable[[Path], Assistant]


def paper(abstract: str, file: str = "a.jsonl", line: int = 1, **values: object) -> Paper:
    known = {"arxiv_id": values.get("arxiv_id"), "doi": values.get("doi")}
    return Paper(id=paper_id(abstract, **known), abstract=abstract, sources=(Source(file, line),), **values)  # type: ignore[arg-type]


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    yield opened
    opened.close()


def test_the_first_abstract_stands_and_the_other_is_kept(catalogue: Catalogue) -> None:
    """A digest of a paper and the paper itself are one work; neither replaces the other."""
    digest = paper(DIGEST, "sample.jsonl", title=DANCE, year=2023)
    whole = paper(WHOLE, "dump.txt", 7, title=DANCE, year=2023, arxiv_id="2301.00001", authors=("K. Frisch",))
    assert catalogue.add([digest]) == [NEW]
    assert catalogue.add([whole]) == [MERGED]
    (merged,) = catalogue.papers()
    assert (merged.id, merged.abstract) == (digest.id, DIGEST)
    assert (merged.arxiv_id, merged.authors) == ("2301.00001", ("K. Frisch",))
    assert merged.sources == (Source("sample.jsonl", 1), Source("dump.txt", 7))
    first, second = catalogue.held(merged.id)
    assert (first.own, first.reason) == (digest, None)
    assert (second.own, second.reason) == (whole, "same title and year")


def test_a_record_is_compared_with_every_record_of_a_paper(catalogue: Catalogue) -> None:
    """By its identifier the third record belongs to the second, and so to the first."""
    first, second = paper(WHOLE), paper(WHOLE, "b.jsonl", doi="10.1/bees")
    third = paper(DIGEST, "c.jsonl", doi="10.1/BEES")
    assert catalogue.add([first, second, third]) == [NEW, MERGED, MERGED]
    assert [held.reason for held in catalogue.held(first.id)] == [None, "same abstract", "same DOI"]


def test_records_of_one_batch_and_of_several_find_each_other_alike(tmp_path: Path) -> None:
    records = [paper(WHOLE), paper(DIGEST, doi="10.1/x"), paper(WHOLE, "b.jsonl"), paper("Tides.", "b.jsonl", 2, doi="10.1/x")]
    kept = []
    for name, size in {"one": 4, "many": 1}.items():
        opened = Catalogue(tmp_path / name)
        for at in range(0, 4, size):
            opened.add(records[at : at + size])
        kept.append([(p, [(h.own, h.reason) for h in opened.held(p.id)]) for p in opened.papers()])
        opened.close()
    assert kept[0] == kept[1]
    assert len(kept[0]) == 2


def test_two_works_under_one_id_both_get_in(catalogue: Catalogue) -> None:
    """A publisher printed one abstract over two papers; their ids would be the same."""
    one = paper(WHOLE, title="Boosting Decision Trees", authors=("H. Drucker",))
    other = paper(WHOLE, line=2, title="An alternative view of experts", authors=("S. Schaal",))
    assert catalogue.add([one, other]) == [NEW, NEW]
    assert [p.id for p in catalogue.papers()] == [one.id, f"{one.id}~2"]
    assert catalogue.add([one, other]) == [UNCHANGED, UNCHANGED]


def test_a_record_read_again_brings_its_changed_fields(catalogue: Catalogue) -> None:
    catalogue.add([paper(WHOLE, upvotes=3), paper(DIGEST, upvotes=1)])
    places = [Place("", "a.jsonl", 9)]
    assert catalogue.add([paper(WHOLE, upvotes=5)], places) == [UNCHANGED]
    assert [(p.upvotes, p.sources[0].line) for p in catalogue.papers()] == [(5, 9), (1, 1)]


def test_what_is_filled_in_later_survives_reading_the_file_again(catalogue: Catalogue) -> None:
    bees = paper(WHOLE)
    catalogue.add([bees])
    assert catalogue.add([replace(bees, title=DANCE)]) == [UNCHANGED]
    assert catalogue.add([bees], [Place("", "a.jsonl", 1)]) == [UNCHANGED]
    assert [(p.title, p.sources) for p in catalogue.papers()] == [(DANCE, bees.sources)]
    assert [held.amendment for held in catalogue.held(bees.id)] == [False, True]


def test_exactly_the_six_known_pairs_of_the_dumps_merge(corpus_run: tuple[Assistant, IngestReport]) -> None:
    assistant, report = corpus_run
    assert (report.records, report.new, report.merged) == (223, 217, 6)
    merged = [paper for paper in assistant.papers() if len(assistant.sources(paper.id)) > 1]
    assert len(merged) == 6
    for held in (assistant.sources(paper.id) for paper in merged):
        assert [record.reason for record in held] == [None, "same abstract"]
        assert held[0].file != held[1].file
        assert held[0].own.title == held[1].own.title


# --- splitting


@pytest.fixture
def merged(tmp_path: Path, open_library: Open) -> Iterator[Assistant]:
    """A library in which two different papers with one title became one paper, and a third one that is apart."""
    with open_library(tmp_path / "home") as assistant:
        rows = {
            "a.jsonl": f'{{"title": "{DANCE}", "year": 2023, "abstract": "{DIGEST}"}}',
            "b.jsonl": f'{{"title": "{DANCE}", "year": 2024, "abstract": "{WHOLE}"}}',
            "c.jsonl": '{"title": "Tides", "abstract": "Tides turn turbines as wind turns mills."}',
        }
        for name, row in rows.items():
            (tmp_path / name).write_text(f"{row}\n")
            assistant.ingest([tmp_path / name])
        assert assistant.count() == 2
        yield assistant


def test_a_split_gives_each_record_its_own_words_back(merged: Assistant, tmp_path: Path) -> None:
    first = next(merged.papers())
    assert "hives" not in merged.search("filmed dances in hives", 1)[0].passage.text  # the second record's words are not searched
    ids = merged.split(first.id)
    assert ids == [first.id, paper_id(WHOLE)]
    assert [p.abstract for p in merged.papers()] == [DIGEST, "Tides turn turbines as wind turns mills.", WHOLE]
    assert merged.search("filmed dances in hives", 1)[0].paper.id == ids[1]
    assert merged.pending() == 0
    stores = merged.stores()
    assert (stores.keywords.count(), stores.vectors.count()) == (3, stores.catalogue.indexed_count(stores.index_name)[1])


def test_a_split_is_remembered(merged: Assistant, tmp_path: Path) -> None:
    first = next(merged.papers())
    ids = merged.split(first.id, [2])
    for name in ("a.jsonl", "b.jsonl"):  # the same files, and copies under other names
        (tmp_path / f"copy-{name}").write_text((tmp_path / name).read_text())
        merged.ingest([tmp_path / name, tmp_path / f"copy-{name}"])
    assert merged.count() == 3
    assert {p.id: [s.file for s in p.sources] for p in merged.papers() if p.id in ids} == {
        ids[0]: ["a.jsonl", "copy-a.jsonl"],
        ids[1]: ["b.jsonl", "copy-b.jsonl"],
    }


def test_splitting_off_the_first_record_leaves_the_words_of_the_second(merged: Assistant) -> None:
    first = next(merged.papers())
    ids = merged.split(first.id, [1])
    assert [merged.paper(i).abstract for i in ids] == [WHOLE, DIGEST]  # type: ignore[union-attr]
    for paper_id_, words in zip(ids, ("filmed 120 dances in hives", "others fly there"), strict=True):
        hit = merged.search(words, 1)[0]
        assert hit.paper.id == paper_id_
        assert hit.passage.text == hit.paper.abstract[hit.passage.start : hit.passage.end]


def test_what_cannot_be_split_is_refused(merged: Assistant) -> None:
    first, tides = merged.papers()
    for paper, chosen in [(tides.id, None), (first.id, [7]), (first.id, [1, 2]), ("abs:none", None)]:
        with pytest.raises(LibraryError, match=r"nothing to split|no paper"):
            merged.split(paper, chosen)
    assert merged.count() == 2


# --- version 1 of the catalogue

VERSION_1 = """
CREATE TABLE papers (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL,
  title TEXT, abstract TEXT NOT NULL, authors JSON NOT NULL, author_count INTEGER, organisation TEXT, date TEXT, year INTEGER,
  arxiv_id TEXT, doi TEXT, comment TEXT, upvotes INTEGER, url TEXT);
CREATE INDEX ix_papers_fingerprint ON papers (fingerprint);
CREATE INDEX ix_papers_year ON papers (year);
CREATE INDEX ix_papers_arxiv_id ON papers (arxiv_id);
CREATE INDEX ix_papers_doi ON papers (doi);
CREATE TABLE sources (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, paper_id TEXT NOT NULL REFERENCES papers (id),
  file TEXT NOT NULL, line INTEGER NOT NULL, UNIQUE (paper_id, file));
CREATE INDEX ix_sources_paper_id ON sources (paper_id);
CREATE TABLE indexed (index_name TEXT NOT NULL, paper_id TEXT NOT NULL REFERENCES papers (id), passages INTEGER NOT NULL,
  PRIMARY KEY (index_name, paper_id)) WITHOUT ROWID;
PRAGMA user_version = 1;
"""


def test_a_catalogue_of_version_1_is_brought_forward(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    with sqlite3.connect(path) as db:
        db.executescript(VERSION_1)
        for row in [("abs:1", "x", DANCE, WHOLE, '["K. Frisch"]', 2023), ("abs:2", "y", None, DIGEST, "[]", None)]:
            db.execute("INSERT INTO papers (id, fingerprint, title, abstract, authors, year) VALUES (?, ?, ?, ?, ?, ?)", row)
        for row in [("abs:1", "a.txt", 3), ("abs:1", "b.txt", 4), ("abs:2", "a.txt", 9)]:
            db.execute("INSERT INTO sources (paper_id, file, line) VALUES (?, ?, ?)", row)
        db.execute("INSERT INTO indexed VALUES ('minilm-p96t1-k1', 'abs:1', 2)")
    for _ in range(2):
        catalogue = Catalogue(path)
        bees, _ = catalogue.papers()
        assert (bees.id, bees.title, bees.authors, bees.year) == ("abs:1", DANCE, ("K. Frisch",), 2023)
        assert bees.sources == (Source("a.txt", 3), Source("b.txt", 4))
        assert (catalogue.count(), catalogue.indexed_count("minilm-p96t1-k1")) == (2, (1, 2))
        catalogue.close()
    catalogue = Catalogue(path)
    again = [paper(WHOLE, "b.txt", 4), paper(DIGEST, "a.txt", 9), paper(WHOLE, "c.txt")]
    assert catalogue.add(again) == [UNCHANGED, UNCHANGED, MERGED]
    assert [len(catalogue.held(p.id)) for p in catalogue.papers()] == [3, 1]
    assert [held.own.title for held in catalogue.held("abs:1")] == [DANCE, None, None]
    assert next(catalogue.papers()).sources == (Source("a.txt", 3), Source("b.txt", 4), Source("c.txt", 1))
    catalogue.close()
