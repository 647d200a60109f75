"""How far an LLM judge agrees with people, on pairs of answers that people have voted on.

The votes are a file of JSON lines, two or more lines a pair: `query`, `gt_answer` (the reference), `model1.response`,
`model2.response`, `overall_label` (-2 the first is much better … 2 the second), `instance_id`. Agreement is Pearson's r between
preferences and single votes; with the same measure two people agree by 0.70 and the difference in token F1 with people by 0.51.
A judge prefers by its `pairwise` verdict, or by the difference of two `correctness` scores. What a judge said is kept in
`<home>/runs/calibration/`, so that a second start pays for nothing twice; so is the outcome, and `line` puts it into words.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from pathlib import Path
from typing import Any

from eval import judgements, results
from eval.errors import RunError
from eval.judgements import JudgeProgress, Task, judge_all
from eval.judges import METRICS, Case
from eval.runs import RUNS
from eval.statistics import correlation
from rag.backends.base import Backend

CALIBRATION = "calibration"
OUTCOME = "agreement.json"
VOTES = Path(__file__).resolve().parents[2] / "shared" / "bench" / "ragchecker" / "human_pairs.jsonl.gz"
"""Where the votes lie beside the project."""

CALIBRATED = ("pairwise", "correctness")
NOT_CALIBRATED = "not calibrated"
RESAMPLES = 1_000
SEED = 20_240_611


@dataclass(frozen=True, slots=True)
class VotedPair:
    """Two answers to one question and people's votes, -2 (the first is much better) to 2."""

    id: str
    question: str
    reference: str
    first: str
    second: str
    votes: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pearson's r of a judge's preferences with single votes over `pairs` pairs, with its 95 % bootstrap interval; beside it
    that of token F1 and that of people among each other on the same pairs. `unread` and `failed` pairs have no preference.
    A correlation that is not defined is None."""

    judge: str
    metric: str
    votes: str
    pairs: int
    unread: int
    failed: int
    r: float | None
    low: float | None
    high: float | None
    token_f1: float | None
    people: float | None


def read_votes(path: Path) -> list[VotedPair]:
    """The pairs of a file, gzipped or not. Raises RunError where it cannot be read or a line lacks a field."""
    found: dict[str, VotedPair] = {}
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            for line, text in enumerate(file, start=1):
                try:
                    row = json.loads(text)
                    given = (row["query"], row["gt_answer"], row["model1"]["response"], row["model2"]["response"])
                    key, vote = str(row["instance_id"]), float(row["overall_label"])
                except (ValueError, KeyError, TypeError) as error:
                    said = f"{path}, line {line}: no vote ({error!r})."
                    raise RunError(said, remedy="Each line needs query, gt_answer, model1, model2, overall_label.") from None
                before = found[key].votes if key in found else ()
                found[key] = VotedPair(key, *given, votes=(*before, vote))
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}.", remedy="Name a file of votes with --votes.") from error
    return list(found.values())


def calibrate(
    pairs: Sequence[VotedPair],
    backend: Backend,
    metric: str,
    home: Path,
    *,
    source: str = "",
    concurrency: int = 4,
    max_cost: float | None = None,
    progress: Callable[[JudgeProgress], None] | None = None,
) -> Agreement:
    """Have the judge decide every pair, and keep the outcome for `line`. Errors are those of `judgements.judge_all`."""
    if metric not in CALIBRATED:
        raise RunError(f"{metric!r} says nothing of which answer is better.", remedy=f"Choose from: {', '.join(CALIBRATED)}.")
    folder = folder_of(home, backend.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror}.", remedy="Set VOUCH_HOME to another folder.") from error
    todo = [task for pair in pairs for task in cases(pair, metric)]
    judge_all(folder, todo, backend, concurrency=concurrency, max_cost=max_cost, progress=progress)
    rows = {judgements.key_of(row): row for row in judgements.read_rows(folder)}
    found = agreement(pairs, backend.name, metric, [rows.get(task.key(backend.name)) for task in todo], source)
    kept = {one.metric: one for one in outcomes(home, backend.name)} | {metric: found}
    text = json.dumps([asdict(one) for one in kept.values()], indent=1, ensure_ascii=False, allow_nan=False)
    results.replace_file(folder / OUTCOME, [text + "\n"])
    return found


def cases(pair: VotedPair, metric: str) -> list[Task]:
    """What the judge is asked about a pair: once, in both orders, or about each answer."""
    if metric == "pairwise":
        return [Task(METRICS[metric], pair.id, 0, Case(pair.question, pair.first, (), pair.reference, pair.second))]
    return [
        Task(METRICS[metric], pair.id, side, Case(pair.question, answer, (), pair.reference))
        for side, answer in enumerate((pair.first, pair.second))
    ]


def agreement(
    pairs: Sequence[VotedPair], judged_by: str, metric: str, rows: Sequence[Mapping[str, Any] | None], source: str = ""
) -> Agreement:
    """The figures from the judge's lines, one or two a pair, in the order of `cases`; None where a case was not asked."""
    each = len(rows) // len(pairs) if pairs else 1
    unread = failed = 0
    decided: list[tuple[VotedPair, float]] = []
    for number, pair in enumerate(pairs):
        own = rows[number * each : (number + 1) * each]
        scores = [row["score"] for row in own if row is not None]
        if len(scores) == each and None not in scores:
            decided.append((pair, 1 - 2 * scores[0] if metric == "pairwise" else scores[1] - scores[0]))
        elif any(row is not None and row["problem"] == judgements.NOT_READABLE for row in own):
            unread += 1
        elif any(row is not None for row in own):
            failed += 1
    low, high = interval(decided)
    chosen = [pair for pair, _ in decided]
    return Agreement(
        judged_by,
        metric,
        source,
        len(decided),
        unread,
        failed,
        with_votes(decided),
        low,
        high,
        with_votes([(p, plain_f1(p.second, p.reference) - plain_f1(p.first, p.reference)) for p in chosen]),
        among_people(chosen),
    )


def with_votes(preferences: Sequence[tuple[VotedPair, float]]) -> float | None:
    """Pearson's r of preferences (positive for the second answer) with each single vote."""
    both = [(preferred, vote) for pair, preferred in preferences for vote in pair.votes]
    return correlation([one for one, _ in both], [vote for _, vote in both])


def among_people(pairs: Sequence[VotedPair]) -> float | None:
    """Pearson's r of two votes on the same pair, over all pairs of votes."""
    both = [two for pair in pairs for two in combinations(pair.votes, 2)]
    return correlation([one for one, _ in both], [other for _, other in both])


def interval(decided: Sequence[tuple[VotedPair, float]]) -> tuple[float | None, float | None]:
    """The 95 % percentile bootstrap interval of `with_votes`, drawing whole pairs."""
    import numpy as np

    random = np.random.default_rng(SEED)
    drawn = (random.integers(len(decided), size=len(decided)) for _ in range(RESAMPLES if decided else 0))
    values = [r for r in (with_votes([decided[n] for n in draw]) for draw in drawn) if r is not None]
    if len(values) < RESAMPLES // 2:
        return None, None
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def plain_f1(text: str, reference: str) -> float:
    """Token F1 over all words, none left out: the measure that the published 0.51 is of (`metrics.token_f1` drops articles)."""
    given, wanted = (Counter(re.findall(r"[^\W_]+", one.lower())) for one in (text, reference))
    return 2 * (given & wanted).total() / max(1, given.total() + wanted.total())


def folder_of(home: Path, judged_by: str) -> Path:
    """Where a judge's calibration is kept."""
    return home / RUNS / CALIBRATION / re.sub(r"[^\w.]+", "-", judged_by).strip("-.")


def outcomes(home: Path, judged_by: str) -> list[Agreement]:
    """The kept outcomes of a judge, one a metric."""
    try:
        rows = json.loads((folder_of(home, judged_by) / OUTCOME).read_text(encoding="utf-8"))
        found = [Agreement(**{f.name: row[f.name] for f in fields(Agreement)}) for row in rows]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [one for one in found if one.judge == judged_by]


def line(home: Path, judged_by: str, metric: str) -> str:
    """What must stand beside every score of this judge: its agreement with people, or that it is not calibrated."""
    kept = {one.metric: one for one in outcomes(home, judged_by)}
    if metric in kept:
        return told(kept[metric])
    others = " ".join(told(one) for one in kept.values())
    return f"{judged_by}, {metric}: {NOT_CALIBRATED}." + (f" But: {others}" if others else "")


def lines(home: Path, judged_by: str, metrics: Iterable[str]) -> list[str]:
    """`line` for several metrics of a judge, what is known of it told once."""
    kept = {one.metric: one for one in outcomes(home, judged_by)}
    unknown = [metric for metric in dict.fromkeys(metrics) if metric not in kept]
    first = [f"{judged_by}, {', '.join(unknown)}: {NOT_CALIBRATED}."] if unknown else []
    return [*first, *map(told, kept.values())]


def told(found: Agreement) -> str:
    """The outcome as one sentence."""
    if found.r is None:
        return f"{found.judge}, {found.metric}: {NOT_CALIBRATED} ({found.pairs} pairs decided, no correlation)."
    ends = f" ({found.low:.2f} to {found.high:.2f})" if found.low is not None and found.high is not None else ""
    beside = [f"token F1 {found.token_f1:.2f}"] if found.token_f1 is not None else []
    beside += [f"people with each other {found.people:.2f}"] if found.people is not None else []
    lost = [f"{found.unread} not readable"] if found.unread else []
    lost += [f"{found.failed} failed"] if found.failed else []
    counted = ", ".join([f"{found.pairs} pairs", *lost])
    said = f"{found.judge}, {found.metric}: agrees with people by r = {found.r:.2f}{ends} over {counted}"
    return f"{said}; {', '.join(beside)}." if beside else f"{said}."
