"""arXiv's query API on the loopback interface: Atom feeds as its manual shows them, over a handful of papers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from tests.fakes.http_service import HttpService, Request, Status

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <link href="http://arxiv.org/api/query?start={start}&amp;max_results={size}" rel="self" type="application/atom+xml"/>
  <title type="html">ArXiv Query: start={start}&amp;max_results={size}</title>
  <id>http://arxiv.org/api/9Qw0Q1</id>
  <updated>2026-03-02T00:00:00-05:00</updated>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">{total}</opensearch:totalResults>
  <opensearch:startIndex xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">{start}</opensearch:startIndex>
  <opensearch:itemsPerPage xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">{size}</opensearch:itemsPerPage>
{entries}</feed>
"""
ENTRY = """  <entry>
    <id>http://arxiv.org/abs/{id}v{version}</id>
    <updated>{published}T17:59:59Z</updated>
{published_line}    <title>{title}</title>
    <summary>  {abstract}
</summary>
{authors}{extra}    <link href="http://arxiv.org/abs/{id}v{version}" rel="alternate" type="text/html"/>
    <link title="pdf" href="http://arxiv.org/pdf/{id}v{version}" rel="related" type="application/pdf"/>
    <arxiv:primary_category xmlns:arxiv="http://arxiv.org/schemas/atom" term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
    <category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>
  </entry>
"""
ERROR = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
  <title type="html">ArXiv Query: error</title>
  <id>http://arxiv.org/api/kvuntZ8c9a4Eq5CF7KY03nMug+Q</id>
  <opensearch:totalResults>1</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>
  <entry>
    <id>http://arxiv.org/api/errors#{anchor}</id>
    <title>Error</title>
    <summary>{message}</summary>
    <updated>2026-03-02T00:00:00-05:00</updated>
    <author><name>arXiv api core</name></author>
  </entry>
</feed>
"""


@dataclass(frozen=True)
class Preprint:
    """One paper as arXiv holds it."""

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ("Ada Lind",)
    published: str | None = "2025-03-04"
    doi: str = ""
    comment: str = ""
    journal: str = ""
    version: int = 1


class ArxivServer(HttpService):
    """Every search finds all papers, in order; an id list finds those it names. `quirk` shapes the error for bad ids:
    arXiv has sent it with status 400 and with 200."""

    kind = "application/atom+xml; charset=UTF-8"

    def __init__(self, papers: Sequence[Preprint], *, error_status: int = 400) -> None:
        super().__init__()
        self.papers = list(papers)
        self.error_status = error_status

    @property
    def url(self) -> str:
        return f"{self.address}/api/query"

    def page(self, request: Request) -> str | Status:
        asked = [part for part in request.query.get("id_list", "").split(",") if part]
        bad = next((part for part in asked if not re.fullmatch(r"\d{4}\.\d{4,5}(v\d+)?|[a-z-]+/\d{7}", part)), None)
        if bad is not None:
            text = ERROR.format(anchor=f"incorrect_id_format_for_{bad}", message=f"incorrect id format for {bad}")
            return text if self.error_status == 200 else Status(self.error_status, body=text)
        found = [paper for paper in self.papers if not asked or paper.id in asked]
        start, size = int(request.query["start"]), int(request.query["max_results"])
        entries = "".join(map(entry, found[start : start + size]))
        return FEED.format(start=start, size=size, total=len(found), entries=entries)

    def error(self, status: int) -> str:
        return "Rate exceeded." if status == 429 else f"<html><body><h1>{status} Server Error</h1></body></html>"


def entry(paper: Preprint) -> str:
    """The Atom entry of a paper; one without a date of publication lacks a field that the manual promises."""
    fields = (("comment", paper.comment), ("journal_ref", paper.journal), ("doi", paper.doi))
    space = 'xmlns:arxiv="http://arxiv.org/schemas/atom"'
    return ENTRY.format(
        id=paper.id,
        version=paper.version,
        published=paper.published or "2025-01-01",
        published_line=f"    <published>{paper.published}T17:59:59Z</published>\n" if paper.published else "",
        title=escape(paper.title),
        abstract=escape(paper.abstract),
        authors="".join(f"    <author>\n      <name>{escape(name)}</name>\n    </author>\n" for name in paper.authors),
        extra="".join(f"    <arxiv:{name} {space}>{escape(text)}</arxiv:{name}>\n" for name, text in fields if text),
    )
