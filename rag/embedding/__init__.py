"""Embedders: text in, unit vectors out. EMBEDDERS maps a setting to what opens it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """What the library and retrieval need of an embedder.

    `fingerprint` names weights and text treatment: vectors of different fingerprints are never compared. `max_tokens`
    is the longest input that is read to its end, in the embedder's own word pieces.
    """

    name: ClassVar[str]
    fingerprint: ClassVar[str]
    dimension: ClassVar[int]
    max_tokens: ClassVar[int]

    @classmethod
    def load(cls, *, threads: int = 0) -> Self:
        """Open the embedder on `threads` threads, 0 for all cores. Raises ModelError."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension), in the order of `texts`."""
        ...

    def token_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Character offsets (start, end) of every word piece of each text, special tokens left out."""
        ...


def _minilm() -> type[Embedder]:
    from rag.embedding.minilm import MiniLM

    return MiniLM


EMBEDDERS: dict[str, Callable[[], type[Embedder]]] = {"minilm": _minilm}
"""Name -> a function that imports the embedder's class. Nothing is loaded before `load`."""
