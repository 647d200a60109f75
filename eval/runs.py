"""Run folders: what a run was made of (run.json), which runs exist, and reading one.

A run folder holds these files; runs without an --out of their own are in `<home>/runs`.

run.json       the Manifest: one object, written before the first question
results.jsonl  one row a question, in the order in which they were finished
summary.json   all aggregates (`eval.summary.Summary`), once every question has its row; the same rows give the same bytes
speed.json     what a clock says and no two runs share: seconds an answer (`eval.speed.Speed`)

A row of results.jsonl is one object:

    id, kind, tags, question    as in the set; `position` is the question's place in it, counted from 0
    error                       null, or {type, message}: the question failed, `answer` and `scores` are null
    attempts                    failed attempts before this outcome, oldest first: [{type, message, at, seconds}]; an error of
                                a back end has its `requests` as well: [{backend, seconds, outcome}]
    … and the exchange: what was asked and answered. A dialogue has `turns` instead, a list of exchanges.

An exchange:

    question, answerable        what was asked; whether an answer is right (true) or a refusal (false)
    reference, label            the reference answer and the right label ("yes"), null where the set has none
    key_facts, evidence         lists of texts; `evidence` holds the gold sentences
    relevant, unresolved        ids of the named papers in the library; what is said of those that are not there
    answer                      the whole Answer (`Answer.from_dict` reads it)
    confidence                  that of the answer in 0..1, null where a recorded answer has none
    said                        the label found in the answer, null where there is none or no label was asked for
    scores                      {figure: value} by the names of `eval.scoring.FIGURES`; one that does not apply is absent.
                                Null where the exchange is not scored: it failed, or it opens a dialogue
    outcome                     one of `eval.blame.Outcome`: "answered right", "answered wrong", "refused rightly",
                                "refused wrongly", "not judged", "failed"; null where not scored
    must_not, broken            only where the set forbids something: the phrases that may not be said (and the title of a paper
                                that may not be cited), and those of them that the answer broke
    blame                       one of `eval.blame.Blame`: why it is not right; "none" where it is; null where not scored

Read a run with `load_run` (all rows and the summary) or, a row at a time, with `open_run`. `exchanges` and
`scored_exchanges` of `eval.summary` go over a row's exchanges, dialogue or not. Runs are paired by `id`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from eval import results
from eval.errors import RunChanged, RunDamaged
from eval.summary import Summary, summarise

MANIFEST = "run.json"
SUMMARY = "summary.json"
SPEED = "speed.json"
RUNS = "runs"
ASKED, IMPORTED = "asked", "imported"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run was made of. `limit` is how many of the set's questions it asks, None for all, `sample` how many it draws
    with `seed`; `started` the UTC time of the first start, `versions` those of the packages that shape answers.

    `settings` is the fingerprint of the settings that shape an answer, `values` those settings themselves (no secret is among
    them), `overrides` what --setting gave; `prompts` holds a digest of each prompt, `git` the revision of the program, with
    `+` behind it where files were changed. `source` is "asked", or "imported" for answers that another system recorded;
    `name` is what to call the run in a comparison.
    """

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
    values: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, str] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    git: str | None = None
    sample: int | None = None
    seed: int | None = None
    source: str = ASKED
    name: str = ""

    @property
    def total(self) -> int:
        """How many questions the run asks."""
        return min(n for n in (self.limit, self.sample, self.questions) if n is not None)

    @property
    def short_hash(self) -> str:
        """8 hex digits that differ wherever `require_same` would refuse."""
        identity = [getattr(self, name) for name in IDENTITY]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:8]


# What must be equal for answers to belong into one run, and how to say what it was.
IDENTITY: dict[str, tuple[str, Callable[[Manifest], str]]] = {
    "source": ("another kind of run", lambda m: m.source),
    "set_hash": ("another question set", lambda m: f"{m.set_name}, {m.questions} questions, {m.set_hash}"),
    "llm": ("another back end", lambda m: m.llm),
    "settings": ("other settings", lambda m: m.settings),
    "overrides": ("another --setting", lambda m: ", ".join(f"{k}={v}" for k, v in sorted(m.overrides.items())) or "none"),
    "prompts": ("another prompt", lambda m: ", ".join(f"{k} {v}" for k, v in sorted(m.prompts.items()))),
    "library": ("another library", lambda m: f"{m.papers} papers, {m.library}"),
    "vouch": ("another version of Vouch", lambda m: m.vouch),
    "seed": ("another sample", lambda m: "none" if m.seed is None else f"seed {m.seed}"),
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
        f"{title} (then {show(old)}; now {show(new)}{_changed_values(old, new) if name == 'settings' else ''})"
        for name, (title, show) in IDENTITY.items()
        if getattr(old, name) != getattr(new, name)
    ]
    if changed:
        raise RunChanged(
            f"{folder} holds a run with {', '.join(changed)}.",
            remedy=f"Give a folder of its own, such as --out {folder}-2, or leave --out away.",
        )


def _changed_values(old: Manifest, new: Manifest) -> str:
    """The settings that differ, each with both values."""
    names = sorted(n for n in {*old.values, *new.values} if old.values.get(n) != new.values.get(n))
    said = [f"{name} was {old.values.get(name)} and is {new.values.get(name)}" for name in names]
    return f": {', '.join(said)}" if said else ""


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
        # A field that an older version did not write takes its default.
        known = [f for f in fields(Manifest) if f.name in row or (f.default is MISSING and f.default_factory is MISSING)]
        return Manifest(**{f.name: row[f.name] for f in known})
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
    found = [info for path in (home / RUNS).glob(f"*/{MANIFEST}") if (info := run_info(path.parent))]
    return sorted(found, key=lambda run: (run.manifest.started, run.name), reverse=True)


def run_info(folder: Path) -> RunInfo | None:
    """The run in `folder` for a list, None where it holds no readable one."""
    try:
        manifest = read_manifest(folder)
    except RunDamaged:
        return None
    if manifest is None:
        return None
    done = results.count_lines(folder)
    return RunInfo(folder, manifest, done, read_summary(folder) if done >= manifest.total else None)


@dataclass(frozen=True, slots=True)
class Run:
    """A run, finished or not. `rows` reads the file anew each time it is called, one row in memory at a time."""

    folder: Path
    manifest: Manifest
    rows: Callable[[], Iterator[dict[str, Any]]]


def open_run(folder: Path) -> Run:
    """The run in `folder`. Raises RunDamaged where there is none; `rows` raises it where a line is no row."""
    manifest = read_manifest(folder)
    if manifest is None:
        raise RunDamaged(f"{folder} holds no {MANIFEST}.", remedy="Name the folder of a run; vouch eval list shows them.")
    return Run(folder, manifest, lambda: results.read_rows(folder))


def load_run(folder: Path) -> tuple[list[dict[str, Any]], Summary]:
    """All rows of a run, finished or not, in the order of the set, and their summary. The rows are described above.

    Raises RunDamaged where a line is no row. A row holds whole abstracts: for a long run prefer `open_run`.
    """
    rows = sorted(results.read_rows(folder), key=lambda row: row.get("position", 0))
    return rows, summarise(rows)
