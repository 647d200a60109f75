"""Two rankings put together, in figures small enough for paper and pencil."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.fusion import DENSE_WEIGHT, fuse, ranked

cosines = st.dictionaries(st.sampled_from("abcdef"), st.floats(-1, 1))
bm25 = st.dictionaries(st.sampled_from("defghi"), st.floats(0, 50))


def test_the_cosine_and_the_scaled_bm25_are_weighed() -> None:
    scores = fuse({"a": 0.8, "b": 0.5}, {"a": 4.0, "b": 8.0}, weight=0.6)
    assert scores == pytest.approx({"a": 0.6 * 0.8 + 0.4 * 0.5, "b": 0.6 * 0.5 + 0.4 * 1.0})
    assert ranked(scores) == ["b", "a"]


def test_who_is_missing_in_one_leg_gets_the_least_of_that_leg() -> None:
    scores = fuse({"a": 0.8, "b": 0.2}, {"b": 10.0, "c": 5.0}, weight=0.5)
    assert scores == pytest.approx({"a": 0.4 + 0.0, "b": 0.1 + 0.5, "c": 0.1 + 0.25})


def test_one_leg_alone_keeps_its_order() -> None:
    assert ranked(fuse({"a": 0.1, "b": 0.9, "c": 0.5}, {})) == ["b", "c", "a"]
    assert ranked(fuse({}, {"a": 1.0, "b": 9.0, "c": 5.0})) == ["b", "c", "a"]
    assert fuse({}, {}) == {}


def test_bm25_of_nothing_does_not_divide_by_nothing() -> None:
    assert fuse({"a": 0.4}, {"a": 0.0}, weight=0.5) == {"a": 0.2}


def test_the_greatest_bm25_may_lie_outside_the_part_that_is_searched() -> None:
    assert fuse({}, {"a": 5.0}, weight=0.5, highest=20.0) == pytest.approx({"a": 0.125})


def test_equal_scores_keep_their_order() -> None:
    assert ranked({"b": 1.0, "a": 1.0, "c": 2.0}) == ["c", "b", "a"]


@given(cosines, bm25)
def test_nobody_is_lost_and_the_best_of_both_legs_is_first(dense: dict[str, float], keyword: dict[str, float]) -> None:
    scores = fuse(dense, keyword)
    assert scores.keys() == dense.keys() | keyword.keys()
    order = ranked(scores)
    assert [scores[key] for key in order] == sorted(scores.values(), reverse=True)
    best = {key for key in dense.keys() & keyword.keys() if dense[key] == max(dense.values())}
    best = {key for key in best if keyword[key] == max(keyword.values())}
    if best:
        assert scores[order[0]] == scores[best.pop()]


def test_meaning_weighs_more_than_words() -> None:
    assert 0.5 < DENSE_WEIGHT < 1
