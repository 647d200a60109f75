"""The fit of the support verdict: which pairs belong together, and what its figures say of made-up probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from eval.bench import verdicts
from eval.bench.process import Measured
from eval.fit.claims import Pair, groups
from eval.fit.support import ABOUT, AGREES, chance, figures, fit, out_of_fold

LABELS = ("SUPPORT", "NEI", "CONTRADICT")


def rows(labels: list[str]) -> list[dict[str, float]]:
    """Features that give each label away: all of them high where supported, those of agreement low where contradicted."""
    names = sorted({*ABOUT, *AGREES})
    told = {
        "SUPPORT": dict.fromkeys(names, 1.0),
        "NEI": dict.fromkeys(names, 0.0),
        "CONTRADICT": {name: float(name not in AGREES) for name in names},
    }
    return [dict(told[label]) for label in labels]


def made(labels: list[str]) -> list[Pair]:
    return [Pair(f"claim {n}", f"abstract {n}", label, f"group {n}") for n, label in enumerate(labels)]


def test_pairs_that_share_a_claim_or_an_abstract_over_others_are_one_group() -> None:
    found = groups([("claim 1", "a"), ("claim 2", "a"), ("claim 2", "b"), ("claim 3", "c")])
    assert found["a"] == found["b"] == found["claim 1"]
    assert found["c"] != found["a"]


def test_the_chance_of_support_asks_for_both_what_is_said_and_agreement() -> None:
    labels = list(LABELS) * 20
    supported, undecided, contradicted = chance(fit(rows(labels), labels), rows(list(LABELS)))
    assert supported > 0.7
    assert max(undecided, contradicted) < 0.3


def test_every_pair_is_judged_by_models_that_did_not_see_it() -> None:
    labels = list(LABELS) * 10
    values = out_of_fold(rows(labels), made(labels))
    assert values.shape[1] == 30
    assert (values[:, ::3] > values[:, 1::3]).all()


def test_figures_are_areas_under_the_curve_with_intervals_around_them() -> None:
    labels = ["SUPPORT", "NEI", "CONTRADICT", "SUPPORT"] * 10
    values = np.tile([0.9, 0.1, 0.7, 0.5], (2, 10))
    nei, contradict, rest = figures(values, made(labels))
    assert (nei["value"], contradict["value"], rest["value"]) == (1.0, 0.5, 0.75)
    assert contradict["low"] < 0.5 < contradict["high"]


def test_the_benchmark_holds_an_answer_against_embedding_the_same_texts() -> None:
    seconds = {"embedding": [0.02], "cited sentences": [0.03], "whole abstracts": [0.09], "again": [0.006]}
    outcome = verdicts.summarise([Measured(seconds, {"answers": 1, "sentences": 8}, peak_bytes=300 * 2**20)])
    by_name = {figure.name: figure for figure in outcome.figures}
    assert by_name["verdicts on an answer"].value == pytest.approx(30)
    assert by_name["verdicts on an answer"].ratio == pytest.approx(1.5)
    assert by_name["verdicts on an answer"].met
    assert by_name["verdicts again"].ratio == pytest.approx(0.2)
    assert by_name["verdicts, peak memory"].value == 300
