"""Run folders written by hand, so that every figure over them can be worked out on paper."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval import results, runs
from rag.answering.record import Answer

MANIFEST = runs.Manifest(
    set_name="set.jsonl",
    set_hash="a" * 16,
    questions=0,
    llm="extractive",
    settings="b" * 12,
    library="c" * 16,
    papers=5,
    vouch="0.1.0",
    limit=None,
    started="2026-01-02T03:04:05+00:00",
    versions={},
)
SYSTEMS = ("cot/gpt-35-turbo-16k", "cot/gpt-4-32k", "rag_32/gpt-35-turbo-16k", "rag_32/gpt-4-32k")


def row(key: str, scores: Mapping[str, float] | None, **more: Any) -> dict[str, Any]:
    """A row as `eval.runs` describes it; `scores` None makes it a failed one."""
    exchange: dict[str, Any] = {
        "question": f"Question {key}?",
        "answerable": True,
        "reference": None,
        "label": None,
        "key_facts": ["a fact"],
        "evidence": [],
        "relevant": [],
        "unresolved": [],
        "answer": None,
        "confidence": None,
        "said": None,
        "scores": dict(scores) if scores is not None else None,
        "outcome": None,
        "blame": None,
    }
    error = None if scores is not None else {"type": "BackendBusy", "message": "The server was busy."}
    return {"id": key, "kind": "single", "tags": [], "error": error, "attempts": [], **exchange, **more}


def write_run(folder: Path, rows: Sequence[Mapping[str, Any]], **manifest: Any) -> Path:
    """A run of these rows."""
    folder.mkdir(parents=True)
    values = {name: getattr(MANIFEST, name) for name in MANIFEST.__dataclass_fields__}
    runs.write_manifest(folder, runs.Manifest(**{**values, "questions": len(rows), **manifest}))
    for position, one in enumerate(rows):
        results.append(folder, {"position": position, **one})
    return folder


def run_of(folder: Path, scores: Sequence[float | None], figure: str = "right") -> Path:
    """A run of questions q0, q1, … with one figure; None is a failure."""
    rows = [row(f"q{n}", None if value is None else {figure: value}) for n, value in enumerate(scores)]
    return write_run(folder, rows)


def with_answer(one: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
    """The row with an answer."""
    return {**one, "answer": answer.to_dict(), "confidence": answer.confidence}


def pubmedqa_runs(shared: Path, folder: Path) -> dict[str, Path]:
    """The recorded systems as runs: `label_accuracy` is 1 where the choice is the gold label."""
    rows: dict[str, list[dict[str, Any]]] = {system: [] for system in SYSTEMS}
    with gzip.open(shared / "bench" / "recorded" / "pubmedqa.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            one = json.loads(line)
            right = float(one["choice"] == one["gold"])
            scores = {"label_accuracy": right, "right": right, "answered": 1.0, "abstained": 0.0}
            rows[one["system"]].append(row(one["id"], scores, label=one["gold"], question=one["question"], tags=[one["gold"]]))
    return {system: write_run(folder / system.replace("/", "-"), found) for system, found in rows.items()}
