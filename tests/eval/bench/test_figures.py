"""Medians, ratios, percentiles and targets, each small enough to check by hand."""

from __future__ import annotations

import json

import pytest

from eval.bench.figures import Figure, Target, paired_ratio, percentile


def test_a_ratio_is_taken_within_each_round_so_that_a_slow_round_does_not_matter() -> None:
    # The machine runs at half speed in round 2; Vouch is at 0.9 of the baseline in every round.
    assert paired_ratio([90, 45, 99], [100, 50, 110]) == pytest.approx(0.9)
    # The ratio of the medians would be the same here, but not where the rounds differ more than the contestants.
    assert paired_ratio([90, 40, 20], [100, 80, 20]) == pytest.approx(0.9)


def test_rounds_that_do_not_match_have_no_ratio() -> None:
    with pytest.raises(ValueError, match="zip"):
        paired_ratio([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="no median"):
        paired_ratio([], [])


def test_percentile_is_the_nearest_rank() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert percentile(values, 0.5) == 3.0
    assert percentile(values, 0.95) == 5.0
    assert percentile(values, 0.2) == 1.0
    assert percentile([7.0], 0.95) == 7.0
    with pytest.raises(ValueError, match="at least one"):
        percentile([], 0.5)


@pytest.mark.parametrize(
    ("target", "met"),
    [
        (None, None),
        (Target(0.8, at_least=True, of_ratio=True), True),
        (Target(0.9, at_least=True, of_ratio=True), True),
        (Target(0.95, at_least=True, of_ratio=True), False),
        (Target(10.0, at_least=False, of_ratio=False), True),
        (Target(6.0, at_least=False, of_ratio=False), False),
    ],
)
def test_a_target_is_held_against_the_ratio_or_the_median(target: Target | None, met: bool | None) -> None:
    figure = Figure("search", "ms", (9.0, 6.0, 7.0), "baseline", 0.9, target)
    assert figure.value == 7.0
    assert figure.met is met


def test_a_figure_goes_into_json_with_its_runs() -> None:
    data = json.loads(json.dumps(Figure("search", "ms", (9.0, 6.0, 7.0)).to_dict()))
    assert (data["value"], data["runs"], data["ratio"], data["met"]) == (7.0, [9.0, 6.0, 7.0], None, None)
