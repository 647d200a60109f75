"""Reports as text: Markdown to read, CSV to calculate with, JSON for programs."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from eval.compare import Flip
from eval.comparison_text import remarks, sentence
from eval.report.gather import Report, RunReport, Said
from eval.scoring import FIGURES, UNBOUNDED
from eval.votes import harmless
from rag.terminal.clean import one_line

SPECIAL = re.compile(r"([\\`*_{}\[\]#|~])")
MOST_FLIPS = 20


def markdown(report: Report) -> Iterator[str]:
    """The figures, comparisons, outcomes and judges; not the single answers."""
    yield f"# Evaluation of {', '.join(md(run.name) for run in report.runs)}\n\n"
    yield from _runs(report.runs)
    yield from _figures(report)
    for one in report.comparisons:
        yield f"## {md(one.second)} against {md(one.first)}\n\n{md(sentence(one.headline, len(report.comparisons)))}\n\n"
        yield "".join(f"{md(remark)}\n\n" for remark in remarks(one))
        for effects in (one.groups, one.others):
            rows = [
                [md(FIGURES.get(e.name, e.name)), str(e.n), f"{e.first:.3f}", f"{e.second:.3f}", f"{e.difference:+.3f}",
                 f"{e.low:+.3f} to {e.high:+.3f}", f"{e.p:.2g}", f"{e.adjusted:.2g}"]
                for e in effects
            ]  # fmt: skip
            yield from table(["", "n", "first", "second", "difference", "95 % interval", "p", "Holm"], rows)
        for verb, flips in (("gained", one.gained), ("lost", one.lost)):
            yield from _flips(verb, flips)
    for title, counts in (
        ("Outcome", [run.summary.overall.outcomes for run in report.runs]),
        ("Blame", [run.summary.overall.blame for run in report.runs]),
    ):
        names = [name for name in dict.fromkeys(name for own in counts for name in own) if name != "none"]
        rows = [[md(name), *(str(own.get(name, 0)) for own in counts)] for name in sorted(names)]
        yield from table([title, *(md(run.name) for run in report.runs)], rows)
    yield from _judges(report.runs)


def _runs(runs: Sequence[RunReport]) -> Iterator[str]:
    rows = [
        [md(r.name), md(r.manifest.set_name), f"{len(r.asked)} of {r.manifest.total}", str(r.summary.overall.failures),
         md(r.manifest.llm), f"{r.manifest.papers} papers", md(r.manifest.vouch), r.manifest.started[:16].replace("T", " ")]
        for r in runs
    ]  # fmt: skip
    yield from table(["Run", "Set", "Questions", "Failed", "Answered by", "Library", "Vouch", "Started (UTC)"], rows)


def _figures(report: Report) -> Iterator[str]:
    groups = [run.summary.overall for run in report.runs]
    rows = []
    for name in FIGURES:
        cells = []
        for group in groups:
            figure = group.figures.get(name)
            digits = 1 if name in UNBOUNDED else 3
            cell = "" if figure is None else f"{figure.value:.{digits}f} ({figure.low:.{digits}f} to {figure.high:.{digits}f})"
            if figure is not None and figure.least is not None and figure.most is not None:
                cell += f", if failed {figure.least:.{digits}f} to {figure.most:.{digits}f}"
            if figure is not None and figure.baseline is not None:
                cell += f", commonest label {figure.baseline:.{digits}f}"
            cells.append(cell)
        if any(cells):
            rows.append([md(FIGURES[name]), *cells])
    yield from table(["Figure", *(md(run.name) for run in report.runs)], rows)


def _flips(verb: str, flips: Sequence[Flip]) -> Iterator[str]:
    if not flips:
        return
    yield f"{len(flips)} questions {verb}:\n\n"
    yield "".join(f"- {one.before:.2f} to {one.after:.2f} {md(one.id)}: {md(one.question)}\n" for one in flips[:MOST_FLIPS])
    yield f"- … and {len(flips) - MOST_FLIPS} more\n\n" if len(flips) > MOST_FLIPS else "\n"


def _judges(runs: Sequence[RunReport]) -> Iterator[str]:
    rows, lines = [], []
    for run in runs:
        for one, line in run.judged:
            value = "" if one.value is None else f"{one.value:.3f}"
            ends = f"{one.low:.3f} to {one.high:.3f}" if one.low is not None and one.high is not None else ""
            lost = f"{one.least:.3f} to {one.most:.3f}" if one.least is not None and one.most is not None else ""
            rows.append([md(run.name), md(one.judge), one.metric, value, ends, str(one.n), str(one.unread + one.failed), lost])
            lines.append(line)
    head = ["Run", "Judge", "Metric", "Score", "95 % interval", "n", "Lost", "If all were 0 or 1"]
    yield from table(head, rows)
    yield "".join(f"{md(line)}\n\n" for line in dict.fromkeys(lines))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A Markdown table; nothing where there is no row."""
    if not rows:
        return
    yield f"| {' | '.join(head)} |\n|{' --- |' * len(head)}\n"
    yield "".join(f"| {' | '.join(row)} |\n" for row in rows)
    yield "\n"


def md(text: str) -> str:
    """Foreign text in which nothing is markup."""
    return html.escape(SPECIAL.sub(r"\\\1", one_line(text)), quote=False)


def comma_separated(report: Report) -> Iterator[str]:
    """A line an exchange and run: what was asked, what became of it, every score."""
    names = [
        *FIGURES,
        *sorted({n for run in report.runs for one in run.asked for s in one.said for n in s.scores} - FIGURES.keys()),
    ]
    columns = ["run", "id", "turn", "kind", "tags", "question", "outcome", "blame", "error", "label", "confidence", "answer"]
    columns += ["sources", "seconds", "cost", *names]
    yield _line(columns)
    for run in report.runs:
        for one in run.asked:
            for number, said in enumerate(one.said):
                row = [run.name, one.id, number, one.kind, "|".join(one.tags), said.question, said.outcome, said.blame, one.error]
                row += [said.label, said.confidence, said.text, "|".join(source.label for source in said.sources)]
                row += [said.seconds, said.cost, *(said.scores.get(name) for name in names)]
                yield _line(row)


def _line(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow("" if cell is None else harmless(cell) for cell in cells)
    return text.getvalue()


def as_json(report: Report) -> Iterator[str]:
    """Everything that the page shows."""
    value = {
        "headline": report.headline,
        "runs": [
            {
                "name": run.name,
                "manifest": asdict(run.manifest),
                "summary": run.summary.to_dict(),
                "judges": [{**asdict(figure), "agreement": line} for figure, line in run.judged],
                "questions": [{**asdict(one), "said": [_said(said) for said in one.said]} for one in run.asked],
            }
            for run in report.runs
        ],
        "comparisons": [one.to_dict() for one in report.comparisons],
    }
    yield json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _said(said: Said) -> dict[str, Any]:
    row = asdict(said)
    row["sentences"] = [{"text": t, "citations": list(numbers), "verdict": verdict} for t, numbers, verdict in said.sentences]
    return row
