"""How far a run is, read from the end of its results.jsonl as it grows: each row is looked at once."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path

from eval.results import RESULTS, cost_of


@dataclass(frozen=True, slots=True)
class Seen:
    """`done` rows so far, `failures` of them errors, `cost` in US dollars as far as prices are known; `latest` is the question
    answered last."""

    done: int = 0
    failures: int = 0
    cost: float = 0.0
    latest: str = ""


@dataclass(slots=True)
class Watch:
    """Looks at a run's folder; several threads may."""

    folder: Path
    _at: int = 0
    _seen: Seen = Seen()
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self) -> Seen:
        """What is there by now. A file that has become shorter is read anew."""
        path = self.folder / RESULTS
        with self._lock:
            size = path.stat().st_size if path.exists() else 0
            if size < self._at:
                self._at, self._seen = 0, Seen()
            if size > self._at:
                with path.open("rb") as file:
                    file.seek(self._at)
                    for data in file:
                        if not data.endswith(b"\n"):
                            break
                        self._at += len(data)
                        self._seen = _with(self._seen, data)
            return self._seen


def _with(seen: Seen, data: bytes) -> Seen:
    try:
        row = json.loads(data)
        failed = row["error"] is not None
        return Seen(seen.done + 1, seen.failures + failed, seen.cost + cost_of(row), str(row.get("question", "")))
    except (ValueError, KeyError, TypeError, AttributeError):
        return seen  # a damaged row; reading the whole run says where
