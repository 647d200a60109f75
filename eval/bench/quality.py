"""How good rankings are, with intervals, and whether one is better than another on the same queries. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.bench.judged import Qrels
from eval.metrics import bootstrap_interval, mean
from eval.statistics import permutation

MEASURES = ("ndcg@10", "recall@10", "recall@100", "mrr@10")
COMPARED = ("ndcg@10", "recall@10")
"""Measures whose differences are tested."""

Ranking = Sequence[str]
"""Paper ids, best first, each once."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over queries with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of paired differences with its 95 % bootstrap interval, and the permutation test's two-sided p."""

    mean: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class SetResult:
    """`estimates`: ranker -> measure -> mean; `differences`: ranker -> measure -> Vouch minus it."""

    name: str
    papers: int
    queries: int
    estimates: Mapping[str, Mapping[str, Estimate]]
    differences: Mapping[str, Mapping[str, Difference]]

    def to_dict(self) -> dict[str, Any]:
        """All fields, ready for JSON."""
        return asdict(self)


def values(rankings: Mapping[str, Ranking], qrels: Qrels) -> dict[str, list[float]]:
    """Measure -> one value a query in the order of `qrels`, computed by ir_measures.

    ndcg@10     graded gains, not exponential: sum of grade / log2(rank + 1), over that of the ideal order
                (Järvelin and Kekäläinen, TOIS 20(4), 2002)
    recall@k    share of the relevant papers among the first k
    mrr@10      1 / rank of the first relevant paper, 0 beyond rank 10

    A query without a ranking counts 0. Raises ValueError where a query has no relevant paper.
    """
    import ir_measures
    from ir_measures import RR, R, nDCG

    if empty := [query for query, grades in qrels.items() if not any(grade > 0 for grade in grades.values())]:
        raise ValueError(f"no relevant paper for {len(empty)} queries, {empty[0]!r} among them: they have no figures")
    measures = {nDCG @ 10: "ndcg@10", R @ 10: "recall@10", R @ 100: "recall@100", RR @ 10: "mrr@10"}
    # Scores only carry the order: ir_measures breaks ties by id, so no two may be equal.
    run = {query: {paper: -float(n) for n, paper in enumerate(dict.fromkeys(rankings.get(query, ())))} for query in qrels}
    found = {name: dict.fromkeys(qrels, 0.0) for name in MEASURES}
    for value in ir_measures.iter_calc(list(measures), {q: dict(grades) for q, grades in qrels.items()}, run):
        found[measures[value.measure]][value.query_id] = float(value.value)
    return {name: list(own.values()) for name, own in found.items()}


def estimate(own: Sequence[float]) -> Estimate:
    """Mean and percentile bootstrap interval. ValueError where there is no value."""
    return Estimate(mean(own), *bootstrap_interval([(value,) for value in own]))


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Difference:
    """Ours minus theirs, query by query. ValueError where the queries do not match or there are none."""
    paired = [a - b for a, b in zip(ours, theirs, strict=True)]
    alone = [(value,) for value in paired]
    return Difference(mean(paired), *bootstrap_interval(alone), permutation(alone))
