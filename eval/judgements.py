"""judgements.jsonl in a run's folder: what LLM judges said of its answers, each asked once and paid for once.

A line is one object:

    judge, metric                  the back end that judged, and how (`eval.judges.METRICS`)
    id, turn                       the question, and the exchange's place in it
    case                           digest of everything the judge was shown: another answer is another case
    against                        for `pairwise` the name of the other run, else null
    score                          0..1, null where the reply could not be read or none came
    replies                        the judge's words
    problem                        null, "not readable", or {type, message} of the error
    prompt_tokens, completion_tokens, cost    of all calls; cost in US dollars, null where the price is unknown

Of several lines on one case the last counts. No score is shown without `eval.agreement`'s line on the judge.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval import metrics
from eval.errors import RunError
from eval.judges import METRICS, Case, Metric, case_from, judge
from eval.runs import open_run
from eval.summary import exchanges
from rag.backends import prices
from rag.backends.base import Backend
from rag.errors import BackendError, BackendMissing, BackendRefused, BackendUnknown

JUDGEMENTS = "judgements.jsonl"
NOT_READABLE = "not readable"
HOPELESS = (BackendMissing, BackendUnknown, BackendRefused)  # would be the same for every question

Row = dict[str, Any]
Key = tuple[str, str, str, int, str]


@dataclass(frozen=True, slots=True)
class Task:
    """One case for one metric. `against` names the run of the other answer."""

    metric: Metric
    id: str
    turn: int
    case: Case
    against: str | None = None

    def key(self, judged_by: str) -> Key:
        """What a judgement is known by."""
        return judged_by, self.metric.name, self.id, self.turn, digest(self.case)


@dataclass(frozen=True, slots=True)
class JudgeProgress:
    """`done` of `total` cases are judged, `before` of them from earlier starts; of all of them `unread` gave no readable
    reply and `failed` no reply, the first of these because of `why`."""

    done: int
    total: int
    before: int
    unread: int
    failed: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class JudgedFigure:
    """The mean score of one judge over `n` answers, with its 95 % bootstrap interval over questions; None where none could be
    read. `least` and `most` are the means had the `unread` and `failed` ones all been 0 or 1, None where there are none."""

    judge: str
    metric: str
    against: str | None
    n: int
    unread: int
    failed: int
    value: float | None
    low: float | None
    high: float | None
    least: float | None
    most: float | None
    cost: float | None


def tasks(folder: Path, names: Sequence[str], against: Path | None = None) -> list[Task]:
    """What there is to judge in a run. Refusals, failures, and answers that lack what a metric needs are left out."""
    unknown = [name for name in names if name not in METRICS]
    if unknown:
        raise RunError(f"There is no judge called {unknown[0]!r}.", remedy=f"Choose from: {', '.join(METRICS)}.")
    if "pairwise" in names and against is None:
        raise RunError("pairwise holds answers against those of another run.", remedy="Name it with --against RUN.")
    others: dict[str, Sequence[Mapping[str, Any]]] = {}
    if against is not None and "pairwise" in names:
        others = {row["id"]: exchanges(row) for row in open_run(against).rows()}
    found = []
    for row in open_run(folder).rows():
        for turn, exchange in enumerate(exchanges(row)):
            if exchange.get("scores") is None:
                continue
            for name in names:
                other: Mapping[str, Any] | None = None
                if name == "pairwise":
                    turns = others.get(row["id"], ())
                    other = turns[turn].get("answer") if turn < len(turns) else None
                case = case_from(exchange, other)
                if case is not None and METRICS[name].applies(case) and case.answer != case.other:
                    found.append(
                        Task(METRICS[name], row["id"], turn, case, against.resolve().name if other and against else None)
                    )
    return found


def judge_all(
    folder: Path,
    todo: Sequence[Task],
    backend: Backend,
    *,
    concurrency: int = 4,
    retry: bool = False,
    max_cost: float | None = None,
    progress: Callable[[JudgeProgress], None] | None = None,
) -> None:
    """Judge every task that has no judgement in `folder` yet, and append what comes.

    Cases on which the back end failed are asked again every time, unreadable ones only with `retry`. A budget of `max_cost`
    dollars for this start ends it early; so does KeyboardInterrupt, after the replies under way have been kept. Raises
    BackendMissing, BackendUnknown and BackendRefused, which would be the same for every case.
    """
    known = {key_of(row): row for row in read_rows(folder)}
    kept = {task.key(backend.name): known.get(task.key(backend.name)) for task in todo}
    pending = [task for task in todo if not is_done(kept[task.key(backend.name)], retry=retry)]
    state = progress_of(kept, len(pending))
    (progress or _silent)(state)
    spent = 0.0
    pool = ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="vouch-judge")
    under_way: dict[Future[Row], Task] = {}
    waiting = iter(pending)
    try:
        for task in waiting:
            under_way[pool.submit(ask, task, backend)] = task
            if len(under_way) < concurrency:
                continue
            spent += settle(folder, under_way, kept, backend.name)
            (progress or _silent)(progress_of(kept, len(pending)))
            if max_cost is not None and spent >= max_cost:
                break
        while under_way:
            settle(folder, under_way, kept, backend.name)
            (progress or _silent)(progress_of(kept, len(pending)))
    finally:
        while under_way:  # replies on their way are paid for already
            with suppress(*HOPELESS):
                settle(folder, under_way, kept, backend.name)
        pool.shutdown()


def settle(folder: Path, under_way: dict[Future[Row], Task], kept: dict[Key, Row | None], judged_by: str) -> float:
    """Keep what is finished, waiting for at least one; returns its cost. Raises the first of its HOPELESS errors at the end."""
    finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
    cost, problem = 0.0, None
    for future in finished:
        task = under_way.pop(future)
        try:
            row = future.result()
        except HOPELESS as error:
            problem = problem or error
            continue
        append(folder, row)
        kept[task.key(judged_by)] = row
        cost += row["cost"] or 0.0
    if problem is not None:
        raise problem
    return cost


def ask(task: Task, backend: Backend) -> Row:
    """The line of one case."""
    row: Row = dict(zip(("judge", "metric", "id", "turn", "case"), task.key(backend.name), strict=True))
    row |= {"against": task.against, "score": None, "replies": [], "problem": NOT_READABLE}
    row |= {"prompt_tokens": 0, "completion_tokens": 0, "cost": None}
    try:
        judged = judge(task.metric, task.case, backend)
    except HOPELESS:
        raise
    except BackendError as error:
        return {**row, "problem": {"type": type(error).__name__, "message": str(error)}}
    row |= {"score": judged.score, "replies": list(judged.replies), "cost": prices.cost(backend.name, judged.tokens)}
    row |= {"prompt_tokens": judged.tokens.prompt, "completion_tokens": judged.tokens.completion}
    return row if judged.score is None else {**row, "problem": None}


def digest(case: Case) -> str:
    """16 hex digits of everything the judge is shown."""
    return hashlib.sha256(json.dumps(asdict(case), sort_keys=True).encode()).hexdigest()[:16]


def key_of(row: Mapping[str, Any]) -> Key:
    """What a line is known by."""
    return row["judge"], row["metric"], row["id"], row["turn"], row["case"]


def is_done(row: Mapping[str, Any] | None, *, retry: bool) -> bool:
    """Whether a case need not be asked (again)."""
    return row is not None and (row["problem"] is None or (row["problem"] == NOT_READABLE and not retry))


def progress_of(kept: Mapping[Key, Row | None], pending: int) -> JudgeProgress:
    """Counts over all cases of this start."""
    rows = [row for row in kept.values() if row is not None]
    unread = sum(row["problem"] == NOT_READABLE for row in rows)
    faults = [row["problem"]["message"] for row in rows if isinstance(row["problem"], dict)]
    return JudgeProgress(len(rows), len(kept), len(kept) - pending, unread, len(faults), faults[0] if faults else "")


def read_rows(folder: Path) -> Iterator[Row]:
    """The lines of a folder; one that a kill cut off is left out."""
    path = folder / JUDGEMENTS
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                row = json.loads(line)
                key_of(row)
            except (ValueError, KeyError, TypeError):
                continue
            yield row


def append(folder: Path, row: Mapping[str, Any]) -> None:
    """Add one line and wait until it is on the disk. RunError where it cannot be written."""
    path = folder / JUDGEMENTS
    try:
        with path.open("ab+") as file:
            torn = file.tell() > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
            file.write((b"\n" if torn else b"") + json.dumps(row, ensure_ascii=False, allow_nan=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror}.", remedy="Make room, then start it again.") from error


def figures(folder: Path, rows: Sequence[Mapping[str, Any]] | None = None) -> list[JudgedFigure]:
    """What the judges say of the run as a whole, a figure for each judge, metric and run held against."""
    last = {key_of(row): row for row in (read_rows(folder) if rows is None else rows)}
    sorts: defaultdict[tuple[str, str, str | None], list[Mapping[str, Any]]] = defaultdict(list)
    for row in last.values():
        sorts[row["judge"], row["metric"], row.get("against")].append(row)
    order = sorted(sorts, key=lambda one: (one[0], list(METRICS).index(one[1]) if one[1] in METRICS else 99, one[2] or ""))
    return [figure(*one, sorts[one]) for one in order]


def figure(judged_by: str, metric: str, against: str | None, rows: Sequence[Mapping[str, Any]]) -> JudgedFigure:
    """The figure of these lines."""
    by_question: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row["score"] is not None:
            by_question[row["id"]].append(row["score"])
    groups = [by_question[key] for key in sorted(by_question)]
    values = [value for group in groups for value in group]
    unread = sum(row["problem"] == NOT_READABLE for row in rows)
    failed = len(rows) - len(values) - unread
    costs = [row["cost"] for row in rows]
    low, high = metrics.mean_interval(groups) if groups else (None, None)
    return JudgedFigure(
        judged_by,
        metric,
        against,
        len(values),
        unread,
        failed,
        metrics.mean(values) if values else None,
        low,
        high,
        sum(values) / len(rows) if unread + failed else None,
        (sum(values) + unread + failed) / len(rows) if unread + failed else None,
        None if None in costs else sum(costs),
    )


def _silent(_: JudgeProgress) -> None:
    """Progress that nobody wants to see."""
