"""Papers as files that other programs read: JSON Lines, BibTeX, RIS, CSL-JSON and CSV.

for text in export(papers, "bibtex"):   # in pieces, so that memory does not grow with the library
    file.write(text)
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rag.errors import SettingsError
from rag.paper import Paper

PAGE = 200  # papers in one piece
ENDINGS = {".jsonl": "jsonl", ".json": "jsonl", ".bib": "bibtex", ".ris": "ris", ".csv": "csv"}
COLUMNS = (
    *("id", "title", "authors", "author_count", "organisation", "date", "year", "arxiv_id", "doi", "url", "comment", "upvotes"),
    *("abstract", "sources"),
)
_LATEX = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"} | {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\^{}"})


def export(papers: Iterable[Paper], format_name: str) -> Iterator[str]:
    """The papers as text, piece by piece. Raises SettingsError for a format that is none of FORMATS."""
    if format_name not in FORMATS:
        known = ", ".join(FORMATS)
        raise SettingsError(f"{format_name} is no format that papers are exported in.", remedy=f"Take one of {known}.")
    return FORMATS[format_name](papers)


def json_lines(papers: Iterable[Paper]) -> Iterator[str]:
    """One object a line, with all that is known of a paper and all its sources."""
    for page in _pages(papers):
        yield "".join(f"{json.dumps(paper.to_dict(), ensure_ascii=False)}\n" for paper in page)


def bibtex(papers: Iterable[Paper]) -> Iterator[str]:
    """One entry a paper, with its abstract."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Block, Entry, Field

    used: set[str] = set()
    for page in _pages(papers):
        entries: list[Block] = [
            Entry("misc", citation_key(paper, used), [Field(*item) for item in _bibtex_fields(paper)]) for paper in page
        ]
        yield write_string(Library(entries))


def ris(papers: Iterable[Paper]) -> Iterator[str]:
    """One record a paper, with its abstract."""
    from rispy.writer import RisWriter  # type: ignore[import-untyped]

    class Plain(RisWriter):  # type: ignore[misc]
        """Without the numbers that it puts in front of records."""

        def set_header(self, count: int) -> str:  # noqa: ARG002  its signature
            return ""

    for page in _pages(papers):
        yield f"{Plain().formats([_ris_fields(paper) for paper in page])}\n"


def table(papers: Iterable[Paper]) -> Iterator[str]:
    """A row of column names, then one row a paper; several authors and sources stand in one cell, between semicolons."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for page in _pages(papers):
        writer.writerows(
            {
                **{name: value for name, value in paper.to_dict().items() if value is not None},
                "authors": "; ".join(paper.authors),
                "sources": "; ".join(f"{source.file}:{source.line}" for source in paper.sources),
            }
            for paper in page
        )
        yield text.getvalue()
        text.seek(0)
        text.truncate()
    yield text.getvalue()


def csl_json(papers: Iterable[Paper]) -> Iterator[str]:
    """One array of items as citation processors read them (CSL-JSON 1.0), with abstracts."""
    used: set[str] = set()
    lead = "["
    for paper in papers:
        yield f"{lead}{json.dumps(_csl_item(paper, used), ensure_ascii=False)}"
        lead = ",\n "
    yield "[]\n" if lead == "[" else "]\n"


FORMATS: dict[str, Callable[[Iterable[Paper]], Iterator[str]]] = {
    "jsonl": json_lines,
    "bibtex": bibtex,
    "ris": ris,
    "csl-json": csl_json,
    "csv": table,
}


def citation_key(paper: Paper, used: set[str]) -> str:
    """`family2024word`, made unlike those in `used` by a letter, and added to them."""
    family = paper.authors[0].split(",")[0].split()[-1:] if paper.authors else []
    first = next((word for word in re.findall(r"[a-z0-9]+", (paper.title or paper.abstract).lower()) if len(word) > 3), "paper")
    stem = re.sub(r"[^a-z0-9]", "", "".join(family).lower()) + f"{paper.year or ''}{first}"
    key = next(key for n in itertools.count() if (key := stem + (f"-{n + 1}" if n else "")) not in used)
    used.add(key)
    return key


def _bibtex_fields(paper: Paper) -> Iterator[tuple[str, str]]:
    named = {
        "title": paper.title,
        "organization": paper.organisation,
        "howpublished": paper.comment,
        "abstract": paper.abstract,
    }
    if paper.authors:
        yield "author", " and ".join(_bibtex_name(name) for name in paper.authors)
    for name, value in named.items():
        if value:
            yield name, value.translate(_LATEX)
    if paper.year:
        yield "year", str(paper.year)
    if paper.date:
        yield "month", str(paper.date.month)
        yield "day", str(paper.date.day)
    if paper.arxiv_id:
        yield "eprint", paper.arxiv_id
        yield "archiveprefix", "arXiv"
    if paper.doi:
        yield "doi", paper.doi
    if paper.url:
        yield "url", paper.url


def _bibtex_name(name: str) -> str:
    """A name as BibTeX takes it apart again; one that holds an "and" or a comma is kept together."""
    text = name.translate(_LATEX)
    return f"{{{text}}}" if re.search(r"\band\b|,", name) else text


def _ris_fields(paper: Paper) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "type_of_reference": "GEN",
        "title": paper.title,
        "authors": list(paper.authors),
        "year": str(paper.year) if paper.year else None,
        "date": f"{paper.date:%Y/%m/%d}" if paper.date else None,
        "journal_name": paper.comment,
        "abstract": paper.abstract,
        "doi": paper.doi,
        "accession_number": f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else None,
        "urls": [paper.url] if paper.url else None,
    }
    return {name: value for name, value in fields.items() if value}


def _csl_item(paper: Paper, used: set[str]) -> dict[str, Any]:
    day = [paper.date.year, paper.date.month, paper.date.day] if paper.date else [paper.year] if paper.year else None
    fields: dict[str, Any] = {
        "id": citation_key(paper, used),
        "type": "article",
        "title": paper.title,
        "author": [{"literal": name} for name in paper.authors],
        "issued": {"date-parts": [day]} if day else None,
        "DOI": paper.doi,
        "URL": paper.link,
        "number": f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else None,
        "note": paper.comment,
        "abstract": paper.abstract,
    }
    return {name: value for name, value in fields.items() if value}


def _pages(papers: Iterable[Paper]) -> Iterator[list[Paper]]:
    iterator = iter(papers)
    while page := list(itertools.islice(iterator, PAGE)):
        yield page
