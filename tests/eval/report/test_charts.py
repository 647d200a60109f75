"""Charts: numbers land where they belong, and the SVG is well-formed."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from eval.report.charts import HEIGHT, LEFT, RIGHT, WIDTH, Axis, Dot, Series, chart, round_step


@pytest.mark.parametrize(("rough", "step"), [(0.2, 0.2), (0.21, 0.5), (3, 5), (7, 10), (0.004, 0.005)])
def test_steps_are_round(rough: float, step: float) -> None:
    assert round_step(rough) == pytest.approx(step)


def test_ticks() -> None:
    assert Axis("", 0, 1).ticks() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1])
    assert Axis("", 1, 20).ticks() == pytest.approx([5, 10, 15, 20])
    assert Axis("", 0.05, 20, log=True).ticks() == pytest.approx([0.1, 1, 10])
    assert Axis("", 0.1, 1, log=True).ticks() == pytest.approx([0.1, 0.3, 1])


def test_places() -> None:
    assert Axis("", 0, 4).place(1) == 0.25
    assert Axis("", 0, 4).place(9) == 1.0
    assert Axis("", 1, 100, log=True).place(10) == pytest.approx(0.5)


def test_a_chart_is_well_formed_and_names_are_text() -> None:
    hostile = "<b>\"a\" & 'b'"
    series = [Series(hostile, (Dot(0, 0), Dot(1, 1, 0.5, 1, hint=hostile))), Series("b", (Dot(0.5, 0.5),))]
    svg = ET.fromstring(chart(hostile, Axis(hostile, 0, 1), Axis("y", 0, 1), series, diagonal=True))
    assert svg.get("aria-label") == hostile
    dots = [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in svg.iter("circle")]
    assert dots[0][0] == LEFT
    assert dots[1][0] == WIDTH - RIGHT
    assert dots[0][1] > dots[2][1] > dots[1][1]
    assert hostile in [text.text for text in svg.iter("text")]
    height = float(svg.get("viewBox", "").split()[3])
    assert height > HEIGHT  # a legend below


def test_one_series_needs_no_legend_and_a_staircase_has_corners() -> None:
    svg = chart("t", Axis("x", 0, 1), Axis("y", 0, 1), [Series("only", (Dot(0, 0), Dot(1, 1)), steps=True, marks=False)])
    assert "only" not in svg
    assert "H504V14" in svg
    assert "<circle" not in svg
