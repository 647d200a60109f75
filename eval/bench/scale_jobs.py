"""What the benchmark `scale` measures in processes of their own: growing a library, asking it, asking it cold."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.process import Measured, Tell
from eval.runner import open_assistant
from rag.library.report import IngestProgress
from rag.settings import Settings

PART = 20_000  # papers: the first so many and the last so many are compared
KEPT = "scale.json"  # in the library's folder: what its making measured, so that it need not be made again
LIMIT = 10
WARM = 5  # questions asked before any clock runs
FILTERS = ("published since 2021", "from 2019", "published before 2016", "between 2017 and 2020", "since March 2024")


@dataclass(frozen=True, slots=True)
class Point:
    """What had passed when so many papers were searchable."""

    papers: int
    wall: float
    cpu: float


class Points:
    """Notes the time at every block of papers embedded."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._began = (time.perf_counter(), time.process_time())
        self.points: list[Point] = []

    def note(self, progress: IngestProgress) -> None:
        self._tell(progress.done, progress.total or 0)
        if progress.stage == "embedding":
            wall, cpu = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
            self.points.append(Point(progress.done, wall, cpu))


def grow(tell: Tell, *, file: str, home: str) -> Measured:
    """Read a file of abstracts into an empty library; what was measured stays beside the library as well."""
    from eval.bench.jobs import WARM_UP, peak_bytes

    folder = Path(home)
    with open_assistant(Settings.load(home=folder)) as assistant:
        assistant.search(WARM_UP)
        points = Points(tell)
        cpu = time.process_time()
        began = time.perf_counter()
        report = assistant.ingest([file], progress=points.note)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    seconds = {"ingest": [wall], "identity": [points.points[0].wall], **ends(points.points)}
    counts = {"papers": report.papers, "records": report.records, "passages": report.passages, "merged": report.merged}
    measured = Measured(seconds, counts, cpu_seconds=cpu, peak_bytes=peak_bytes())
    (folder / KEPT).write_text(measured.to_json(), encoding="utf-8")
    return measured


def ends(points: Sequence[Point]) -> dict[str, list[float]]:
    """Wall and processor seconds a paper, of the first and the last PART papers; of halves where there are fewer."""
    first, last = points[0], points[-1]
    part = min(PART, (last.papers - first.papers) // 2)
    early = min(points, key=lambda point: abs(point.papers - first.papers - part))
    late = min(points, key=lambda point: abs(last.papers - point.papers - part))
    return {
        f"{name}, {kind}": [(getattr(b, kind) - getattr(a, kind)) / max(b.papers - a.papers, 1)]
        for name, a, b in (("first", first, early), ("last", late, last))
        for kind in ("wall", "cpu")
    }


def latency(tell: Tell, *, home: str, questions: list[str], claims: Sequence[str] = ()) -> Measured:
    """Each question and claim in turn: found as it is, and found with a condition on time put behind it; embedding included."""
    seconds: dict[str, list[float]] = {"search": [], "claims": [], "filtered": [], "ask": []}
    with open_assistant(Settings.load(home=Path(home))) as assistant:
        for question in [*questions[:WARM], *claims[:WARM]]:
            assistant.find(question)
            assistant.find(with_filter(question, 0))
            assistant.ask(question)
        asked = [*(("search", question) for question in questions), *(("claims", claim) for claim in claims)]
        for n, (kind, question) in enumerate(asked, start=1):
            began = time.perf_counter()
            assistant.search(question, LIMIT)
            seconds[kind].append(time.perf_counter() - began)
            began = time.perf_counter()
            found = assistant.find(with_filter(question, n))
            if found.labels:
                seconds["filtered"].append(time.perf_counter() - began)
            began = time.perf_counter()
            assistant.ask(question)
            seconds["ask"].append(time.perf_counter() - began)
            tell(n, len(asked))
        counts = {"papers": assistant.count()}
    return Measured(seconds, counts)


def with_filter(question: str, n: int) -> str:
    """The question with a condition on time."""
    return f"{question.rstrip(' ?.!')} in papers {FILTERS[n % len(FILTERS)]}?"


def found(tell: Tell, *, home: str, corpus: str, queries: dict[str, str], out: str) -> Measured:
    """Add a judged collection to the library and write what each query finds there: query -> names of its lines."""
    with open_assistant(Settings.load(home=Path(home))) as assistant:
        assistant.ingest([corpus], progress=lambda p: tell(p.done, p.total or 0))
        rankings = {}
        for n, (query, text) in enumerate(queries.items(), start=1):
            hits = assistant.search(text, LIMIT)
            rankings[query] = [[source.line for source in hit.paper.sources if source.file in corpus] for hit in hits]
            tell(n, len(queries))
        counts = {"papers": assistant.count()}
    Path(out).write_text(json.dumps(rankings), encoding="utf-8")
    return Measured({}, counts)


def disk_bytes(home: Path) -> int:
    """Bytes of all files below the folder."""
    return sum((Path(place) / name).stat().st_size for place, _, names in os.walk(home) for name in names)
