"""What confidence is worth, on examples worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import calibration
from eval.calibration import Bin, Point

# Five answers, most confident first: right, right, wrong, right, wrong.
FIVE = [(0.9, True), (0.8, True), (0.6, False), (0.5, True), (0.1, False)]
PAIRS = st.lists(st.tuples(st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.booleans()), min_size=1, max_size=12)


def test_brier_is_the_mean_squared_difference() -> None:
    # 0.1² + 0.2² + 0.6² + 0.5² + 0.1² = 0.67 over five
    assert calibration.brier(FIVE) == pytest.approx(0.67 / 5)
    assert calibration.brier([(1.0, True), (0.0, False)]) == 0
    assert calibration.brier([(0.5, True), (0.5, False)]) == 0.25


def test_bins_hold_their_lower_end_and_the_last_one_its_upper() -> None:
    assert calibration.bins([(0.0, False), (0.1, True), (0.15, False), (1.0, True)]) == [
        Bin(0.0, 0.1, 1, 0.0, 0.0),
        Bin(0.1, 0.2, 2, 0.125, 0.5),
        Bin(0.9, 1.0, 1, 1.0, 1.0),
    ]


def test_expected_calibration_error_weighs_bins_by_their_size() -> None:
    # Bin 0.8–0.9: three answers at 0.8, one right: |0.8 - 1/3| = 7/15. Bin 0.2–0.3: one at 0.2, wrong: 0.2.
    pairs = [(0.8, True), (0.8, False), (0.8, False), (0.2, False)]
    assert calibration.expected_calibration_error(pairs) == pytest.approx(3 / 4 * 7 / 15 + 1 / 4 * 0.2)


def test_the_risk_coverage_curve_point_by_point() -> None:
    assert calibration.risk_coverage(FIVE, total=10) == [
        Point(0.1, 0.0, 0.9),
        Point(0.2, 0.0, 0.8),
        Point(0.3, pytest.approx(1 / 3), 0.6),
        Point(0.4, 0.25, 0.5),
        Point(0.5, 0.4, 0.1),
    ]


def test_the_area_is_the_mean_risk_over_all_prefixes() -> None:
    assert calibration.area_under_risk_coverage(FIVE) == pytest.approx((0 + 0 + 1 / 3 + 1 / 4 + 2 / 5) / 5)
    assert calibration.area_under_risk_coverage([(0.3, True)] * 4) == 0


def test_ties_count_with_the_mean_over_their_orders() -> None:
    # One right and one wrong, equally sure: the first answer is wrong half the time, then one of two is.
    assert calibration.area_under_risk_coverage([(0.5, True), (0.5, False)]) == pytest.approx((0.5 + 0.5) / 2)
    assert len(calibration.risk_coverage([(0.5, True), (0.5, False)])) == 1


def test_auroc_counts_pairs_in_the_right_order() -> None:
    # Right ones 0.9, 0.8, 0.5; wrong ones 0.6, 0.1: of six pairs all but (0.5, 0.6).
    assert calibration.auroc(FIVE) == pytest.approx(5 / 6)
    assert calibration.auroc([(0.4, True), (0.4, False)]) == 0.5


@settings(deadline=None)
@given(PAIRS)
def test_auroc_agrees_with_scipy(pairs: list[tuple[float, bool]]) -> None:
    stats = pytest.importorskip("scipy.stats")
    right, wrong = ([c for c, r in pairs if r is kind] for kind in (True, False))
    if not right or not wrong:
        with pytest.raises(ValueError, match="all pairs are alike"):
            calibration.auroc(pairs)
        return
    u = stats.mannwhitneyu(right, wrong).statistic
    assert calibration.auroc(pairs) == pytest.approx(u / (len(right) * len(wrong)))


@settings(deadline=None)
@given(PAIRS, st.randoms())
def test_the_order_of_the_answers_does_not_show(pairs: list[tuple[float, bool]], random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for figure in (calibration.brier, calibration.expected_calibration_error, calibration.area_under_risk_coverage):
        value = figure(pairs)
        assert figure(shuffled) == pytest.approx(value)
        assert 0 <= value <= 1


@pytest.mark.parametrize("figure", [calibration.brier, calibration.bins, calibration.area_under_risk_coverage])
def test_without_an_answer_there_is_no_figure(figure: object) -> None:
    with pytest.raises(ValueError, match="no answer"):
        figure([])  # type: ignore[operator]


def test_a_long_curve_is_thinned_and_keeps_both_ends() -> None:
    points = [Point(i / 1000, 0.0, 1 - i / 1000) for i in range(1000)]
    thin = calibration.thinned(points)
    assert (len(thin), thin[0], thin[-1]) == (100, points[0], points[-1])
    assert calibration.thinned(points[:5]) == points[:5]
