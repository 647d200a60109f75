from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ReadError
from rag.paper import Paper
from rag.readers import READERS, expand, read_file

Reading = Callable[..., Any]
LINE = '{"title": "Cats", "abstract": "Cats sleep."}\n'


def problem(path: Path) -> ReadError:
    [read] = read_file(path)
    assert isinstance(read, ReadError)
    assert read.file == str(path)
    return read


def test_folders_are_walked_in_order_without_hidden_entries(tmp_path: Path) -> None:
    for name in ["b.txt", "a/z.txt", "a/.git/x.txt", ".hidden", "c/d/e.jsonl"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    os.symlink(tmp_path, tmp_path / "a" / "loop")
    found = list(expand([tmp_path / "b.txt", str(tmp_path)]))
    assert found == [tmp_path / name for name in ["b.txt", "a/z.txt", "b.txt", "c/d/e.jsonl"]]


def test_missing_paths_and_empty_folders_are_values(tmp_path: Path) -> None:
    (tmp_path / "empty" / ".hidden").mkdir(parents=True)
    (tmp_path / "a.txt").write_text("x")
    missing, empty, file = expand([tmp_path / "nowhere", tmp_path / "empty", tmp_path / "a.txt"])
    assert isinstance(missing, ReadError)
    assert "no such file or folder" in str(missing)
    assert isinstance(empty, ReadError)
    assert "a folder without files" in str(empty)
    assert file == tmp_path / "a.txt"


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress, bytes])
def test_compression_is_told_by_content(reading: Reading, compress: Callable[[bytes], bytes]) -> None:
    papers, problems = reading(compress(LINE.encode()), name="dump.dat")
    assert [paper.title for paper in papers] == ["Cats"]
    assert problems == []


def test_a_grammar_is_told_by_content(tmp_path: Path) -> None:
    texts = {
        "json_lines": LINE,
        "marked_lines": "Abstract:Cats sleep.\n",
        "arxiv_listing": "Cats sleep most of the day, and so do dogs.\narXiv:2407.02833\n",
        "daily_papers": "Cats\n\nCats sleep.\n\n  • 3 authors\n·\nJul 17, 2024\n",
    }
    assert set(texts) == set(READERS)
    for name, text in texts.items():
        (tmp_path / "renamed.pdf").write_text(text)
        assert [other for other, reader in READERS.items() if reader.sniff(text)] == [name]
        [paper] = read_file(tmp_path / "renamed.pdf")
        assert isinstance(paper, Paper)
        assert paper.sources[0].file == "renamed.pdf"


def test_half_a_compressed_file_gives_what_can_be_read(tmp_path: Path) -> None:
    rows = "".join(f'{{"title": "Paper {i}", "abstract": "Text {i * 7919 % 1000}."}}\n' for i in range(5000))
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(gzip.compress(rows.encode())[:20_000])
    *reads, last = read_file(path)
    assert sum(isinstance(read, Paper) for read in reads) > 100
    assert isinstance(last, ReadError)
    assert "incomplete compression" in last.found
    path.write_bytes(b"\x1f\x8b not gzip at all")
    assert "compression" in problem(path).found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b" \n\n", "an empty file"),
        (b"%PDF-1.7\n\x00\x01\xff\xfe", "bytes that are not text"),
        (b"Dear diary, today I read nothing.\n", "text in a form no reader knows"),
        ("Abstract:Cats.\n".encode("utf-16"), "UTF-16 text"),
    ],
)
def test_files_that_cannot_be_read(tmp_path: Path, data: bytes, found: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    error = problem(path)
    assert error.found == found
    assert error.remedy


def test_an_unknown_form_names_the_known_ones(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary.\n")
    assert all(name in str(problem(tmp_path / "notes.txt")) for name in READERS)


def test_folders_missing_files_pipes_and_locked_files(tmp_path: Path) -> None:
    assert problem(tmp_path).found == "a folder"
    assert problem(tmp_path / "nowhere").found == "no such file"
    os.mkfifo(tmp_path / "pipe")
    assert problem(tmp_path / "pipe").found == "a device or pipe"
    locked = tmp_path / "locked"
    locked.write_text(LINE)
    locked.chmod(0)
    if not os.access(locked, os.R_OK):  # root reads everything
        assert "cannot be read" in problem(locked).found


@pytest.mark.parametrize(
    "text",
    [
        "Abstract:Caf\xe9s.\nAbstract:Cats sleep.\n",
        "Caf\xe9s are places where people drink coffee and read papers.\narXiv:2407.02833Cats sleep all day.\narXiv:2407.02834\n",
    ],
)
def test_invalid_utf8_costs_only_its_record(reading: Reading, text: str) -> None:
    papers, [error] = reading(text.encode("latin-1"))
    assert len(papers) == 1
    assert papers[0].abstract.startswith("Cats sleep")
    assert (error.line, error.found) == (1, "bytes that are not UTF-8 text")


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl.gz"
    with gzip.open(path, "wt", compresslevel=1) as out:
        for i in range(20_000):
            out.write(f'{{"title": "Paper {i}", "abstract": "{"word " * 100}"}}\n')
    tracemalloc.start()
    count = sum(isinstance(read, Paper) for read in read_file(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 5_000_000  # the file holds 10 MB of text
