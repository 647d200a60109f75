"""Passage vectors in Chroma: one collection per embedding fingerprint. Holds no text; the catalogue does.

They lie in a folder that several processes share (`rag.library.shared`), or on a Chroma server (`rag.library.server`).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from rag.answering.record import Passage
from rag.embedding import Vectors
from rag.errors import VouchError
from rag.library.chroma import drop, flush, in_folder, on_server, opens, told
from rag.library.passages import key_of, passage_of
from rag.library.server import ChromaServer, Served
from rag.library.shared import SharedFolder, sweep
from rag.recent import Recent

T = TypeVar("T")

HELD = 8192  # vectors kept in memory, 2 KB each
SAME = 1e-4  # by how much two cosines of the same vectors may differ


class VectorStore:
    """Vectors of passages by cosine. A passage's key is `paper#index:start-end`, so that a hit needs no second look-up.

    Safe to use from several threads; other processes may read while one writes. Every method raises LibraryError where the
    server cannot be reached or the disk is full, LibraryDamaged where Chroma cannot read what it has.
    """

    def __init__(self, place: Path | ChromaServer, collection: str) -> None:
        """Open or create the collection. Index files torn by a killed writer are removed: the store is then empty."""
        self._where, self._name = place, collection
        self._held: Recent[tuple[Passage, Vectors]] = Recent(HELD)
        self._place: SharedFolder | Served
        if isinstance(place, ChromaServer):
            self._name = f"{collection}-{place.library}"
            self._place = Served(place, lambda: on_server(place, self._name))
        else:
            self._place = SharedFolder(
                place,
                connect=lambda: in_folder(place, collection),
                flush=lambda: flush(place, collection),
                readable=lambda: opens(place, collection),
            )

    def put(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store the vectors (len(passages), dimension); the same passage stored again replaces itself."""
        step = self._place.page
        for at in range(0, len(passages), step):
            part = passages[at : at + step]
            keys = [key_of(p) for p in part]
            # A record changed in place may cut others off from the graph, and no search finds them then (see LOG.md).
            if known := [key for key, _ in self._get(ids=keys, include=[])]:
                self._change(call("delete", ids=known))
            rows: dict[str, Any] = {
                "ids": keys,
                "embeddings": vectors[at : at + step],
                "metadatas": [{"paper": p.paper_id} for p in part],
            }
            self._change(call("upsert", **rows), len(part))

    def remove_papers(self, ids: Sequence[str]) -> None:
        """Remove every passage of these papers."""
        for part in self._parts(ids):
            self._change(call("delete", where={"paper": {"$in": part}}))

    def clear(self) -> None:
        """Remove everything, and what Chroma built around it: the collection is made anew."""
        with told(self._where):
            self._place.remake(lambda client: drop(client, self._name))
            if isinstance(self._where, Path):
                sweep(self._where)

    def drop(self, collection: str) -> None:
        """Remove another collection of this library, if it is there."""
        name = f"{collection}-{self._where.library}" if isinstance(self._where, ChromaServer) else collection
        with told(self._where):
            self._place.with_client(lambda client: drop(client, name))
            if isinstance(self._where, Path):
                sweep(self._where)

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[Passage, float]]:
        """The passages with the highest cosine to `vector` (dimension,), best first, without their text."""
        return [(passage_of(key), cosine) for key, cosine in self.nearest_keys(vector, limit)]

    def nearest_keys(self, vector: Vectors, limit: int) -> list[tuple[str, float]]:
        """As `nearest`, with keys in place of passages, for thousands of which few are looked at."""
        found = self._query(vector, limit, "distances")
        if not found["ids"]:
            return []
        halved = self._halved
        return [(key, 1.0 - float(d) / halved) for key, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def around(self, vector: Vectors, limit: int) -> tuple[list[Passage], Vectors]:
        """As `nearest`, with the passages' own vectors (found, dimension) instead of their cosines."""
        near = dict(self.nearest_keys(vector, limit))
        held = self._held.get(near)
        if held:
            # Chroma takes longer to hand vectors over than to find them, hence those of earlier questions. One that is not
            # as near to this question as Chroma says has been replaced since.
            products = np.stack([own for _, own in held.values()]) @ vector
            cosines = np.array([near[key] for key in held])
            held = {key: own for (key, own), same in zip(held.items(), np.abs(products - cosines) < SAME, strict=True) if same}
        if missing := [key for key in near if key not in held]:
            fresh = {key: (passage_of(key), np.array(own, np.float32)) for key, own in self.vectors_of(missing).items()}
            self._held.put(fresh)
            held |= fresh
        if not held:
            return [], np.zeros((0, len(vector)), np.float32)
        passages, vectors = zip(*(held[key] for key in near if key in held), strict=True)
        return list(passages), np.stack(vectors)

    def of_papers(self, ids: Sequence[str]) -> list[tuple[Passage, Any]]:
        """Every stored passage of these papers, without text, with its vector (dimension,)."""
        parts = [self._get(where={"paper": {"$in": part}}, include=["embeddings"]) for part in self._parts(ids)]
        return [(passage_of(key), vector) for part in parts for key, vector in part]

    def vectors_of(self, keys: Sequence[str]) -> dict[str, Any]:
        """key -> vector, for those stored."""
        parts = [self._get(ids=part, include=["embeddings"]) for part in self._parts(keys)]
        return {key: vector for part in parts for key, vector in part}

    def keys(self) -> list[str]:
        """All keys, sorted."""
        return sorted(key for key, _ in self._get(include=[]))

    def count(self) -> int:
        return int(self._ask(call("count")))

    def release(self) -> None:
        """To be called after much was stored: the next opening is quicker for it."""
        with told(self._where):
            self._place.release()

    def close(self) -> None:
        self._place.close()

    def _query(self, vector: Vectors, limit: int, include: str) -> Any:
        wanted = limit if self._place.most is None else min(limit, self._place.most)
        if wanted < 1:
            return {"ids": []}
        return self._ask(call("query", query_embeddings=[vector], n_results=wanted, include=[include]))

    def _get(self, **what: Any) -> Iterator[tuple[str, Any]]:
        """(key, vector) of the records asked for; in several calls where a server limits what it returns in one."""
        step = self._place.most
        for offset in itertools.count(0, step or 1):
            window = {} if step is None else {"limit": step, "offset": offset}
            found = self._ask(call("get", **what, **window))
            vectors = found["embeddings"] if found["embeddings"] is not None else itertools.repeat(None)
            yield from zip(found["ids"], vectors, strict=False)
            if step is None or len(found["ids"]) < step:
                return

    def _parts(self, items: Sequence[str]) -> Iterator[list[str]]:
        for at in range(0, len(items), self._place.page):
            yield list(items[at : at + self._place.page])

    @cached_property
    def _halved(self) -> float:
        """What a distance is divided by. A server may not take our word for the measure; for unit vectors all rank alike."""
        known = self._ask(lambda collection: collection.configuration)
        index = known.get("hnsw") or known.get("spann") or {}
        return 2.0 if index.get("space") == "l2" else 1.0

    def _ask(self, question: Callable[[Any], T]) -> T:
        with told(self._where):
            try:
                with self._place.reading() as collection:
                    return question(collection)
            except Exception as error:  # Chroma and its client raise many kinds; `told` makes them ours
                if isinstance(error, VouchError) or not self._place.recovered(error):
                    raise
            with self._place.reading() as collection:
                return question(collection)

    def _change(self, change: Callable[[Any], Any], records: int = 0) -> None:
        with told(self._where), self._place.writing(records) as collection:
            change(collection)
        self._held = Recent(HELD)


def call(method: str, **arguments: Any) -> Callable[[Any], Any]:
    """A function that calls the method of a collection."""
    return lambda collection: getattr(collection, method)(**arguments)
