"""Whether two records are of the same work, and what they then add to each other.

The rules were chosen on 184,305 records whose sources call them different (LOG.md). Identical abstracts under different
titles by different people are common there (a publisher's mistake), and near-identical ones under titles that differ by a
number even more so (the parts of a series). Hence no text decides against the titles.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from rag.library.near import HASH_BITS, likeness, words
from rag.library.titles import common_author, renamed, same_name, telling, title_key, titles_alike
from rag.paper import Paper, Source
from rag.terms import content_words, coverage

FILLABLE = ("title", "authors", "author_count", "organisation", "date", "year", "arxiv_id", "doi", "comment", "upvotes", "url")

NEAR = 0.85  # likeness from which abstracts under similar titles are versions of one
NEAR_UNTITLED = 0.9  # the same where a title is missing
NEAR_WORDS = 40  # a shorter abstract says too little for that
SUBJECT_WORDS, SUBJECT_SHARE = 15, 0.6  # how many of the shorter abstract's words make the subject the same
SAME_TITLE_OTHER_ID = 0.4  # likeness that one title under two arXiv ids needs besides


@dataclass(frozen=True, slots=True)
class Match:
    """Why two records are one work: `reason` is shown, a lower `rank` is better evidence."""

    rank: int
    reason: str


def same_work(one: Paper, other: Paper) -> Match | None:
    """The best evidence that the two records are of one work, or None. The order of the two makes no difference."""
    return next(_evidence(one, other), None)


def _evidence(one: Paper, other: Paper) -> Iterator[Match]:
    alike = titles_alike(one.title, other.title)
    by = common_author(one.authors, other.authors)
    if not (alike is False and by is False):  # a wrong identifier does not make one work of two
        if one.doi and other.doi and one.doi.lower() == other.doi.lower():
            yield Match(0, "same DOI")
        if (name := arxiv_name(one)) and name == arxiv_name(other):
            yield Match(1, "same arXiv id")
    fit = bool(alike) or (alike is None and by is not False)
    text, other_text = words(folded(one.abstract)), words(folded(other.abstract))
    two_ids = _two_arxiv_ids(one, other)
    if text and "".join(text) == "".join(other_text) and (fit or (by and not two_ids and renamed(one.title, other.title))):
        yield Match(2, "same abstract")
    if not fit:
        return
    near = likeness(text, other_text)
    if _same_title(one, other) and (near >= SAME_TITLE_OTHER_ID or not two_ids):
        yield Match(3, "same title and year" if one.year and other.year else "same title")
    if by is not False and min(len(text), len(other_text)) >= NEAR_WORDS and near >= (NEAR if alike else NEAR_UNTITLED):
        yield Match(4, f"near-duplicate abstract {near:.2f}")


def _same_title(one: Paper, other: Paper) -> bool:
    """Equal titles, years at most one apart, and the same first author. Where no author is known the title must be telling,
    and where a year is not known either, the abstracts must be about the same."""
    key = title_key(one.title)
    if one.title is None or key is None or key != title_key(other.title):
        return False
    if one.year is not None and other.year is not None and abs(one.year - other.year) > 1:
        return False
    if one.authors and other.authors:
        return same_name(one.authors[0], other.authors[0])
    return telling(one.title) and (bool(one.year and other.year) or _same_subject(one.abstract, other.abstract))


def _same_subject(one: str, other: str) -> bool:
    """Whether the shorter text's telling words are in the longer one. A list of papers may repeat one title by mistake."""
    few, many = sorted((set(content_words(one)), set(content_words(other))), key=len)
    return len(few) >= SUBJECT_WORDS and coverage(few, many) >= SUBJECT_SHARE


def _two_arxiv_ids(one: Paper, other: Paper) -> bool:
    """Whether arXiv holds the two as different papers."""
    mine, theirs = arxiv_name(one), arxiv_name(other)
    return mine is not None and theirs is not None and mine != theirs


def arxiv_name(paper: Paper) -> str | None:
    """The arXiv id in lower case and without version, also where only arXiv's own DOI is given."""
    given = paper.arxiv_id or (paper.doi or "").lower().partition("10.48550/arxiv.")[2]
    return re.sub(r"v\d+$", "", given.lower()) or None


def folded(text: str) -> str:
    """`text` in one Unicode form (NFKC) and without case."""
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def hash64(text: str) -> int:
    """A number that stands for `text`, in the range of a signed 64-bit integer."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def record_key(paper: Paper) -> int:
    """A number that stays the same as long as a record's texts and identifiers do; its source and other fields do not count."""
    return hash64("\x1f".join((paper.title or "", paper.abstract, paper.arxiv_id or "", paper.doi or "")))


def exact_hashes(paper: Paper, words_of_abstract: list[str]) -> list[int]:
    """Numbers of which two records of one work share one. Where the abstracts are all they share, the bands of
    `rag.library.near` do that for abstracts of at least NEAR_WORDS words."""
    named = {
        "doi": (paper.doi or "").lower(),
        "arxiv": arxiv_name(paper),
        "title": title_key(paper.title),
        "abstract": "".join(words_of_abstract) if len(words_of_abstract) < NEAR_WORDS else None,
    }
    return [hash64(f"{kind}:{value}") >> (64 - HASH_BITS) for kind, value in named.items() if value]


def merge(known: Paper, record: Paper) -> Paper:
    """`known` with what it lacked taken from `record`, and the record's sources after its own.

    What `known` says already stands: the first dump wins, so that reading the same files again changes nothing. A date of
    another year than the known one is not put beside it. A file that names the paper again keeps its place in the list,
    with the newer line.
    """
    missing: dict[str, Any] = {
        name: getattr(record, name)
        for name in FILLABLE
        if getattr(known, name) in (None, ()) and getattr(record, name) not in (None, ())
    }
    if "date" in missing and known.year is not None and missing["date"].year != known.year:
        del missing["date"]
    lines = {source.file: source.line for source in known.sources} | {source.file: source.line for source in record.sources}
    return replace(known, **missing, sources=tuple(Source(file, line) for file, line in lines.items()))
