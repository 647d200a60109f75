"""The names under which tables and JSON records hold what a paper is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from rag.errors import SettingsError

# Field -> the names it goes by, the most telling first; only letters and digits count, and case does not.
# The two-letter ones are the Web of Science's.
NAMES: dict[str, tuple[str, ...]] = {
    "title": ("title", "articletitle", "papertitle", "documenttitle", "ti", "displayname", "name"),
    "abstract": ("abstract", "abstractnote", "paperabstract", "abstracttext", "ab", "summary"),
    "authors": (
        *("authorfullnames", "af", "authorsparsed", "authors", "author", "authorships", "authornames", "authorstring"),
        *("authorslist", "au", "creators", "creator"),
    ),
    "author_count": ("authorcount",),
    "organisation": ("organisation", "organization"),
    "date": (
        *("date", "published", "publicationdate", "publisheddate", "datepublished", "firstpublicationdate", "issued"),
        *("coverdate", "pd"),
    ),
    "year": ("year", "publicationyear", "publishedyear", "pubyear", "py"),
    "arxiv_id": ("arxivid", "arxiv", "eprint"),
    "doi": ("doi", "digitalobjectidentifier", "di"),
    "url": ("url", "link", "paperurl", "articleurl", "landingpageurl", "site", "pdfurl", "pdflink", "pdf"),
    "comment": ("comment", "comments"),
    "venue": (
        *("venue", "journalref", "sourcetitle", "publicationtitle", "containertitle", "journal", "journaltitle", "booktitle"),
        *("journalbook", "conference", "so", "primarylocation"),
    ),
    "upvotes": ("upvotes",),
}
_FIELD_OF = {name: field for field, names in NAMES.items() for name in names}


@lru_cache(maxsize=4096)
def folded(name: str) -> str:
    """A column's name as NAMES has it: `Publication_Date` and `publicationDate` are one."""
    return "".join(c for c in name.casefold() if c.isalnum())


def field_of(name: str) -> str | None:
    """The field a column's name stands for, or None."""
    return _FIELD_OF.get(folded(name))


def missing(columns: Mapping[str, str], present: Iterable[str]) -> list[str]:
    """The columns the user named that are not among those `present`."""
    there = {folded(name) for name in present} | set(present)
    return [name for name in columns.values() if name not in there and folded(name) not in there]


def refuse_unknown_fields(columns: Mapping[str, str]) -> None:
    """Raises SettingsError for a key of `columns` that is no field of a paper."""
    for field in columns:
        if field not in NAMES:
            raise SettingsError(f"{field} is no field of a paper.", remedy=f"The fields are {', '.join(NAMES)}.")
