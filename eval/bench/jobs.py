"""What a process of its own measures: `python -m eval.bench.jobs NAME ARGUMENTS`, started by `eval.bench.process`.

Every contestant has its model loaded, its libraries imported, its stores opened and one line embedded before its clock runs.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.bench import page_jobs, scale_jobs, verdict_jobs
from eval.bench.process import Measured, Tell
from eval.runner import open_assistant
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.paper import Paper

WARM_UP = "A line that is embedded before the clock runs."
WARM_QUESTIONS = 5
LIMIT = 10  # papers a search returns


class Stopwatch:
    """Wall seconds, and processor seconds of all threads, of one block."""

    wall = cpu = 0.0

    def __enter__(self) -> Stopwatch:
        self._cpu, self._wall = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu


def raw(tell: Tell, *, library: str, block: int) -> Measured:
    """The embedder alone over exactly the texts that an ingest embeds, `block` papers at a time, or 0 for all at once."""
    from rag.embedding import EMBEDDERS
    from rag.library.passages import cut, embedded_text

    papers = papers_of(library)
    with Stopwatch() as loading:
        model = EMBEDDERS["minilm"]().load()
        model.embed([WARM_UP])
    texts = [[embedded_text(paper, passage) for passage in own] for paper, own in zip(papers, cut(papers, model), strict=True)]
    size = block or len(papers)
    blocks = [[text for own in texts[at : at + size] for text in own] for at in range(0, len(papers), size)]
    with Stopwatch() as timed:
        for n, part in enumerate(blocks, start=1):
            model.embed(part)
            tell(min(n * size, len(papers)), len(papers))
    return ingested(loading, timed, papers=len(papers), passages=sum(map(len, texts)))


def vouch(tell: Tell, *, files: list[str], home: str) -> Measured:
    """Assistant.ingest from the files to a library that can be searched."""
    with open_assistant(Settings.load(home=Path(home))) as assistant:
        with Stopwatch() as loading:
            assistant.search(WARM_UP)  # opens the stores and loads the embedder
        with Stopwatch() as timed:
            report = assistant.ingest(files, progress=lambda p: tell(p.done, p.total or 0))
    return ingested(loading, timed, papers=report.new, passages=report.passages)


def llamaindex(tell: Tell, *, library: str, home: str) -> Measured:
    """LlamaIndex's pipeline into Chroma, over papers that are read and merged already: it is spared that work."""
    from eval.bench.llama_pipeline import ChromaDefaultEmbedding, documents, open_pipeline
    from eval.bench.onnx_minilm import OnnxMiniLM

    given = documents(papers_of(library))
    done = 0

    def after(texts: int) -> None:
        nonlocal done
        done += texts
        tell(done, len(given))

    with Stopwatch() as loading:
        model = OnnxMiniLM.load()
        model.embed([WARM_UP])
        pipeline = open_pipeline(Path(home), ChromaDefaultEmbedding(model, after))
    with Stopwatch() as timed:
        nodes = pipeline.run(documents=given)
    cut_short = sum(model.cuts(document.text) for document in given)
    return ingested(loading, timed, papers=len(given), passages=len(nodes), cut_short=cut_short)


def search(tell: Tell, *, home: str, questions: str) -> Measured:
    """Each question in turn: a search, its embedding alone, Chroma alone. Then answers, twice over."""
    from eval.questions import load_questions
    from rag.embedding import EMBEDDERS
    from rag.library.keywords import VERSION
    from rag.library.vectors import VectorStore

    asked = [question.question for question in load_questions(questions)]
    folder = Path(home)
    names = ("search", "embedding", "chroma", "ask first", "ask again")
    seconds: dict[str, list[float]] = {name: [] for name in names}

    def timed(name: str, call: Callable[..., object], *arguments: object) -> None:
        began = time.perf_counter()
        call(*arguments)
        seconds[name].append(time.perf_counter() - began)

    total = 3 * len(asked)
    with open_assistant(Settings.load(home=folder)) as assistant:
        embedder = EMBEDDERS["minilm"]().load()
        store = VectorStore(folder / "chroma", assistant.index_name.removesuffix(f"-{VERSION}"))
        for question in asked[:WARM_QUESTIONS]:
            assistant.search(question, LIMIT)
            store.nearest(embedder.embed([question])[0], LIMIT)
        for n, question in enumerate(asked, start=1):
            vector = embedder.embed([question])[0]
            timed("search", assistant.search, question, LIMIT)
            timed("embedding", embedder.embed, [question])
            timed("chroma", store.nearest, vector, LIMIT)
            tell(n, total)
        for turn, name in enumerate(("ask first", "ask again"), start=1):
            for n, question in enumerate(asked, start=1):
                timed(name, assistant.ask, question)
                tell(turn * len(asked) + n, total)
        counts = {"papers": assistant.count(), "passages": store.count(), "questions": len(asked)}
        store.close()
    return Measured(seconds, counts)


JOBS: dict[str, Callable[..., Measured]] = {
    job.__name__: job
    for job in (
        *(raw, vouch, llamaindex, search),
        *(scale_jobs.grow, scale_jobs.latency, scale_jobs.found),
        *(verdict_jobs.verdicts, page_jobs.answers),
    )
}


def papers_of(library: str) -> list[Paper]:
    """The papers of a library that was made before, merged and in the order in which an ingest embeds them."""
    with open_assistant(Settings.load(home=Path(library))) as assistant:
        return list(assistant.papers())


def ingested(loading: Stopwatch, timed: Stopwatch, **counts: int) -> Measured:
    """The result of a job that takes in papers."""
    return Measured({"loading": [loading.wall], "ingest": [timed.wall]}, counts, cpu_seconds=timed.cpu)


def peak_bytes() -> int:
    """Peak resident memory of this process. (Linux counts the parent's at the start too; that one stays small.)"""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


@contextmanager
def own_channel() -> Iterator[Any]:
    """What was standard output, for our lines alone: whatever a library prints goes to standard error."""
    with os.fdopen(os.dup(1), "w", buffering=1) as channel:
        os.dup2(2, 1)
        yield channel


def main(name: str, arguments: str) -> None:
    """Run one job and write what it tells."""
    with own_channel() as channel:
        measured = JOBS[name](
            lambda done, total: print(json.dumps({"done": done, "total": total}), file=channel), **json.loads(arguments)
        )
        print(replace(measured, peak_bytes=peak_bytes()).to_json(), file=channel)


if __name__ == "__main__":
    main(*sys.argv[1:])
