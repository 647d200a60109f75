"""Batches of texts of unequal length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.embedding.batches import OVERHEAD, SIZES, Batch, batches, padded_length


def test_equal_lengths_fill_batches() -> None:
    assert [(len(batch.places), batch.rows, batch.length) for batch in batches([8] * 20)] == [(16, 16, 8), (4, 4, 8)]
    assert batches([]) == []


def test_a_long_text_does_not_pad_short_ones() -> None:
    # Together 4 x 64 = 256 pieces; apart 64 + 3 x 8 and one batch more, 88 + 14.
    assert batches([5, 64, 7, 8]) == [Batch((1,), 1, 64), Batch((3, 2, 0), 3, 8)]
    assert batches([60, 64]) == [Batch((1, 0), 2, 64)]  # apart costs a start and saves nothing


def test_lengths_are_rounded_to_few() -> None:
    assert [padded_length(n) for n in (1, 8, 9, 128, 129, 512)] == [8, 8, 16, 128, 160, 512]


@given(st.lists(st.integers(1, 512), max_size=40))
def test_every_text_is_in_one_batch_that_holds_it(lengths: list[int]) -> None:
    found = batches(lengths)
    assert sorted(place for batch in found for place in batch.places) == list(range(len(lengths)))
    for batch in found:
        assert batch.rows in SIZES
        assert len(batch.places) <= batch.rows
        assert all(lengths[place] <= batch.length for place in batch.places)
    alone = sum(padded_length(n) + OVERHEAD for n in lengths)
    assert sum(batch.rows * batch.length + OVERHEAD for batch in found) <= alone
