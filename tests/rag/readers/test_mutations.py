"""Whatever happens to a file, reading it ends in papers and ReadError values, never in an exception.

FUZZ_CASES=2000 reads so many mutations of every sample; a few are enough for every day.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.paper import Paper
from rag.readers import READERS, read_file
from rag.readers.dump import Dump
from tests.rag.readers.packing import COMPRESS, tarred, zipped
from tests.rag.readers.samples import DATA, READER_OF, sample

CASES = int(os.environ.get("FUZZ_CASES", "40"))
quiet = settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))

# What each grammar is made of, and what none of them expects.
MARKS = [
    *("\n", "\n\n", "\r\n", "\r", "\t", ",", ";", '"', '""', "'", "{", "}", "[", "]", "\\", "$", "#", "@", "=", "<", ">", "&"),
    *("·\nFeb 31", "  • 2 authors\n", "Abstract:", "## Abstract\n", "arXiv:2407.02833", "\narXiv:2401.00001 and", "arXiv:"),
    *("\nTY  - JOUR\n", "\nER  - \n", "\nAB  - ", "\nUR  - ;;", "\nPMID- 1\n", "      ", "\nDP  - 2024 Xyz 99\n", "\nsep=;\n"),
    *("@article{a,\n", "@string{jul = {x}}\n", "@comment{", " # ", '"17~" # jul', " and ", " and others", "{\\v s}", ", , ,"),
    *("<entry>", "</entry>", "</PubmedArticle>", "<AbstractText>", "<![CDATA[", "]]>", "<!--", "&lt;", "&nope;", "&#0;", "<?x"),
    *(
        '<!DOCTYPE a [<!ENTITY b "c">]>',
        "null",
        "true",
        "NaN",
        "1e999",
        "-",
        '"date": "9" ',
        '{"abstract": ',
        '"abstract": [[1]], ',
    ),
    *('"abstract_inverted_index": {"a": [99999999999999999999, -1, null]}, ', '"authors": [[], {}, [1, null], "x", 7], '),
    *('"versions": [7], ', '"issued": {"date-parts": [[null, "x"]]}, ', '{"content": {"abstract": {"value": {"value": 1}}}}'),
]
ODDITIES = [
    "\ufeff",
    "\u202e",
    "\ud800",
    "\x00",
    "\ufdd0",
    "\ufffe",
    "\x0b\x1c\x85\u2028",
    "é",
    " ",
    "0" * 40,
    "[" * 300,
    "\\begin{",
]
DATES = ["Jul 17, 9999 99999999999999999999", "Feb 29, 0000", "2024-13-45", "0000", "31/12/2024 25:61", "1-1-1", "٢٠٢٤", "²"]
PIECES = [piece.encode("utf-8", errors="surrogatepass") for piece in (*MARKS, *ODDITIES, *DATES)] + [
    b"\xff",
    b"\xc3",
    b"\xed\xa0",
]


def wide(data: bytes) -> bytes:
    return data.decode("utf-8", errors="replace").encode("utf-16")


PACKED: dict[str, Callable[[bytes], bytes]] = {
    **COMPRESS,
    "zip": lambda data: zipped([("a/first", data), ("../second", data[: len(data) // 2])]),
    "tar": lambda data: tarred([("first", data), ("\u00e9" * 120, data)]),
    "tar.gz": lambda data: tarred([("first", data), ("second", data)], "w:gz"),
    "utf-16": wide,
}


@st.composite
def mutated(draw: st.DrawFn, data: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 5))):
        at, length = draw(st.integers(0, len(data))), draw(st.sampled_from([0, 0, 1, 1, 3, 12, 60, 400]))
        kind = draw(st.sampled_from(["piece", "piece", "bytes", "cut", "again", "flip"]))
        gone = data[at : at + length]
        if kind == "piece":
            new = draw(st.sampled_from(PIECES))
        elif kind == "bytes":
            new = draw(st.binary(max_size=6))
        elif kind == "again":
            new = gone * draw(st.integers(2, 4))
        elif kind == "flip":
            gone = data[at : at + 1]
            new = bytes(byte ^ draw(st.integers(1, 255)) for byte in gone)
        else:
            new = b""
        data = data[:at] + new + data[at + len(gone) :]
    if draw(st.integers(0, 9)) == 0:
        data = data[: draw(st.integers(0, len(data)))]
    return data.replace(b"\n", b"\r\n") if draw(st.integers(0, 9)) == 0 else data


@pytest.mark.parametrize("name", sorted(READER_OF))
def test_no_mutation_raises(name: str) -> None:
    original = (DATA / name).read_bytes()

    @quiet
    @given(data=mutated(original), year=st.sampled_from([None, 2025]), columns=st.sampled_from([None, {"title": "Title"}]))
    def mutations(data: bytes, year: int | None, columns: dict[str, str] | None) -> None:
        read_all(data, year, columns)

    mutations()


@pytest.mark.parametrize("form", sorted(PACKED))
def test_no_damage_to_what_is_packed_raises(form: str) -> None:
    originals = [PACKED[form]((DATA / name).read_bytes()) for name in ("export.ris", "pubmed.xml", "openalex.json")]

    @quiet
    @given(data=st.sampled_from(originals).flatmap(mutated))
    def mutations(data: bytes) -> None:
        read_all(data)

    mutations()


@pytest.mark.parametrize("name", sorted(READERS))
def test_no_reader_raises_on_a_file_of_another_kind(name: str) -> None:
    originals = [(DATA / other).read_bytes() for other in sorted(READER_OF)]

    @quiet
    @given(data=st.sampled_from(originals).flatmap(mutated))
    def mutations(data: bytes) -> None:
        text = data.decode("utf-8", errors="surrogateescape")
        for read in READERS[name].read(io.StringIO(text, newline=None), Dump("dump", "dump")):
            check(read)

    mutations()


def test_the_samples_are_whole() -> None:
    assert {READER_OF[name] for name in READER_OF} == set(READERS)
    assert {path.name for path in DATA.iterdir()} == set(READER_OF)
    assert all(sample(name) for name in READER_OF)


def read_all(data: bytes, year: int | None = None, columns: dict[str, str] | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dump"
        path.write_bytes(data)
        for read in read_file(path, year=year, columns=columns):
            check(read)


def check(read: Paper | ReadError) -> None:
    if isinstance(read, ReadError):
        assert read.found
        str(read).encode()
        return
    assert read.abstract
    assert read.sources[0].line >= 1
    assert Paper.from_dict(read.to_dict()) == read
    json.dumps(read.to_dict(), ensure_ascii=False).encode()
    assert all(read.authors)
    assert read.year is None or 1 <= read.year <= 9999
