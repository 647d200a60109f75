"""Compressed files, standard input, patterns, encodings, and lines and files of great length."""

from __future__ import annotations

import gzip
import io
import os
import random
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import ReadError
from rag.paper import Paper
from rag.readers import expand, read_file
from tests.rag.readers.packing import COMPRESS, tarred, zipped
from tests.rag.readers.samples import DATA, sample

Reading = Callable[..., Any]

LINE = '{"title": "Cats", "abstract": "Cats sleep."}\n'


def read(path: Path) -> tuple[list[Paper], list[ReadError]]:
    reads = list(read_file(path))
    return [r for r in reads if isinstance(r, Paper)], [r for r in reads if isinstance(r, ReadError)]


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("form", COMPRESS)
def test_compression_is_told_by_content(reading: Reading, form: str) -> None:
    papers, problems = reading(COMPRESS[form](LINE.encode()), name="dump.dat")
    assert ([paper.title for paper in papers], problems) == (["Cats"], [])
    papers, problems = reading(COMPRESS[form](LINE.encode()) * 3)
    assert (len(papers), problems) == (3, []), "pieces compressed one by one and joined"


@pytest.mark.parametrize("form", COMPRESS)
@pytest.mark.parametrize("name", ["arxiv_snapshot.jsonl", "export.ris", "arxiv_api.xml", "semantic_scholar.json"])
def test_half_a_compressed_file_gives_what_can_be_read(tmp_path: Path, form: str, name: str) -> None:
    rng = random.Random(0)
    parts = {
        "arxiv_snapshot.jsonl": ("", '{{"title": "Paper {}", "abstract": "Cats {}."}}\n', ""),
        "export.ris": ("", "TY  - JOUR\nTI  - Paper {}\nAB  - Cats\n{}.\nER  - \n", ""),
        "arxiv_api.xml": (
            '<feed xmlns="http://www.w3.org/2005/Atom">',
            "<entry><id>http://arxiv.org/abs/2407.02833</id><title>Paper {}</title><summary>Cats {}.</summary></entry>\n",
            "</feed>",
        ),
        "semantic_scholar.json": (
            "{{\"data\": [{{\"abstract\": \"Cats.\"}}\n",
            ', {{"title": "Paper {}", "abstract": "Cats {}."}}\n', "]}}"),
    }  # fmt: skip
    before, record, after = parts[name]
    text = before.format() + "".join(record.format(i, rng.randbytes(200).hex()) for i in range(2000)) + after.format()
    packed = COMPRESS[form](text.encode())
    (tmp_path / "cut").write_bytes(packed[: len(packed) // 2])
    papers, [problem] = read(tmp_path / "cut")
    assert len(papers) > (100 if form != "bz2" else -1)  # bz2 has blocks of 900,000 bytes
    assert all(len(paper.abstract) >= 406 or paper.title is None for paper in papers), (
        "no record that breaks off is taken for whole"
    )
    assert "incomplete compression" in problem.found
    (tmp_path / "cut").write_bytes(packed[:6] + b"this is something else")
    assert "compression" in read(tmp_path / "cut")[1][0].found


@pytest.mark.parametrize(
    "name", ["export.ris", "zotero_and_acl.bib", "scopus.csv", "pubmed.nbib", "paper.md", "arxiv_api.xml", "openalex.json"]
)
@pytest.mark.parametrize("change", ["crlf", "cr", "bom", "utf-16", "utf-16-be", "utf-32"])
def test_encodings_and_line_ends(tmp_path: Path, name: str, change: str) -> None:
    text = sample(name)
    data = {
        "crlf": text.replace("\n", "\r\n").encode(),
        "cr": text.replace("\n", "\r").encode(),
        "bom": text.encode("utf-8-sig"),
        "utf-16": text.encode("utf-16"),
        "utf-16-be": "\ufeff".encode("utf-16-be") + text.encode("utf-16-be"),
        "utf-32": text.encode("utf-32"),
    }[change]
    (tmp_path / name).write_bytes(data)
    assert read(tmp_path / name) == read(DATA / name)


def test_nul_and_utf16_without_a_mark(reading: Reading) -> None:
    [paper], problems = reading('{"title": "Cats", "abstract": "Cats\\u0000 sleep."}\n')
    assert (paper.abstract, problems) == ("Cats sleep.", [])
    papers, [problem] = reading(LINE.encode("utf-16-le"))
    assert (papers, problem.found) == ([], "bytes that are not text")


@pytest.mark.parametrize(
    "start",
    [LINE, "Abstract:", "TY  - JOUR\nAB  - ", "@article{a,\n abstract = {", "title,abstract\na,", "PMID- 1\nTI  - a\nAB  - "],
)
def test_a_line_without_end_is_refused(tmp_path: Path, start: str) -> None:
    path = tmp_path / "long"
    with path.open("wb") as out:
        out.write(start.encode())
        out.truncate(200_000_000)  # a hole: 200 MB that take no room on the disk
    tracemalloc.start()
    papers, problems = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(papers) == (start == LINE)
    assert (problems[-1].line, problems[-1].found) == (start.count("\n") + 1, "a line of more than 16,000,000 characters")
    assert peak < 100_000_000


def test_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def given(data: bytes) -> tuple[list[Paper], list[ReadError]]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert list(expand(["-"])) == [Path("-")]
        return read(Path("-"))

    for data in (
        LINE.encode(),
        gzip.compress(LINE.encode()),
        written(tmp_path / "a.tar", tarred([("x", LINE.encode())])).read_bytes(),
    ):
        [paper], problems = given(data)
        assert (paper.title, problems) == ("Cats", [])
        assert paper.sources[0].file in ("standard input", "standard input/x")
    papers, [problem] = given(written(tmp_path / "a.zip", zipped([("x", LINE.encode())])).read_bytes())
    assert (papers, problem.file) == ([], "standard input")
    assert "a zip archive that is piped in" in problem.found
    assert given(b"")[1][0].found == "an empty file"


def test_patterns(tmp_path: Path) -> None:
    for name in ["a.ris", "b.ris", "c.csv", "d/e.ris", "[1].ris"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert list(expand([tmp_path / "*.ris"])) == [tmp_path / name for name in ["[1].ris", "a.ris", "b.ris"]]
    assert list(expand([tmp_path / "**/*.ris"])) == [tmp_path / name for name in ["[1].ris", "a.ris", "b.ris", "d/e.ris"]]
    assert list(expand([tmp_path / "?"])) == [tmp_path / "d/e.ris"]
    assert list(expand([tmp_path / "[1].ris"])) == [tmp_path / "[1].ris"]
    [problem] = expand([tmp_path / "*.bib"])
    assert isinstance(problem, ReadError)
    assert problem.found == "a pattern that no file or folder fits"


def test_names_that_are_no_text_can_be_stored(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9\x1b.jsonl")
    path.write_text(LINE + "x\n")
    [paper], [problem] = read(path)
    assert paper.sources[0].file == "caf??.jsonl"
    str(problem).encode()


@pytest.mark.parametrize("form", ["jsonl", "json", "ris", "bib", "xml", "csv", "txt"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, form: str) -> None:
    words = "In this paper we show results, and our method outperforms others. " + "Cats sleep and cats dream. " * 40
    before, record, after = {
        "jsonl": ("", f'{{"title": "Cats", "abstract": "{words}"}}\n', ""),
        "json": ('[{"abstract": "a"}', f', {{"abstract": "{words}"}}', "]"),
        "ris": ("", f"TY  - JOUR\nAB  - {words}\nER  - \n", ""),
        "bib": ("", f"@article{{a,\n abstract = {{{words}}}\n}}\n", ""),
        "xml": (
            '<feed xmlns="http://www.w3.org/2005/Atom">arxiv.org',
            f"<entry><title>Cats</title><summary>{words}</summary></entry>",
            "</feed>",
        ),
        "csv": ("title,abstract\n", f'Cats,"{words}"\n', ""),
        "txt": ("", f"{words}\n\n", ""),
    }[form]
    path = tmp_path / "big.gz"
    with gzip.open(path, "wt", compresslevel=1) as out:
        out.write(before)
        for _ in range(2_500):
            out.write(record)
        out.write(after)
    next(read_file(path))  # what is imported on the way is not counted
    tracemalloc.start()
    count = sum(isinstance(r, Paper) for r in read_file(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 2_500 + (form == "json")
    assert peak < 1_500_000  # the file holds 2.9 million characters of abstracts
