"""Atom as arXiv's API answers with it, and arXiv's daily feeds.

    <entry>
      <id>http://arxiv.org/abs/2407.02833v1</id>
      <published>2024-07-03T06:07:50Z</published>       <- of the first version; `updated` is of the one shown
      <title>…</title> <summary>…</summary>
      <author><name>…</name></author>
      <arxiv:comment>…</arxiv:comment> <arxiv:journal_ref>…</arxiv:journal_ref> <arxiv:doi>…</arxiv:doi>
    </entry>

The API also sends its errors as entries, with status 200: those are no papers. defusedxml reads the feed, entry by entry;
feedparser would hold the whole of it and could not tell lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from rag.readers.dates import record_date
from rag.readers.dump import Dump, Read, Reader
from rag.readers.identifiers import arxiv_id, doi
from rag.readers.names import separate
from rag.readers.records import address
from rag.readers.xml_records import records, text_of

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_ENTRIES = frozenset({f"{_ATOM}entry"})
_FEED = re.compile(r"<(?:\w+:)?(?:feed|entry)\s[^>]*[\"']http://www\.w3\.org/2005/Atom[\"']")
# What the daily feeds put in front of an abstract.
_ANNOUNCED = re.compile(r"arXiv:(\S+)\s+Announce Type:\s*[\w-]+\s+Abstract:\s*")


def sniff(head: str) -> bool:
    """An Atom feed whose entries are arXiv's."""
    return head.lstrip()[:1] == "<" and _FEED.search(head) is not None and "arxiv.org" in head.lower()


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields a paper for each entry."""
    none = dump.error(None, "a feed without entries", expected="entries with abstracts", remedy="Ask the service again.")
    return records(lines, _ENTRIES, dump, _paper, none)


def _paper(entry: Element, line: int, dump: Dump) -> Read:
    name, title = text_of(entry.find(f"{_ATOM}id")), text_of(entry.find(f"{_ATOM}title"))
    abstract = text_of(entry.find(f"{_ATOM}summary"))
    if "/api/errors" in name:
        return dump.error(line, f"an error of the service ({abstract[:200]})", expected="an entry", remedy="Correct the query.")
    if announced := _ANNOUNCED.match(abstract):
        name, abstract = announced[1], abstract[announced.end() :]
    names = [text_of(author) for author in entry.findall(f"{_ATOM}author/{_ATOM}name")]
    remarks = [text_of(entry.find(f"{_ARXIV}{tag}")) for tag in ("comment", "journal_ref")]
    dated = record_date(text_of(entry.find(f"{_ATOM}published")))
    return dump.paper(
        line,
        abstract,
        title=title,
        authors=separate(names[0]) if len(names) == 1 else tuple(name for name in names if name),
        date=dated[0] if dated else None,
        year=dated[1] if dated else None,
        arxiv_id=arxiv_id(name) or arxiv_id(name.removeprefix("oai:arXiv.org:")),
        doi=doi(text_of(entry.find(f"{_ARXIV}doi"))),
        comment="; ".join(remark for remark in remarks if remark),
        url=address(name),
    )


READER = Reader("atom", "arXiv's Atom", sniff, read, by_lines=False)
