"""The figures of the benchmark `scale`, from what its jobs measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from eval.bench.figures import Figure, Target, percentile
from eval.bench.ingest import LLAMAINDEX, RAW_BLOCKS
from eval.bench.process import Measured
from eval.bench.scale_jobs import PART

SMALL = 10_000  # papers of the library that latency is compared with
GB = 10**9


def ingest_figures(grown: Measured, before: Mapping[str, Measured], after: Mapping[str, Measured]) -> Iterator[Figure]:
    """Rates against the baselines, and how they change as the library grows."""
    papers, wall = grown.counts["papers"], grown.seconds["ingest"][0]
    passages = grown.counts["passages"]

    def rates(name: str, unit: str) -> tuple[float, float]:
        first, second = (m[name].counts[unit] / m[name].seconds["ingest"][0] for m in (before, after))
        return first, second

    def mean_rate(name: str, unit: str) -> float:
        return sum(rates(name, unit)) / 2

    raw, llamaindex = mean_rate(RAW_BLOCKS, "passages"), mean_rate(LLAMAINDEX, "papers")
    yield Figure("raw embedder on the sample", "passages/s", rates(RAW_BLOCKS, "passages"))
    yield Figure("LlamaIndex into Chroma on the sample", "abstracts/s", rates(LLAMAINDEX, "papers"))
    yield Figure("Vouch, all", "passages/s", (passages / wall,), "raw embedder", passages / wall / raw, Target(0.85, True, True))
    yield Figure("Vouch, all", "abstracts/s", (papers / wall,), "LlamaIndex", papers / wall / llamaindex, Target(1.4, True, True))
    cpu_raw = sum(m[RAW_BLOCKS].cpu_seconds / m[RAW_BLOCKS].counts["passages"] for m in (before, after)) / 2
    cpu = grown.cpu_seconds / passages
    yield Figure("Vouch, processor time", "ms/passage", (1000 * cpu,), "raw embedder", cpu / cpu_raw)
    yield Figure("of it reading and identity of all", "s", (grown.seconds["identity"][0],))
    for kind, unit in (("wall", "abstracts/s"), ("cpu", "abstracts/s of processor time")):
        first, last = (1 / grown.seconds[f"{end}, {kind}"][0] for end in ("first", "last"))
        target = Target(0.8, True, True) if kind == "wall" else None
        yield Figure(f"the last {PART}", unit, (last,), f"the first {PART}", last / first, target)


def disk_figures(grown: Measured, bytes_used: int) -> Iterator[Figure]:
    """What a library of this size takes."""
    yield Figure("peak memory of the ingest", "GB", (grown.peak_bytes / GB,), target=Target(2.5, False, False))
    yield Figure("disk", "GB", (bytes_used / GB,), target=Target(1.6, False, False))


def search_figures(asked: Sequence[Measured], cold: Sequence[float]) -> Iterator[Figure]:
    """Percentiles of warm questions, in milliseconds, and cold searches."""
    small, large = asked

    def of(measured: Measured, name: str, share: float) -> float:
        return 1000 * percentile(measured.seconds[name], share)

    growth, claims = (of(large, kind, 0.5) / of(small, kind, 0.5) for kind in ("search", "claims"))
    yield Figure("search, p50", "ms", (of(large, "search", 0.5),), target=Target(20, False, False))
    yield Figure("search, p50", "ms", (of(large, "search", 0.5),), f"{SMALL} papers", growth, Target(2, False, True))
    yield Figure("search, p95", "ms", (of(large, "search", 0.95),), target=Target(50, False, False))
    yield Figure("search for a claim, p50", "ms", (of(large, "claims", 0.5),), f"{SMALL} papers", claims, Target(2, False, True))
    yield Figure("search for a claim, p95", "ms", (of(large, "claims", 0.95),), target=Target(50, False, False))
    yield Figure("search with a condition on time, p50", "ms", (of(large, "filtered", 0.5),))
    yield Figure("search with a condition on time, p95", "ms", (of(large, "filtered", 0.95),), target=Target(80, False, False))
    yield Figure("answer in quotations, p50", "ms", (of(large, "ask", 0.5),))
    yield Figure("vouch search in a new process", "s", tuple(cold), target=Target(2.5, False, False))


def quality_figures(recalls: Sequence[tuple[float, float, float]]) -> Iterator[Figure]:
    """SciFact's recall@10, alone and among all abstracts."""
    (alone, *_), (mixed, low, high) = recalls
    yield Figure("SciFact alone, recall@10", "", (alone,))
    name = f"SciFact hidden among them, recall@10 ({low:.3f} to {high:.3f})"
    yield Figure(name, "", (mixed,), target=Target(alone - 0.03, True, False))
