"""From files to a searchable library: counts, problems on the way, interruptions, and two who write at once."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.embedding import Embedder, Vectors
from rag.embedding.minilm import MiniLM
from rag.errors import LibraryError, LibraryLocked, ModelError, ReadError
from rag.library import ingest as module
from rag.library.ingest import Stores, batched, index_pending, ingest
from rag.library.keywords import KeywordIndex
from rag.library.report import IngestProgress, IngestReport
from rag.paper import Paper

Open = Callable[[Path], Assistant]
Write = Callable[..., Path]


def no_embedder() -> Embedder:
    raise AssertionError("nothing is to be embedded")


def silent(_: IngestProgress) -> None:
    pass


@pytest.fixture
def library(tmp_path: Path, open_library: Open) -> Iterator[Assistant]:
    with open_library(tmp_path / "home") as assistant:
        yield assistant


@pytest.fixture
def abstracts(tmp_path: Path, write_papers: Write) -> Path:
    """Seven abstracts of two sentences, without titles."""
    pairs = [(None, f"Paper {n} is about subject {n}. It finds {n} things.") for n in range(7)]
    return write_papers(tmp_path / "seven.jsonl", pairs)


def held(assistant: Assistant) -> tuple[int, int, int]:
    """Papers in the catalogue, passages in Chroma, papers in tantivy."""
    stores = assistant.stores()
    return stores.catalogue.count(), stores.vectors.count(), stores.keywords.count()


def test_papers_are_new_once(library: Assistant, abstracts: Path) -> None:
    first = library.ingest([abstracts])
    assert (first.files, first.records, first.new, first.merged, first.unchanged) == (1, 7, 7, 0, 0)
    assert (first.papers, first.passages, first.skipped) == (7, 7, ())
    assert held(library) == (7, 7, 7)
    again = library.ingest([abstracts])
    assert (again.records, again.new, again.unchanged, again.papers, again.passages) == (7, 0, 7, 7, 0)


def test_nothing_new_opens_no_embedder(library: Assistant, abstracts: Path) -> None:
    library.ingest([abstracts])
    papers = list(library.papers())
    report = ingest([(abstracts, iter(papers))], library.stores(), no_embedder, silent)
    assert (report.unchanged, report.passages) == (7, 0)


def test_the_same_papers_from_another_file_are_merged(library: Assistant, abstracts: Path) -> None:
    copy = shutil.copy(abstracts, abstracts.with_name("copy.jsonl"))
    report = library.ingest([abstracts, copy])
    assert (report.files, report.records, report.new, report.merged, report.papers) == (2, 14, 7, 7, 7)
    assert {tuple(source.file for source in paper.sources) for paper in library.papers()} == {("seven.jsonl", "copy.jsonl")}


def test_a_title_that_comes_later_is_searched(library: Assistant, abstracts: Path, write_papers: Write) -> None:
    library.ingest([abstracts])
    titled = [("Zebrafish", "Paper 3 is about subject 3. It finds 3 things.")]
    report = library.ingest([write_papers(abstracts.with_name("titled.jsonl"), titled)])
    assert (report.merged, report.passages) == (1, 1)
    assert held(library) == (7, 7, 7)
    assert library.search("zebrafish")[0].paper.abstract.startswith("Paper 3")


def test_what_cannot_be_read_is_listed_and_the_rest_goes_on(library: Assistant, abstracts: Path, tmp_path: Path) -> None:
    folder = tmp_path / "dumps"
    (folder / "nothing").mkdir(parents=True)
    (folder / "a-empty.txt").write_text("")
    (folder / "b-noise.bin").write_bytes(bytes(range(256)) * 20)
    shutil.copy(abstracts, folder / "c-good.jsonl")
    (folder / "d-cut.jsonl").write_text('{"title": "Whole", "abstract": "A whole record."}\n{"title": "Cut", "abstr')
    report = library.ingest([folder, tmp_path / "missing.txt", folder / "nothing"])
    assert (report.new, report.papers) == (8, 8)
    named = {Path(error.file).name for error in report.skipped}
    assert named == {"a-empty.txt", "b-noise.bin", "d-cut.jsonl", "missing.txt", "nothing"}
    assert all(isinstance(error, ReadError) and error.found for error in report.skipped)
    assert sum(report.reasons().values()) == len(report.skipped) == 5
    for error in report.skipped:
        assert str(error) in str(report)


def test_nothing_to_read_is_no_error(library: Assistant) -> None:
    report = library.ingest([])
    assert (report.files, report.records, report.papers, report.passages) == (0, 0, 0, 0)


def test_progress_rises_to_the_total(library: Assistant, abstracts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "READ_BATCH", 3)
    monkeypatch.setattr(module, "BLOCK", 2)
    told: list[IngestProgress] = []
    library.ingest([abstracts], progress=told.append)
    assert [(p.done, p.total) for p in told if p.stage == "reading"] == [(3, None), (6, None), (7, None)]
    assert [(p.done, p.total) for p in told if p.stage == "embedding"] == [(0, 7), (2, 7), (4, 7), (6, 7), (7, 7)]
    assert [p.stage for p in told] == sorted((p.stage for p in told), reverse=True)


def test_the_report_can_be_read(library: Assistant, abstracts: Path) -> None:
    said = str(library.ingest([abstracts, abstracts.with_name("missing.txt")]))
    assert "7 records from 1 files: 7 new papers, 0 merged, 0 unchanged, 1 skipped." in said
    assert "The library holds 7 papers; 7 passages embedded in" in said
    assert "missing.txt: no such file or folder" in said


class FailingSecondTime(MiniLM):
    """The real encoder, whose second block fails."""

    def __init__(self, embedder: MiniLM) -> None:
        self.__dict__.update(embedder.__dict__)

    def embed_each(self, blocks: Iterable[Sequence[str]]) -> Generator[Vectors, None, None]:
        yield next(super().embed_each(blocks))
        raise ModelError("The model is gone.")


def test_a_failing_embedder_leaves_the_rest_for_the_next_run(
    library: Assistant, embedder: MiniLM, abstracts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 2)
    papers = [Paper(id=f"abs:{n}", abstract=f"Paper {n}. Its end.") for n in range(7)]
    with pytest.raises(ModelError):
        ingest([(abstracts, iter(papers))], library.stores(), lambda: FailingSecondTime(embedder), silent)
    assert held(library) == (7, 2, 2)
    assert library.pending() == 5
    assert index_pending(library.stores(), lambda: embedder, silent) == 5
    assert held(library) == (7, 7, 7)


def test_a_failing_store_ends_the_run_with_one_message(
    library: Assistant, abstracts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 1)
    with monkeypatch.context() as broken:

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        broken.setattr(KeywordIndex, "put", full)
        with pytest.raises(LibraryError, match="is full") as failure:
            library.ingest([abstracts])
    assert "run `vouch ingest` again" in failure.value.remedy
    assert (library.count(), library.pending()) == (7, 7)
    library.ingest([abstracts])
    assert (held(library), library.pending()) == ((7, 7, 7), 0)


@pytest.mark.parametrize("lost", ["chroma", "keywords-*"])
def test_a_lost_index_is_built_again(tmp_path: Path, open_library: Open, abstracts: Path, lost: str) -> None:
    with open_library(tmp_path / "home") as library:
        library.ingest([abstracts])
    (folder,) = (tmp_path / "home").glob(lost)
    shutil.rmtree(folder)
    with open_library(tmp_path / "home") as library:
        report = library.ingest([])
        assert (report.passages, held(library)) == (7, (7, 7, 7))


def test_a_search_finishes_what_is_pending(library: Assistant) -> None:
    library.stores().catalogue.add([Paper(id="abs:1", abstract="Glaciers melt in summer.")])
    assert library.pending() == 1
    assert [hit.paper.id for hit in library.search("melting ice")] == ["abs:1"]
    assert library.pending() == 0


WRITER = """
import sys
from pathlib import Path
from rag.assistant import Assistant
from rag.settings import Settings

def wait(progress):
    print(progress.stage, flush=True)
    sys.stdin.read()

with Assistant.open(Settings(home=Path(sys.argv[1]))) as assistant:
    assistant.ingest([sys.argv[2]], progress=wait)
"""


def test_one_writes_and_others_read(library: Assistant, abstracts: Path, tmp_path: Path, write_papers: Write) -> None:
    library.ingest([write_papers(tmp_path / "bees.jsonl", [("Bees", "Honey bees dance.")])])
    command = [sys.executable, "-c", WRITER, str(tmp_path / "home"), str(abstracts)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "reading\n"  # and there it waits
        with pytest.raises(LibraryLocked, match="Another process is writing") as locked:
            library.ingest([abstracts])
        assert "Wait until it is done" in locked.value.remedy
        assert library.pending() == 7
        assert [hit.paper.title for hit in library.search("bees")] == ["Bees"]
        other.kill()
    report = library.ingest([abstracts])  # the system has freed the lock
    assert (report.unchanged, report.passages, held(library)) == (7, 7, (8, 8, 8))


def test_batches_are_full_but_for_the_last() -> None:
    assert list(batched(range(7), 3)) == [[0, 1, 2], [3, 4, 5], [6]]
    assert list(batched([], 3)) == []


# --- the real dumps ----------------------------------------------------------------------------------------------------


def test_the_dumps_hold_217_papers(corpus_run: tuple[Assistant, IngestReport]) -> None:
    library, report = corpus_run
    assert (report.files, report.records, report.new, report.merged, report.unchanged) == (5, 223, 217, 6, 0)
    assert (report.papers, report.skipped) == (217, ())
    assert sum(len(paper.sources) == 2 for paper in library.papers()) == 6
    assert held(library) == (217, report.passages, 217)
    stores = library.stores()
    assert stores.keywords.ids() == sorted(paper.id for paper in library.papers())
    assert stores.catalogue.indexed_count(stores.index_name) == (217, report.passages)


def test_the_dumps_again_embed_nothing(
    corpus_run: tuple[Assistant, IngestReport], shared: Path, tmp_path: Path, open_library: Open
) -> None:
    shutil.copytree(corpus_run[0].settings.home, tmp_path / "home")
    with open_library(tmp_path / "home") as library:
        again = library.ingest([shared / "corpus"])
        assert (again.records, again.unchanged, again.papers, again.passages) == (223, 223, 217, 0)
        assert isinstance(library.stores(), Stores)


def test_what_was_embedded_while_reading_went_on_is_not_embedded_again(
    library: Assistant, embedder: MiniLM, abstracts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches and blocks of two: what the head start has embedded by the end of reading is given to the writer as it is."""
    monkeypatch.setattr(module, "READ_BATCH", 2)
    monkeypatch.setattr(module, "BLOCK", 2)
    given: list[str] = []

    class Noting(MiniLM):
        def __init__(self) -> None:
            self.__dict__.update(embedder.__dict__)

        def embed(self, texts: Sequence[str]) -> Vectors:
            given.extend(texts)
            return super().embed(texts)

        def embed_each(self, blocks: Iterable[Sequence[str]]) -> Generator[Vectors, None, None]:
            def noted() -> Iterator[Sequence[str]]:
                for block in blocks:
                    given.extend(block)
                    yield block

            yield from super().embed_each(noted())

    papers = [Paper(id=f"abs:{n}", title=f"Paper {n}", abstract=f"Finding {n} is new. Its end.") for n in range(7)]
    report = ingest([(abstracts, iter(papers))], library.stores(), Noting, silent)
    assert report.passages == 7
    assert held(library) == (7, 7, 7)
    assert sorted(given) == sorted(f"Paper {n}. Finding {n} is new. Its end." for n in range(7))
    assert library.search("What is finding 3?")[0].paper.id == "abs:3"
