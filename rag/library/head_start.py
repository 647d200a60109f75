"""A head start: while a long file is still being read, which takes one core, the other embeds what came first."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rag.embedding import Embedder, Vectors
from rag.errors import VouchError
from rag.library.passages import cut, embedded_text
from rag.paper import Paper

BLOCK = 256  # papers embedded together
MOST = 8192  # papers taken, whose vectors take about 40 MB; reading the rest of a library takes less time than embedding these


class HeadStart:
    """Vectors by the very text they are of: a paper whose text changes while reading goes on is simply embedded again.

    Nothing is stored from here, and nothing is opened before papers are given. Used as a context, which ends the thread.
    """

    def __init__(self, embedder: Callable[[], Embedder]) -> None:
        self._embedder, self._known = embedder, dict[str, Vectors]()
        self._papers: queue.SimpleQueue[Sequence[Paper] | None] = queue.SimpleQueue()
        self._taken, self._ended = 0, threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self.end()

    def take(self, papers: Sequence[Paper]) -> None:
        """Embed these as soon as there is time."""
        if self._taken >= MOST or self._ended.is_set():
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="vouch-head-start", daemon=True)
            self._thread.start()
        self._taken += len(papers)
        self._papers.put(papers)

    def end(self) -> dict[str, Vectors]:
        """Stop behind the block in work; returns text -> vector (dimension,) of what was embedded."""
        self._ended.set()
        self._papers.put(None)
        if self._thread is not None:
            self._thread.join()
        return self._known

    def _run(self) -> None:
        try:
            while (papers := self._papers.get()) is not None:
                for at in range(0, len(papers), BLOCK):
                    if self._ended.is_set():
                        return
                    self._embed(papers[at : at + BLOCK])
        except VouchError:  # told where the rest is embedded
            self._ended.set()

    def _embed(self, papers: Sequence[Paper]) -> None:
        model = self._embedder()
        cut_ones = zip(papers, cut(papers, model), strict=True)
        texts = [embedded_text(paper, passage) for paper, own in cut_ones for passage in own]
        self._known.update(zip(texts, model.embed(texts), strict=True))
