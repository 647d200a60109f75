"""arXiv through the package `arxiv`: pages of a search, and look-ups by id.

The package asks for the pages and reads Atom; this module checks first that a page is whole, because the package's parser
repairs a page that was cut off and would pass its first half as all there is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import arxiv  # type: ignore[import-untyped]
import requests

from rag.errors import RemoteError, RemoteGarbled, RemoteRefused
from rag.paper import Paper
from rag.readers.identifiers import arxiv_id, doi
from rag.remote.service import Found, Page, Query
from rag.remote.session import RESUME, Manners, PoliteSession, silent
from rag.terms import QUESTION_WORDS

MANNERS = Manners(pause=3.0)  # arXiv's terms: no more than one request every three seconds
BEGINNING = dt.date(1991, 1, 1)  # arXiv opened that year

_FIELD = re.compile(r"\b(ti|au|abs|co|jr|cat|rn|id|all):|\b(AND|OR|ANDNOT)\b")
_PART = re.compile(r'"([^"]+)"|([^\s"]+)')
_TOTAL = re.compile(rb"<opensearch:totalResults[^>]*>\s*(\d+)\s*<")
_ENTRY = re.compile(rb"<entry[\s>]")
_ERROR = re.compile(rb"<id>[^<]*arxiv\.org/api/errors")
_SUMMARY = re.compile(r"<summary[^>]*>([^<]*)<")


class Arxiv:
    """arXiv's API at `url`."""

    name = "arXiv"
    label = "arxiv"
    page_size = 100
    ids_at_once = 100

    def __init__(
        self, url: str, *, contact: str | None = None, manners: Manners = MANNERS, notice: Callable[[str], None] = silent
    ) -> None:
        session = PoliteSession(
            self.name, manners, setting="VOUCH_ARXIV_URL", check=self._check, complaint=complaint, contact=contact, notice=notice
        )
        self._client = _Client(url, session)
        self._entries = 0  # of the page read last, those that the package could not read too

    def page(self, query: Query, position: int, cursor: str | None, size: int) -> Page:  # noqa: ARG002  numbered pages
        """Results in order of relevance. Their numbers stay the same while newer papers appear, because the range of
        submission dates ends where the fetch began."""
        feed = self._client.feed(arxiv.Search(search_query(query)), position, size)
        taken = self._entries
        total = int(feed.header.total_results)
        return Page(tuple(map(found, feed.results)), taken, total, cursor=None, last=not taken or position + taken >= total)

    def identifier(self, paper: Paper) -> str | None:
        """The arXiv id without version."""
        return paper.arxiv_id

    def find(self, identifiers: Sequence[str]) -> dict[str, Found]:
        """By id list. Ids that arXiv does not know are simply absent from its reply."""
        wanted = {identifier.casefold(): identifier for identifier in identifiers}
        feed = self._client.feed(arxiv.Search(id_list=list(wanted.values())), 0, len(wanted))
        records = (found(result) for result in feed.results if result.title.strip())
        return {wanted[r.arxiv_id.casefold()]: r for r in records if r.arxiv_id and r.arxiv_id.casefold() in wanted}

    def _check(self, reply: requests.Response) -> None:
        whole_feed(reply)
        self._entries = len(_ENTRY.findall(reply.content))


class _Client(arxiv.Client):  # type: ignore[misc]
    """The package's client with our session, one page at a time.

    Its public `results` hides where a page ends, what a fetch that can be resumed has to know; `_format_url` and
    `_parse_feed` are what `results` itself is made of. Retries and pauses are the session's.
    """

    def __init__(self, url: str, session: PoliteSession) -> None:
        super().__init__(delay_seconds=0.0, num_retries=0)
        self.query_url_format = url + "?{}"
        self._session = session

    def feed(self, search: Any, start: int, size: int) -> Any:
        """The parsed feed: `header.total_results` and `results`."""
        try:
            return self._parse_feed(self._format_url(search, start, size))
        except RemoteError:
            raise
        except (arxiv.ArxivError, ValueError) as error:
            raise RemoteGarbled(f"A page of arXiv cannot be understood ({error}).", remedy=f"Try later. {RESUME}") from error


def search_query(query: Query) -> str:
    """The query in arXiv's own language, with the range of submission dates.

    A text that uses that language (`ti:`, `AND`) is taken as it is. Of other texts every word and every quoted phrase has
    to occur somewhere; words that only frame a question are left out.
    """
    text = query.text
    if not _FIELD.search(text):
        parts = [m[1] or m[2] for m in _PART.finditer(text)]
        telling = [part for part in parts if part.casefold() not in QUESTION_WORDS] or parts
        words = [re.sub(r"[^\w.\s-]+", " ", part).strip() for part in telling]
        text = " AND ".join(f"all:{word}" if word.isalnum() else f'all:"{word}"' for word in words if word) or text
    first = (query.since or BEGINNING).strftime("%Y%m%d0000")
    return f"({text}) AND submittedDate:[{first} TO {query.before.astimezone(dt.UTC):%Y%m%d%H%M}]"


def found(result: Any) -> Found:
    """The package's result as our record. Where a paper appeared says more than its authors' remark."""
    dois = [d for d in map(doi, (result.doi or "").split()) if d]
    return Found(
        abstract=result.summary,
        title=result.title,
        authors=tuple(author.name for author in result.authors),
        date=result.published.date(),
        year=result.published.year,
        arxiv_id=arxiv_id(result.entry_id),
        doi=dois[0] if dois else None,
        comment=result.journal_ref or result.comment,
    )


def whole_feed(reply: requests.Response) -> None:
    """Raise RemoteGarbled unless the reply is one complete Atom feed with the results its numbers promise, and
    RemoteRefused where it is arXiv's way to report an error with status 200."""
    body = reply.content
    if _ERROR.search(body):
        raise RemoteRefused(
            f"arXiv refused the request ({complaint(reply)[:200]}).", status=400, remedy="Correct the query or the identifier."
        )
    again = f"Try later. {RESUME}"
    total = _TOTAL.search(body)
    if b"<feed" not in body[:2000] or (total is None and body.rstrip().endswith(b"</feed>")):
        kind = reply.headers.get("Content-Type", "no content type")
        raise RemoteGarbled(f"arXiv sent something else than an Atom feed ({kind}, {len(body)} bytes).", remedy=again)
    if total is None or not body.rstrip().endswith(b"</feed>"):
        raise RemoteGarbled(f"A page of arXiv is cut off after {len(body)} bytes.", remedy=again)
    asked = parse_qs(urlsplit(reply.url).query)
    start, promised = int(asked.get("start", ["0"])[0]), int(total[1])
    # arXiv is known to send an empty page now and then, also with a total of 0 in the middle of a long list.
    lost = promised > start or (start > 0 and promised == 0)
    if "search_query" in asked and lost and not _ENTRY.search(body):
        raise RemoteGarbled(f"arXiv sent an empty page where result {start + 1} belongs.", remedy=again)


def complaint(reply: requests.Response) -> str:
    """arXiv's own words: the summary of its error entry, or a short text that is no page."""
    summary = _SUMMARY.search(reply.text)
    if summary:
        return summary[1].strip()
    return "" if "<" in reply.text else reply.text.strip()
