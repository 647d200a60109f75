"""The same questions under harder conditions, each more and more: what breaks, and how soon.

typos          words of the question misspelt
paraphrases    the question in another frame, with other words, as key words alone
distractors    abstracts added that read like the library's and are about nothing, or other papers from files
contradictions for every paper that a question names, papers planted that claim the opposite
removed        the named papers taken out; who has lost all of them must be refused

Every condition is a run of its own in the output folder, and resumes as runs do. The library is a temporary one made of the
user's papers: all that questions name, and the rest up to a limit. The user's own is only read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import metrics, perturb, results, runner
from eval.groups import Figure
from eval.questions import Question, QuestionSet
from eval.resolve import Resolution
from eval.results import exchanges
from eval.runner import Plan, RunProgress
from eval.temporary import library
from rag.errors import ReadError
from rag.paper import Paper
from rag.settings import Settings

if TYPE_CHECKING:
    from eval.runner import Assistant

REPORT = "robustness.json"
AS_IS = "as-is"
MOST_PAPERS = 2_000
FIGURES = ("right", "fact_recall", "label_accuracy", "hit@1", "citation_recall", "answered")
REMOVED_FIGURES = ("rightly_refused", "wrongly_refused")
CITES_PLANTED = "cites_planted"


@dataclass(frozen=True, slots=True)
class Levels:
    """How far each condition goes: typos a question, levels of `perturb.paraphrase`, abstracts added in all, contradicting
    papers for each named one, shares of the named papers removed."""

    typos: tuple[int, ...] = (1, 2, 4)
    paraphrases: tuple[int, ...] = (1, 2, 3)
    distractors: tuple[int, ...] = (50, 200)
    contradictions: tuple[int, ...] = (1, 2)
    removed: tuple[float, ...] = (0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Point:
    """One run of a curve: `figures` are the means with intervals that apply, `failures` questions without an answer."""

    level: float
    run: str
    questions: int
    failures: int
    figures: dict[str, Figure]


@dataclass(frozen=True, slots=True)
class Curve:
    """One condition; the first point is the set as it is, at level 0."""

    name: str
    unit: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Robustness:
    """All curves of a set. `notes` tell what has to be known, such as papers left out of the temporary library."""

    set_name: str
    llm: str
    papers: int
    curves: tuple[Curve, ...]
    notes: tuple[str, ...]

    def to_json(self) -> str:
        """The text of robustness.json."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


@dataclass(slots=True)
class Bench:
    """The temporary library, and what is asked of it."""

    assistant: Assistant
    questions: QuestionSet
    gold: Resolution
    out: Path
    llm: str | None
    plan: Plan
    seed: int
    progress: Callable[[str, RunProgress], None]
    notes: list[str]

    def gold_ids(self, question: Question) -> list[str]:
        """The named papers of a question that the library held at first."""
        refs = [ref for turn in question.asked for ref in turn.papers]
        return list(dict.fromkeys(self.gold.ids[ref] for ref in refs if ref in self.gold.ids))

    def run(
        self, name: str, level: float, questions: Sequence[Question], figures: Sequence[str], planted: Iterable[str] = ()
    ) -> Point:
        """Ask the questions under a condition and take its point."""
        text = json.dumps([self.questions.hash, self.seed, name, [question.question for question in questions]])
        digest = sha256(text.encode()).hexdigest()[:16]
        path = self.questions.path.with_name(f"{self.questions.path.stem}-{name}.jsonl")
        given = replace(self.questions, path=path, hash=digest, questions=tuple(questions))
        folder = self.out / name
        summary = runner.run(
            given, self.assistant, folder, llm=self.llm, plan=self.plan, progress=lambda state: self.progress(name, state)
        )
        found = {figure: summary.overall.figures[figure] for figure in figures if figure in summary.overall.figures}
        if planted and (share := share_citing(folder, set(planted))) is not None:
            found[CITES_PLANTED] = share
        return Point(level, name, summary.overall.questions, summary.overall.failures, found)

    def add(self, papers: Sequence[Paper], what: str) -> list[str]:
        """Put papers into the library; returns the ids of those that are new. What was merged is noted."""
        before = {paper.id for paper in self.assistant.papers()}
        self.assistant.add(papers, name=what)
        new = [paper.id for paper in self.assistant.papers() if paper.id not in before]
        if len(new) < len(papers):
            self.notes.append(f"{len(papers) - len(new)} of {len(papers)} {what} were taken for papers that were there.")
        return new


def robustness(
    questions: QuestionSet,
    settings: Settings,
    out: Path,
    *,
    llm: str | None = None,
    levels: Levels | None = None,
    distractors: Sequence[Path] = (),
    most_papers: int = MOST_PAPERS,
    seed: int = 0,
    plan: Plan | None = None,
    progress: Callable[[str, RunProgress], None] | None = None,
) -> Robustness:
    """Run the set under every condition and write robustness.json into `out`.

    `distractors` are files of other papers; without them they are mixed from sentences of papers that no question names.
    Raises RunError where no question names a paper of the library, and what `runner.run` raises.
    """
    notes: list[str] = []
    with library(questions, settings, most_papers, seed, notes) as (assistant, gold):
        bench = Bench(assistant, questions, gold, out, llm, plan or Plan(), seed, progress or _silent, notes)
        chosen = levels or Levels()
        papers = assistant.count()
        start = bench.run(AS_IS, 0, questions.questions, FIGURES)
        curves = [
            Curve("typos", "misspelt words a question", (start, *reworded(bench, "typos", chosen.typos))),
            Curve("paraphrases", "how far from the wording", (start, *reworded(bench, "paraphrases", chosen.paraphrases))),
            Curve(
                "contradictions", "contradicting papers for each named one", (start, *contradicted(bench, chosen.contradictions))
            ),
            Curve("distractors", "abstracts added", (start, *distracted(bench, chosen.distractors, distractors))),
            Curve("removed", "share of the named papers removed", tuple(removed(bench, (0.0, *chosen.removed)))),
        ]
    kept = tuple(curve for curve in curves if len(curve.points) > 1)
    found = Robustness(questions.path.name, llm or settings.llm, papers, kept, tuple(dict.fromkeys(notes)))
    results.replace_file(out / REPORT, [found.to_json()])
    return found


def reworded(bench: Bench, name: str, levels: Sequence[int]) -> Iterator[Point]:
    """The questions with typos, or paraphrased."""
    for level in levels:

        def change(text: str, level: int = level) -> str:
            return perturb.typos(text, level, bench.seed) if name == "typos" else perturb.paraphrase(text, level)

        yield bench.run(f"{name}-{level}", level, [perturb.reworded(q, change) for q in bench.questions], FIGURES)


def contradicted(bench: Bench, levels: Sequence[int]) -> Iterator[Point]:
    """Papers planted that claim the opposite of the named ones."""
    papers = [paper for paper in bench.assistant.papers() if paper.id in set(bench.gold.ids.values())]
    planted: list[str] = []
    done = 0
    for level in levels:
        more = [perturb.contradiction(paper, copy, bench.seed) for copy in range(done, level) for paper in papers]
        planted += bench.add(more, "contradicting papers")
        done = level
        yield bench.run(f"contradictions-{level}", level, bench.questions.questions, FIGURES, planted)
    bench.assistant.remove(planted)


def distracted(bench: Bench, levels: Sequence[int], files: Sequence[Path]) -> Iterator[Point]:
    """Other abstracts added."""
    named = set(bench.gold.ids.values())
    lenders = [paper for paper in bench.assistant.papers() if paper.id not in named]
    if not files and len(lenders) < perturb.MIXED_FROM:
        bench.notes.append("Too few papers that no question names: distractors are left out; give files with --distractors.")
        return
    most = max(levels, default=0)
    supply = read_papers(files) if files else (perturb.distractor(lenders, number, bench.seed) for number in range(most))
    given = list(islice(supply, most))
    if len(given) < most:
        bench.notes.append(f"The files of distractors hold {len(given)} papers, {most} were asked for.")
    added: list[str] = []
    done = 0
    for level in levels:
        added += bench.add(given[done:level], "distractors")
        done = level
        yield bench.run(f"distractors-{level}", min(level, len(given)), bench.questions.questions, FIGURES)
    bench.assistant.remove(added)


def removed(bench: Bench, shares: Sequence[float]) -> Iterator[Point]:
    """The named papers taken out, more and more. Dialogues and questions without a paper take no part; who lost some of
    several papers is left out, for neither an answer nor a refusal is wrong then."""
    named = sorted(set(bench.gold.ids.values()))
    perturb.generator("removed", bench.seed).shuffle(named)
    asked = [(question, bench.gold_ids(question)) for question in bench.questions if not question.turns]
    gone: set[str] = set()
    for share in shares:
        leaving = set(named[: math.ceil(share * len(named))]) - gone
        if leaving and len(leaving) >= bench.assistant.count():
            bench.notes.append(f"The questions name every paper: a share of {share:g} removed would leave no library.")
            break
        if leaving:
            bench.assistant.remove(sorted(leaving))
            gone |= leaving
        questions = []
        for question, papers in asked:
            lost = gone.intersection(papers)
            if papers and len(lost) in (0, len(papers)):
                questions.append(unanswerable(question) if lost else question)
        if questions:
            yield bench.run(f"removed-{round(100 * share)}", share, questions, REMOVED_FIGURES)


def unanswerable(question: Question) -> Question:
    """The question after its papers have gone: only a refusal is right."""
    return replace(question, answerable=False, papers=(), key_facts=(), answer=None, label=None, evidence=())


def read_papers(files: Sequence[Path]) -> Iterator[Paper]:
    """The papers in files; records that cannot be read are left out."""
    from rag.readers import expand, read_file

    for file in expand(files):
        if not isinstance(file, ReadError):
            yield from (record for record in read_file(file) if isinstance(record, Paper))


def share_citing(folder: Path, planted: set[str]) -> Figure | None:
    """The share of answers given that cite one of these papers, None where none was given."""
    values: dict[str, list[float]] = {}
    for row in results.read_rows(folder):
        for exchange in exchanges(row):
            answer: dict[str, Any] | None = exchange.get("answer")
            if answer is not None and not answer["abstained"]:
                cited = {source["paper"]["id"] for source in answer["sources"]}
                values.setdefault(row["id"], []).append(float(bool(cited & planted)))
    if not values:
        return None
    groups = [values[key] for key in sorted(values)]
    flat = [value for group in groups for value in group]
    return Figure(metrics.mean(flat), len(flat), *metrics.mean_interval(groups))


def _silent(_: str, __: RunProgress) -> None:
    """Progress that nobody wants to see."""
