"""Uploaded files on their way into the library.

They are kept in `<home>/uploads` under their own names: the same file uploaded again is then known by its place, and the
line that a source names can still be looked up.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import LibraryError
from ui.components.safe import base_name

FOLDER = "uploads"
LONGEST = 180  # bytes of a name; file systems allow 255, and a number may be added
UNNAMED = "upload"
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

    Raises LibraryError where they cannot be written.
    """
    folder = home / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_write(folder, upload) for upload in uploads]
    except OSError as error:
        raise LibraryError(
            f"The upload could not be written to {folder} ({error.strerror}).",
            remedy="Nothing was added. Make room or mend the folder's permissions, then upload again.",
        ) from error


def _write(folder: Path, upload: Upload) -> Path:
    name = safe_name(upload.name)
    stem, dot, ending = name.partition(".")
    path, number = folder / name, 1
    while path.exists() and not _holds(path, upload.data):
        number += 1
        path = folder / f"{stem}-{number}{dot}{ending}"
    if not path.exists():
        beside = path.with_name(f".{path.name}.part")
        beside.write_bytes(upload.data)
        beside.replace(path)
    return path


def _holds(path: Path, data: bytes) -> bool:
    if path.stat().st_size != len(data):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest() == hashlib.sha256(data).digest()
