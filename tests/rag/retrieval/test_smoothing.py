"""Papers near the best ones rise; worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from rag.retrieval.fusion import SMOOTHING, smooth

X, Y = np.array([1, 0], np.float32), np.array([0, 1], np.float32)
BETWEEN = np.array([0.6, 0.8], np.float32)


def test_a_neighbour_of_the_best_gains_by_the_cube_of_their_likeness() -> None:
    # Weights above the last of the best: a 0.8 - 0.2 = 0.6, b 0.3, c 0. b gains 0.25 * (0.6^3 * 0.6) / 0.9.
    smoothed = smooth({"a": 0.8, "b": 0.5, "c": 0.2}, {"a": X, "b": BETWEEN, "c": Y})
    assert smoothed["b"] == pytest.approx(0.5 + SMOOTHING * 0.6**3 * 0.6 / 0.9)
    assert smoothed["a"] == pytest.approx(0.8 + SMOOTHING * 0.6**3 * 0.3 / 0.9)
    assert smoothed["c"] == pytest.approx(0.2 + SMOOTHING * 0.8**3 * 0.3 / 0.9)


def test_a_paper_without_a_vector_keeps_its_score() -> None:
    assert smooth({"a": 0.8, "b": 0.5, "k": 0.4}, {"a": X, "b": X})["k"] == 0.4


def test_nothing_to_lean_on_changes_nothing() -> None:
    assert smooth({"a": 0.8}, {"a": X}) == {"a": 0.8}
    assert smooth({"a": 0.5, "b": 0.5}, {"a": X, "b": Y}) == {"a": 0.5, "b": 0.5}
    assert smooth({}, {}) == {}
