"""An uploaded file gets a place of its own whose name can do no harm."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rag.errors import LibraryError
from ui.uploads import Upload, keep, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("dump.txt", "dump.txt"),
        ("Aufsätze 2024.jsonl.gz", "Aufsätze 2024.jsonl.gz"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\dump.txt", "dump.txt"),
        (".bashrc", "bashrc"),
        ("..", "upload"),
        ("", "upload"),
        ("a\x00b\n\u202etxt.exe", "abtxt.exe"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["論" * 300 + ".txt", "a." * 300, "x" * 400])
def test_a_long_name_is_cut_to_what_file_systems_take(name: str, tmp_path: Path) -> None:
    (path,) = keep(tmp_path, [Upload(name, b"data")])
    assert path.read_bytes() == b"data"
    assert len(path.name.encode()) <= 200


def test_files_keep_their_names_and_stay_in_their_folder(tmp_path: Path) -> None:
    paths = keep(tmp_path, [Upload("a.txt", b"one"), Upload("../../b.txt", b"two")])
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == ["uploads/a.txt", "uploads/b.txt"]
    assert [path.read_bytes() for path in paths] == [b"one", b"two"]
    assert sorted(os.listdir(tmp_path / "uploads")) == ["a.txt", "b.txt"]


def test_the_same_file_again_is_the_same_place_and_another_one_gets_a_number(tmp_path: Path) -> None:
    names = [keep(tmp_path, [Upload("a.txt.gz", data)])[0].name for data in (b"one", b"one", b"two", b"two", b"one")]
    assert names == ["a.txt.gz", "a.txt.gz", "a-2.txt.gz", "a-2.txt.gz", "a.txt.gz"]


def test_a_folder_that_cannot_be_written_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("in the way")
    with pytest.raises(LibraryError, match="could not be written") as caught:
        keep(tmp_path, [Upload("a.txt", b"one")])
    assert "Nothing was added" in caught.value.remedy
