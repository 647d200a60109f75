"""The figures of retrieval as tables: on the screen, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table

from eval.bench.machine import Machine
from eval.bench.quality import COMPARED, MEASURES, Difference, Estimate, SetResult
from eval.metrics import BOOTSTRAP_RESAMPLES
from eval.statistics import RESAMPLES

FILE_WIDTH = 220  # columns of a table that goes into a file
SHOWN = {"ndcg@10": "nDCG@10", "recall@10": "recall@10", "recall@100": "recall@100", "mrr@10": "MRR@10"}
HEADINGS = ("ranking", *(SHOWN[m] for m in MEASURES), *(f"Vouch minus it, {SHOWN[m]}" for m in COMPARED))
NOTES = (
    (
        f"Means over queries with 95 % percentile bootstrap intervals ({BOOTSTRAP_RESAMPLES:,} resamples); differences are "
        f"paired by query, p from a two-sided sign-flip permutation test ({RESAMPLES:,} permutations, or all of them where "
        "that is fewer), not corrected for the number of tests."
    ),
    (
        "All rankings are of the same papers (title and abstract, duplicates merged) and use the same all-MiniLM-L6-v2 weights. "
        "Vouch embeds passages that cover every word; the baselines embed in 32-bit floats and cut at 256 word pieces, as "
        "Chroma's default embedding does."
    ),
    (
        "Plain Chroma: one record a paper, Chroma's own settings. LlamaIndex: nodes of its default SentenceSplitter, 200 nodes "
        "from each retriever, a paper at the place of its best node; QueryFusionRetriever joins the vectors and BM25Retriever "
        "without query rewriting (num_queries=1)."
    ),
    "Vouch's fusion weight and smoothing were chosen with these sets in view, which flatters it; the baselines run as they come.",
)


def show(console: Console, machine: Machine, results: Sequence[SetResult]) -> None:
    """One table a set, and what the figures mean."""
    if not console.is_terminal:
        console.width = FILE_WIDTH
    console.print(str(machine))
    for result in results:
        table = Table(title=title(result), box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
        for n, heading in enumerate(HEADINGS):
            table.add_column(heading, justify="right" if n else "left")
        for row in rows(result):
            table.add_row(*row)
        console.print(table)
    for note in NOTES:
        console.print(f"- {note}")


def markdown(machine: Machine, results: Sequence[SetResult]) -> str:
    """The same as `show`."""
    lines: list[str] = []
    for result in results:
        lines += [f"**{title(result)}**", "", line(HEADINGS), line(["---", *["---:"] * (len(HEADINGS) - 1)])]
        lines += [line(row) for row in rows(result)] + [""]
    lines += [f"- {note}" for note in (*NOTES, f"Measured {machine.date[:10]} on {machine.cpu}.")]
    return "\n".join(lines)


def title(result: SetResult) -> str:
    """The set and its size."""
    return f"{result.name}: {result.queries} queries over {result.papers:,} papers"


def line(cells: Sequence[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def rows(result: SetResult) -> Iterator[list[str]]:
    """The cells of each ranker."""
    for ranker, own in result.estimates.items():
        against = result.differences.get(ranker)
        yield [
            ranker,
            *(shown(own[measure]) for measure in MEASURES),
            *(shown_difference(against[measure]) if against else "" for measure in COMPARED),
        ]


def shown(own: Estimate) -> str:
    """`0.741 [0.715, 0.767]`"""
    return f"{own.mean:.3f} [{own.low:.3f}, {own.high:.3f}]"


def shown_difference(own: Difference) -> str:
    """`+0.053 [+0.031, +0.075], p < 0.001`"""
    p = "< 0.001" if own.p < 0.001 else f"= {own.p:.3f}"
    return f"{own.mean:+.3f} [{own.low:+.3f}, {own.high:+.3f}], p {p}"
