"""OpenLibrary: a library's folder and what is opened in it when first used. It knows nothing of questions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from rag.embedding import EMBEDDERS, Embedder
from rag.errors import LibraryError, LibraryLocked, VouchError
from rag.library.ahead import Ahead, collection_of
from rag.library.catalogue import Catalogue
from rag.library.disk import GO_ON, TRY_AGAIN, write_errors
from rag.library.ingest import forget_lost_indexes, index_pending, is_lost
from rag.library.keywords import VERSION as KEYWORDS_VERSION
from rag.library.keywords import KeywordIndex
from rag.library.lock import write_lock
from rag.library.manifest import Outdated, outdated, register
from rag.library.memory import keep_compact
from rag.library.mirror import mirrored
from rag.library.removal import settle, unsettled
from rag.library.report import IngestProgress
from rag.library.server import ChromaServer
from rag.library.stores import Stores
from rag.library.vectors import VectorStore
from rag.paper import Paper
from rag.settings import Settings

LOOK_EVERY = 1.0  # seconds for which a library without pending papers is taken to have none
RESUMABLE = 500  # pending papers that are indexed on the way to a search; more wait for `vouch ingest`
OnProgress = Callable[[IngestProgress], None] | None


def silent(_: IngestProgress) -> None:
    """Progress that nobody wants to see."""


class OpenLibrary:
    """The folder of a library, opened. Use it as a context manager, from any number of threads."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        mirror: TemporaryDirectory[str] | None = None,
        ahead: Ahead | None = None,
    ) -> None:
        """`mirror` stands for a home that may only be read; `ahead` is already opening the vectors."""
        self.settings = settings
        self._catalogue = catalogue
        self._mirror = mirror
        self._ahead = ahead
        self._home = Path(mirror.name) if mirror else settings.home
        self._server = ChromaServer.named_by(settings)
        self._hindered = mirror is not None
        self._compared = False
        self._embedder_class = EMBEDDERS["minilm"]()
        self._opening = threading.RLock()
        self._loading = threading.Lock()
        self._settled_until = 0.0  # on the monotonic clock
        self._opened_embedder: Embedder | None = None

    @classmethod
    def open(cls, settings: Settings | None = None, ahead: Ahead | None = None) -> Self:
        """Open the library under `settings.home`, making it where there is none. Models and indexes open when first used.

        One that may only be read is read through a temporary copy, and shows what it held when it was opened. Raises
        LibraryError where the folder cannot be used.
        """
        settings = settings or Settings.load()
        try:
            settings.home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"{settings.home} cannot be used as the library's folder ({error.strerror}).",
                remedy="Set VOUCH_HOME to another folder.",
            ) from error
        mirror = mirrored(settings.home)
        return cls(settings, Catalogue(Path(mirror.name if mirror else settings.home) / "catalogue.sqlite"), mirror, ahead)

    def close(self) -> None:
        """Release files. The assistant cannot be used afterwards."""
        for name in ("_vectors", "_keywords"):
            store = self.__dict__.pop(name, None)
            if isinstance(store, VectorStore):
                store.close()
        self.leave()

    def leave(self) -> None:
        """To be called in place of `close` where the process ends at once: the indexes in memory are left to the operating
        system, which frees a large one in a fraction of the time that taking it to pieces needs."""
        self._catalogue.close()
        if self._mirror is not None:
            self._mirror.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def papers(self) -> Iterator[Paper]:
        """Every paper, in the order they came."""
        return self._catalogue.papers()

    def paper(self, paper_id: str) -> Paper | None:
        """The paper with that id."""
        return self._catalogue.get([paper_id]).get(paper_id)

    def count(self) -> int:
        """Number of papers."""
        return self._catalogue.count()

    def pending(self) -> int:
        """Papers in the catalogue that cannot be found yet, because an ingest was interrupted or is under way."""
        return self._catalogue.pending_count(self.index_name)

    def mark(self) -> str:
        """Changes whenever papers come or go; quick, however large the library. Not comparable between libraries."""
        return self._catalogue.mark()

    def library_fingerprint(self) -> str:
        """12 hex digits that are equal for libraries of the same papers."""
        return self._catalogue.library_fingerprint()

    def outdated(self) -> Outdated | None:
        """What to tell where the papers are indexed, but with another embedding or cutting than the one in force."""
        return outdated(self._catalogue, self.index_name)

    def unsettled(self) -> bool:
        """Whether papers are leaving: a removal was killed, or is under way."""
        return unsettled(self.stores())

    # --- what is opened when first used ------------------------------------------------------------------------------

    @property
    def index_name(self) -> str:
        """Names embedder, cutting, Chroma server if any, and keyword analysis: what is indexed is indexed under it."""
        return f"{self._collection}-{KEYWORDS_VERSION}"

    @property
    def _collection(self) -> str:
        place = f"-{self._server.mark}" if self._server else ""
        return f"{collection_of(self._embedder_class.fingerprint)}{place}"

    def _load_ahead(self) -> None:
        """Load the model while the indexes are read: neither waits for the other, and a first search needs both."""

        def load() -> None:
            with suppress(VouchError):  # told when the model is used
                self._embedder()

        if self._opened_embedder is None and not self._loading.locked():
            threading.Thread(target=load, name="vouch-model", daemon=True).start()

    def _embedder(self) -> Embedder:
        with self._loading:
            if self._opened_embedder is None:
                keep_compact()
                self._opened_embedder = self._embedder_class.load(threads=self.settings.threads)
            return self._opened_embedder

    @cached_property
    def _vectors(self) -> VectorStore:
        place = self._home / "chroma"
        if self._ahead and (self._ahead.place, self._ahead.collection) == (place, self._collection):
            return self._ahead.store()
        return VectorStore(self._server or place, self._collection)

    @cached_property
    def _keywords(self) -> KeywordIndex:
        return KeywordIndex(self._home / f"keywords-{KEYWORDS_VERSION}")

    def stores(self) -> Stores:
        """The opened stores, for checks; everything else goes through the methods above."""
        with self._opening:
            return Stores(self._catalogue, self._vectors, self._keywords, self.index_name)

    @contextmanager
    def _writing(self, purpose: str) -> Iterator[None]:
        """Hold the library's write lock; the operating system frees it when the process dies."""
        again = GO_ON if "ingest" in purpose else TRY_AGAIN
        with write_lock(self.settings.home, purpose), write_errors(self.settings.home, again):
            yield

    def _finish_pending(self) -> None:
        """Finish what an interrupted run left, where that is quick and nobody else is at it; notice, once, a lost index.

        Raises LibraryError where the index in force holds nothing and another one does.
        """
        if time.monotonic() < self._settled_until:
            return
        self._load_ahead()
        pending = self.pending()
        self._settled_until = time.monotonic() + LOOK_EVERY if pending == 0 else 0.0
        if pending > RESUMABLE and pending == self.count() and (change := self.outdated()):
            raise LibraryError(change.message, remedy=change.remedy)
        lost = not self._compared and is_lost(self.stores())
        self._compared = True
        if self._hindered or not (lost or 0 < pending <= RESUMABLE or self.unsettled()):
            return
        try:
            with self._writing("finishing an interrupted ingest"):
                forget_lost_indexes(self.stores())
                self._finish(RESUMABLE)
        except LibraryLocked:
            pass  # an ingest is under way; search what is there
        except LibraryError:
            self._hindered = True  # no room or no permission to write; `vouch ingest` says so

    def _finish(self, at_most: int) -> None:
        """Finish what an interrupted run left: removals, and the indexing of at most so many papers. Needs the write lock."""
        stores = self.stores()
        register(self._catalogue, stores.index_name)
        settle(stores)
        if self._catalogue.pending_count(stores.index_name) <= at_most:
            index_pending(stores, self._embedder, silent)
