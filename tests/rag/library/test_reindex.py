"""Indexes built from the catalogue: after a changed embedding or cutting, to mend what is broken, and without what is old."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import opened as opened_module
from rag.assistant import Assistant
from rag.embedding.minilm import MiniLM
from rag.errors import LibraryError
from rag.library import ahead as ahead_module
from rag.library import ingest as ingest_module
from rag.library.manifest import indexes
from tests.rag.library.contents import assert_same, assert_whole, contents

Open = Callable[[Path], Assistant]
PAPERS = [
    (f"Glacier {n}", f"We walk over glacier number {n}. It is {n * 3} metres thick. Radar saw {n} stones.") for n in range(12)
]


def write(path: Path, papers: list[tuple[str, str]]) -> Path:
    path.write_text("".join(f"{json.dumps({'title': title, 'abstract': abstract})}\n" for title, abstract in papers))
    return path


@pytest.fixture
def home(tmp_path: Path, open_library: Open) -> Path:
    with open_library(tmp_path / "home") as assistant:
        assistant.ingest([write(tmp_path / "papers.jsonl", PAPERS)])
    return tmp_path / "home"


@pytest.fixture
def cut_otherwise(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Changes the cutting of abstracts, and with it the index's name, or changes it back."""
    former = ahead_module.SCHEME

    def change(other: bool) -> None:
        monkeypatch.setattr(ahead_module, "SCHEME", "p16t1" if other else former)
        monkeypatch.setattr("rag.library.passages.PASSAGE_TOKENS", 16 if other else 96)

    return change


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if twelve papers were too many to embed without being asked."""
    monkeypatch.setattr(opened_module, "RESUMABLE", 10)
    monkeypatch.setattr(ingest_module, "AT_ONCE", 10)


@pytest.mark.usefixtures("few_are_many")
def test_a_changed_cutting_is_told_and_offered(
    home: Path, tmp_path: Path, open_library: Open, cut_otherwise: Callable[[bool], None]
) -> None:
    cut_otherwise(True)
    with open_library(home) as assistant:
        with pytest.raises(LibraryError, match=r"12 papers are pending in that index.*vouch reindex"):
            assistant.search("glacier")
        report = assistant.ingest([write(tmp_path / "more.jsonl", [("Bees", "Bees dance.")])])
        assert (report.new, report.passages) == (1, 0)
        assert "vouch reindex" in report.note
        built = assistant.reindex()
        assert built.passages > 12
        assert (built.papers, len(built.kept)) == (13, 1)
        assert assistant.search("bees that dance", 1)[0].paper.title == "Bees"
        assert assistant.outdated() is None
        assert_whole(assistant)


@pytest.mark.usefixtures("few_are_many")
def test_switching_back_embeds_nothing(
    home: Path, open_library: Open, cut_otherwise: Callable[[bool], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_library(home) as assistant:
        before = contents(assistant)
    cut_otherwise(True)
    with open_library(home) as assistant:
        assistant.reindex()
        assert len(contents(assistant).keys) > len(before.keys)
    cut_otherwise(False)
    embedded: list[int] = []
    embed = MiniLM.embed
    monkeypatch.setattr(MiniLM, "embed", lambda self, texts: embedded.append(len(texts)) or embed(self, texts))  # type: ignore[func-returns-value]
    with open_library(home) as assistant:
        assert assistant.search("glacier number 7", 1)[0].paper.title == "Glacier 7"
        assert_same(contents(assistant), before)
    assert embedded == [1]  # the question


def test_what_left_in_the_meantime_is_gone_from_the_former_index_too(
    home: Path, open_library: Open, cut_otherwise: Callable[[bool], None]
) -> None:
    cut_otherwise(True)
    with open_library(home) as assistant:
        assistant.reindex()
        ids = {paper.title: paper.id for paper in assistant.papers()}
        assert assistant.remove([ids["Glacier 7"]]) == 1
        assert_whole(assistant)
    cut_otherwise(False)
    with open_library(home) as assistant:
        assert "Glacier 7" not in {hit.paper.title for hit in assistant.search("glacier number 7", 12)}
        assert_whole(assistant)


def test_a_paper_that_left_and_came_back_is_whole_in_every_index(
    home: Path, tmp_path: Path, open_library: Open, cut_otherwise: Callable[[bool], None]
) -> None:
    """The indexes share the keywords: what one of them lets go of late must not take away what the other holds."""
    for other in (True, False, True):
        cut_otherwise(other)
        with open_library(home) as assistant:
            assistant.remove([next(assistant.papers()).id])
            assistant.ingest([tmp_path / "papers.jsonl"])
            assert assistant.count() == 12
            assert_whole(assistant)


def test_prune_removes_what_no_setting_names(home: Path, open_library: Open, cut_otherwise: Callable[[bool], None]) -> None:
    cut_otherwise(True)
    with open_library(home) as assistant:
        report = assistant.reindex(prune=True)
        assert len(report.removed) == 1
        assert [index.current for index in indexes(assistant.stores().catalogue, assistant.index_name)] == [True]
        assert_whole(assistant)
    cut_otherwise(False)
    with open_library(home) as assistant:
        assert assistant.pending() == 12
        assert assistant.stores().vectors.count() == 0


def test_a_complete_index_is_built_anew(home: Path, open_library: Open) -> None:
    with open_library(home) as assistant:
        before = contents(assistant)
        stores = assistant.stores()
        stores.vectors.remove_papers([next(assistant.papers()).id])  # broken behind the catalogue's back
        stores.keywords.clear()
        stores.keywords.release()
        seen = []
        report = assistant.reindex(progress=seen.append)
        assert report.passages == len(before.keys)
        assert (seen[-1].stage, seen[-1].done, seen[-1].total) == ("embedding", 12, 12)
        assert_same(contents(assistant), before)


def test_no_index_files_are_left_behind(home: Path, open_library: Open, cut_otherwise: Callable[[bool], None]) -> None:
    for other in (False, True):
        cut_otherwise(other)
        with open_library(home) as assistant:
            assistant.reindex()
            assistant.reindex(prune=True)
            assert len([entry for entry in (home / "chroma").iterdir() if entry.is_dir()]) == 1
            assert_whole(assistant)


def test_strangers_in_the_stores_do_not_stay(home: Path, tmp_path: Path, open_library: Open) -> None:
    """Vectors of papers that the catalogue does not know, as a restored backup may bring."""
    with open_library(home) as assistant:
        before = contents(assistant)
        assistant.ingest([write(tmp_path / "more.jsonl", [("Bees", "Bees dance.")])])
        extra = next(paper for paper in assistant.papers() if paper.title == "Bees")
        stores = assistant.stores()
        passages = stores.vectors.of_papers([extra.id])
        assistant.remove([extra.id])
        stores.vectors.put([passage for passage, _ in passages], assistant._embedder().embed(["Bees dance."]))
        with stores.catalogue.changing() as db:
            db.exec_driver_sql("DELETE FROM indexed WHERE paper_id = ?", (next(assistant.papers()).id,))
        assistant.reindex()
        assert_same(contents(assistant), before)


def test_a_reader_goes_on_while_the_index_is_built_anew(home: Path, open_library: Open) -> None:
    with open_library(home) as reader, open_library(home) as writer:
        assert reader.search("glacier number 3", 1)[0].paper.title == "Glacier 3"
        writer.reindex()
        assert reader.search("glacier number 3", 1)[0].paper.title == "Glacier 3"


def test_an_empty_library_has_nothing_to_index(tmp_path: Path, open_library: Open) -> None:
    with open_library(tmp_path / "home") as assistant:
        report = assistant.reindex(prune=True)
        assert (report.papers, report.passages, report.removed, report.kept) == (0, 0, (), ())
        assert list(itertools.islice(assistant.papers(), 1)) == []
