"""One small file of every form, as the services write them, in `data/`; the papers in them are invented."""

from __future__ import annotations

from pathlib import Path

DATA = Path(__file__).parent / "data"

# File -> the reader that has to know it by its content.
READER_OF = {
    "arxiv_api.xml": "atom",
    "arxiv_snapshot.jsonl": "json_lines",
    "zotero_and_acl.bib": "bibtex",
    "export.ris": "ris",
    "pubmed.nbib": "nbib",
    "pubmed.xml": "pubmed_xml",
    "scopus.csv": "table",
    "web_of_science.tsv": "table",
    "openreview.csv": "table",
    "semantic_scholar.json": "json",
    "openalex.json": "json",
    "openreview.json": "json",
    "conference.json": "json",
    "csl.json": "json",
    "beir.jsonl": "json_lines",
    "paper.md": "plain_text",
    "paragraphs.txt": "plain_text",
    "daily_papers.txt": "daily_papers",
    "marked_lines.txt": "marked_lines",
    "arxiv_listing.txt": "arxiv_listing",
}

# The abstracts that most of these files hold.
CATS = (
    "Cats sleep for most of the day. We propose CatNap, a method that measures for how long, and show that it outperforms clocks."
)
DOGS = "Dogs sleep less than cats do. This paper explains the difference by the walks they take; our results suggest fewer walks."


def sample(name: str) -> str:
    """The text of one file."""
    return (DATA / name).read_bytes().decode("utf-8-sig")
