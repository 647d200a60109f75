"""The tests of paired figures, against values worked out by hand."""

from __future__ import annotations

import pytest

from eval import statistics as s


def test_mcnemar_is_a_coin_thrown_once_for_every_discordant_pair() -> None:
    assert s.mcnemar(0, 0) == 1.0
    assert s.mcnemar(5, 0) == pytest.approx(2 / 2**5)
    assert s.mcnemar(4, 1) == pytest.approx(2 * (5 + 1) / 2**5)
    assert s.mcnemar(4, 1, alternative="greater") == pytest.approx(6 / 32)
    assert s.mcnemar(4, 1, alternative="less") == pytest.approx(31 / 32)


def test_a_permutation_of_few_questions_counts_every_pattern_of_signs() -> None:
    """Differences 1, 2, 3: of the 8 sign patterns only one has a sum as high as 6, and one as low as -6."""
    assert s.permutation([[1], [2], [3]]) == pytest.approx(2 / 8)
    assert s.permutation([[1], [2], [3]], alternative="greater") == pytest.approx(1 / 8)
    assert s.permutation([[1], [0], [2], [0], [3]]) == pytest.approx(2 / 8)
    assert s.permutation([[1], [-1]]) == 1.0
    assert s.permutation([[0], [0]]) == 1.0


def test_the_turns_of_a_dialogue_change_sign_together() -> None:
    """Three questions, not five: no more than 2 / 8 can come out."""
    assert s.permutation([[1, 1], [2, 0], [1]]) == pytest.approx(2 / 8)


@pytest.mark.parametrize(("alternative", "p"), [("two-sided", 1.0), ("greater", 0.5), ("less", 1.0)])
def test_one_question_is_no_evidence(alternative: s.Alternative, p: float) -> None:
    assert s.permutation([[0.4], [0.0]], alternative=alternative) == p


def test_many_questions_are_permuted_at_random_and_the_same_way_every_time() -> None:
    groups = [[0.5 if n % 3 else -0.4] for n in range(60)]
    first = s.permutation(groups)
    assert first == s.permutation(groups)
    assert 1e-4 <= first < 0.05


def test_right_or_wrong_goes_to_mcnemar_and_everything_else_to_the_permutation() -> None:
    assert s.paired_test([[1.0], [0.0], [1.0], [-1.0]]) == (s.MCNEMAR, 1.0)
    assert s.paired_test([[0.5], [0.0]])[0] == s.PERMUTATION
    assert s.paired_test([[1.0, 0.0]])[0] == s.PERMUTATION


def test_holm_multiplies_by_what_is_left_and_never_descends() -> None:
    assert s.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert s.holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert s.holm([]) == []


def test_correlation_is_absent_where_it_is_not_defined() -> None:
    assert s.correlation([1, 2, 3], [2, 4, 6]) == pytest.approx(1.0)
    assert s.correlation([1, 1, 1], [1, 2, 3]) is None
    assert s.correlation([1, 2], [1, 2]) is None
