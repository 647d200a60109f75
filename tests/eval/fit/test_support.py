"""The fit of the support verdict: which pairs belong together, and what its figures say of made-up probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from eval.bench import verdicts
from eval.bench.process import Measured
from eval.fit.attention import Parameters, Side, odds
from eval.fit.claims import Judged, groups
from eval.fit.support import ABOUT, AGREES, chance, figures, fit, out_of_fold
from eval.fit.tuning import before, shares, tune, unseen

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


def side(at: int) -> Side:
    """One word piece that lies on the axis `at`."""
    return Side(np.eye(1, 384, at, np.float16), np.zeros((1, 4), np.float32), np.zeros(1, np.float32))


def made(labels: list[str]) -> list[Judged]:
    """Claims and abstracts of one word piece each; that of the abstract is another one where it contradicts."""
    return [
        Judged(label, f"group {n}", features, side(0), side(2 if label == "CONTRADICT" else 1))
        for n, (label, features) in enumerate(zip(labels, rows(labels), strict=True))
    ]


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
    values = out_of_fold(made(list(LABELS) * 10), rounds=1)
    assert values.shape == (1, 30)
    assert values[:, ::3].mean() > values[:, 1::3].mean() + 0.3


def test_direction_is_tuned_on_verdicts_and_tells_those_it_did_not_see() -> None:
    def gap(p: Parameters) -> float:
        return odds(p, side(0), side(1)) - odds(p, side(0), side(2))

    learned = tune(before(), made(["SUPPORT", "CONTRADICT", "NEI"] * 8), rounds=100)
    assert gap(learned) > gap(before()) + 0.05
    told = [row["direction"] for row in unseen(before(), made(["SUPPORT", "CONTRADICT"] * 8))]
    assert np.mean(told[::2]) > np.mean(told[1::2])


def test_parts_share_no_group() -> None:
    parts = shares(2, ["a", "b", "a", "c", "b"], seed=0)
    assert parts[0] == parts[2]
    assert parts[1] == parts[4]
    assert set(parts) == {0, 1}


def test_figures_are_areas_under_the_curve_with_intervals_around_them() -> None:
    labels = ["SUPPORT", "NEI", "CONTRADICT", "SUPPORT"] * 10
    values = np.tile([0.9, 0.1, 0.7, 0.5], (2, 10))
    nei, contradict, rest = figures(values, made(labels))
    assert (nei["value"], contradict["value"], rest["value"]) == (1.0, 0.5, 0.75)
    assert contradict["low"] < 0.5 < contradict["high"]


def test_the_benchmark_holds_an_answer_against_embedding_the_same_texts() -> None:
    seconds = {"embedding": [0.02], "cited sentences": [0.03], "whole abstracts": [0.09], "again": [0.006], "read ahead": [0.012]}
    outcome = verdicts.summarise([Measured(seconds, {"answers": 1, "sentences": 8}, peak_bytes=300 * 2**20)])
    by_name = {figure.name: figure for figure in outcome.figures}
    assert by_name["verdicts on an answer"].value == pytest.approx(30)
    assert by_name["verdicts on an answer"].ratio == pytest.approx(1.5)
    assert by_name["verdicts on an answer"].met
    assert by_name["verdicts, passages read ahead"].ratio == pytest.approx(0.4)
    assert by_name["verdicts again"].ratio == pytest.approx(0.2)
    assert by_name["verdicts, peak memory"].value == 300
