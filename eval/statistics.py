"""Tests of paired figures: two systems asked the same questions, and whether their difference is more than chance.

A `group` below holds the differences (one system minus the other) of one question: one number, or for a dialogue one a turn.
Groups are the independent units; intervals of their mean are those of `eval.metrics.bootstrap_interval`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

RESAMPLES = 9_999
SEED = 20_240_611
BATCH = 200  # resamples held in memory at once
LEVEL = 0.05

MCNEMAR, PERMUTATION = "exact McNemar", "permutation"
Alternative = Literal["two-sided", "less", "greater"]


def mcnemar(better: int, worse: int, *, alternative: Alternative = "two-sided") -> float:
    """The exact p of McNemar's test: `better` questions only the one system got right, `worse` only the other.

    A binomial test of the discordant pairs (McNemar, Psychometrika 12, 1947; exact form: Fleiss, Statistical Methods for
    Rates and Proportions, 1981). `greater` asks whether the first system is better. 1.0 where no pair is discordant.
    """
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    if better + worse == 0:
        return 1.0
    return float(binomtest(better, better + worse, 0.5, alternative=alternative).pvalue)


def permutation(groups: Sequence[Sequence[float]], *, alternative: Alternative = "two-sided") -> float:
    """The p of a paired permutation test of the mean difference: whole questions change sign at random.

    Exact where that takes at most 9,999 sign patterns, else that many random ones from a fixed seed (the p is then never below
    1/10,000). Fisher, The Design of Experiments, 1935, section 21; `scipy.stats.permutation_test`. `greater` asks whether
    the mean is above 0.
    """
    import numpy as np
    from scipy.stats import permutation_test

    sums = np.array([total for total in (math.fsum(group) for group in groups) if total])  # a zero has no sign to change
    if len(sums) == 0:
        return 1.0
    if len(sums) == 1:  # scipy wants two; one question is no evidence in either direction beyond its sign
        return 1.0 if alternative == "two-sided" else 0.5 if (sums[0] > 0) == (alternative == "greater") else 1.0

    tested = permutation_test(
        (sums,),
        lambda values, axis: np.sum(values, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES,
        batch=BATCH,
        alternative=alternative,
        rng=np.random.default_rng(SEED),
    )
    return float(min(1.0, tested.pvalue))


def paired_test(groups: Sequence[Sequence[float]], *, alternative: Alternative = "two-sided") -> tuple[str, float]:
    """The name of the test that suits the differences, and its p: McNemar for right or wrong, permutation for the rest."""
    if is_binary(groups):
        differences = [group[0] for group in groups]
        return MCNEMAR, mcnemar(differences.count(1.0), differences.count(-1.0), alternative=alternative)
    return PERMUTATION, permutation(groups, alternative=alternative)


def is_binary(groups: Sequence[Sequence[float]]) -> bool:
    """Whether every question has one difference, and that -1, 0 or 1."""
    return all(len(group) == 1 and group[0] in (-1.0, 0.0, 1.0) for group in groups)


def holm(values: Sequence[float]) -> list[float]:
    """The p values adjusted for being several, in the same order (Holm, Scandinavian Journal of Statistics 6, 1979).

    The i-th smallest of m is multiplied by m - i + 1, made no smaller than the one before it, and at most 1. To reject where
    the adjusted value is below 0.05 keeps the chance of any false rejection among all m below 0.05.
    """
    order = sorted(range(len(values)), key=lambda place: values[place])
    adjusted = [1.0] * len(values)
    least = 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = least
    return adjusted


def correlation(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Pearson's r, None where either side is constant or there are fewer than three pairs."""
    from scipy.stats import pearsonr

    if len(first) < 3 or len(set(first)) < 2 or len(set(second)) < 2:
        return None
    return float(pearsonr(first, second).statistic)
