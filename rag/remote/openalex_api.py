"""OpenAlex through the package `pyalex`: pages of a search behind cursors, and look-ups by DOI."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

import pyalex  # type: ignore[import-untyped]
import requests

from rag.errors import RemoteError, RemoteGarbled
from rag.paper import Paper
from rag.readers.dates import record_date
from rag.readers.identifiers import arxiv_id, doi
from rag.remote.service import Found, Page, Query
from rag.remote.session import RESUME, Manners, PoliteSession, silent

MANNERS = Manners(pause=0.2)
ADDRESS = "https://api.openalex.org"  # what the package writes into every address
FIELDS = (
    *("id", "doi", "title", "publication_date", "publication_year", "authorships", "primary_location", "locations"),
    "abstract_inverted_index",
)
MOST_AUTHORS = 100  # lists of works name no more of each work
START = "*"

_MARKUP = re.compile(
    r"</?(?:[a-z]+:)?(?:i|b|em|strong|u|sub|sup|sc|scp|small|tt|p|br|span|title|italic|bold|m\w+)\b[^<>]*>", re.I
)


class OpenAlex:
    """OpenAlex's API at `url`. Without a `key` it allows only a few requests a day."""

    name = "OpenAlex"
    label = "openalex"
    page_size = 100
    ids_at_once = 50

    def __init__(
        self,
        url: str,
        *,
        contact: str | None = None,
        key: str | None = None,
        manners: Manners = MANNERS,
        notice: Callable[[str], None] = silent,
    ) -> None:
        self._url = url
        self._session = PoliteSession(
            self.name,
            manners,
            setting="VOUCH_OPENALEX_URL",
            check=whole_list,
            complaint=complaint,
            contact=contact,
            secret=key,
            notice=notice,
        )

    def page(self, query: Query, position: int, cursor: str | None, size: int) -> Page:
        """Results in order of relevance; works without an abstract are not asked for."""
        works = self._works().search(query.text).filter(has_abstract=True)
        if query.since is not None:
            works.filter(from_publication_date=query.since.isoformat())
        reply = self._ask(works, size, cursor or START)
        total, following = count(reply.meta), reply.meta.get("next_cursor")
        last = not reply or not following or position + len(reply) >= total
        return Page(tuple(map(found, reply)), len(reply), total, following, last)

    def identifier(self, paper: Paper) -> str | None:
        """The DOI. One with a comma or a bar cannot be put into a list, where these separate."""
        return paper.doi.lower() if paper.doi and not set(",|") & set(paper.doi) else None

    def find(self, identifiers: Sequence[str]) -> dict[str, Found]:
        """By DOI. Where several works have the same DOI, the one OpenAlex gives first counts."""
        reply = self._ask(self._works().filter_or(doi=list(identifiers)), self.page_size, START)
        records: dict[str, Found] = {}
        for work in reply:
            record = found(work)
            if record.doi is not None and record.doi.lower() in identifiers:
                records.setdefault(record.doi.lower(), record)
        return records

    def _works(self) -> Any:
        return Works(self._url, self._session).select(list(FIELDS))

    def _ask(self, works: Any, size: int, cursor: str) -> Any:
        try:
            return works.get(per_page=size, cursor=cursor)
        except RemoteError:
            raise
        except (ValueError, KeyError, TypeError, requests.RequestException) as error:
            raise RemoteGarbled(
                f"A page of OpenAlex cannot be understood ({type(error).__name__}: {error}).", remedy=f"Try later. {RESUME}"
            ) from error


class Works(pyalex.Works):  # type: ignore[misc]
    """The package's query over works, at another address and through our session: it offers a setting for neither.

    The class keeps its name, which the package turns into the path.
    """

    def __init__(self, address: str, session: PoliteSession) -> None:
        super().__init__()
        self._address, self._polite = address, session

    @property
    def url(self) -> str:
        """The address of the query."""
        return self._address + str(super().url).removeprefix(ADDRESS)

    def _get_from_url(self, url: str, session: requests.Session | None = None) -> Any:
        return super()._get_from_url(url, session or self._polite)


def found(work: Any) -> Found:
    """A work as our record. Fields that are not of the promised type count as absent."""
    name = doi(work.get("doi"))
    places = [place for place in (work.get("primary_location"), *entries(work.get("locations"))) if isinstance(place, dict)]
    preprint = arxiv_id(name) or next((a for a in (arxiv_id(place.get("landing_page_url")) for place in places) if a), None)
    day, year = published(work)
    return Found(
        abstract=plain(abstract(work)) or "",
        title=plain(work.get("title")),
        authors=authors(work),
        date=day,
        year=year,
        arxiv_id=preprint,
        doi=name,
        comment=venue(work.get("primary_location")),
        url=page_of(work.get("id")),
    )


def abstract(work: Any) -> str | None:
    """The text back from word -> positions; None where there is none or the index is damaged."""
    index = work.get("abstract_inverted_index")
    try:
        text = pyalex.invert_abstract(index)
    except (AttributeError, TypeError):
        return None
    return text if isinstance(text, str) else None


def plain(text: object) -> str | None:
    """Without the markup that publishers leave in titles and abstracts."""
    return " ".join(_MARKUP.sub("", text).split()) or None if isinstance(text, str) else None


def authors(work: Any) -> tuple[str, ...]:
    """All names in order. A list that OpenAlex cut at a hundred names is left out: it would be passed off as whole."""
    authorships = entries(work.get("authorships"))
    if len(authorships) >= MOST_AUTHORS:
        return ()
    people = [entry.get("author") for entry in authorships if isinstance(entry, dict)]
    names = [person.get("display_name") for person in people if isinstance(person, dict)]
    return tuple(name for name in names if isinstance(name, str) and name.strip())


def published(work: Any) -> tuple[dt.date | None, int | None]:
    """Date and year. OpenAlex writes the first of January where it knows the year alone."""
    day, year = record_date(work.get("publication_date")) or (None, None)
    if year is None:
        _, year = record_date(work.get("publication_year")) or (None, None)
    if day is not None and (day.month, day.day) == (1, 1):
        day = None
    return day, year


def venue(place: object) -> str | None:
    """Name of the journal or conference; a repository is no venue."""
    source = place.get("source") if isinstance(place, dict) else None
    if not isinstance(source, dict) or source.get("type") == "repository":
        return None
    name = source.get("display_name")
    return name if isinstance(name, str) else None


def page_of(identifier: object) -> str | None:
    """The work's page, where the id has the promised form: it is shown as a link."""
    match = re.fullmatch(r"https://openalex\.org/W\d+", identifier) if isinstance(identifier, str) else None
    return match[0] if match else None


def entries(value: object) -> list[Any]:
    """`value` where it is a list."""
    return value if isinstance(value, list) else []


def count(meta: Any) -> int:
    """Number of results in all."""
    return int(meta["count"])


def whole_list(reply: requests.Response) -> None:
    """Raise RemoteGarbled unless the reply is one complete JSON object with a list of works."""
    again = f"Try later. {RESUME}"
    try:
        page = reply.json()
    except (ValueError, RecursionError) as error:
        raise RemoteGarbled(f"A page of OpenAlex is cut off or no JSON ({len(reply.content)} bytes).", remedy=again) from error
    meta = page.get("meta") if isinstance(page, dict) else None
    works = page.get("results") if isinstance(page, dict) else None
    if not isinstance(meta, dict) or not isinstance(meta.get("count"), int) or "next_cursor" not in meta:
        raise RemoteGarbled("A page of OpenAlex lacks its count or its cursor.", remedy=again)
    if not isinstance(works, list) or not all(isinstance(work, dict) for work in works):
        raise RemoteGarbled("A page of OpenAlex holds something else than a list of works.", remedy=again)


def complaint(reply: requests.Response) -> str:
    """OpenAlex's own words, `error` and `message` of its JSON."""
    try:
        said = reply.json()
    except (ValueError, RecursionError):
        return ""
    words = [said.get(key) for key in ("error", "message")] if isinstance(said, dict) else []
    return ": ".join(word for word in words if isinstance(word, str))
