from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from tests.rag.readers.samples import DOGS, sample

Reading = Callable[..., Any]

ARTICLE = (
    "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><Journal><JournalIssue>{}</JournalIssue></Journal>"
    "<ArticleTitle>Cats.</ArticleTitle><Abstract><AbstractText>Cats sleep.</AbstractText></Abstract>{}</Article>"
    "</MedlineCitation></PubmedArticle></PubmedArticleSet>"
)


def test_every_field(reading: Reading) -> None:
    [cats, dogs], problems = reading(sample("pubmed.xml"))
    assert problems == []
    assert cats.title == "On the Sleep of Cats"
    assert cats.abstract == "BACKGROUND: Cats drink H2O. RESULTS: They sleep (p < 0.05)."
    assert cats.authors == ("Ada Lovelace", "The Cat Consortium")
    assert cats.doi == "10.1000/cats.1", "its own, and not that of a reference"
    assert cats.date == dt.date(2024, 7, 3), "the issue's month, and the day of the electronic edition"
    assert (cats.comment, cats.url) == ("Journal of feline studies", "https://pubmed.ncbi.nlm.nih.gov/38954321/")
    assert (dogs.title, dogs.abstract, dogs.authors) == ("Dogs", DOGS, ("A Turing",))
    assert (dogs.date, dogs.year) == (None, 1999)
    assert [paper.sources[0].line for paper in (cats, dogs)] == [4, 21]


@pytest.mark.parametrize(
    ("issue", "online", "date", "year"),
    [
        ("<Year>2024</Year><Month>Jul</Month><Day>17</Day>", "", dt.date(2024, 7, 17), 2024),
        ("<Year>2024</Year><Month>7</Month><Day>1</Day>", "", dt.date(2024, 7, 1), 2024),
        ("<Year>2024</Year>", "", None, 2024),
        ("<Year>2024</Year><Season>Winter</Season>", "", None, 2024),
        ("<MedlineDate>2024 Jul 17-23</MedlineDate>", "", None, 2024),
        ("<Year>2024</Year>", "<Year>2023</Year><Month>12</Month><Day>31</Day>", None, 2024),
        ("<Year>2024</Year>", "<Year>2024</Year><Month>01</Month><Day>09</Day>", dt.date(2024, 1, 9), 2024),
    ],
)
def test_dates(reading: Reading, issue: str, online: str, date: dt.date | None, year: int) -> None:
    article_date = f"<ArticleDate>{online}</ArticleDate>" if online else ""
    [paper], _ = reading(ARTICLE.format(f"<PubDate>{issue}</PubDate>", article_date))
    assert (paper.date, paper.year) == (date, year)


def test_an_article_without_an_abstract_is_counted(reading: Reading) -> None:
    text = sample("pubmed.xml").replace(f"<Abstract><AbstractText>{DOGS}</AbstractText></Abstract>", "")
    papers, [problem] = reading(text)
    assert len(papers) == 1
    assert (problem.line, problem.found) == (21, "a record without an abstract (Dogs)")


def test_books_are_read(reading: Reading) -> None:
    [paper], _ = reading(
        "<PubmedArticleSet><PubmedBookArticle><BookDocument><PMID>2</PMID><ArticleTitle>Cats</ArticleTitle><Book><PubDate>"
        "<Year>1993</Year></PubDate></Book><Abstract><AbstractText>Cats sleep.</AbstractText></Abstract></BookDocument>"
        "</PubmedBookArticle></PubmedArticleSet>"
    )
    assert (paper.title, paper.year) == ("Cats", 1993)


def test_entities_of_the_file_s_own_are_refused(reading: Reading) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>\n'
    papers, [problem] = reading(bomb + ARTICLE.format("", "").replace("Cats sleep", "&c;"))
    assert papers == []
    assert (problem.line, problem.found) == (1, "an XML entity that the file declares")
    stolen = '<!DOCTYPE a [\n<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    papers, [problem] = reading(stolen + ARTICLE.format("", "").replace("Cats sleep", "&a;"))
    assert (papers, problem.line) == ([], 2)


def test_characters_that_xml_forbids_and_bytes_that_are_no_text(reading: Reading) -> None:
    [paper], problems = reading(ARTICLE.format("", "").replace("Cats sleep", "Cats\x00 sl\x0beep"))
    assert (paper.abstract, problems) == ("Cats sleep.", [])
    text = sample("pubmed.xml").encode().replace(b"Cats drink", b"Cats\xe9 drink")
    [dogs], [problem] = reading(text)
    assert (dogs.title, problem.line, problem.found) == ("Dogs", 4, "bytes that are not UTF-8 text")


def test_a_declared_encoding_is_believed(reading: Reading) -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?>' + ARTICLE.format("", "").replace("Cats sleep", "Caf\xe9 cats sleep")
    [paper], _ = reading(text.encode("latin-1"))
    assert paper.abstract == "Café cats sleep."
