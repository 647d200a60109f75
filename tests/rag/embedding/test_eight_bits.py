"""Products in eight bits: moving width from states into weights changes nothing, rounding little."""

from __future__ import annotations

import numpy as np
import pytest

from rag.embedding.eight_bits import EightBits, known_ranges, products
from rag.embedding.graph import build_graph, points, read_weights
from rag.embedding.minilm import padded
from rag.embedding.weights import find_weights

SENTENCE = [101, 7435, 20781, 11669, 1012, 102]  # "aspirin reduces fever." or the like: any word pieces will do


def test_every_point_of_every_layer_has_a_range() -> None:
    ranges = known_ranges()
    assert set(ranges) == set(products()) == {point for layer in range(6) for point in points(layer)}
    assert {own.shape for own in ranges.values()} == {(2, 384), (2, 1536)}  # the wide product gives four times as many channels
    assert all((own[0] <= own[1]).all() for own in ranges.values())


def test_the_vector_in_eight_bits_points_where_the_exact_one_does() -> None:
    import openvino as ov

    weights = read_weights(find_weights())
    core, (ids, mask) = ov.Core(), padded([SENTENCE])
    exact, rounded = (
        core.compile_model(build_graph(weights, own)[0], "CPU")([ids, mask])[0][0]
        for own in (None, EightBits(weights, known_ranges()))
    )
    assert float(exact @ rounded) > 0.98


def test_a_wide_channel_leaves_its_width_to_the_weights() -> None:
    """One of two channels reaches 100, the other 1, with weights of 1 throughout: s is 100^0.8 and 1."""
    point, _, _, _ = points(0)
    weights = {f"{point}.{part}.weight": np.ones((2, 2), np.float32) for part in ("query", "key", "value")}
    for names in products().values():
        weights |= {name: np.ones((2, 2), np.float32) for name in names}
    ranges = {own: np.array([[-100, -1], [50, 1]], np.float32) for own in products()}
    assert EightBits(weights, ranges).widths[point] == pytest.approx([100**0.8, 1])
