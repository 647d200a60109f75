"""Passage vectors in Chroma: one collection per embedding fingerprint. Holds no text; the catalogue does.

They lie in a folder that several processes share (`rag.library.shared`), or on a Chroma server (`rag.library.server`). All
that Chroma itself is asked is asked here.
"""

from __future__ import annotations

import itertools
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from rag.answering.record import Passage
from rag.embedding import Vectors
from rag.errors import LibraryDamaged, LibraryLocked, VouchError
from rag.library import disk
from rag.library.passages import key_of, passage_of
from rag.library.server import ChromaServer, Served, refused_by
from rag.library.shared import SharedFolder, sweep
from rag.recent import Recent

T = TypeVar("T")

UNWRITTEN = 5000
"""Records Chroma keeps in its log before it writes the index files. With Chroma's own 1,000 the files of a middling library
are written, and can be torn, five times as often; a log of 5,000 takes an opening 0.5 to 1.5 s, hence `release`."""
GRAPH = {"ef_construction": 64, "ef_search": 200}
"""Candidates looked at when a vector is tied into the graph, and when one is looked for. See LOG.md for the measurement."""
SERVER_SECONDS = 120.0  # silence of a server after which it is given up; storing 1,000 records takes one or two
CONNECT_SECONDS = 10.0
HELD = 8192  # vectors kept in memory, 2 KB each
SAME = 1e-4  # by how much two cosines of the same vectors may differ
_openings = itertools.count(1)


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
            rows: dict[str, Any] = {
                "ids": [key_of(p) for p in part],
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


def load_chroma() -> None:
    """Import Chroma, which takes half a second; later openings of this process save it."""
    import chromadb  # noqa: F401


def in_folder(folder: Path, name: str, unwritten: int | None = None) -> tuple[Any, Any]:
    """Client and collection, its index read from the files. `unwritten` takes the place of UNWRITTEN."""
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    threshold = unwritten or UNWRITTEN
    # All clients of a process that spell a path alike share what the first one read. A spelling of its own for every
    # opening ("/" and "/." by the digits of a number) is the public way round that.
    spelling = "".join("/." if digit == "1" else "/" for digit in f"{next(_openings):b}")
    with told(folder):
        client = chromadb.PersistentClient(
            path=f"{folder}{spelling}", settings=ChromaSettings(anonymized_telemetry=False, allow_reset=False)
        )
        options: Any = {"space": "cosine", **GRAPH, "sync_threshold": threshold, "batch_size": min(100, threshold)}
        found: Any = client.get_or_create_collection(name, configuration={"hnsw": options}, embedding_function=None)
        if found.configuration["hnsw"]["sync_threshold"] != threshold:
            del options["space"], options["ef_construction"]
            found.modify(configuration={"hnsw": options})
        if dimension := found.get_model().dimension:  # None until something was stored
            # Whatever is asked first reads the index; other threads go on meanwhile if it is a query, and stand still if not.
            found.query(query_embeddings=[np.ones(dimension, np.float32)], n_results=1, include=[])
    return client, found


def flush(folder: Path, name: str) -> None:
    """Make Chroma write its index files now: it does so when a record is changed while its log is longer than a limit."""
    client, collection = in_folder(folder, name, unwritten=2)
    with told(folder):
        first = collection.get(limit=1, include=["metadatas"])
        collection.update(ids=first["ids"], metadatas=first["metadatas"])
        client.close()


def opens(folder: Path, name: str) -> bool:
    """Whether Chroma can read the folder, tried in a process of its own: torn files may end the whole process, or read as
    something else."""
    if not all(is_whole(header.parent) for header in folder.glob("*/header.bin")):
        return False
    code = "import sys, pathlib, rag.library.vectors as v; v.in_folder(pathlib.Path(sys.argv[1]), sys.argv[2])"
    run = subprocess.run([sys.executable, "-c", code, str(folder), name], capture_output=True, check=False)
    return run.returncode == 0


def is_whole(index: Path) -> bool:
    """Whether the files of an index have the lengths that its header gives: for each of `count` vectors a record of `size`
    bytes, an int32, and a list of neighbours behind its length in bytes. An index nothing was put into has room for `room`."""
    try:
        *_, room, count, size = struct.unpack_from("<i4Q", (index / "header.bin").read_bytes())
        lists, at = (index / "link_lists.bin").read_bytes(), 0
        for _ in range(count):
            at += 4 + struct.unpack_from("<I", lists, at)[0]
        lengths = [(index / name).stat().st_size for name in ("data_level0.bin", "length.bin")]
    except (OSError, struct.error):
        return False
    rows = count or room
    return at == len(lists) and lengths == [rows * size, rows * 4]


def on_server(server: ChromaServer, name: str) -> tuple[Any, Any]:
    """Client and collection on a server."""
    import chromadb
    import httpx
    from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT
    from chromadb.config import Settings as ChromaSettings

    key = server.api_key.get_secret_value() if server.api_key else ""
    headers = {"x-chroma-token": key} if key else {}
    quiet = ChromaSettings(anonymized_telemetry=False)
    with told(server):
        # Chroma's client waits for ever; this asks once with patience that ends.
        httpx.get(f"{server.address}/api/v2/heartbeat", headers=headers, timeout=CONNECT_SECONDS).raise_for_status()
        if server.is_cloud:
            client = chromadb.CloudClient(
                server.tenant,
                server.database,
                key,
                quiet,
                cloud_host=server.host,
                cloud_port=server.port,
                enable_ssl=server.ssl,
            )
        else:
            client = chromadb.HttpClient(
                server.address,
                server.port,
                ssl=server.ssl,
                headers=headers,
                settings=quiet,
                tenant=server.tenant or DEFAULT_TENANT,
                database=server.database or DEFAULT_DATABASE,
            )
        session = getattr(getattr(client, "_server", None), "_session", None)
        if isinstance(session, httpx.Client):
            session.timeout = httpx.Timeout(SERVER_SECONDS, connect=CONNECT_SECONDS)
        index: Any = {"spann": {"space": "cosine"}} if server.is_cloud else {"hnsw": {"space": "cosine", "ef_search": 200}}
        found = client.get_or_create_collection(name, configuration=index, embedding_function=None)
    return client, found


def drop(client: Any, collection: str) -> None:
    """Delete a collection, if it is there."""
    from chromadb.errors import NotFoundError

    with suppress(NotFoundError):
        client.delete_collection(collection)


@contextmanager
def told(where: Path | ChromaServer) -> Iterator[None]:
    """Errors of Chroma and of its client as ours."""
    try:
        yield
    except VouchError:
        raise
    except Exception as error:
        if isinstance(where, ChromaServer):
            raise refused_by(where, error) from error
        if disk.is_full(error, where) or disk.is_forbidden(error):
            raise disk.told(error, where) from error
        if "database is locked" in str(error):  # Chroma gives up after five seconds, which a busy disk may need
            found = f"The vector store in {where} was busy for longer than Chroma waits."
            raise LibraryLocked(found, remedy="Run the command again: it goes on where it stopped.") from error
        raise LibraryDamaged(
            f"The vector store in {where} cannot be read ({type(error).__name__}: {error}).",
            remedy="Move that folder away and run `vouch ingest` again: it is rebuilt from the catalogue.",
        ) from error
