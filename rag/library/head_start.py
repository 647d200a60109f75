"""A head start: while a long file is still being read, which takes one core, the other embeds what came first."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rag.embedding import Embedder, Vectors
from rag.errors import VouchError
from rag.library.passages import cut, texts_of
from rag.paper import Paper

MOST = 8192  # papers taken, whose vectors take about 40 MB; reading the rest of a library takes less time than embedding these

Texts = tuple[str, ...]


class HeadStart:
    """Vectors of blocks of texts, by all texts of the block: the last bits of a vector depend on what it was embedded beside,
    and a library is to be the same however its making was interrupted. A block of which a text changes while reading goes on is
    simply embedded again.

    Nothing is stored from here, and nothing is opened before papers are given. Used as a context, which ends the thread.
    """

    def __init__(self, embedder: Callable[[], Embedder], block: int, waiting: int = 0) -> None:
        """Papers are embedded `block` at a time, as they will be asked for, behind the number that is `waiting` already."""
        self._embedder, self._block = embedder, block
        self._skipped = -waiting % block
        self._known: dict[Texts, Vectors] = {}
        self._papers: queue.SimpleQueue[Sequence[Paper] | None] = queue.SimpleQueue()
        self._rest: list[Paper] = []
        self._taken, self._ended = 0, threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.end()

    def take(self, papers: Sequence[Paper]) -> None:
        """Embed these as soon as there is time and their block is full."""
        if self._taken >= MOST or self._ended.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="vouch-head-start", daemon=True)
            self._thread.start()
        self._taken += len(papers)
        skipped = min(self._skipped, len(papers))
        self._skipped -= skipped
        self._rest += papers[skipped:]
        while len(self._rest) >= self._block:
            self._papers.put(self._rest[: self._block])
            del self._rest[: self._block]

    def end(self) -> dict[Texts, Vectors]:
        """Stop behind the block in work; returns the texts of each block -> their vectors (texts, dimension)."""
        self._ended.set()
        self._papers.put(None)
        if self._thread is not None:
            self._thread.join()
        return self._known

    def _run(self) -> None:
        try:
            while (papers := self._papers.get()) is not None and not self._ended.is_set():
                model = self._embedder()
                texts = texts_of(papers, cut(papers, model))
                self._known[tuple(texts)] = model.embed(texts)
        except VouchError:  # told where the rest is embedded
            self._ended.set()
