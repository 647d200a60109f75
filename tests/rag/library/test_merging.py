"""Papers merged by hand: one paper, its evidence counted once; later readings keep to it, and it can be split again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.errors import LibraryError
from rag.library import merging
from rag.paper import paper_id

Open = Callable[[Path], Assistant]
DANCE = "Bees dance to tell where food is, and the others fly there."
TALK = "The waggle run of a honey bee points to nectar; we filmed 120 of them in 14 hives."
TIDES = "Tides turn turbines as wind turns mills."
FIRST, SECOND, THIRD = map(paper_id, (DANCE, TALK, TIDES))


@pytest.fixture
def library(tmp_path: Path, open_library: Open) -> Iterator[Assistant]:
    """A folder of three papers, kept in step; two of them are one work under two titles, which no rule can tell."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.jsonl").write_text(f'{{"title": "How bees dance", "abstract": "{DANCE}"}}\n')
    (folder / "b.jsonl").write_text(f'{{"title": "The waggle run", "year": 2024, "abstract": "{TALK}"}}\n')
    (folder / "c.jsonl").write_text(f'{{"title": "Tides", "abstract": "{TIDES}"}}\n')
    with open_library(tmp_path / "home") as assistant:
        assistant.sync(folder)
        assert assistant.count() == 3
        yield assistant


def test_one_paper_comes_of_two_and_its_evidence_counts_once(library: Assistant) -> None:
    assert library.merge_papers([SECOND, FIRST]) == FIRST  # the one that was read first, whatever the order
    merged = library.paper(FIRST)
    assert merged is not None
    assert (merged.title, merged.abstract, merged.year) == ("How bees dance", DANCE, 2024)
    assert [source.file for source in merged.sources] == ["a.jsonl", "b.jsonl"]
    assert [(held.file, held.reason) for held in library.sources(FIRST)] == [("a.jsonl", None), ("b.jsonl", "merged by hand")]
    assert [hit.paper.id for hit in library.search("waggle run of a honey bee", 5)].count(FIRST) == 1
    assert library.paper(SECOND) is None
    stores = library.stores()
    assert (library.count(), library.pending(), stores.keywords.count()) == (2, 0, 2)
    assert stores.vectors.count() == stores.catalogue.indexed_count(stores.index_name)[1]
    assert [paper.id for paper in library.merged(10)] == [FIRST]


def test_a_later_ingest_and_sync_keep_it(library: Assistant, tmp_path: Path) -> None:
    library.merge_papers([FIRST, SECOND])
    folder = tmp_path / "papers"
    library.sync(folder, again=True)
    (tmp_path / "copy.jsonl").write_text((folder / "b.jsonl").read_text())
    library.ingest([tmp_path / "copy.jsonl", folder / "a.jsonl"])
    assert library.count() == 2
    assert [source.file for source in library.paper(FIRST).sources] == ["a.jsonl", "b.jsonl", "copy.jsonl"]  # type: ignore[union-attr]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_what_was_removed_comes_back_as_one(library: Assistant, tmp_path: Path, order: tuple[str, str]) -> None:
    library.merge_papers([FIRST, SECOND])
    library.remove([FIRST])
    assert library.count() == 1
    for name in order:  # in two runs: the second one finds the first in the catalogue
        library.ingest([tmp_path / "papers" / f"{name}.jsonl"])
    assert library.count() == 2


def test_where_one_of_its_files_leaves_the_other_record_holds_it(library: Assistant, tmp_path: Path) -> None:
    library.merge_papers([FIRST, SECOND])
    (tmp_path / "papers" / "a.jsonl").unlink()
    library.sync(tmp_path / "papers")
    left = library.paper(FIRST)
    assert left is not None
    assert (left.title, left.abstract) == ("The waggle run", TALK)


def test_it_is_split_again_and_the_later_word_counts(library: Assistant, tmp_path: Path) -> None:
    library.merge_papers([FIRST, SECOND])
    assert library.split(FIRST) == [FIRST, SECOND]
    assert library.search("waggle run of a honey bee", 1)[0].paper.id == SECOND
    library.sync(tmp_path / "papers", again=True)
    library.remove([FIRST, SECOND])
    library.ingest([tmp_path / "papers"])
    assert library.count() == 3
    library.merge_papers([FIRST, SECOND])
    library.remove([FIRST])
    library.ingest([tmp_path / "papers"])
    assert library.count() == 2


def test_several_at_once_and_collections_follow(library: Assistant) -> None:
    kept = library.collections.make("Bees", [SECOND, THIRD])
    assert library.merge_papers([FIRST, SECOND, THIRD]) == FIRST
    assert library.collections.get(kept.id).papers == (FIRST,)  # type: ignore[union-attr]
    assert len(library.split(FIRST)) == 3


def test_a_library_from_before_can_merge(tmp_path: Path, library: Assistant) -> None:
    with sqlite3.connect(tmp_path / "home" / "catalogue.sqlite") as catalogue:
        catalogue.execute("DROP TABLE merges")
    library.ingest([tmp_path / "papers" / "a.jsonl"])
    assert library.merge_papers([FIRST, SECOND]) == FIRST


@pytest.mark.parametrize("ids", [[], [FIRST], [FIRST, FIRST], [FIRST, "abs:none"]])
def test_what_cannot_be_merged_is_refused(library: Assistant, ids: list[str]) -> None:
    with pytest.raises(LibraryError, match=r"two papers or more|no paper abs:none"):
        library.merge_papers(ids)
    assert (library.count(), library.pending()) == (3, 0)


@pytest.mark.parametrize("step", ["empty_indexes", "keep_together"])
def test_a_merge_that_was_cut_off_leaves_the_papers_and_can_be_made_again(
    library: Assistant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(merging, step, cut)
        with pytest.raises(KeyboardInterrupt):
            library.merge_papers([FIRST, SECOND])
    assert library.count() == 3
    library.sync(tmp_path / "papers")  # finishes what is pending
    stores = library.stores()
    assert (library.pending(), stores.keywords.count()) == (0, 3)
    assert library.search("waggle run of a honey bee", 1)[0].paper.id == SECOND
    assert library.merge_papers([FIRST, SECOND]) == FIRST
    assert stores.vectors.count() == stores.catalogue.indexed_count(stores.index_name)[1]
