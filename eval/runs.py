"""Run folders: what a run was made of (run.json), which runs exist, and reading one.

A run folder holds `run.json` (the Manifest), `results.jsonl` (one row a question) and, once every question has its row,
`summary.json`. Runs without an --out of their own are in `<home>/runs`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from eval import results
from eval.errors import RunChanged, RunDamaged
from eval.summary import Summary, summarise

MANIFEST = "run.json"
SUMMARY = "summary.json"
RUNS = "runs"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run was made of. `limit` is how many of the set's questions it asks, None for all; `started` the UTC time of
    the first start, `versions` those of the packages that shape answers."""

    set_name: str
    set_hash: str
    questions: int
    llm: str
    settings: str
    library: str
    papers: int
    vouch: str
    limit: int | None
    started: str
    versions: Mapping[str, str]

    @property
    def total(self) -> int:
        """How many questions the run asks."""
        return self.questions if self.limit is None else min(self.limit, self.questions)

    @property
    def short_hash(self) -> str:
        """8 hex digits that differ wherever `require_same` would refuse."""
        identity = [getattr(self, name) for name in IDENTITY]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:8]


# What must be equal for answers to belong into one run, and how to say what it was.
IDENTITY: dict[str, tuple[str, Callable[[Manifest], str]]] = {
    "set_hash": ("question set", lambda m: f"{m.set_name}, {m.questions} questions, {m.set_hash}"),
    "llm": ("back end", lambda m: m.llm),
    "settings": ("settings", lambda m: m.settings),
    "library": ("library", lambda m: f"{m.papers} papers, {m.library}"),
    "vouch": ("version of Vouch", lambda m: m.vouch),
}


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One run for a list: `done` of `manifest.total` questions have a row. `summary` is None until the run is finished."""

    folder: Path
    manifest: Manifest
    done: int
    summary: Summary | None

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def finished(self) -> bool:
        return self.summary is not None


def default_folder(home: Path, manifest: Manifest) -> Path:
    """`<home>/runs/<set stem>-<llm>-<short hash>`: another library, setting or back end gives another folder."""
    stem = Path(manifest.set_name).stem
    parts = (re.sub(r"[^\w.]+", "-", part).strip("-.")[:60] for part in (stem, manifest.llm, manifest.short_hash))
    return home / RUNS / "-".join(parts)


def require_same(folder: Path, old: Manifest, new: Manifest) -> None:
    """Raise RunChanged, naming every difference, where the answers of `old` and `new` must not be mixed."""
    changed = [
        f"{title} (then {show(old)}; now {show(new)})"
        for name, (title, show) in IDENTITY.items()
        if getattr(old, name) != getattr(new, name)
    ]
    if changed:
        raise RunChanged(
            f"{folder} holds a run with another {', another '.join(changed)}.",
            remedy=f"Give a folder of its own, such as --out {folder}-2, or leave --out away.",
        )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write run.json in one step."""
    results.replace_file(folder / MANIFEST, [json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n"])


def read_manifest(folder: Path) -> Manifest | None:
    """The run's manifest, None where there is none. Raises RunDamaged where it cannot be read."""
    path = folder / MANIFEST
    if not path.exists():
        return None
    try:
        row = json.loads(path.read_text(encoding="utf-8"))
        return Manifest(**{field.name: row[field.name] for field in fields(Manifest)})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunDamaged(f"{path} cannot be read: {error}.", remedy="Give another --out, or delete that folder.") from error


def write_summary(folder: Path, summary: Summary) -> None:
    """Write summary.json in one step."""
    results.replace_file(folder / SUMMARY, [summary.to_json()])


def read_summary(folder: Path) -> Summary | None:
    """The finished run's summary, None where there is none or it was written by another version."""
    try:
        return Summary.from_dict(json.loads((folder / SUMMARY).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def list_runs(home: Path) -> list[RunInfo]:
    """The runs under `<home>/runs`, newest first; folders that hold no readable run are left out."""
    found = []
    for path in (home / RUNS).glob(f"*/{MANIFEST}"):
        try:
            manifest = read_manifest(path.parent)
        except RunDamaged:
            continue
        if manifest is not None:
            done = results.count_lines(path.parent)
            summary = read_summary(path.parent) if done >= manifest.total else None
            found.append(RunInfo(path.parent, manifest, done, summary))
    return sorted(found, key=lambda run: (run.manifest.started, run.name), reverse=True)


def load_run(folder: Path) -> tuple[list[dict[str, Any]], Summary]:
    """All rows of a run, finished or not, in the order in which they were answered, and their summary.

    A row has `id`, `kind`, `tags`, `question`, `error` (None, or `type` and `message`) and what was asked and answered:
    `question`, `answerable`, `key_facts`, `relevant` (paper ids), `unresolved`, `answer` (see `Answer.to_dict`; None where
    it failed) and `scores` (None where not scored). For a dialogue the latter stand in each of its `turns`.
    Raises RunDamaged where a line is no row.
    """
    rows = list(results.read_rows(folder))
    return rows, summarise(rows)
