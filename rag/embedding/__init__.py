"""Embedders: text in, unit vectors out. EMBEDDERS maps a setting to what opens it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol, Self, runtime_checkable

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

    def embed_each(self, blocks: Iterable[Sequence[str]]) -> Generator[Vectors, None, None]:
        """What `embed` gives for each block, in order; `blocks` is iterated in another thread. To be closed if not used up."""
        ...

    def token_spans(self, texts: Sequence[str]) -> list[list[tuple[int, int]]]:
        """Character offsets (start, end) of every word piece of each text, special tokens left out."""
        ...


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """A text read word piece by word piece, special tokens left out. `text` is its unit vector, shape (dimension,);
    `pieces` unit vectors of the n word pieces in their context, shape (n, dimension); `spans` their offsets (start, end)."""

    text: Vectors
    pieces: Vectors
    spans: tuple[tuple[int, int], ...]


@runtime_checkable
class TokenReader(Protocol):
    """An embedder that runs here and shows what it made of every word piece."""

    def read(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The texts in their order; word pieces beyond the embedder's `max_tokens` are left out."""
        ...


def _minilm() -> type[Embedder]:
    from rag.embedding.minilm import MiniLM

    return MiniLM


EMBEDDERS: dict[str, Callable[[], type[Embedder]]] = {"minilm": _minilm}
"""Name -> a function that imports the embedder's class. Nothing is loaded before `load`."""


def token_reader(embedder: Embedder) -> TokenReader:
    """The library's embedder where it shows its word pieces, else the local one, opened beside it. Raises ModelError."""
    if isinstance(embedder, TokenReader):
        return embedder
    from rag.embedding.minilm import MiniLM

    return MiniLM.load()
