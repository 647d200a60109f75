"""Collections: named subsets of the library, kept as JSON in its folder."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import LibraryError, LibraryLocked

FILE = "collections.json"
LONGEST = 80  # characters of a name
PATIENCE = 5.0  # seconds waited for another process that writes


@dataclass(frozen=True, slots=True)
class Collection:
    """A name and the ids of papers, in the order they were added. Ids of papers that have left the library do no harm."""

    id: str
    name: str
    papers: tuple[str, ...]
    made: str = ""


class Collections:
    """The collections of one library. Safe to use from several threads and processes: every change reads the file anew."""

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self._lock = threading.Lock()
        self._known: tuple[tuple[int, int], dict[str, Collection]] | None = None

    def all(self) -> list[Collection]:
        """Every collection, by name."""
        return sorted(self._read().values(), key=lambda own: (own.name.casefold(), own.id))

    def get(self, identity: str) -> Collection | None:
        """The collection of that id."""
        return self._read().get(identity)

    def make(self, name: str, papers: Sequence[str] = ()) -> Collection:
        """A new collection. Raises LibraryError where the name is empty or taken."""
        made = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        with self._changing() as known:
            own = Collection(secrets.token_hex(6), _free(name, known, None), tuple(dict.fromkeys(papers)), made)
            known[own.id] = own
        return own

    def rename(self, identity: str, name: str) -> None:
        """Give it another name. Raises LibraryError as `make` does."""
        with self._changing() as known:
            if identity in known:
                known[identity] = replace(known[identity], name=_free(name, known, identity))

    def add(self, identity: str, papers: Sequence[str]) -> int:
        """Put papers in; returns how many were not in it before."""
        with self._changing() as known:
            own = known.get(identity)
            if own is None:
                return 0
            known[identity] = replace(own, papers=tuple(dict.fromkeys([*own.papers, *papers])))
            return len(known[identity].papers) - len(own.papers)

    def take(self, identity: str, papers: Sequence[str]) -> None:
        """Take papers out of it; they stay in the library."""
        gone = set(papers)
        with self._changing() as known:
            if own := known.get(identity):
                known[identity] = replace(own, papers=tuple(paper for paper in own.papers if paper not in gone))

    def exchange(self, gone: Sequence[str], kept: str) -> None:
        """Where a collection has one of the papers `gone`, let it have `kept` in its place: they were merged."""
        left = set(gone)
        if any(left.intersection(own.papers) for own in self._read().values()):
            with self._changing() as known:
                for identity, own in known.items():
                    papers = dict.fromkeys(kept if paper in left else paper for paper in own.papers)
                    known[identity] = replace(own, papers=tuple(papers))

    def delete(self, identity: str) -> None:
        """Forget the collection; its papers stay in the library."""
        with self._changing() as known:
            known.pop(identity, None)

    def _read(self) -> dict[str, Collection]:
        try:
            state = self._file.stat()
            stamp = (state.st_mtime_ns, state.st_size)
            with self._lock:
                if self._known is None or self._known[0] != stamp:
                    rows = json.loads(self._file.read_text(encoding="utf-8"))
                    self._known = (stamp, {row["id"]: Collection(**{**row, "papers": tuple(row["papers"])}) for row in rows})
                return dict(self._known[1])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise LibraryError(
                f"The collections in {self._file} cannot be read ({error}).",
                remedy="Mend the file, or move it away to begin with none; papers are not touched by either.",
            ) from error

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Collection]]:
        """What is changed inside the `with` is written at its end, whole or not at all."""
        try:
            with FileLock(f"{self._file}.lock", timeout=PATIENCE):
                yield (known := self._read())
                beside = self._file.with_name(f".{FILE}.{os.getpid()}.part")
                beside.write_text(json.dumps([asdict(own) for own in known.values()], ensure_ascii=False), "utf-8")
                beside.replace(self._file)
                with self._lock:
                    self._known = None
        except Timeout as error:
            raise LibraryLocked("The collections are being written to.", remedy="Try again.") from error
        except OSError as error:
            raise LibraryError(
                f"The collections in {self._file} cannot be written ({error.strerror}).",
                remedy="Nothing was changed. Make room or mend the folder's permissions, then try again.",
            ) from error


def _free(name: str, known: dict[str, Collection], own: str | None) -> str:
    """The name, tidied. Raises LibraryError where it is empty or another collection has it."""
    tidy = " ".join(name.split())[:LONGEST].strip()
    if not tidy:
        raise LibraryError("A collection needs a name.", remedy="Type one and try again.")
    if any(other.name.casefold() == tidy.casefold() for other in known.values() if other.id != own):
        raise LibraryError(f"There is a collection “{tidy}” already.", remedy="Choose another name, or add to that one.")
    return tidy
