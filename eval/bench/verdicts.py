"""Benchmark `verdicts`: checking the sentences of an answer, against embedding the same texts."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from eval.bench.display import Stage
from eval.bench.figures import Figure, Outcome, Target, paired_ratio, percentile
from eval.bench.inputs import Inputs
from eval.bench.process import Measured
from rag.errors import ReadError
from rag.readers import expand, read_file

ANSWER = Target(60.0, at_least=False, of_ratio=False)


def steps(repeats: int) -> int:
    """Jobs this benchmark runs."""
    return repeats


def measure(inputs: Inputs, repeats: int, stage: Stage) -> Outcome:
    """`repeats` processes over the abstracts of the dumps."""
    with tempfile.TemporaryDirectory(prefix="vouch-bench-") as folder:
        abstracts = Path(folder) / "abstracts.json"
        abstracts.write_text(json.dumps(texts_of(inputs)), encoding="utf-8")
        given = {"abstracts": str(abstracts)}
        return summarise([stage.job(f"verdicts, round {n + 1} of {repeats}", "verdicts", given) for n in range(repeats)])


def texts_of(inputs: Inputs) -> list[str]:
    """The abstracts in the order of the files."""
    paths = [path for path in expand([str(path) for path in inputs.papers]) if not isinstance(path, ReadError)]
    records = (record for path in paths for record in read_file(path))
    return [record.abstract for record in records if not isinstance(record, ReadError)]


def summarise(rounds: Sequence[Measured]) -> Outcome:
    """Medians of each round in milliseconds; their median over the rounds is the figure."""

    def of(name: str) -> tuple[float, ...]:
        return tuple(1000 * percentile(measured.seconds[name], 0.5) for measured in rounds)

    embedding, near = of("embedding"), of("cited sentences")
    memory = tuple(measured.peak_bytes / 2**20 for measured in rounds)
    counts = rounds[0].counts
    baseline = "embedding the same texts"
    return Outcome(
        (
            Figure(baseline, "ms", embedding),
            Figure("verdicts on an answer", "ms", near, baseline, paired_ratio(near, embedding), ANSWER),
            Figure("verdicts, passages read ahead", "ms", of("read ahead"), "reading all", paired_ratio(of("read ahead"), near)),
            Figure("verdicts against whole abstracts", "ms", of("whole abstracts")),
            Figure("verdicts again", "ms", of("again"), "the first time", paired_ratio(of("again"), near)),
            Figure("verdicts, peak memory", "MB", memory),
        ),
        (
            f"{counts['answers']} answers of {counts['sentences']} sentences over four papers each; medians.",
            "A sentence is checked against the cited sentence and its neighbours, nothing of which was read before.",
            "Read ahead: the first papers of a written answer are read when evidence is chosen from them.",
        ),
    )
