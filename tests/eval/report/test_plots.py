"""The plots: points by hand, and reasons where there is nothing to draw."""

from __future__ import annotations

import pytest

from eval.report.gather import Report
from eval.report.plots import cost, cost_of, curve, latency, plots, recall_points, times_of
from tests.eval.report.conftest import without_cost


def test_recall_by_k(report: Report) -> None:
    """first: two questions find p1, p0, p2 and two p0, p2; of two named papers at k = 1, 2, 3 found 1, 1, 2 and 0, 1, 1."""
    assert [dot.y for dot in recall_points(report.runs[0])] == pytest.approx([0.25, 0.5, 0.75])


def test_all_five_are_there(report: Report) -> None:
    drawn = plots(report)
    assert [plot.title for plot in drawn] == [
        "Recall by k",
        "Risk by coverage",
        "Calibration",
        "Cost against quality",
        "Latency",
    ]
    assert all(plot.svg.startswith("<svg") for plot in drawn)
    assert "nan" not in "".join(plot.svg for plot in drawn).lower()


def test_cost_is_drawn_only_where_it_is_known(report: Report) -> None:
    assert cost_of(report.runs[0]) == pytest.approx(0.001)
    plot = cost(without_cost(report))
    assert (plot.svg, plot.note) == ("", "What the answers cost is not known.")


def test_latency_is_the_share_of_answers_by_time(report: Report) -> None:
    times = times_of(report.runs[0])
    assert times == pytest.approx([0.55, 0.55, 0.99, 0.99])
    assert [(dot.x, dot.y) for dot in curve([1.0, 2.0])] == [(1.0, 0), (1.0, 0.5), (2.0, 1.0)]
    assert "Median: first 0.99 s" in latency(report).note
