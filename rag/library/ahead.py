"""Ahead: the vectors of a library being read in a thread, while the program is still loading the rest of itself."""

from __future__ import annotations

import os
from concurrent.futures import Future
from threading import Thread
from typing import Self

from rag.embedding import EMBEDDERS
from rag.library.chroma import load_chroma
from rag.library.passages import SCHEME
from rag.library.server import ChromaServer
from rag.library.vectors import VectorStore
from rag.settings import Settings


class Ahead:
    """Reading the index of a whole field's abstracts takes a second and more, and needs no Python meanwhile."""

    def __init__(self, settings: Settings) -> None:
        self.place, self.collection = settings.home / "chroma", collection_of(EMBEDDERS["minilm"]().fingerprint)
        self._store: Future[VectorStore] = Future()
        load_chroma()  # here and not in the thread, where it and what is loaded next would wait for each other
        Thread(target=self._read, name="vouch-vectors", daemon=True).start()

    @classmethod
    def begun(cls, settings: Settings) -> Self | None:
        """The reading of what `settings` name, or None where there is nothing that can be read ahead: no library yet, one
        that may not be written, which is copied first, or vectors on a server."""
        place = settings.home / "chroma" / "chroma.sqlite3"
        if ChromaServer.named_by(settings) or not place.is_file() or not os.access(settings.home, os.W_OK):
            return None
        return cls(settings)

    def store(self) -> VectorStore:
        """The opened store. Raises what opening it has raised."""
        return self._store.result()

    def _read(self) -> None:
        try:
            self._store.set_result(VectorStore(self.place, self.collection))
        except BaseException as error:  # raised again where the store is asked for
            self._store.set_exception(error)


def collection_of(fingerprint: str) -> str:
    """Name of the collection in a library's own folder."""
    return f"{fingerprint}-{SCHEME}"
