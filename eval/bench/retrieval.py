"""Benchmark `retrieval`: the quality of Vouch's ranking, of its parts, and of plain Chroma and LlamaIndex on the same weights.

`python -m eval.bench retrieval [SET…] [--cache DIR] [--json | --markdown]`
"""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from eval.bench.display import Stage
from eval.bench.judged import SETS, JudgedSet, find_sets, present
from eval.bench.kept_minilm import KeptMiniLM
from eval.bench.machine import Machine, this_machine
from eval.bench.process import BenchError
from eval.bench.quality import COMPARED, MEASURES, Ranking, SetResult, difference, estimate, values
from eval.bench.retrieval_tables import markdown, show
from eval.bench.vouch_rankers import VOUCH, vouch_rankers
from eval.runner import open_assistant
from rag.errors import VouchError
from rag.settings import Settings

STEPS = 2  # of a library: taking in the papers, embedding for the baselines


def steps(sets: Sequence[JudgedSet]) -> int:
    """Steps `measure` will show."""
    return STEPS * len({judged.library for judged in sets}) + len(sets)


def measure(sets: Sequence[JudgedSet], cache: Path, stage: Stage) -> list[SetResult]:
    """Rank and score every query of the sets. Libraries and embeddings stay in `cache` for another measurement.

    Raises BenchError where no paper could be read.
    """
    by_library = itertools.groupby(sorted(sets, key=lambda judged: judged.library), key=lambda judged: judged.library)
    results = {result.name: result for name, own in by_library for result in measure_library(name, list(own), cache, stage)}
    return [results[judged.name] for judged in sets]


def measure_library(name: str, sets: Sequence[JudgedSet], cache: Path, stage: Stage) -> Iterator[SetResult]:
    """The results of the sets over one library; the baselines rank the papers that Vouch has read and merged."""
    from eval.bench.baseline_rankers import baseline_rankers, texts
    from eval.bench.rerun_rankers import chunks, rerun_rankers

    folder = cache / name
    with (
        open_assistant(Settings.load(home=folder / "home")) as assistant,
        tempfile.TemporaryDirectory(prefix="vouch-bench-", ignore_cleanup_errors=True) as empty,
    ):
        with stage.step(f"{name}: taking in the papers") as tell:
            assistant.ingest(sets[0].files, progress=lambda p: tell(p.done, p.total or 0))
        papers = list(assistant.papers())
        if not papers:
            raise BenchError(f"No paper could be read from {', '.join(map(str, sets[0].files))}.", remedy="Look at the files.")
        queries = {judged.name: judged.queries() for judged in sets}
        with stage.step(f"{name}: embedding papers and queries for the baselines") as tell:
            model = KeptMiniLM.load().keep_in(folder)
            pieces = [piece for paper in papers for piece in chunks(paper)]
            model.prepare([*texts(papers), *pieces, *(text for own in queries.values() for text in own.values())], tell)
        rankers = {**vouch_rankers(assistant), **baseline_rankers(papers, model, Path(empty)), **rerun_rankers(papers, model)}
        for judged in sets:
            with stage.step(f"{judged.name}: ranking") as tell:
                asked = queries[judged.name]
                rankings: dict[str, dict[str, Ranking]] = {ranker: {} for ranker in rankers}
                for n, (query, text) in enumerate(asked.items(), start=1):
                    for ranker, rank in rankers.items():
                        rankings[ranker][query] = rank(text)
                    tell(n, len(asked))
                qrels = judged.judge(papers)
                yield summarise(judged.name, len(papers), {query: qrels[query] for query in asked}, rankings)


def summarise(
    name: str, papers: int, qrels: Mapping[str, Mapping[str, int]], rankings: Mapping[str, Mapping[str, Ranking]]
) -> SetResult:
    """Figures of each ranker, and Vouch's against each other one's."""
    scored = {ranker: values(own, qrels) for ranker, own in rankings.items()}
    ours = scored[VOUCH]
    return SetResult(
        name,
        papers,
        len(qrels),
        {ranker: {measure: estimate(own[measure]) for measure in MEASURES} for ranker, own in scored.items()},
        {
            ranker: {measure: difference(ours[measure], own[measure]) for measure in COMPARED}
            for ranker, own in scored.items()
            if ranker != VOUCH
        },
    )


app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


@app.command()
def retrieval(
    names: Annotated[list[str] | None, typer.Argument(metavar="[SET]...", help=f"Among: {', '.join(SETS)}.")] = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            help="Folder that keeps libraries and embeddings, so that the next measurement is quick. Else none is kept."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all figures and the machine as JSON.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print the tables as Markdown.")] = False,
) -> None:
    """Measure the quality of retrieval. All sets that are beside the project are used where none is named."""
    if unknown := [name for name in names or () if name not in SETS]:
        raise typer.BadParameter(f"{unknown[0]!r} is no set; there are {', '.join(SETS)}.")
    machine, errors = this_machine(), Console(stderr=True, markup=False, emoji=False, highlight=False)
    try:
        sets = find_sets(list(dict.fromkeys(names or present())))
        if not sets:
            raise BenchError(f"None of the sets is beside the project: {', '.join(SETS)}.", remedy="Put their data there.")
        with kept(cache) as folder, Stage(errors, steps(sets)) as stage:
            results = measure(sets, folder, stage)
    except VouchError as error:
        typer.echo(f"bench: {error}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(as_data(machine, results), indent=1))
    elif as_markdown:
        typer.echo(markdown(machine, results))
    else:
        show(Console(markup=False, emoji=False, highlight=False), machine, results)


@contextmanager
def kept(cache: Path | None) -> Iterator[Path]:
    """The folder named, or one that is removed afterwards."""
    if cache is not None:
        yield cache.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="vouch-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def as_data(machine: Machine, results: Sequence[SetResult]) -> dict[str, Any]:
    """Everything measured, ready for JSON."""
    return {"machine": machine.to_dict(), "sets": [result.to_dict() for result in results]}
