from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ReadError
from rag.paper import Paper
from rag.readers import READERS, expand, read_file, reader_of
from tests.rag.readers.samples import READER_OF, sample

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


def test_a_grammar_is_told_by_content(tmp_path: Path) -> None:
    for name, reader in READER_OF.items():
        text = sample(name)
        assert reader_of(text) is READERS[reader]
        claimed = {other for other, known in READERS.items() if known.sniff(text)}
        # Lines of JSON are documents one behind the other, and the last resort is asked last.
        assert claimed - {"json", "plain_text"} <= {reader}
        (tmp_path / "renamed.pdf").write_text(text)
        papers = [read for read in read_file(tmp_path / "renamed.pdf") if isinstance(read, Paper)]
        assert papers
        assert {paper.sources[0].file for paper in papers} == {"renamed.pdf"}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b" \n\n", "an empty file"),
        (b"%PDF-1.7\n\x00\x01\xff\xfe", "bytes that are not text"),
        (b"Dear diary, today I read nothing.\n", "text in a form no reader knows"),
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
    assert all(reader.grammar in str(problem(tmp_path / "notes.txt")) for reader in READERS.values())


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
