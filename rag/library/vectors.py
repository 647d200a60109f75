"""Passage vectors in Chroma: one collection per embedding fingerprint. Holds no text; the catalogue does.

Chroma is made for one process and writes its index files in place. Three things here make it fit for a chat that stays
open while a terminal ingests: files are read and written under a lock, so that nobody reads half a file; records that
another process added are noticed by their number, and the files are read anew; and a file left while the files were being
written tells the next opening that they may be torn.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from rag.answering.record import Passage
from rag.embedding import Vectors
from rag.errors import LibraryDamaged, LibraryError, LibraryLocked

PAGE = 1000  # records in one call, well under SQLite's limit of variables in a statement
UNWRITTEN = 5000
"""Records Chroma keeps in its log before it writes the index files. Reading a log of 5,000 takes 0.5 s, once a process;
with Chroma's own 1,000 the files of a middling library are written, and can be torn, five times as often."""
LOCK_SECONDS = 120  # an opening may have to wait for another process that reads a long log
_openings = itertools.count(1)


class VectorStore:
    """Vectors of passages by cosine. A passage's key is `paper#index:start-end`, so that a hit needs no second look-up.

    Safe to use from several threads; other processes may read while one writes.
    """

    def __init__(self, folder: Path, collection: str) -> None:
        """Open or create the collection. Index files torn by a killed writer are removed: the store is then empty.

        Raises LibraryDamaged where Chroma cannot open the folder.
        """
        self._folder, self._name = folder, collection
        self._torn = folder / "being-written"
        self._lock = threading.RLock()
        with self._files():
            if self._torn.exists():
                if not opens(folder, collection):
                    shutil.rmtree(folder)
                self._torn.unlink(missing_ok=True)
            self._connect()

    def put(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Store the vectors (len(passages), dimension); the same passage stored again replaces itself."""
        for at in range(0, len(passages), PAGE):
            part = passages[at : at + PAGE]
            with self._writing():
                self._collection.upsert(
                    ids=[key_of(p) for p in part],
                    embeddings=vectors[at : at + PAGE],
                    metadatas=[{"paper": p.paper_id} for p in part],
                )

    def remove_papers(self, ids: Sequence[str]) -> None:
        """Remove every passage of these papers."""
        if ids:
            with self._writing():
                self._collection.delete(where={"paper": {"$in": list(ids)}})

    def nearest(self, vector: Vectors, limit: int) -> list[tuple[Passage, float]]:
        """The passages with the highest cosine to `vector` (dimension,), best first, without their text."""
        with self._reading():
            wanted = min(limit, self._known)
            if wanted == 0:
                return []
            found = self._collection.query(query_embeddings=[vector], n_results=wanted, include=["distances"])
        return [(passage_of(key), 1.0 - float(d)) for key, d in zip(found["ids"][0], found["distances"][0], strict=True)]

    def around(self, vector: Vectors, limit: int) -> tuple[list[Passage], Vectors]:
        """As `nearest`, with the passages' own vectors (found, dimension) instead of their cosines."""
        with self._reading():
            wanted = min(limit, self._known)
            if wanted == 0:
                return [], np.zeros((0, len(vector)), np.float32)
            found = self._collection.query(query_embeddings=[vector], n_results=wanted, include=["embeddings"])
        return [passage_of(key) for key in found["ids"][0]], np.asarray(found["embeddings"][0], np.float32)

    def of_papers(self, ids: Sequence[str]) -> list[tuple[Passage, Any]]:
        """Every stored passage of these papers, without text, with its vector (dimension,)."""
        if not ids:
            return []
        with self._reading():
            found = self._collection.get(where={"paper": {"$in": list(ids)}}, include=["embeddings"])
        return [(passage_of(key), vector) for key, vector in zip(found["ids"], found["embeddings"], strict=True)]

    def vectors_of(self, keys: Sequence[str]) -> dict[str, Any]:
        """key -> vector, for those stored."""
        with self._reading():
            found = self._collection.get(ids=list(keys), include=["embeddings"])
        return dict(zip(found["ids"], found["embeddings"], strict=True))

    def keys(self) -> list[str]:
        """All keys, sorted."""
        with self._lock:
            return sorted(self._collection.get(include=[])["ids"])

    def count(self) -> int:
        with self._lock:
            return int(self._collection.count())

    def close(self) -> None:
        with self._lock:
            self._client.close()

    def _connect(self) -> None:
        self._client, self._collection = connect(self._folder, self._name)
        self._known = int(self._collection.count())

    def _look_again(self) -> None:
        """Read the files anew where another process has added or removed records. The caller holds the lock."""
        if self._collection.count() != self._known:
            with self._files():
                self._client.close()
                self._connect()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            self._look_again()
            with damage_told(self._folder):
                yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._lock:
            self._look_again()  # what this process has not read would be lost when it writes the index files
            with self._files():
                self._torn.touch()
                yield  # where this fails, on a full disk say, the mark stays
                self._torn.unlink(missing_ok=True)
            self._known = int(self._collection.count())

    @contextmanager
    def _files(self) -> Iterator[None]:
        """Keep other processes from the index files; the operating system ends it when this process dies."""
        from filelock import FileLock, Timeout

        lock = FileLock(self._folder.with_name(f"{self._folder.name}.lock"), timeout=LOCK_SECONDS)
        try:
            self._folder.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise LibraryLocked(
                f"Another process has kept the vector store in {self._folder} for {LOCK_SECONDS} s.",
                remedy="Wait until it is done, or stop it.",
            ) from None
        except OSError as error:
            raise LibraryError(
                f"{lock.lock_file} cannot be written ({error.strerror}).", remedy="Check the permissions of VOUCH_HOME."
            ) from error
        try:
            yield
        finally:
            lock.release()


def connect(folder: Path, collection: str) -> tuple[Any, Any]:
    """Client and collection, its index read from the files. Raises LibraryDamaged where Chroma cannot read the folder."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    # All clients of a process that spell a path alike share what the first one read. A spelling of its own for every
    # opening ("/" and "/." by the digits of a number) is the public way round that.
    spelling = "".join("/." if digit == "1" else "/" for digit in f"{next(_openings):b}")
    with damage_told(folder):
        client = chromadb.PersistentClient(
            path=f"{folder}{spelling}", settings=ChromaSettings(anonymized_telemetry=False, allow_reset=False)
        )
        found: Any = client.get_or_create_collection(
            collection,
            configuration={"hnsw": {"space": "cosine", "ef_search": 200, "sync_threshold": UNWRITTEN}},
            embedding_function=None,
        )
        if found.count():
            dimension = len(found.peek(1)["embeddings"][0])
            found.query(query_embeddings=[np.ones(dimension, np.float32)], n_results=1, include=[])
    return client, found


@contextmanager
def damage_told(folder: Path) -> Iterator[None]:
    """Chroma's errors as LibraryDamaged."""
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, OSError, ValueError, RuntimeError) as error:
        raise LibraryDamaged(
            f"The vector store in {folder} cannot be read ({type(error).__name__}: {error}).",
            remedy="Move that folder away and run `vouch ingest` again: it is rebuilt from the catalogue.",
        ) from error


def opens(folder: Path, collection: str) -> bool:
    """Whether Chroma can read the folder, tried in a process of its own: torn files may end the whole process."""
    code = (
        "import sys; from pathlib import Path; from rag.library.vectors import connect; connect(Path(sys.argv[1]), sys.argv[2])"
    )
    run = subprocess.run([sys.executable, "-c", code, str(folder), collection], capture_output=True, check=False)
    return run.returncode == 0


def key_of(passage: Passage) -> str:
    """`paper#index:start-end`."""
    return f"{passage.paper_id}#{passage.index}:{passage.start}-{passage.end}"


def passage_of(key: str) -> Passage:
    """The inverse of `key_of`, with empty text."""
    paper_id, _, place = key.rpartition("#")
    index, _, span = place.partition(":")
    start, _, end = span.partition("-")
    return Passage(paper_id, int(index), int(start), int(end), "")
