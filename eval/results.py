"""results.jsonl: one line a question, appended so that a kill at any moment costs at most the question being asked."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from eval.errors import RunDamaged, RunError

RESULTS = "results.jsonl"
ATTEMPTS = "attempts.jsonl"
BLOCK = 1 << 16


def read_rows(folder: Path) -> Iterator[dict[str, Any]]:
    """The whole rows of a run in the order in which they were written, one at a time; a half-written last one is left out.

    Raises RunDamaged for a line in the middle that is no row.
    """
    return (row for row, _, _ in placed_rows(folder))


def placed_rows(folder: Path) -> Iterator[tuple[dict[str, Any], int, int]]:
    """`read_rows` with the byte at which each row begins and its size in bytes, for `read_row`."""
    path = folder / RESULTS
    if not path.exists():
        return
    at = 0
    with path.open("rb") as file:
        for line, data in enumerate(file, start=1):
            row = _row(data)
            if row is not None:
                yield row, at, len(data)
            elif file.read(1):
                remedy = "Delete that line to ask its question again, or give another --out."
                raise RunDamaged(f"{path}, line {line}: no result row.", remedy=remedy)
            at += len(data)


def read_row(folder: Path, at: int, size: int) -> dict[str, Any]:
    """The row at that place. Raises RunDamaged where it is not there any more."""
    path = folder / RESULTS
    try:
        with path.open("rb") as file:
            file.seek(at)
            row = _row(file.read(size))
    except OSError:
        row = None
    if row is None:
        raise RunDamaged(f"{path} was changed in the meantime.", remedy="Load the page again.")
    return row


def exchanges(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What was asked and answered in a row: the turns of a dialogue, or the row itself."""
    return list(row["turns"]) if "turns" in row else [row]


def scored_exchanges(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The exchanges that have scores; none where the row failed."""
    return [] if row["error"] is not None else [exchange for exchange in exchanges(row) if exchange["scores"] is not None]


def count_lines(folder: Path) -> int:
    """How many whole lines a run has, without reading what is in them."""
    path = folder / RESULTS
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))


def repair(folder: Path) -> int:
    """Cut off what a kill left of the last line; returns the number of bytes removed."""
    path = folder / RESULTS
    if not path.exists():
        return 0
    size = path.stat().st_size
    whole = 0
    with path.open("rb") as file:
        for data in file:
            if _row(data) is None:
                break
            whole += len(data)
        if file.read(1):  # damage in the middle is not ours to cut; read_rows says where it is
            return 0
    if whole < size:
        os.truncate(path, whole)
    return size - whole


def append(folder: Path, row: Mapping[str, Any]) -> None:
    """Add one row and wait until it is on the disk. Raises RunError where it cannot be written."""
    path = folder / RESULTS
    data = json.dumps(row, ensure_ascii=False).encode() + b"\n"
    try:
        with path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror}.", remedy="Make room, then start it again.") from error


def cost_of(row: Mapping[str, Any]) -> float:
    """US dollars that the answers of a row cost, as far as their price is known."""
    return math.fsum((exchange["answer"] or {}).get("cost") or 0.0 for exchange in exchanges(row))


def set_failures_aside(folder: Path) -> None:
    """Take the rows of failed questions out, so that they are asked again; their attempts are kept in attempts.jsonl."""
    failed = [row for row in read_rows(folder) if row["error"] is not None]
    if not failed:
        return
    kept = {**read_attempts(folder), **{row["id"]: [*row.get("attempts", ()), row["error"]] for row in failed}}
    lines = (json.dumps({"id": name, "attempts": own}, ensure_ascii=False) + "\n" for name, own in kept.items())
    # First this file: a kill before the second step then loses nothing, and the step is made again.
    replace_file(folder / ATTEMPTS, lines)
    keep_only(folder, (row for row in read_rows(folder) if row["error"] is None))


def read_attempts(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Failed attempts of earlier starts by question id, oldest first."""
    path = folder / ATTEMPTS
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return {row["id"]: row["attempts"] for row in rows}


def keep_only(folder: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Replace the file by `rows`; a kill leaves either the old file or the new one."""
    replace_file(folder / RESULTS, (json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def replace_file(path: Path, pieces: Iterable[str]) -> None:
    """Write `pieces` beside `path`, then move them over it in one step."""
    beside = path.with_name(path.name + ".new")
    try:
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror}.", remedy="Make room or choose another --out.") from error


def _row(data: bytes) -> dict[str, Any] | None:
    """The row on a line, or None where the line is unfinished or holds something else."""
    if not data.endswith(b"\n"):
        return None
    try:
        row = json.loads(data)
    except ValueError:
        return None
    return row if isinstance(row, dict) and {"id", "kind", "error"} <= row.keys() else None
