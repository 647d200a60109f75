"""Asks the questions of a set and keeps the answers; stopped at any moment, it goes on where it was."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import results, runs
from eval.asking import Asker, Price
from eval.budget import Budget, feeling_the_way, while_affordable
from eval.errors import RunBusy, RunError
from eval.pool import rarely_collected
from eval.provenance import manifest_of
from eval.questions import Question, QuestionSet, require_questions
from eval.resolve import resolve_in
from eval.speed import speed_of
from eval.summary import Summary, summarise
from rag.errors import LibraryError
from rag.request import EXTRACTIVE

if TYPE_CHECKING:
    from rag.assistant import Assistant as Assistant  # noqa: PLC0414  other modules take the type from here
    from rag.settings import Settings

LOCK = "run.lock"
AT_ONCE = 4  # questions in flight at a model; quoting is bound by the processor and gains nothing
PREPARED = 8
"""Questions beyond those that are read for, and checked, while the model has as many as it may have: it never waits for one."""


@dataclass(frozen=True, slots=True)
class RunProgress:
    """`done` of `total` questions have a row, `before` of them from earlier starts; `failures` of the rows are errors.

    `cost` is what the rows cost in US dollars, as far as their price is known. `stopped` says why no more are asked.
    """

    folder: Path
    done: int
    total: int
    before: int
    failures: int
    cost: float = 0.0
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run is made, beside its set and its back end.

    `limit` asks the first questions only, `sample` draws that many with `seed`. `concurrency` is the number of questions in
    flight at a model, by default 4, or in work for quoted answers, by default 1. `retries` asks a question again after an
    error that may pass; `retry_failed` asks those that failed in an earlier start. `price` is taken where Vouch does not know
    a back end's. `overrides` are the settings given for this run, as they were written.
    """

    limit: int | None = None
    sample: int | None = None
    seed: int = 0
    concurrency: int | None = None
    retries: int = 0
    retry_failed: bool = False
    budget: Budget = field(default_factory=Budget)
    price: Price | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)


@contextmanager
def open_assistant(settings: Settings, at_once: int | None = None) -> Iterator[Assistant]:
    """The assistant over the library in `settings.home`, for an evaluation: no other back end stands in for the one that is
    evaluated, and one that fails often is asked every question all the same. `at_once` is the `concurrency` of the plans to
    come: where it is known here, the model has always so many requests to work on."""
    from rag.assistant import Assistant

    values: dict[str, Any] = {"llm_fallback": "", "llm_breaker": 0}
    if at_once is not None:
        values["llm_parallel"] = min(at_once, settings.llm_parallel)
    with Assistant.open(settings.model_copy(update=values)) as assistant:
        yield assistant


def run(
    questions: QuestionSet,
    assistant: Assistant,
    out: Path | None = None,
    *,
    llm: str | None = None,
    progress: Callable[[RunProgress], None] | None = None,
    limit: int | None = None,
    retry_failed: bool = False,
    plan: Plan | None = None,
) -> Summary:
    """Ask every question that has no row in `out` yet, append its row, and return the summary over all rows.

    `out` None means `runs.default_folder`; `llm` None the back end of the settings. `plan` says the rest; `limit` and
    `retry_failed` are its fields of that name, for those who need nothing else. A question on which the back end fails
    becomes a row with its error.

    Raises QuestionSetError where there is no question, LibraryError where there is no paper, RunChanged where `out` belongs
    to another run, RunBusy where another process is at it, and what no question could escape, such as BackendMissing, before
    anything is written. KeyboardInterrupt leaves a folder that can be resumed.
    """
    plan = plan or Plan(limit=limit, retry_failed=retry_failed)
    require_questions(questions)
    if not assistant.count():
        raise LibraryError(
            f"The library in {assistant.settings.home} holds no paper.", remedy="Load papers first: vouch ingest FILES."
        )
    manifest = manifest_of(
        questions, assistant, llm=llm, limit=plan.limit, sample=plan.sample, seed=plan.seed, overrides=plan.overrides
    )
    folder = out if out is not None else runs.default_folder(assistant.settings.home, manifest)
    report = progress or (lambda _: None)
    with _locked(folder):
        manifest, is_new = _enter(folder, manifest)
        if plan.retry_failed:
            results.set_failures_aside(folder)
        state, answered, dearest = _so_far(folder)
        plan.budget.spent += state.cost
        plan.budget.dearest = max(plan.budget.dearest, dearest)
        pending = [(at, q) for at, q in chosen(questions, plan) if q.id not in answered]
        state = replace(state, total=state.done + len(pending))
        report(state)
        if pending:
            _require_usable(manifest.llm, assistant, plan)
            _begin(folder, manifest, is_new)
            asker = _asker(pending, questions, assistant, manifest.llm, plan)
            state = _ask_all(pending, asker, folder=folder, plan=plan, state=state, report=report)
        summary = summarise(results.read_rows(folder))
        if state.done >= state.total:
            runs.write_summary(folder, summary)
            results.replace_file(folder / runs.SPEED, [speed_of(results.read_rows(folder)).to_json()])
    return summary


def chosen(questions: QuestionSet, plan: Plan) -> list[tuple[int, Question]]:
    """The questions to ask with their places in the set, in its order. A larger sample with the same seed holds a smaller
    one, so that a run can be widened."""
    numbered = list(enumerate(questions.questions))
    if plan.sample is not None:
        drawn = sorted(numbered, key=lambda own: hashlib.sha256(f"{plan.seed}:{own[1].id}".encode()).digest())[: plan.sample]
        numbered = sorted(drawn, key=lambda own: own[0])
    return numbered[: plan.limit]


def _require_usable(llm: str, assistant: Assistant, plan: Plan) -> None:
    """Raise what no question could escape, so that a back end which cannot be used at all leaves no run behind."""
    if llm == EXTRACTIVE:
        return
    from rag.backends import check_backend, open_backend
    from rag.backends.prices import price

    check_backend(llm, assistant.settings)
    assistant.make_ready()  # while the libraries that speak to the back end are imported
    open_backend(llm, assistant.settings)
    if plan.budget.most < math.inf and plan.price is None and price(llm) is None:
        remedy = "Give it with --price PROMPT/COMPLETION, in dollars per million tokens."
        raise RunError(f"No price is known for {llm}, so that --max-cost cannot hold.", remedy=remedy)


def _so_far(folder: Path) -> tuple[RunProgress, set[str], float]:
    """What earlier starts left, the ids that have a row, and the cost of the dearest row."""
    ids: set[str] = set()
    failures, costs = 0, [0.0]
    for row in results.read_rows(folder):
        ids.add(row["id"])
        failures += row["error"] is not None
        costs.append(results.cost_of(row))
    return RunProgress(folder, len(ids), len(ids), len(ids), failures, math.fsum(costs)), ids, max(costs)


def _asker(pending: list[tuple[int, Question]], questions: QuestionSet, assistant: Assistant, llm: str, plan: Plan) -> Asker:
    named = (ref for _, q in pending for ref in (*(r for turn in q.asked for r in turn.papers), *q.without, *q.planted))
    found = resolve_in(named, assistant.papers)
    return Asker(assistant, found, llm, labels=questions.labels, retries=plan.retries, price=plan.price)


def _ask_all(
    pending: list[tuple[int, Question]],
    asker: Asker,
    *,
    folder: Path,
    plan: Plan,
    state: RunProgress,
    report: Callable[[RunProgress], None],
) -> RunProgress:
    """Ask what is pending and append a row for each; returns how far it got."""
    attempts = results.read_attempts(folder)

    def work(item: tuple[int, Question]) -> dict[str, Any]:
        return asker.row(*item, attempts.get(item[1].id, ()))

    at_once = plan.concurrency or (1 if asker.llm == EXTRACTIVE else AT_ONCE)
    kept_busy = asker.llm != EXTRACTIVE and asker.assistant.settings.llm_parallel <= at_once
    workers = at_once + PREPARED if kept_busy and at_once > 1 else at_once
    waiting = while_affordable(pending, plan.budget)
    with rarely_collected(), closing(feeling_the_way(work, waiting, workers, asker.stop, plan.budget)) as rows:
        for row in rows:
            results.append(folder, row)
            cost = results.cost_of(row)
            plan.budget.end(cost)
            failed = row["error"] is not None
            state = replace(state, done=state.done + 1, failures=state.failures + failed, cost=state.cost + cost)
            report(state)
    if plan.budget.exhausted and state.done < state.total:
        spent = f"the budget of ${plan.budget.most:g} leaves no room for another question (${plan.budget.spent:.4f} spent)"
        state = replace(state, stopped=spent)
        report(state)
    return state


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the folder, made if need be; the lock ends with the process, however that ends."""
    from filelock import FileLock, Timeout

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK, timeout=0)
        lock.acquire()
    except Timeout:
        raise RunBusy(f"{folder} is being written by another run.", remedy="Wait for it, or give another --out.") from None
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror}.", remedy="Choose another --out.") from error
    try:
        yield
    finally:
        lock.release()


def _enter(folder: Path, manifest: runs.Manifest) -> tuple[runs.Manifest, bool]:
    """The manifest to go on with, and whether the run is new. A half-written row of an earlier start is cut off."""
    earlier = runs.read_manifest(folder)
    if earlier is None:
        if (folder / results.RESULTS).exists():
            raise RunError(
                f"{folder} has results but no {runs.MANIFEST} that says what they are of.", remedy="Give another --out."
            )
        return manifest, True
    runs.require_same(folder, earlier, manifest)
    results.repair(folder)
    return (replace(earlier, limit=manifest.limit) if manifest.total > earlier.total else earlier), False


def _begin(folder: Path, manifest: runs.Manifest, is_new: bool) -> None:
    """Write down what the rows to come are of; an earlier summary no longer covers the run."""
    if is_new or runs.read_manifest(folder) != manifest:
        runs.write_manifest(folder, manifest)
    (folder / runs.SUMMARY).unlink(missing_ok=True)
