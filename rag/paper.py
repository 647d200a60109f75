"""Paper: the one record that every reader produces and every later stage reads."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

UNTITLED_WORDS = 10


@dataclass(frozen=True, slots=True)
class Source:
    """Where a record was read: the file as the user named it, and the 1-based line on which the record begins."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. Text fields are cleaned (see `rag.readers.cleaning`); an unknown field is None or empty, never guessed.

    `author_count` may be known where the names are not. `date` is the full date; `year` alone may be known.
    `comment` is the venue or remark a dump gives (`ACL 2024 Findings`). `sources` are all the places the paper was read
    from, the first one first.
    """

    id: str
    abstract: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    organisation: str | None = None
    date: dt.date | None = None
    year: int | None = None
    arxiv_id: str | None = None
    doi: str | None = None
    comment: str | None = None
    upvotes: int | None = None
    url: str | None = None
    sources: tuple[Source, ...] = field(default=())

    @property
    def untitled(self) -> bool:
        """True where the dump gives no title; `label` then shows the abstract's first words."""
        return self.title is None

    @property
    def label(self) -> str:
        """The title, or the first words of the abstract and `… [untitled]`."""
        if self.title is not None:
            return self.title
        words = self.abstract.split()
        dots = "…" if len(words) > UNTITLED_WORDS else ""
        return " ".join(words[:UNTITLED_WORDS]) + f"{dots} [untitled]"

    @property
    def link(self) -> str | None:
        """The address of the paper where the record gives one or an identifier implies one."""
        if self.arxiv_id:
            return f"https://arxiv.org/abs/{self.arxiv_id}"
        if self.doi:
            return f"https://doi.org/{self.doi}"
        return self.url

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready mapping; `from_dict` gives back an equal paper."""
        return {
            "id": self.id,
            "title": self.title,
            "abstract": self.abstract,
            "authors": list(self.authors),
            "author_count": self.author_count,
            "organisation": self.organisation,
            "date": self.date.isoformat() if self.date else None,
            "year": self.year,
            "arxiv_id": self.arxiv_id,
            "doi": self.doi,
            "comment": self.comment,
            "upvotes": self.upvotes,
            "url": self.url,
            "sources": [{"file": s.file, "line": s.line} for s in self.sources],
        }

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Paper:
        """The inverse of `to_dict`."""
        values = dict(row)
        values["authors"] = tuple(values["authors"])
        values["date"] = dt.date.fromisoformat(values["date"]) if values["date"] else None
        values["sources"] = tuple(Source(s["file"], s["line"]) for s in values["sources"])
        return cls(**values)


def fingerprint(abstract: str) -> str:
    """16 hex digits that stay the same under case, spacing, punctuation and Unicode form.

    The first 16 hex digits of the SHA-256 of the abstract after NFKC, casefold, letters and digits only.
    """
    folded = unicodedata.normalize("NFKC", abstract).casefold()
    kept = "".join(c for c in folded if c.isalnum())
    return hashlib.sha256(kept.encode("utf-8")).hexdigest()[:16]


def paper_id(abstract: str, *, arxiv_id: str | None = None, doi: str | None = None) -> str:
    """`arxiv:…` where known, else `doi:…`, else `abs:` and the abstract's fingerprint."""
    if arxiv_id:
        return f"arxiv:{arxiv_id}"
    if doi:
        return f"doi:{doi.lower()}"
    return f"abs:{fingerprint(abstract)}"
