"""The three stores of one library, opened together."""

from __future__ import annotations

from dataclasses import dataclass

from rag.library.catalogue import Catalogue
from rag.library.keywords import KeywordIndex
from rag.library.vectors import VectorStore


@dataclass(frozen=True, slots=True)
class Stores:
    """The opened stores and the name under which the catalogue records what both indexes hold."""

    catalogue: Catalogue
    vectors: VectorStore
    keywords: KeywordIndex
    index_name: str
