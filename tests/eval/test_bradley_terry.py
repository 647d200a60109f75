"""Strengths from votes, against values worked out by hand."""

from __future__ import annotations

import math

import pytest

from eval.bradley_terry import Bout, components, standings


def bouts(first: str, second: str, won: int, lost: int, tied: int = 0) -> list[Bout]:
    winners = [first] * won + [second] * lost + [None] * tied
    return [Bout(f"{first}{second}{n}", first, second, winner) for n, winner in enumerate(winners)]


def test_two_contestants_differ_by_the_log_of_their_odds() -> None:
    """30 to 10, and half a win on either side: log(30.5 / 10.5), shared out evenly."""
    strong, weak = standings(bouts("a", "b", 30, 10))
    assert (strong.name, strong.won, strong.lost, strong.tied) == ("a", 30, 10, 0)
    assert strong.strength - weak.strength == pytest.approx(math.log(30.5 / 10.5), abs=1e-6)
    assert strong.strength == pytest.approx(-weak.strength, abs=1e-6)
    assert strong.low < strong.strength < strong.high
    assert strong.low > weak.high


def test_a_tie_is_half_a_win_each_way() -> None:
    one, other = standings(bouts("a", "b", 10, 0, tied=10))
    assert one.strength - other.strength == pytest.approx(math.log(15.5 / 5.5), abs=1e-6)
    assert (one.tied, other.tied) == (10, 10)


def test_who_never_lost_is_strong_and_not_infinitely_so() -> None:
    one, _ = standings(bouts("a", "b", 3, 0))
    assert one.strength == pytest.approx(math.log(3.5 / 0.5) / 2, abs=1e-6)


def test_who_beat_the_stronger_one_is_stronger_without_having_met_the_rest() -> None:
    found = standings(bouts("a", "b", 15, 5) + bouts("b", "c", 15, 5))
    assert [one.name for one in found] == ["a", "b", "c"]
    steps = [found[0].strength - found[1].strength, found[1].strength - found[2].strength]
    assert steps == pytest.approx([math.log(15.5 / 5.5)] * 2, abs=1e-5)


def test_those_who_are_not_connected_are_not_compared() -> None:
    found = standings(bouts("a", "b", 4, 2) + bouts("c", "d", 9, 1))
    assert [(one.name, one.group) for one in found] == [("a", 0), ("b", 0), ("c", 1), ("d", 1)]
    assert found[0].strength + found[1].strength == pytest.approx(0, abs=1e-9)


def test_equal_votes_give_equal_figures() -> None:
    votes = bouts("a", "b", 5, 7, 2)
    assert standings(votes) == standings(list(reversed(votes)))
    assert standings([]) == []


def test_votes_on_one_question_are_drawn_together() -> None:
    """Twelve votes on one question are one observation: there is nothing to resample."""
    same = [Bout("q", "a", "b", "a") for _ in range(12)]
    one, _ = standings(same)
    assert one.low == pytest.approx(one.high)


def test_components() -> None:
    assert components([[0, 1, 0], [1, 0, 0], [0, 0, 0]]) == [0, 0, 1]
