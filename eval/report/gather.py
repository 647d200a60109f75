"""Run folders -> Report: everything a report shows, without the abstracts that a run keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.agreement import line
from eval.compare import Comparison, Run, asked, compare_all, deciding, numbers, run_names
from eval.errors import RunError
from eval.judgements import JudgedFigure, figures
from eval.runs import Manifest, open_run
from eval.summary import Summary, exchanges, summarise

LONGEST = 4_000  # characters of one answer or passage


@dataclass(frozen=True, slots=True)
class Source:
    """A cited paper: its number in the answer, what to call it, where it is, and the passages used."""

    number: int
    label: str
    link: str | None
    relevant: bool
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One exchange of one run. `sentences` are (text, source numbers, verdict); `found` are the ranks, from 1, at which the
    `wanted` named papers were retrieved among `retrieved` ones; `broken` is what was said and must not be. Fields of what
    failed are empty or None."""

    question: str
    answerable: bool
    expected: tuple[str, ...]
    text: str
    sentences: tuple[tuple[str, tuple[int, ...], str], ...]
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    abstained: bool | None
    label: str | None
    confidence: float | None
    scores: Mapping[str, float]
    outcome: str | None
    blame: str | None
    wanted: int
    found: tuple[int, ...]
    retrieved: int
    seconds: float | None
    cost: float | None
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one run."""

    id: str
    kind: str
    tags: tuple[str, ...]
    question: str
    error: str | None
    said: tuple[Said, ...]

    @property
    def outcome(self) -> str | None:
        """What became of it, of its last turn for a dialogue."""
        return "failed" if self.error is not None else next((s.outcome for s in reversed(self.said) if s.outcome), None)


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run under the name it is shown by. `judged` are the figures of LLM judges, each with the line that stands beside it."""

    name: str
    manifest: Manifest
    summary: Summary
    asked: tuple[Asked, ...]
    judged: tuple[tuple[JudgedFigure, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Several runs, the comparisons of every later with every earlier one, and the figure that decides."""

    runs: tuple[RunReport, ...]
    comparisons: tuple[Comparison, ...]
    headline: str | None

    @property
    def questions(self) -> tuple[str, ...]:
        """The ids of all questions, in the order of the first run that has them."""
        return tuple(dict.fromkeys(one.id for run in self.runs for one in run.asked))


def gather(folders: Sequence[Path], home: Path, headline: str | None = None) -> Report:
    """Read the runs. `home` is where judges were calibrated. Raises RunError where a folder holds no run or no answer, and
    where the figure asked for is in none."""
    pieces = [_read(folder, name, home) for folder, name in zip(folders, run_names(folders), strict=True)]
    runs, compared = [report for report, _ in pieces], [run for _, run in pieces]
    comparisons = compare_all(compared, headline, where_possible=True)
    decided = comparisons[0].headline.name if comparisons else headline
    if decided is None:
        counts = {name: figure.n for name, figure in runs[0].summary.overall.figures.items()}
        decided = deciding(counts) if counts else None
    return Report(tuple(runs), tuple(comparisons), decided)


def _read(folder: Path, name: str, home: Path) -> tuple[RunReport, Run]:
    opened = open_run(folder)
    found: list[tuple[int, Asked]] = []
    scores: dict[str, Any] = {}
    for row in opened.rows():
        found.append((row.get("position", 0), _asked(row)))
        scores[row["id"]] = asked(row)
    if not found:
        raise RunError(f"{folder} holds no answer yet.", remedy="Ask its questions first: vouch eval run.")
    found.sort(key=lambda one: (one[0], one[1].id))
    judged = tuple((one, line(home, one.judge, one.metric)) for one in figures(folder))
    report = RunReport(name, opened.manifest, summarise(opened.rows()), tuple(one for _, one in found), judged)
    return report, Run(name, folder, scores)


def _asked(row: Mapping[str, Any]) -> Asked:
    error = None if row["error"] is None else f"{row['error']['type']}: {row['error']['message']}"
    said = tuple(_said(exchange) for exchange in exchanges(row))
    return Asked(row["id"], row["kind"], tuple(row.get("tags", ())), row.get("question", ""), error, said)


def _said(exchange: Mapping[str, Any]) -> Said:
    answer: Mapping[str, Any] = exchange.get("answer") or {}
    relevant = tuple(exchange.get("relevant", ()))
    ranked = [hit["paper"]["id"] for hit in answer.get("retrieved", ())]
    timings = answer.get("timings") or {}
    return Said(
        question=exchange.get("question", ""),
        answerable=exchange.get("answerable", True),
        expected=_expected(exchange),
        text=answer.get("text", "")[:LONGEST],
        sentences=tuple((s["text"], tuple(s["citations"]), s["verdict"]) for s in answer.get("sentences", ())),
        sources=tuple(_source(source, relevant) for source in answer.get("sources", ())),
        notes=tuple(answer.get("notes", ())),
        abstained=answer.get("abstained"),
        label=exchange.get("said"),
        confidence=exchange.get("confidence"),
        scores=numbers(exchange.get("scores") or {}),
        outcome=exchange.get("outcome"),
        blame=exchange.get("blame"),
        wanted=len(relevant),
        found=tuple(rank for rank, paper in enumerate(ranked, start=1) if paper in relevant),
        retrieved=len(ranked),
        seconds=sum(timings.values()) if timings else None,
        cost=answer.get("cost"),
        broken=tuple(exchange.get("broken") or ()),
    )


def _source(source: Mapping[str, Any], relevant: Sequence[str]) -> Source:
    paper = source["paper"]
    label = paper.get("title") or " ".join(paper["abstract"].split()[:10]) + "… [untitled]"
    link = f"https://arxiv.org/abs/{paper['arxiv_id']}" if paper.get("arxiv_id") else None
    passages = tuple(passage["text"][:LONGEST] for passage in source["passages"])
    return Source(source["number"], label, link, paper["id"] in relevant, passages)


def _expected(exchange: Mapping[str, Any]) -> tuple[str, ...]:
    """What a good answer holds, as lines of text."""
    lines = [] if exchange.get("answerable", True) else ["The library cannot answer this; a refusal is right."]
    if exchange.get("label") is not None:
        lines.append(f"Label: {exchange['label']}")
    if exchange.get("reference"):
        lines.append(f"Answer: {exchange['reference'][:LONGEST]}")
    for name, title in (
        ("key_facts", "Key facts"),
        ("relevant", "Papers"),
        ("unresolved", "Papers not in the library"),
        ("must_not", "Must not be said"),
    ):
        if exchange.get(name):
            lines.append(f"{title}: {'; '.join(map(str, exchange[name]))}")
    return tuple(lines)
