"""Browsing: the part of the Assistant that looks through the library without asking it anything. It changes no paper."""

from __future__ import annotations

import threading
from functools import cached_property

from rag.library import map as mapping
from rag.library.browse import Browser, Page, Query
from rag.library.collections import Collections
from rag.library.map import LibraryMap
from rag.library.similar import similar
from rag.library.tallies import Tallies, merged_ids, tallies
from rag.opened import OpenLibrary
from rag.paper import Paper


class Browsing(OpenLibrary):
    """Tables, counts, neighbours, collections and the map; nothing here reads all papers."""

    _drawing = threading.Lock()  # one map at a time

    def version(self) -> int:
        """Changes whenever anything in the library has changed; for caches in this process."""
        return self._catalogue.version()

    def browse(self, query: Query, offset: int = 0, limit: int = 50) -> Page:
        """A page of the papers that the query finds."""
        return self._browser.page(query, offset, limit)

    def browse_ids(self, query: Query, limit: int) -> list[str]:
        """Ids of at most so many papers that the query finds, in its order."""
        return self._browser.ids(query, limit)

    def papers_of(self, ids: list[str]) -> list[Paper]:
        """Those of the papers that are in the library, in the order of `ids`."""
        found = self._catalogue.get(ids)
        return [found[paper_id] for paper_id in ids if paper_id in found]

    def tallies(self) -> Tallies:
        """What the library holds, counted."""
        return tallies(self._catalogue)

    def merged(self, limit: int, offset: int = 0) -> list[Paper]:
        """Papers that several records were merged into, those merged last first."""
        return self.papers_of(merged_ids(self._catalogue, limit, offset))

    def similar(self, paper_id: str, limit: int = 5) -> list[tuple[Paper, float]]:
        """At most `limit` other papers, the nearest in meaning first, with their cosine."""
        return similar(self.stores(), paper_id, limit)

    def drawn_map(self) -> LibraryMap | None:
        """The map of the library as it is now, where it was drawn before."""
        return mapping.load(self.settings.home, self.mark())

    def draw_map(self) -> LibraryMap:
        """The map of the library; drawn where it is not there yet, which takes seconds."""
        with self._drawing:
            if (known := self.drawn_map()) is not None:
                return known
            drawn = mapping.draw(self.stores(), self.mark())
            mapping.keep(self.settings.home, drawn)
            return drawn

    @cached_property
    def collections(self) -> Collections:
        """The library's named subsets."""
        return Collections(self.settings.home)

    @cached_property
    def _browser(self) -> Browser:
        return Browser(self._catalogue, self._keywords)
