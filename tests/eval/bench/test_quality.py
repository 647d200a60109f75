"""Figures of rankings that can be worked out on paper."""

from __future__ import annotations

from math import log2

import pytest

from eval.bench.quality import MEASURES, difference, estimate, values


def test_figures_of_one_query() -> None:
    [found] = zip(*values({"q": ["a", "b", "c"]}, {"q": {"b": 1, "x": 1}}).values(), strict=True)
    ndcg = (1 / log2(3)) / (1 + 1 / log2(3))
    assert dict(zip(MEASURES, found, strict=True)) == pytest.approx(
        {"ndcg@10": ndcg, "recall@10": 0.5, "recall@100": 0.5, "mrr@10": 0.5}
    )


def test_grades_count_as_they_are() -> None:
    """A paper of grade 3 at rank 2, one of grade 1 at rank 1: (1 + 3 / log2 3) / (3 + 1 / log2 3)."""
    [found] = values({"q": ["low", "high"]}, {"q": {"high": 3, "low": 1}})["ndcg@10"]
    assert found == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3)))


def test_recall_looks_ten_and_a_hundred_deep() -> None:
    ranking = [f"p{n}" for n in range(1, 151)]
    found = values({"q": ranking}, {"q": {"p10": 1, "p11": 1, "p100": 1, "p101": 1}})
    assert (found["recall@10"], found["recall@100"]) == ([0.25], [0.75])


def test_the_order_given_counts_where_ids_would_sort_otherwise() -> None:
    found = values({"q": ["z", "a"]}, {"q": {"z": 1}})
    assert found["mrr@10"] == [1.0]


def test_queries_keep_their_order_and_one_without_a_ranking_counts_nothing() -> None:
    found = values({"b": ["x"]}, {"c": {"x": 1}, "b": {"x": 1}, "a": {"x": 1}})
    assert found["ndcg@10"] == [0.0, 1.0, 0.0]


def test_a_query_without_a_relevant_paper_has_no_figures() -> None:
    with pytest.raises(ValueError, match="no relevant paper for 1 queries, 'q'"):
        values({"q": ["x"]}, {"q": {"x": 0}})


def test_a_paper_that_is_always_found_has_an_interval_without_width() -> None:
    assert estimate([1.0, 1.0, 1.0]) == estimate([1.0])


def test_the_interval_holds_the_mean() -> None:
    own = estimate([0.0, 1.0, 1.0, 0.5])
    assert own.mean == 0.625
    assert 0.0 <= own.low < own.mean < own.high <= 1.0


def test_differences_are_paired_by_query() -> None:
    """0.1 better on each of three queries, though the queries differ by far more."""
    found = difference([0.1, 0.5, 1.0], [0.0, 0.4, 0.9])
    assert (found.mean, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_three_queries_cannot_be_significant() -> None:
    """Of the 8 ways to set the signs, two give a mean as far from 0: all as they are and all turned."""
    assert difference([0.1, 0.1, 0.1], [0.0] * 3).p == pytest.approx(2 / 8)


def test_a_difference_that_never_shows_is_chance() -> None:
    assert difference([0.5, 0.7], [0.5, 0.7]).p == 1.0


def test_a_difference_on_every_query_of_many_is_not_chance() -> None:
    assert difference([0.1] * 40, [0.0] * 40).p < 0.001


def test_other_queries_are_not_compared() -> None:
    with pytest.raises(ValueError, match="zip"):
        difference([1.0, 0.0], [1.0])
