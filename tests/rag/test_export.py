"""Exported papers are read back as they were, by our own readers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import ReadError, SettingsError
from rag.export import FORMATS, citation_key, export
from rag.paper import Paper, Source, paper_id
from rag.readers import expand, read_file

FILES = {"jsonl": "papers.jsonl", "bibtex": "papers.bib", "ris": "papers.ris", "csv": "papers.csv"}
SAMPLE = Path(__file__).parents[2] / "rag" / "sample" / "sample-library.jsonl"
LOST = {"jsonl": set(), "csv": set(), "bibtex": {"author_count", "upvotes"}, "ris": {"author_count", "upvotes", "organisation"}}
HARD = Paper(
    id="doi:10.1000/hard_1",
    title="100% of R&D: braces, $5 and #1 in _one_ title ~ of C^2",
    abstract='Quotation "marks", an = sign; a semicolon, a semicolon; and 50% off. “Ünïcode” 数学 ≥ 3.',
    authors=("Ada Lovelace", "Ludwig van Beethoven", "Research and Development Group", "Jürgen Müßig"),
    author_count=4,
    organisation="AT&T",
    date=dt.date(2024, 7, 17),
    year=2024,
    doi="10.1000/hard_1",
    arxiv_id="2407.02833",
    comment="ACL 2024 Findings",
    upvotes=0,
    url="https://example.org/a?b=c&d=~e_f",
    sources=(Source("a.txt", 1), Source("b.txt", 2)),
)


def written_and_read(papers: Sequence[Paper], name: str, folder: Path) -> list[Paper]:
    file = folder / FILES[name]
    file.write_text("".join(export(papers, name)), encoding="utf-8")
    read = list(read_file(file))
    assert [record for record in read if isinstance(record, ReadError)] == []
    return [record for record in read if isinstance(record, Paper)]


def without(paper: Paper, lost: set[str]) -> Paper:
    return replace(paper, id="", sources=(), **dict.fromkeys(lost))


@pytest.mark.parametrize("name", FILES)
def test_a_hard_one(name: str, tmp_path: Path) -> None:
    (read,) = written_and_read([HARD], name, tmp_path)
    assert without(read, LOST[name]) == without(HARD, LOST[name])


@pytest.mark.parametrize("name", FILES)
def test_the_sample_library(name: str, tmp_path: Path) -> None:
    papers = [paper for paper in read_file(SAMPLE) if isinstance(paper, Paper)]
    read = written_and_read(papers, name, tmp_path)
    assert [without(paper, LOST[name]) for paper in read] == [without(paper, LOST[name]) for paper in papers]


@pytest.mark.parametrize("name", FILES)
def test_the_dumps(name: str, shared: Path, tmp_path: Path) -> None:
    files = [file for file in expand([shared / "corpus"]) if isinstance(file, Path)]
    papers = [paper for file in files for paper in read_file(file) if isinstance(paper, Paper)]
    read = written_and_read(papers, name, tmp_path)
    assert [without(paper, LOST[name]) for paper in read] == [without(paper, LOST[name]) for paper in papers]


def test_pieces_come_as_the_papers_do() -> None:
    """Nothing waits for the whole library."""
    taken = []

    def papers(count: int) -> object:
        for n in range(count):
            taken.append(n)
            yield replace(HARD, id=f"x{n}")

    for name in FORMATS:
        taken.clear()
        pieces = export(papers(1000), name)  # type: ignore[arg-type]
        next(pieces)
        assert len(taken) < 500


def test_nothing_is_exported_as_nothing() -> None:
    assert {name: "".join(export([], name)) for name in ("jsonl", "bibtex", "ris")} == dict.fromkeys(
        ("jsonl", "bibtex", "ris"), ""
    )
    assert "".join(export([], "csv")).startswith("id,title,authors,")


def test_csl_json_is_one_array_of_items() -> None:
    item, bare = json.loads("".join(export([HARD, Paper("abs:1", "Bees dance.")], "csl-json")))
    assert item == {
        "id": "lovelace2024braces",
        "type": "article",
        "title": HARD.title,
        "author": [{"literal": name} for name in HARD.authors],
        "issued": {"date-parts": [[2024, 7, 17]]},
        "DOI": "10.1000/hard_1",
        "URL": "https://arxiv.org/abs/2407.02833",
        "number": "arXiv:2407.02833",
        "note": "ACL 2024 Findings",
        "abstract": HARD.abstract,
    }
    assert bare == {"id": "bees", "type": "article", "abstract": "Bees dance."}
    assert json.loads("".join(export([], "csl-json"))) == []


def test_citation_keys_are_short_and_unlike() -> None:
    used: set[str] = set()
    key: Callable[..., str] = lambda **values: citation_key(replace(HARD, **values), used)  # noqa: E731
    assert [key(title="On the Bees"), key(title="On the Bees"), key(title=None, authors=(), year=None, abstract="A ∑.")] == [
        "lovelace2024bees",
        "lovelace2024bees-2",
        "paper",
    ]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(SettingsError, match="docx is no format") as error:
        export([HARD], "docx")
    assert "bibtex" in error.value.remedy


def test_ids_come_out_the_same(tmp_path: Path) -> None:
    plain = replace(HARD, doi=None, arxiv_id=None, id=paper_id(HARD.abstract))
    assert [paper.id for name in FILES for paper in written_and_read([plain], name, tmp_path)] == [plain.id] * len(FILES)
