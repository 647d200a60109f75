"""How good rankings are, with intervals, and whether one is better than another on the same queries. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.bench.judged import Qrels
from eval.metrics import bootstrap_interval, mean

MEASURES = ("ndcg@10", "recall@10", "recall@100", "mrr@10")
COMPARED = ("ndcg@10", "recall@10")
"""Measures whose differences are tested."""
PERMUTATIONS = 9_999
SEED = 20_240_611
CHUNK = 500  # permutations computed together

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
    return Difference(mean(paired), *bootstrap_interval([(value,) for value in paired]), permutation_p(paired))


def permutation_p(paired: Sequence[float]) -> float:
    """The two-sided p of a mean difference as large as this one, were it chance which of the two did better on each query.

    scipy's test for one sample of differences, whose signs are flipped at random from a fixed seed (exactly, all ways, where
    the queries are few; Smucker, Allan and Carterette, CIKM 2007, recommend it for retrieval).
    """
    import numpy as np
    from scipy.stats import permutation_test  # type: ignore[import-untyped]

    differences = np.asarray(paired, float)
    if not differences.any():
        return 1.0
    tested = permutation_test(
        (differences,),
        lambda x, axis: np.mean(x, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=PERMUTATIONS,
        batch=CHUNK,
        alternative="two-sided",
        rng=np.random.default_rng(SEED),
    )
    return float(tested.pvalue)
