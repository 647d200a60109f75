"""PubMed's XML: a PubmedArticleSet as saved from the site, sent by the E-utilities, or published as the yearly baseline.

Labelled sections of an abstract keep their labels (`METHODS: …`). The date is the issue's where that has a day, else the day
of electronic publication if it is of the same year.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from rag.readers.dates import record_date
from rag.readers.dump import Dump, Read, Reader
from rag.readers.identifiers import doi
from rag.readers.xml_records import records, text_of

_RECORDS = frozenset({"PubmedArticle", "PubmedBookArticle"})
_ROOT = re.compile(r"<(PubmedArticleSet|PubmedArticle|PubmedBookArticleSet|PubmedBookArticle)[\s>]")


def sniff(head: str) -> bool:
    """XML whose root is PubMed's."""
    return head.lstrip()[:1] == "<" and _ROOT.search(head) is not None


def read(lines: Iterable[str], dump: Dump) -> Iterator[Read]:
    """Yields a paper for each article."""
    none = dump.error(None, "a PubMed file without articles", expected="PubmedArticle elements", remedy="Export it again.")
    return records(lines, _RECORDS, dump, _paper, none)


def _paper(record: Element, line: int, dump: Dump) -> Read:
    article = record.find("MedlineCitation/Article")
    article = article if article is not None else record.find("BookDocument")
    number = text_of(record.find("MedlineCitation/PMID")) or text_of(record.find("BookDocument/PMID"))
    if article is None:
        return dump.error(line, "a record without an article", expected="PubMed's XML", remedy="Export it again.")
    title = bare_title(text_of(article.find("ArticleTitle")) or text_of(article.find("Book/BookTitle")))
    abstract = " ".join(part for part in map(_section, article.findall("Abstract/AbstractText")) if part)
    if not abstract:
        without = "a record without an abstract" + (f" ({title[:60]})" if title else "")
        return dump.error(line, without, expected="an Abstract element", remedy="Leave the record out.")
    date, year = _date(article)
    return dump.paper(
        line,
        abstract,
        title=title,
        authors=tuple(name for name in map(_name, article.findall("AuthorList/Author")) if name),
        date=date,
        year=year,
        doi=_doi(record, article),
        comment=text_of(article.find("Journal/Title")) or text_of(article.find("Book/Publisher/PublisherName")),
        url=pubmed_address(number),
    )


def bare_title(title: str) -> str:
    """PubMed ends titles with a full stop and puts translated ones in brackets."""
    title = title.removesuffix(".") if not title.endswith("..") else title
    return title[1:-1].removesuffix(".") if title.startswith("[") and title.endswith("]") else title


def pubmed_address(number: str) -> str | None:
    """The page of the record with that PMID."""
    return f"https://pubmed.ncbi.nlm.nih.gov/{number}/" if re.fullmatch(r"[0-9]{1,9}", number) else None


def _section(part: Element) -> str:
    text, label = text_of(part), part.get("Label", "").strip()
    return f"{label}: {text}" if text and label and label != "UNLABELLED" else text


def _name(author: Element) -> str:
    parts = (text_of(author.find("ForeName")) or text_of(author.find("Initials")), text_of(author.find("LastName")))
    suffix = text_of(author.find("Suffix"))
    return " ".join(part for part in (*parts, suffix) if part) or text_of(author.find("CollectiveName"))


def _doi(record: Element, article: Element) -> str | None:
    places = (
        *record.findall("PubmedData/ArticleIdList/ArticleId[@IdType='doi']"),
        *article.findall("ELocationID[@EIdType='doi']"),
        *article.findall("ArticleIdList/ArticleId[@IdType='doi']"),
    )
    return next((found for found in (doi(text_of(place)) for place in places) if found), None)


def _date(article: Element) -> tuple[dt.date | None, int | None]:
    issue = _parts(article.find("Journal/JournalIssue/PubDate"))
    if issue is None:
        issue = _parts(article.find("Book/PubDate")) or _parts(article.find("ContributionDate"))
    online = _parts(article.find("ArticleDate"))
    for dated in (issue, online):
        if dated and dated[0] and (issue is None or dated[1] == issue[1]):
            return dated
    return None, (issue or online or (None, None))[1]


def _parts(date: Element | None) -> tuple[dt.date | None, int | None] | None:
    if date is None:
        return None
    parts = [text_of(date.find(tag)) for tag in ("Year", "Month", "Day")]
    written = text_of(date.find("MedlineDate")) or ("-".join(parts) if all(part.isdigit() for part in parts) else " ".join(parts))
    written = re.sub(r"^(\d{4})-(\d)-", r"\1-0\2-", re.sub(r"-(\d)$", r"-0\1", written))
    return record_date(written.strip()) or record_date(written[:4])


READER = Reader("pubmed_xml", "PubMed's XML", sniff, read, by_lines=False)
