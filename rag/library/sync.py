"""A folder kept in step with the library: what is new or changed is read, what is unchanged is not, what is gone leaves.

Files are known by their folder and their path in it, and by a digest of their contents. New records are taken in before old
ones leave, so that a file that was renamed, or a record that moved to another file, keeps its paper and costs no embedding.
A file's digest is written after the last of its records, and what leaves is written down before it is taken away: a killed
run is finished by the next one.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import sqlalchemy as sa

from rag.embedding import Embedder
from rag.errors import LibraryError, ReadError
from rag.library.catalogue import Catalogue, Outcome, Place
from rag.library.ingest import Intake, Progress, index_all, prepare
from rag.library.removal import mark_leaving, settle
from rag.library.report import SyncReport
from rag.library.schema import FILES, SOURCES, State
from rag.library.stores import Stores
from rag.paper import Paper
from rag.readers.files import shown

Read = Callable[[Path], Iterable[Paper | ReadError]]
EMPTY = "a folder without files"


@dataclass(frozen=True, slots=True)
class _File:
    root: str
    name: str
    path: Path
    digest: str


@dataclass(slots=True)
class Changes:
    """The files of a folder against the catalogue, by their names in it: what is to be read with its digest, the rest."""

    paths: dict[str, Path] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    changed: dict[str, str] = field(default_factory=dict)
    unchanged: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    unread: list[ReadError] = field(default_factory=list)


def sync(
    folder: Path,
    files: Iterable[Path | ReadError],
    read: Read,
    stores: Stores,
    *,
    embedder: Callable[[], Embedder],
    progress: Progress,
    options: str = "",
    again: bool = False,
    emptied: bool = False,
    moved_from: Path | None = None,
) -> SyncReport:
    """Bring the library in step with `folder`, whose `files` are read by `read`, and index what is pending.

    `options` names what `read` was set to: with something else every file counts as changed; so it does with `again`.
    Raises LibraryError where the folder has no files though it had some, unless `emptied` says that this is right: a disk
    that is not mounted looks the same. `moved_from` is where the folder was before.
    """
    began = time.perf_counter()
    prepare(stores)
    catalogue, root = stores.catalogue, stored(folder.resolve())
    if moved_from is not None:
        relocate(catalogue, stored(moved_from.resolve()), root)
    found = compare(catalogue, root, folder, files, options)
    if found.removed and not (found.paths or emptied):
        raise LibraryError(
            f"{folder} holds no files, though the library has papers from {len(found.removed)} files of it.",
            remedy="Is its disk there? If they are really gone, say so: `vouch sync --emptied`.",
        )
    if again:
        found.changed |= found.unchanged
        found.unchanged = {}
    take = Intake(catalogue, progress)
    take.skipped += found.unread
    for name, digest in sorted((found.new | found.changed).items()):
        path = found.paths[name]
        if not _read_one(catalogue, take, _File(root, name, path, digest), read(path)):
            found.new.pop(name, None)
            found.changed.pop(name, None)
    take.finish()
    before = catalogue.count()
    leave(catalogue, root, found.removed)
    settle(stores)
    after = catalogue.count()
    passages, note = index_all(stores, embedder, progress)
    return SyncReport(
        new_files=len(found.new),
        changed_files=len(found.changed),
        unchanged_files=len(found.unchanged),
        removed_files=len(found.removed),
        new=take.outcomes[Outcome.NEW],
        merged=take.outcomes[Outcome.MERGED],
        unchanged=take.outcomes[Outcome.UNCHANGED],
        removed=before - after,
        papers=after,
        passages=passages,
        seconds=time.perf_counter() - began,
        skipped=tuple(take.skipped),
        note=note,
    )


def compare(catalogue: Catalogue, root: str, folder: Path, files: Iterable[Path | ReadError], options: str) -> Changes:
    """What has changed since the last time. Where a part of the folder cannot be read, no file counts as removed.

    Raises LibraryError where there is no folder.
    """
    if not folder.is_dir():
        raise LibraryError(f"{folder} is no folder.", remedy="Check the spelling; single files are read by `vouch ingest`.")
    with catalogue.reading() as db:
        rows = db.execute(sa.select(FILES.c.path, FILES.c.digest).where(FILES.c.root == root)).all()
    known: dict[str, str | None] = dict(row.tuple() for row in rows)
    found = Changes()
    for item in files:
        if isinstance(item, ReadError):
            found.unread += [] if item.found == EMPTY else [item]
            continue
        name = stored(item.relative_to(folder))
        found.paths[name] = item
        digest = digest_of(item, options)
        group = found.new if name not in known else found.unchanged if known[name] == digest else found.changed
        group[name] = digest
    if not found.unread:
        found.removed = sorted(known.keys() - found.paths.keys())
    return found


def _read_one(catalogue: Catalogue, take: Intake, file: _File, records: Iterable[Paper | ReadError]) -> bool:
    """Take one file in; returns whether anything could be read.

    Where it cannot be read whole, nothing of it leaves; where nothing can be read, it is tried again the next time.
    """
    with catalogue.changing() as db:
        db.execute(sa.update(SOURCES).where(in_file(file.root, file.name)).values(state=State.UNSEEN))
        db.execute(sa.insert(FILES).prefix_with("OR REPLACE").values(root=file.root, path=file.name, digest=None))
    whole, count = True, 0
    for record in records:
        if isinstance(record, ReadError):
            take.skipped.append(record)
            whole = whole and record.line is not None
        else:
            take.record(record, place_in(file.root, file.name, file.path, record))
            count += 1
    take.after(partial(_end, catalogue, file, whole, bool(whole or count)))
    return bool(whole or count)


def _end(catalogue: Catalogue, file: _File, whole: bool, known: bool) -> None:
    """All records of the file are in the catalogue."""
    with catalogue.changing() as db:
        if not whole:
            unseen = in_file(file.root, file.name), SOURCES.c.state == State.UNSEEN
            db.execute(sa.update(SOURCES).where(*unseen).values(state=None))
        row = FILES.c.root == file.root, FILES.c.path == file.name
        db.execute(sa.update(FILES).where(*row).values(digest=(file.digest or None) if known else None))


def leave(catalogue: Catalogue, root: str, removed: Iterable[str]) -> None:
    """Write down what leaves: the records of removed files, and those that their files no longer show."""
    with catalogue.changing() as db:
        for name in removed:
            db.execute(sa.update(SOURCES).where(in_file(root, name)).values(state=State.LEAVING))
            db.execute(sa.delete(FILES).where(FILES.c.root == root, FILES.c.path == name))
        unseen = sa.and_(SOURCES.c.root == root, SOURCES.c.state == State.UNSEEN)
        db.execute(sa.update(SOURCES).where(unseen).values(state=State.LEAVING))
        mark_leaving(db)


def relocate(catalogue: Catalogue, old: str, new: str) -> None:
    """A synced folder has another path now. Raises LibraryError where it was never synced, or the new one was."""
    with catalogue.changing() as db:
        roots = set(db.execute(sa.select(FILES.c.root).distinct()).scalars())
        if old not in roots or new in roots:
            found = f"{old} was never synced" if old not in roots else f"{new} has been synced already"
            known = ", ".join(sorted(roots)) or "none"
            raise LibraryError(f"{found}; the folders that were: {known}.", remedy="Name the folder's former path.")
        for table in (FILES, SOURCES):
            db.execute(sa.update(table).where(table.c.root == old).values(root=new))


def places(catalogue: Catalogue) -> Callable[[Path, Paper], Place]:
    """Where records lie that are read from files named by hand: a file that a synced folder has is that folder's file."""
    with catalogue.reading() as db:
        known = {(root, path) for root, path in db.execute(sa.select(FILES.c.root, FILES.c.path))}
    roots = sorted({root for root, _ in known}, key=len, reverse=True)

    def place(path: Path, record: Paper) -> Place:
        if roots:
            whole = stored(path.resolve())
            for root in roots:
                name = whole.removeprefix(f"{root}/")
                if name != whole and (root, name) in known:
                    return place_in(root, name, path, record)
        first = record.sources[0]
        return Place("", first.file, first.line)

    return place


def place_in(root: str, name: str, path: Path, record: Paper) -> Place:
    """Where a record of the synced file `name` lies; records of an archive's members keep the member's name behind it."""
    first = record.sources[0]
    member = first.file.removeprefix(shown(path.name))
    return Place(root, name + member if member != first.file else name, first.line, by_hand=first.file)


def in_file(root: str, name: str) -> sa.ColumnElement[bool]:
    """The records of a file, and of the members of an archive: behind "/" comes "0"."""
    members = sa.and_(SOURCES.c.file >= f"{name}/", SOURCES.c.file < f"{name}0")
    return sa.and_(SOURCES.c.root == root, sa.or_(SOURCES.c.file == name, members))


def stored(path: Path) -> str:
    """A path as the catalogue keeps it: bytes that are no text are spelt out."""
    return shown(os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace"))


def digest_of(path: Path, options: str) -> str:
    """32 hex digits of the SHA-256 of a file's contents and the options it is read with; empty where it cannot be read."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
    except OSError:
        return ""
    digest.update(options.encode())
    return digest.hexdigest()[:32]
