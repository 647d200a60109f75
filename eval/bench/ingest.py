"""Benchmark `ingest`: Vouch from files to a searchable library, against the embedder alone and against LlamaIndex into Chroma."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from eval.bench.display import Stage
from eval.bench.figures import Figure, Outcome, Target, paired_ratio
from eval.bench.inputs import Inputs
from eval.bench.process import BenchError, Measured
from rag.library.ingest import BLOCK

VOUCH, LLAMAINDEX = "Vouch end to end", "LlamaIndex into Chroma"
RAW_ONCE, RAW_BLOCKS = "raw embedder, all at once", f"raw embedder, {BLOCK} papers at a time"
CONTESTANTS = (RAW_ONCE, VOUCH, RAW_BLOCKS, LLAMAINDEX)
OF_RAW = Target(0.8, at_least=True, of_ratio=True)
OF_LLAMAINDEX = Target(1.0, at_least=True, of_ratio=True)

Rounds = Mapping[str, Sequence[Measured]]


def steps(repeats: int) -> int:
    """Jobs this benchmark runs: one makes the library whose papers the baselines are given."""
    return repeats * len(CONTESTANTS) + 1


def measure(inputs: Inputs, repeats: int, stage: Stage) -> Outcome:
    """`repeats` rounds; in each, every contestant once, in a new process with an empty folder, the order turning by one."""
    files = [str(path) for path in inputs.papers]
    rounds: dict[str, list[Measured]] = {name: [] for name in CONTESTANTS}
    with tempfile.TemporaryDirectory(prefix="vouch-bench-") as folder:
        library = str(Path(folder) / "library")
        stage.job("ingest: making the library", "vouch", {"files": files, "home": library})
        for n in range(repeats):
            turn = n % len(CONTESTANTS)
            for name in CONTESTANTS[turn:] + CONTESTANTS[:turn]:
                with tempfile.TemporaryDirectory(prefix="vouch-bench-") as empty:
                    job, given = job_of(name, files, library, str(Path(empty) / "home"))
                    rounds[name].append(stage.job(f"ingest, round {n + 1} of {repeats}: {name}", job, given))
    return summarise(rounds)


def job_of(name: str, files: list[str], library: str, home: str) -> tuple[str, dict[str, Any]]:
    """The job of a contestant and its arguments: `library` is one to take papers from, `home` a folder to write to."""
    if name == VOUCH:
        return "vouch", {"files": files, "home": home}
    if name == LLAMAINDEX:
        return "llamaindex", {"library": library, "home": home}
    return "raw", {"library": library, "block": BLOCK if name == RAW_BLOCKS else 0}


def summarise(rounds: Rounds) -> Outcome:
    """The figures. Raises BenchError where contestants did not take in the same papers or passages."""
    require_same_work(rounds)
    rates = {name: [m.counts["papers"] / m.seconds["ingest"][0] for m in measured] for name, measured in rounds.items()}
    raw = max((RAW_ONCE, RAW_BLOCKS), key=lambda name: median(rates[name]))

    def passages(name: str) -> tuple[float, ...]:
        return tuple(m.counts["passages"] / m.seconds["ingest"][0] for m in rounds[name])

    def cpu(name: str) -> tuple[float, ...]:
        return tuple(1000 * m.cpu_seconds / m.counts["papers"] for m in rounds[name])

    def peak(name: str) -> tuple[float, ...]:
        return tuple(m.peak_bytes / 2**20 for m in rounds[name])

    def loading(name: str) -> tuple[float, ...]:
        return tuple(m.seconds["loading"][0] for m in rounds[name])

    def against(name: str, unit: str, of: Any, baseline: str, target: Target | None = None) -> Figure:
        return Figure(name, unit, tuple(of(VOUCH)), baseline, paired_ratio(of(VOUCH), of(baseline)), target)

    figures = (
        *(Figure(name, "abstracts/s", tuple(rates[name])) for name in (RAW_ONCE, RAW_BLOCKS)),
        Figure(raw, "passages/s", passages(raw)),
        Figure(LLAMAINDEX, "abstracts/s", tuple(rates[LLAMAINDEX])),
        against(VOUCH, "abstracts/s", rates.__getitem__, raw, OF_RAW),
        against(VOUCH, "passages/s", passages, raw),
        against(VOUCH, "abstracts/s", rates.__getitem__, LLAMAINDEX, OF_LLAMAINDEX),
        against(f"{VOUCH}, processor time", "ms/abstract", cpu, raw),
        against(f"{VOUCH}, processor time", "ms/abstract", cpu, LLAMAINDEX),
        against(f"{VOUCH}, peak memory", "MB", peak, LLAMAINDEX),
        against(f"{VOUCH}, loading (not in the rates)", "s", loading, LLAMAINDEX),
    )
    return Outcome(figures, notes({name: measured[0].counts for name, measured in rounds.items()}))


def notes(counts: Mapping[str, Mapping[str, int]]) -> tuple[str, ...]:
    """What is compared with what. `counts` are one round's, by contestant."""
    papers, passages, cut_short = counts[VOUCH]["papers"], counts[VOUCH]["passages"], counts[LLAMAINDEX]["cut_short"]
    return (
        f"{papers} papers in {passages} passages. Every contestant has a process of its own.",
        "Model, libraries and empty stores are opened, and one line is embedded, before any clock starts.",
        "Vouch starts from the files; the raw embedder is given the passages, LlamaIndex the papers, read and merged.",
        "LlamaIndex embeds as Chroma does by default: same weights, ONNX Runtime fp32, cut and padded to 256, batch 32.",
        f"It leaves the end of {cut_short} of {papers} abstracts unread; Vouch reads every abstract to its end.",
    )


def require_same_work(rounds: Rounds) -> None:
    """Raise BenchError where counts differ between rounds, or papers (or against raw, passages) between contestants."""
    papers = {measured.counts["papers"] for every in rounds.values() for measured in every}
    passages = {measured.counts["passages"] for name in (RAW_ONCE, RAW_BLOCKS, VOUCH) for measured in rounds[name]}
    if len(papers) != 1 or len(passages) != 1 or 0 in papers | passages:
        raise BenchError(
            f"The contestants did not do the same work: {sorted(papers)} papers, {sorted(passages)} passages.",
            remedy="The job `raw` no longer embeds what an ingest embeds; bring eval/bench/jobs.py in line.",
        )
