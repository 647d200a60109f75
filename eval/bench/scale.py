"""Benchmark `scale`: a whole field's abstracts, from the file to answers. `python -m eval.bench scale [--home FOLDER] [--json]`

Takes about an hour on two cores; with --home the library is kept, and made only once.
"""

from __future__ import annotations

import gzip
import itertools
import json
import random
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from eval.bench.display import Stage, show
from eval.bench.figures import Outcome
from eval.bench.ingest import LLAMAINDEX, RAW_BLOCKS, job_of
from eval.bench.inputs import SHARED
from eval.bench.judged import BeirSet, open_set
from eval.bench.machine import this_machine
from eval.bench.process import BenchError, Measured
from eval.bench.quality import estimate, values
from eval.bench.retrieval import kept
from eval.bench.scale_figures import SMALL, disk_figures, ingest_figures, quality_figures, search_figures
from eval.bench.scale_jobs import KEPT, disk_bytes
from eval.bench.start import commands, wall_time
from eval.questions import load_questions
from rag.errors import VouchError

FILE = SHARED / "bench" / "abstracts_184k.jsonl.gz"
SAMPLED = 2_048  # papers the baselines are given, drawn from the whole file
CLAIMS = 200  # claims of SciFact that are searched for
COLD = 5  # cold searches
SEED = 20_261_120
STEPS = 13
FILE_WIDTH = 160


def measure(home: Path, stage: Stage) -> Outcome:
    """All figures; the library in `home` is made unless it was measured when it was made."""
    judged = open_set("scifact", SHARED)
    if not FILE.is_file() or not isinstance(judged, BeirSet) or not judged.files[0].is_file():
        raise BenchError(f"{FILE} or SciFact is not there.", remedy="Put the data beside the project.")
    questions = [question.question for question in load_questions(SHARED / "questions" / "single.jsonl")]
    claims = list(judged.queries().values())[:CLAIMS]
    with tempfile.TemporaryDirectory(prefix="vouch-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        sample, small = folder / "sample.jsonl", folder / "small.jsonl"
        write_lines(sample, drawn(SAMPLED))
        write_lines(small, drawn(SMALL))
        before = baselines(sample, folder / "before", stage, "before")
        grown = make(home, stage)
        after = baselines(sample, folder / "after", stage, "after")
        stage.job(f"making a library of {SMALL} papers", "grow", {"file": str(small), "home": str(folder / "small")})
        asked = [
            stage.job(
                f"asking {len(questions)} questions and {len(claims)} claims: {where.name}",
                "latency",
                {"home": str(where), "questions": questions, "claims": claims},
            )
            for where in (folder / "small", home)
        ]
        with stage.step("cold searches") as tell:
            cold = []
            for n, question in enumerate(questions[:COLD], start=1):
                cold.append(wall_time(commands(question)["vouch search"], str(folder), home))
                tell(n, COLD)
        bytes_used = disk_bytes(home)
        shutil.copytree(home, folder / "mixed")
        recalls = [hidden(judged, where, folder, stage) for where in (folder / "alone", folder / "mixed")]
    figures = (
        *ingest_figures(grown, before, after),
        *disk_figures(grown, bytes_used),
        *search_figures(asked, cold),
        *quality_figures(recalls),
    )
    return Outcome(figures, notes(grown, len(questions), len(claims)))


def notes(grown: Measured, questions: int, claims: int) -> tuple[str, ...]:
    """What is compared with what."""
    counts = grown.counts
    taken = f"{counts['records']} records, {counts['papers']} papers in {counts['passages']} passages"
    drawn_from = f"The baselines embed {SAMPLED} papers drawn from the same file, once before and once after the library is made"
    return (
        f"{taken}; {counts['merged']} records were of a paper that was there.",
        f"{drawn_from}; their rates are means of both.",
        "LlamaIndex embeds as Chroma does by default: same weights, ONNX Runtime fp32, cut and padded to 256, batch 32.",
        f"Latency: {questions} questions and {claims} claims, a new process for each library, warmed up.",
    )


def make(home: Path, stage: Stage) -> Measured:
    """The library of all abstracts, and what its making measured."""
    if (home / KEPT).is_file():
        with stage.step("the library is there"):
            return Measured(**json.loads((home / KEPT).read_text(encoding="utf-8"))["measured"])
    return stage.job("making the library of all abstracts", "grow", {"file": str(FILE), "home": str(home)})


def baselines(sample: Path, folder: Path, stage: Stage, when: str) -> dict[str, Measured]:
    """The raw embedder, LlamaIndex and Vouch over the sample."""
    library = str(folder / "library")
    measured = {"Vouch": stage.job(f"{when}: Vouch over the sample", "vouch", {"files": [str(sample)], "home": library})}
    for name in (RAW_BLOCKS, LLAMAINDEX):
        job, given = job_of(name, [str(sample)], library, str(folder / "empty"))
        measured[name] = stage.job(f"{when}: {name} over the sample", job, given)
    return measured


def hidden(judged: BeirSet, home: Path, folder: Path, stage: Stage) -> tuple[float, float, float]:
    """recall@10 of the set's queries in the library with the set's papers added: mean and 95 % interval."""
    out = folder / f"{home.name}.json"
    given = {"home": str(home), "corpus": str(judged.files[0]), "queries": judged.queries(), "out": str(out)}
    stage.job(f"SciFact: {home.name}", "found", given)
    with gzip.open(judged.files[0], "rt", encoding="utf-8") as lines:
        names = {number: json.loads(line)["_id"] for number, line in enumerate(lines, start=1)}
    ranked = {
        query: [names[hit[0]] if hit else f"other-{n}" for n, hit in enumerate(hits)]
        for query, hits in json.loads(out.read_text(encoding="utf-8")).items()
    }
    grades = judged.grades()
    result = estimate(values(ranked, {query: grades[query] for query in ranked})["recall@10"])
    return result.mean, result.low, result.high


def drawn(count: int) -> list[str]:
    """Lines drawn from the whole file, in its order."""
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        total = sum(1 for _ in lines)
    chosen = set(random.Random(SEED).sample(range(total), count))  # noqa: S311
    with gzip.open(FILE, "rt", encoding="utf-8") as lines:
        return [line for n, line in enumerate(lines) if n in chosen]


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """The lines as a file."""
    path.write_text("".join(itertools.chain(lines)), encoding="utf-8")


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def scale(
    home: Annotated[Path | None, typer.Option(help="Folder that keeps the large library. Else none is kept.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures and the machine as JSON.")] = False,
) -> None:
    """Measure speed, memory, disk and quality with all abstracts of a field. Takes about an hour."""
    machine, errors = this_machine(), Console(stderr=True, markup=False, emoji=False, highlight=False)
    try:
        with kept(home) as folder, Stage(errors, STEPS) as stage:
            outcome = measure(folder, stage)
    except VouchError as error:
        typer.echo(f"bench: {error}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        figures = [figure.to_dict() for figure in outcome.figures]
        typer.echo(json.dumps({"machine": machine.to_dict(), "figures": figures, "notes": outcome.notes}, indent=1))
        return
    screen = Console(markup=False, emoji=False, highlight=False, width=FILE_WIDTH)
    show(screen, machine, {"scale": outcome})
