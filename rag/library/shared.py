"""A folder of an embedded Chroma as several processes share it.

Chroma is made for one process: it keeps its index in memory, writes the index files in place, and tells nobody. Four things
here make it fit for a chat that stays open while a terminal ingests: files are read and written under a lock, so that nobody
reads half a file; whoever writes leaves its name, so that the others notice and read the files anew; a mark that lies there
while files are written tells, when nobody writes, that their writer died, and that they may be torn or hold what nobody signed
for; and nothing is written to a disk that is nearly full.
"""

from __future__ import annotations

import itertools
import re
import secrets
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from rag.errors import LibraryError, LibraryLocked
from rag.library.disk import require_space

RECORDS = 1000  # records in one call, well under SQLite's limit of variables in a statement
SEGMENT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # Chroma's names for folders of index files
LOCK_SECONDS = 120  # an opening may have to wait for another process that reads a long log
REST = 4
"""After the files were read anew, they are not read again for this many times as long: searches stay quick while another
process stores a block every second. A new paper is found by its words at once, and by meaning that much later."""
WORTH_WRITING = 2000  # records stored since the files were last written that make writing them worth while


class SharedFolder:
    """A collection in a folder. `connect` opens client and collection and reads the index into memory; `flush` makes Chroma
    write its files; `readable` tells whether Chroma can read them, whatever state they are in."""

    page = RECORDS
    most: int | None = None

    def __init__(
        self,
        folder: Path,
        connect: Callable[[], tuple[Any, Any]],
        flush: Callable[[], None],
        readable: Callable[[], bool],
    ) -> None:
        self._folder, self._connect, self._flush, self._readable = folder, connect, flush, readable
        self._torn, self._writer = folder / "being-written", folder / "last-writer"
        self._name, self._numbers = secrets.token_hex(8), itertools.count(1)
        self._read: str | None = None
        self._gate = threading.Condition()
        self._users = 0
        self._rest_until = 0.0
        self._stored = 0
        with self._files():
            self._open()

    @contextmanager
    def reading(self) -> Iterator[Any]:
        """The collection, with what other processes have stored, or had a moment ago."""
        if time.monotonic() >= self._rest_until:
            self._look_again()
        with self._used() as collection:
            yield collection

    @contextmanager
    def writing(self, records: int = 0) -> Iterator[Any]:
        """The collection, to store so many records in, while no other process reads or writes files.

        Raises LibraryError where the disk is too full to store anything.
        """
        with self._files():
            if records:  # what is removed makes room
                require_space(self._folder)
            self._catch_up()  # what this process has not read would be lost when it writes the index files
            self._torn.touch()
            try:
                with self._used() as collection:
                    yield collection
            except BaseException:  # on a full disk, say: the mark stays, and what is in memory is not trusted any more
                self._read = None
                raise
            self._stored += records
            self._written()

    def recovered(self, error: Exception) -> bool:  # noqa: ARG002  as a server has it
        """Whether the same call may succeed now: it asked for something that this process had not read yet, which another
        one may have stored without having signed for it so far."""
        with self._files():
            return self._catch_up()

    def remake(self, drop: Callable[[Any], None]) -> None:
        """Let `drop` delete the collection, and make it anew."""
        with self._files(), self._alone():
            self._torn.touch()
            drop(self._client)
            self._client.close()
            self._open()
            self._written()

    def with_client(self, call: Callable[[Any], None]) -> None:
        with self.writing():
            call(self._client)

    def release(self) -> None:
        """After much was stored: have the files written, so that the next opening need not work through a log."""
        if self._stored < WORTH_WRITING:
            return
        with self._files(), self._alone():
            self._torn.touch()
            self._client.close()
            self._flush()
            self._open()
            self._written()

    def close(self) -> None:
        with self._alone():
            self._client.close()

    def _open(self) -> None:
        self._read = None  # until it is read; so that a failure is followed by another attempt
        left = self._torn.exists()
        if left and not self._readable():
            shutil.rmtree(self._folder)
        last = self._last_writer()
        self._client, self._collection = self._connect()
        self._read, self._stored = last, 0
        if left:
            try:
                self._written()  # signed in place of the dead one, whose last records the others have not read either
            except OSError:  # a full disk
                self._torn.unlink(missing_ok=True)

    def _look_again(self) -> None:
        """Read the files anew where another process has written since they were read."""
        if self._is_current():
            return
        died = self._last_writer() == self._read  # or is writing at this moment, and keeps the files from us
        began = time.monotonic()
        try:
            with self._files(0 if died else LOCK_SECONDS):
                self._catch_up()
        except LibraryLocked:
            if not died:
                raise
            return
        self._rest_until = time.monotonic() + REST * (time.monotonic() - began)

    def _is_current(self) -> bool:
        return self._last_writer() == self._read and not self._torn.exists()

    def _catch_up(self) -> bool:
        """As `_look_again`, within `_files`, where a mark can only be a dead writer's; whether there was anything to read."""
        if self._is_current():
            return False
        with self._alone():
            if not self._is_current():
                self._client.close()
                self._open()
        return True

    def _written(self) -> None:
        """Leave this store's name and a number, over those of the last writer: even a full disk has room for that."""
        signature = f"{self._name} {next(self._numbers):08x}"
        with self._writer.open("r+" if self._writer.exists() else "w", encoding="ascii") as file:
            file.write(signature)
        self._read = signature
        self._torn.unlink(missing_ok=True)

    def _last_writer(self) -> str:
        with suppress(OSError):
            return self._writer.read_text(encoding="ascii")
        return ""

    @contextmanager
    def _used(self) -> Iterator[Any]:
        with self._gate:
            self._users += 1
            collection = self._collection
        try:
            yield collection
        finally:
            with self._gate:
                self._users -= 1
                self._gate.notify_all()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until no thread of this process uses the collection. To be entered after `_files`, never the other way round."""
        with self._gate:
            self._gate.wait_for(lambda: self._users == 0)
            yield

    @contextmanager
    def _files(self, patience: float = LOCK_SECONDS) -> Iterator[None]:
        """Keep other processes from the index files; the operating system ends it when this process dies."""
        from filelock import FileLock, Timeout

        lock = FileLock(self._folder.with_name(f"{self._folder.name}.lock"), timeout=patience)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except Timeout:
            raise LibraryLocked(
                f"Another process has kept the vector store in {self._folder} for {patience:g} s.",
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


def sweep(folder: Path) -> None:
    """Delete index files of collections that are gone, which Chroma leaves: at 184,305 papers more than 1 GB each time."""
    with closing(sqlite3.connect(f"{(folder / 'chroma.sqlite3').absolute().as_uri()}?mode=ro", uri=True)) as db:
        known = {name for (name,) in db.execute("SELECT id FROM segments")}
    for entry in folder.iterdir():
        if SEGMENT.fullmatch(entry.name) and entry.name not in known:
            shutil.rmtree(entry, ignore_errors=True)
