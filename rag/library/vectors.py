"""Passage vectors in Chroma: one collection per embedding fingerprint. Holds no text; the catalogue does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.answering.record import Passage
from rag.embedding import Vectors
from rag.errors import LibraryDamaged

PAGE = 1000  # records in one call, well under SQLite's limit of variables in a statement


class VectorStore:
    """Vectors of passages by cosine. A passage's key is `paper#index:start-end`, so that a hit needs no second look-up."""

    def __init__(self, folder: Path, collection: str) -> None:
        """Open or create the collection. Raises LibraryDamaged where Chroma cannot open the folder."""
        import chromadb
        from chromadb.config import Settings as ChromaSettings
        from chromadb.errors import ChromaError

        try:
            self._client = chromadb.PersistentClient(
                path=str(folder), settings=ChromaSettings(anonymized_telemetry=False, allow_reset=False)
            )
            self._collection: Any = self._client.get_or_create_collection(
                collection, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}, embedding_function=None
            )
        except (ChromaError, OSError, ValueError, RuntimeError) as error:
            raise LibraryDamaged(
                f"The vector store in {folder} cannot be opened ({type(error).__name__}: {error}).",
                remedy="Move that folder away and run `vouch ingest` again: it is rebuilt from the catalogue.",
            ) from error

    def put(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store the vectors (len(passages), dimension); the same passage stored again replaces itself."""
        for at in range(0, len(passages), PAGE):
            part = passages[at : at + PAGE]
            self._collection.upsert(
                ids=[key_of(p) for p in part],
                embeddings=vectors[at : at + PAGE],
                metadatas=[{"paper": p.paper_id} for p in part],
            )

    def remove_papers(self, ids: Sequence[str]) -> None:
        """Remove every passage of these papers."""
        if ids:
            self._collection.delete(where={"paper": {"$in": list(ids)}})

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[Passage, float]]:
        """The passages with the highest cosine to `vector` (dimension,), best first, without their text."""
        wanted = min(limit, self.count())
        if wanted == 0:
            return []
        found = self._collection.query(query_embeddings=[vector], n_results=wanted, include=["distances"])
        return [(passage_of(key), 1.0 - float(d)) for key, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def vectors_of(self, keys: Sequence[str]) -> dict[str, Any]:
        """key -> vector, for those stored."""
        found = self._collection.get(ids=list(keys), include=["embeddings"])
        return dict(zip(found["ids"], found["embeddings"], strict=True))

    def keys(self) -> list[str]:
        """All keys, sorted."""
        return sorted(self._collection.get(include=[])["ids"])

    def count(self) -> int:
        return int(self._collection.count())

    def close(self) -> None:
        close = getattr(self._client, "close", None)
        if close is not None:
            close()


def key_of(passage: Passage) -> str:
    """`paper#index:start-end`."""
    return f"{passage.paper_id}#{passage.index}:{passage.start}-{passage.end}"


def passage_of(key: str) -> Passage:
    """The inverse of `key_of`, with empty text."""
    paper_id, _, place = key.rpartition("#")
    index, _, span = place.partition(":")
    start, _, end = span.partition("-")
    return Passage(paper_id, int(index), int(start), int(end), "")
