"""Whatever happens to a dump, reading it ends in papers and ReadError values, never in an exception."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import ReadError
from rag.paper import Paper
from rag.readers import READERS, read_file
from rag.readers.dump import Dump

PAGE = """new

Daily Papers

byAK and the research community

Oct 30

Cats

Cats sleep.

Dogs

Dogs bark.

  • 3 authors
·
Feb 7 2

Birds

Birds fly.

bird-lab Bird Lab
·
Jul 17, 2024
"""
JSON = """{"title": "Cats", "abstract": "Cats sleep.", "date": "2024-07-17", "authors": ["A"], "id": "2407.02833"}
{"title": null, "text": 3}
"""
SAMPLES = [
    "Abstract:Cats sleep.\nAbstract:Dogs bark.\n\nAbstract: Birds $5\\%$ fly.",
    "Cats sleep all day long.\nACL 2024 Findings\narXiv:2407.02833Dogs bark at night.\narXiv:hep-th/9901001\n",
    PAGE,
    JSON,
]
MARKS = [
    "\n",
    "\n\n",
    "\r\n",
    "·",
    "·\nFeb 31",
    "  • 2 authors\n",
    "Abstract:",
    "arXiv:2407.02833",
    "arXiv:",
    "{",
    "}",
    "\\",
    "$",
]
ODDITIES = ["\ufeff", "\u202e", "\ud800", "\x00", "Jul 17, 9999 99999999999999999999", "Feb 29, 0000", "é", " ", "0" * 40]
BITS = ['{"abstract": ', "[" * 300, '"date": "9" ', "\\begin{"]
PIECES = st.sampled_from([*MARKS, *ODDITIES, *BITS])


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 5))):
        at, length = draw(st.integers(0, len(text))), draw(st.integers(0, 12))
        text = text[:at] + draw(st.one_of(PIECES, st.just(""), st.text(max_size=6))) + text[at + length :]
    return text


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=mutated(), year=st.sampled_from([None, 2025]))
def test_no_mutation_raises(text: str, year: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dump"
        path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
        for read in read_file(path, year=year):
            check(read)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=mutated(), name=st.sampled_from(sorted(READERS)))
def test_no_reader_raises_on_a_file_of_another_kind(text: str, name: str) -> None:
    for read in READERS[name].read(text.splitlines(keepends=True), Dump("dump", "dump")):
        check(read)


def check(read: Paper | ReadError) -> None:
    if isinstance(read, ReadError):
        assert str(read)
        return
    assert read.abstract
    assert read.sources[0].line >= 1
    assert Paper.from_dict(read.to_dict()) == read
    read.abstract.encode()
    (read.title or "").encode()
