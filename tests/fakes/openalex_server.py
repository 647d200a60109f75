"""OpenAlex's list of works on the loopback interface: JSON as its documentation shows it, behind cursors."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.http_service import HttpService, Request, Status


@dataclass(frozen=True)
class Work:
    """One work as OpenAlex holds it."""

    id: str
    title: str | None
    abstract: str | None
    authors: tuple[str, ...] = ("Ada Lind",)
    date: str | None = "2025-03-04"
    doi: str | None = None
    venue: str | None = None
    venue_type: str = "journal"
    preprint: str | None = None

    def to_json(self) -> dict[str, Any]:
        places = []
        if self.venue:
            places.append({"landing_page_url": f"https://doi.org/{self.doi}", "source": self._source()})
        if self.preprint:
            address = f"http://arxiv.org/abs/{self.preprint}"
            places.append({"landing_page_url": address, "source": {"display_name": "arXiv", "type": "repository"}})
        return {
            "id": f"https://openalex.org/{self.id}",
            "doi": f"https://doi.org/{self.doi}" if self.doi else None,
            "title": self.title,
            "publication_date": self.date,
            "publication_year": int(self.date[:4]) if self.date else None,
            "authorships": [
                {"author_position": "first", "author": {"id": f"https://openalex.org/A{n}", "display_name": name}}
                for n, name in enumerate(self.authors)
            ],
            "primary_location": places[0] if places else None,
            "locations": places,
            "abstract_inverted_index": inverted(self.abstract) if self.abstract is not None else None,
        }

    def _source(self) -> dict[str, str | None]:
        return {"id": "https://openalex.org/S1", "display_name": self.venue, "type": self.venue_type}


class OpenAlexServer(HttpService):
    """Every search finds all works, in order; a filter on DOIs finds those it names. With `key` others are refused."""

    kind = "application/json"

    def __init__(self, works: Sequence[Work], *, key: str | None = None) -> None:
        super().__init__()
        self.works = list(works)
        self.key = key

    @property
    def url(self) -> str:
        return self.address

    def page(self, request: Request) -> str | Status:
        if self.key is not None and request.headers.get("Authorization") != f"Bearer {self.key}":
            return Status(401, body=json.dumps({"error": "Invalid or missing API key", "message": "Get one."}))
        filters = dict(part.split(":", 1) for part in request.query.get("filter", "").split(",") if part)
        found = self.works
        if "doi" in filters:
            wanted = {doi.lower() for doi in filters["doi"].split("|")}
            found = [work for work in found if work.doi and work.doi.lower() in wanted]
        if filters.get("has_abstract") == "true":
            found = [work for work in found if work.abstract is not None]
        cursor, size = request.query["cursor"], int(request.query["per-page"])
        start = 0 if cursor == "*" else int(base64.urlsafe_b64decode(cursor))
        part = found[start : start + size]
        following = base64.urlsafe_b64encode(str(start + size).encode()).decode() if part else None
        meta = {"count": len(found), "db_response_time_ms": 9, "page": None, "per_page": size, "next_cursor": following}
        return json.dumps({"meta": meta, "results": [work.to_json() for work in part], "group_by": []})

    def error(self, status: int) -> str:
        if status == 429:
            return json.dumps({"error": "Rate limit exceeded", "message": "Daily allowance used up."})
        return "<html>Internal Server Error</html>"


def inverted(text: str) -> dict[str, list[int]]:
    """word -> its positions, OpenAlex's way to store an abstract."""
    index: dict[str, list[int]] = {}
    for position, word in enumerate(text.split()):
        index.setdefault(word, []).append(position)
    return index
