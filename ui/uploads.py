"""Uploaded files on their way into the library.

They are kept in `<home>/uploads` under their own names: the same file uploaded again is then known by its place, and the
line that a source names can still be looked up.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import LibraryError
from ui.components.safe import base_name

FOLDER = "uploads"
LONGEST = 180  # bytes of a name; file systems allow 255, and a number may be added
UNNAMED = "upload"
SAFE = "Nothing was added, and the library is as it was."
LAST = ".last.json"  # no upload can have this name
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')  # on one system or another


@dataclass(frozen=True, slots=True)
class Upload:
    """What a browser sent: the name it gave, and the bytes."""

    name: str
    data: bytes


def safe_name(name: str) -> str:
    """A file name close to `name` that stays in its folder on every system: no path, control character or leading dot."""
    shown = "".join(c for c in base_name(name) if not unicodedata.category(c).startswith("C"))
    plain = _FORBIDDEN.sub("_", shown).strip(". ")
    stem, dot, ending = plain.partition(".")
    room = LONGEST - len((dot + ending).encode())
    return _cut(stem, room) + dot + ending if room > 0 else _cut(plain, LONGEST)


def _cut(name: str, size: int) -> str:
    return name.encode()[:size].decode(errors="ignore") or UNNAMED


def keep(home: Path, uploads: Sequence[Upload]) -> list[Path]:
    """Write the files under `home` and return their paths. A name taken by other content gets a number.

    Raises LibraryError where one of them cannot be written; then none of them is kept.
    """
    folder, paths = home / FOLDER, list[Path]()
    before = there(home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for upload in uploads:
            paths.append(_write(folder, upload))
    except OSError as error:
        forget(path for path in paths if path.name not in before)
        name = base_name(uploads[len(paths)].name) if len(paths) < len(uploads) else folder.name
        raise LibraryError(
            f"{name} could not be written to {folder} ({(error.strerror or str(error)).lower()}).",
            remedy=f"{SAFE} Make room or mend the folder's permissions, then upload again.",
        ) from error
    return paths


def forget(paths: Iterable[Path]) -> None:
    """Delete files that nothing was read from."""
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _write(folder: Path, upload: Upload) -> Path:
    name = safe_name(upload.name)
    stem, dot, ending = name.partition(".")
    path, number = folder / name, 1
    while path.exists() and not _holds(path, upload.data):
        number += 1
        path = folder / f"{stem}-{number}{dot}{ending}"
    if not path.exists():
        beside = path.with_name(f".{path.name}.part")
        try:
            beside.write_bytes(upload.data)
            beside.replace(path)
        except OSError:
            forget([beside])  # half a file takes room that is wanted
            raise
    return path


def _holds(path: Path, data: bytes) -> bool:
    if path.stat().st_size != len(data):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest() == hashlib.sha256(data).digest()


# --- the last upload, which can be taken back ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LastUpload:
    """Files in the folder of uploads, those of them that were not there before, the number of the last record before them,
    how many new papers they brought, when."""

    names: tuple[str, ...]
    fresh: tuple[str, ...]
    after: int
    new: int
    at: str

    def paths(self, home: Path) -> list[Path]:
        """Where the files lie."""
        return [home / FOLDER / name for name in self.names]


def pasted(words: str) -> Upload:
    """Pasted text as a file; the same text has the same name."""
    data = words.encode(errors="replace")
    return Upload(f"pasted-{hashlib.sha256(data).hexdigest()[:8]}.txt", data)


def remember(home: Path, last: LastUpload) -> None:
    """Note it. That it cannot be noted only means that it cannot be taken back."""
    with suppress(OSError):
        (home / FOLDER / LAST).write_text(json.dumps(asdict(last)), encoding="utf-8")


def last(home: Path) -> LastUpload | None:
    """The upload that can be taken back, if there is one."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        row = json.loads((home / FOLDER / LAST).read_text(encoding="utf-8"))
        names, fresh = (tuple(safe_name(name) for name in row[part]) for part in ("names", "fresh"))
        return LastUpload(names, fresh, int(row["after"]), int(row["new"]), str(row["at"]))
    return None


def forget_last(home: Path) -> None:
    """It was taken back: the files that came with it go too."""
    if (known := last(home)) is not None:
        for name in (*known.fresh, LAST):
            with suppress(OSError):
                (home / FOLDER / name).unlink(missing_ok=True)


def there(home: Path) -> set[str]:
    """The names of all uploads that are kept."""
    with suppress(OSError):
        return {path.name for path in (home / FOLDER).iterdir()}
    return set()
