"""Benchmark `search`: warm retrieval, query embedding included, against embedding alone and Chroma alone; and answers."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from eval.bench.display import Stage
from eval.bench.figures import Figure, Outcome, Target, paired_ratio, percentile
from eval.bench.inputs import Inputs
from eval.bench.jobs import LIMIT, WARM_QUESTIONS
from eval.bench.process import Measured

P50 = Target(10.0, at_least=False, of_ratio=False)
PARTS = "embedding plus Chroma"


def steps(repeats: int) -> int:
    """Jobs this benchmark runs: one makes the library."""
    return repeats + 1


def measure(inputs: Inputs, repeats: int, stage: Stage) -> Outcome:
    """`repeats` processes over one library; in each, every question is searched, embedded alone and looked up alone in turn."""
    with tempfile.TemporaryDirectory(prefix="vouch-bench-") as folder:
        home = str(Path(folder) / "home")
        stage.job("search: making the library", "vouch", {"files": [str(path) for path in inputs.papers], "home": home})
        given = {"home": home, "questions": str(inputs.questions)}
        return summarise([stage.job(f"search, round {n + 1} of {repeats}", "search", given) for n in range(repeats)])


def summarise(rounds: Sequence[Measured]) -> Outcome:
    """Percentiles of each round in milliseconds; their median over the rounds is the figure."""

    def of(name: str, share: float) -> tuple[float, ...]:
        return tuple(1000 * percentile(measured.seconds[name], share) for measured in rounds)

    embedding, chroma = of("embedding", 0.5), of("chroma", 0.5)
    both = [a + b for a, b in zip(embedding, chroma, strict=True)]
    first = of("ask first", 0.5)
    counts = rounds[0].counts
    return Outcome(
        (
            Figure("query embedding alone, p50", "ms", embedding),
            Figure("Chroma query alone, p50", "ms", chroma),
            Figure("Vouch search, p50", "ms", of("search", 0.5), PARTS, paired_ratio(of("search", 0.5), both), P50),
            Figure("Vouch search, p95", "ms", of("search", 0.95), PARTS, paired_ratio(of("search", 0.95), both)),
            Figure("Vouch ask, first time, p50", "ms", first, "search p50", paired_ratio(first, of("search", 0.5))),
            Figure(
                "Vouch ask, same questions again, p50",
                "ms",
                of("ask again", 0.5),
                "first time",
                paired_ratio(of("ask again", 0.5), first),
            ),
        ),
        (
            f"{counts['questions']} questions over {counts['papers']} papers in {counts['passages']} passages.",
            f"Every round is a new process, warmed up by {WARM_QUESTIONS} searches.",
            f"Vouch returns {LIMIT} papers, found by meaning and keyword, with their text; Chroma alone {LIMIT} passages' keys.",
            "Asked the first time, the papers' sentences are embedded too; they are kept for later questions on the same papers.",
        ),
    )
