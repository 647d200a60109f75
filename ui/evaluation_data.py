"""What the evaluation page reads of run folders, kept until their files change: no interaction reads a run twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from eval import background, compare, votes
from eval.background import State
from eval.blame import Blame
from eval.results import RESULTS, placed_rows, read_row
from eval.runs import MANIFEST, RUNS, SUMMARY, RunInfo, run_info
from eval.summary import Summary, exchanges, summarise
from eval.watching import Watch

Stamp = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a run without its answer, which stands in `size` bytes from byte `at` of the results. `scores` are means
    over its scored exchanges, `blame` what is to blame in those that are not right."""

    id: str
    kind: str
    tags: tuple[str, ...]
    question: str
    error: str
    outcome: str
    blame: tuple[str, ...]
    scores: Mapping[str, float]
    at: int = field(repr=False, default=0)
    size: int = field(repr=False, default=0)


@dataclass(frozen=True, slots=True)
class Reading:
    """A run as the page shows it: `ranks` holds for each exchange that names papers the ranks, from 1, at which they were found,
    how many it names, and how many papers were found at all."""

    lines: tuple[Line, ...]
    summary: Summary
    ranks: tuple[tuple[tuple[int, ...], int, int], ...]


def runs(home: Path) -> list[RunInfo]:
    """The runs, newest first."""
    folders = [path.parent for path in (home / RUNS).glob(f"*/{MANIFEST}")]
    found = [info for folder in folders if (info := _info(str(folder), stamp(folder)))]
    return sorted(found, key=lambda run: (run.manifest.started, run.name), reverse=True)


def stamp(folder: Path) -> Stamp:
    """Other numbers when one of the run's files has changed."""
    found = []
    for name in (MANIFEST, RESULTS, SUMMARY):
        try:
            stat = (folder / name).stat()
            found.append((stat.st_mtime_ns, stat.st_size))
        except OSError:
            found.append((0, 0))
    return tuple(found)


@st.cache_resource(show_spinner=False, max_entries=1_000)
def _info(folder: str, changed: Stamp) -> RunInfo | None:  # noqa: ARG001  part of the cache's key
    return run_info(Path(folder))


def reading(folder: Path) -> Reading:
    """The run's questions and figures, finished or not. Raises RunDamaged."""
    return _reading(str(folder), stamp(folder))


@st.cache_resource(show_spinner="Reading the run", max_entries=8)
def _reading(folder: str, changed: Stamp) -> Reading:  # noqa: ARG001
    found: list[tuple[int, Line]] = []
    ranks: list[tuple[tuple[int, ...], int, int]] = []

    def rows() -> Iterator[Mapping[str, Any]]:
        for row, at, size in placed_rows(Path(folder)):
            found.append((row.get("position", 0), line(row, at, size)))
            ranks.extend(ranks_of(row))
            yield row

    summary = summarise(rows())
    return Reading(tuple(one for _, one in sorted(found, key=lambda own: own[0])), summary, tuple(ranks))


def line(row: Mapping[str, Any], at: int = 0, size: int = 0) -> Line:
    """A row without its answer."""
    scored = [exchange["scores"] for exchange in exchanges(row) if exchange["scores"]]
    names = dict.fromkeys(name for scores in scored for name in scores)
    means = {name: mean([scores[name] for scores in scored if name in scores]) for name in names}
    outcomes = [exchange["outcome"] for exchange in exchanges(row) if exchange.get("outcome")]
    blamed = [exchange["blame"] for exchange in exchanges(row) if exchange.get("blame") not in (None, Blame.NONE.value)]
    return Line(
        row["id"],
        row["kind"],
        tuple(row.get("tags", ())),
        row.get("question", ""),
        row["error"]["message"] if row["error"] else "",
        "failed" if row["error"] else outcomes[-1] if outcomes else "",
        tuple(dict.fromkeys(blamed)),
        means,
        at,
        size,
    )


def mean(values: list[float]) -> float:
    """Of at least one value."""
    return sum(values) / len(values)


def ranks_of(row: Mapping[str, Any]) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """See `Reading.ranks`."""
    for exchange in exchanges(row):
        relevant, answer = exchange.get("relevant") or (), exchange.get("answer")
        if row["error"] is None and exchange["scores"] and relevant and answer:
            ids = [hit["paper"]["id"] for hit in answer.get("retrieved", ())]
            yield tuple(rank for rank, paper in enumerate(ids, start=1) if paper in relevant), len(relevant), len(ids)


def row(folder: Path, one: Line) -> Mapping[str, Any]:
    """The question with its answer. Raises RunDamaged."""
    return read_row(folder, one.at, one.size)


def compared(first: Path, second: Path, headline: str | None = None) -> compare.Comparison:
    """`second` against `first`. Raises RunError where they have nothing in common."""
    return _compared(str(first), stamp(first), str(second), stamp(second), headline)


@st.cache_resource(show_spinner="Comparing", max_entries=16)
def _compared(one: str, first: Stamp, other: str, second: Stamp, headline: str | None) -> compare.Comparison:  # noqa: ARG001
    before, after = compare.read_runs([Path(one), Path(other)])
    return compare.compare(before, after, headline)


def pairing(first: Path, second: Path, voter: str) -> votes.Pairing:
    """The pairs to vote on. Raises RunError where the runs share no question."""
    return _pairing(str(first), stamp(first), str(second), stamp(second), voter)


@st.cache_resource(show_spinner="Pairing the answers", max_entries=2)
def _pairing(one: str, first: Stamp, other: str, second: Stamp, voter: str) -> votes.Pairing:  # noqa: ARG001
    return votes.pairing(Path(one), Path(other), voter)


@st.cache_resource(show_spinner=False, max_entries=64)
def watch(folder: str) -> Watch:
    """The look-out over that run, shared by all sessions: rows are read once."""
    return Watch(Path(folder))


def unfinished(home: Path) -> list[tuple[Path, State]]:
    """The runs that were started from here and have not come to their end, the latest first."""
    found = [(folder, background.state_of(folder)) for folder in background.launched(home)]
    left = [(folder, state) for folder, state in found if state is not State.FINISHED]
    return sorted(left, key=lambda own: launch.started if (launch := background.read_launch(own[0])) else "", reverse=True)
