"""Chroma itself: a collection opened in a folder or on a server, its files told whole from torn, its errors as ours."""

from __future__ import annotations

import itertools
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import LibraryDamaged, LibraryLocked, VouchError
from rag.library import disk
from rag.library.server import ChromaServer, refused_by

UNWRITTEN = 5000
"""Records Chroma keeps in its log before it writes the index files. With Chroma's own 1,000 the files of a middling library
are written, and can be torn, five times as often; a log of 5,000 takes an opening 0.5 to 1.5 s, hence `release`."""
GRAPH = {"ef_construction": 64, "ef_search": 200}
"""Candidates looked at when a vector is tied into the graph, and when one is looked for. See LOG.md for the measurement."""
SERVER_SECONDS = 120.0  # silence of a server after which it is given up; storing 1,000 records takes one or two
CONNECT_SECONDS = 10.0
_openings = itertools.count(1)


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
    code = "import sys, pathlib, rag.library.chroma as c; c.in_folder(pathlib.Path(sys.argv[1]), sys.argv[2])"
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
