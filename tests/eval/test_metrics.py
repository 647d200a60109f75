"""Every metric on examples worked out by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import metrics

RANKED = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]


def test_ranking_with_two_relevant_papers_at_ranks_2_and_6() -> None:
    figures = metrics.ranking(RANKED, {"b", "f"})
    # DCG = 1/log2(3) + 1/log2(7); an ideal order has both in front: 1/log2(2) + 1/log2(3).
    ndcg = (1 / math.log2(3) + 1 / math.log2(7)) / (1 + 1 / math.log2(3))
    expected = {"hit@1": 0, "hit@3": 1, "hit@5": 1, "hit@10": 1, "recall@5": 0.5, "recall@10": 1, "mrr@10": 0.5, "ndcg@10": ndcg}
    assert figures == pytest.approx(expected)
    assert list(figures) == list(metrics.RANK_FIGURES)


@pytest.mark.parametrize(
    ("ranked", "relevant", "figure", "value"),
    [
        (RANKED, {"a"}, "mrr@10", 1.0),
        (RANKED, {"d"}, "mrr@10", 0.25),
        (RANKED, {"d"}, "hit@3", 0.0),
        (RANKED, {"d"}, "ndcg@10", 1 / math.log2(5)),
        (RANKED, {"k"}, "mrr@10", 0.0),  # rank 11
        (RANKED, {"k"}, "hit@10", 0.0),
        (RANKED, {"a", "z"}, "recall@10", 0.5),  # z is nowhere
        (RANKED, {"a", "b", "z"}, "recall@5", 2 / 3),
        ([], {"a"}, "ndcg@10", 0.0),
        (["a", "a", "b"], {"b"}, "mrr@10", 0.5),  # a paper counts once, at its first rank
    ],
)
def test_ranking_figures(ranked: list[str], relevant: set[str], figure: str, value: float) -> None:
    assert metrics.ranking(ranked, relevant)[figure] == pytest.approx(value)


@settings(deadline=None)
@given(st.permutations(RANKED), st.sets(st.sampled_from(RANKED), min_size=1))
def test_ranking_agrees_with_the_formulas_written_out(ranked: list[str], relevant: set[str]) -> None:
    figures = metrics.ranking(ranked, relevant)
    ranks = sorted(ranked.index(paper) + 1 for paper in relevant)
    dcg = sum(1 / math.log2(rank + 1) for rank in ranks if rank <= 10)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), 10) + 1))
    assert figures["ndcg@10"] == pytest.approx(dcg / ideal)
    assert figures["mrr@10"] == pytest.approx(1 / ranks[0] if ranks[0] <= 10 else 0)
    for k in (5, 10):
        assert figures[f"recall@{k}"] == pytest.approx(sum(rank <= k for rank in ranks) / len(ranks))
    for k in (1, 3, 5, 10):
        assert figures[f"hit@{k}"] == (ranks[0] <= k)


def test_citations() -> None:
    # Three cited, two of them named, four named in all.
    assert metrics.citation_precision(["a", "b", "x"], {"a", "b", "c", "d"}) == pytest.approx(2 / 3)
    assert metrics.citation_recall(["a", "b", "x"], {"a", "b", "c", "d"}) == 0.5
    # The same paper under two numbers is one paper.
    assert metrics.citation_precision(["a", "a", "x"], {"a"}) == 0.5
    # A refusal cites nothing.
    assert metrics.citation_precision([], {"a"}) == 0.0
    assert metrics.citation_recall([], {"a"}) == 0.0


@pytest.mark.parametrize(
    ("text", "fact", "found"),
    [
        ("It gains 5.08\\% [1].", "5.08%", True),
        ("It uses Red-Teaming [2] and more.", "red teaming", True),
        ("It uses red [2] teaming.", "red teaming", True),  # marks are not part of the text
        ("A state of the art result", "state-of-the-art", True),
        ("about 5.1 points", "5.08", False),
        ("a sparse auto encoder", "sparse autoencoder", False),
        ("It has 15 layers.", "5", True),  # a containment test, as the docstring says
        ("Die Größe wächst.", "größe", True),
        ("Die Menge wächst.", "größe", False),
    ],
)
def test_when_a_key_fact_is_found(text: str, fact: str, found: bool) -> None:
    assert metrics.key_fact_recall(text, [fact]) == found


def test_key_fact_recall_is_a_share() -> None:
    assert metrics.key_fact_recall("Three stages, 70B, open.", ["three stages", "70B", "closed", "7B"]) == 0.5


@pytest.mark.parametrize(
    ("text", "reference", "f1"),
    [
        ("The cat sat [1].", "a cat sat down", 0.8),  # cat sat | cat sat down: 2 shared, P 1, R 2/3
        ("cat cat", "cat", 2 / 3),  # a word counts as often as it occurs: P 1/2, R 1
        ("dog", "cat", 0.0),
        ("", "cat", 0.0),
        ("The", "an", 1.0),  # no word left on either side
        ("Gains 5.1 points.", "gains 5.1 points", 1.0),  # the full stop is not part of the number
    ],
)
def test_token_f1(text: str, reference: str, f1: float) -> None:
    assert metrics.token_f1(text, reference) == pytest.approx(f1)


def test_evidence_sentences() -> None:
    gold = ["We use three stages.", "It gains 5%."]
    cited = ["We use three stages.", "Models are large.", "Recently, we use three stages."]
    # The first gold sentence is there, the second is not; of the cited ones the first and the third hold it.
    assert metrics.evidence_recall(cited, gold) == 0.5
    assert metrics.evidence_precision(cited, gold) == pytest.approx(2 / 3)
    assert metrics.evidence_precision([], gold) == 0
    # A piece shorter than half of the sentence is not the sentence.
    assert not metrics.same_sentence("three", "We use three stages of training.")
    with pytest.raises(ValueError, match="no gold sentence"):
        metrics.evidence_recall(cited, [])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Yes, it does [1].", "yes"),
        ("No.", "no"),
        ("The evidence says yes.", "yes"),
        ("Perhaps yes, perhaps no.", None),
        ("Nobody knows.", None),  # `no` is a word of its own, not a beginning
        ("No, although some say yes.", "no"),  # the first word decides
        ("", None),
    ],
)
def test_the_label_in_an_answer(text: str, label: str | None) -> None:
    assert metrics.label_of(text, ["maybe", "no", "yes"]) == label


@pytest.mark.parametrize(
    ("fact", "covered"),
    [
        ("InfiFPO keeps sequence probabilities", True),  # infifpo, keep, probabl of infifpo, keep, sequenc, probabl: 3 of 4
        ("probabilities of unseen sequences", False),  # 1 of 3
        ("83.33", True),
        ("83.33 on 11 benchmarks", False),  # 11 is not there, and a number has to be
        ("83.33, 79.95", False),
    ],
)
def test_facts_told_in_other_words(fact: str, covered: bool) -> None:
    assert metrics.facts_covered("It keeps probabilities: InfiFPO reaches 83.33 [1].", [fact]) == covered


def test_words_are_counted_without_marks() -> None:
    assert metrics.word_count("State-of-the-art: 5.08% better. [1][2]") == 6  # state of the art 5.08% better
    assert metrics.word_count("") == 0


@pytest.mark.parametrize("call", [lambda: metrics.ranking(["a"], []), lambda: metrics.citation_recall(["a"], [])])
def test_figures_without_a_relevant_paper_are_refused_not_nan(call: object) -> None:
    with pytest.raises(ValueError, match="no relevant paper"):
        call()  # type: ignore[operator]


def test_the_interval_of_equal_values_has_no_width() -> None:
    assert metrics.bootstrap_interval([[1.0]] * 20) == (1.0, 1.0)
    # Wilson's interval of 20 of 20 begins at 20 / (20 + 1.96^2) = 20 / 23.84; turns of one dialogue do not make it narrower.
    assert metrics.mean_interval([[1.0]] * 20) == (pytest.approx(0.8389, abs=1e-4), 1.0)
    assert metrics.mean_interval([[0.0, 0.0]] * 20) == (0.0, pytest.approx(0.1611, abs=1e-4))
    assert metrics.mean_interval([[0.5]] * 20) == (0.5, 0.5)
    assert metrics.mean_interval([[0.0], [1.0]]) == metrics.bootstrap_interval([[0.0], [1.0]])
    assert metrics.bootstrap_interval([[0.25]]) == (0.25, 0.25)


def test_the_interval_of_one_in_two() -> None:
    # Two questions, 0 and 1: a resample has mean 0, 1/2 or 1 with chances 1/4, 1/2, 1/4; both tails reach the ends.
    assert metrics.bootstrap_interval([[0.0], [1.0]]) == (0.0, 1.0)


def test_the_interval_of_a_proportion_agrees_with_the_normal_approximation() -> None:
    # 300 of 400: standard error sqrt(0.75 * 0.25 / 400) = 0.02165, so 0.75 ± 1.96 * 0.02165.
    low, high = metrics.bootstrap_interval([[1.0]] * 300 + [[0.0]] * 100)
    assert low == pytest.approx(0.7076, abs=0.005)
    assert high == pytest.approx(0.7924, abs=0.005)


def test_the_interval_agrees_with_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    values = [(7 * i % 31) / 31 for i in range(60)]
    theirs = stats.bootstrap((values,), lambda x, axis: x.mean(axis=axis), method="percentile", n_resamples=5000, rng=1)
    low, high = metrics.bootstrap_interval([[value] for value in values])
    assert low == pytest.approx(theirs.confidence_interval.low, abs=0.01)
    assert high == pytest.approx(theirs.confidence_interval.high, abs=0.01)


def test_turns_of_one_dialogue_are_drawn_together() -> None:
    # Ten dialogues of four turns each, all right or all wrong: as uncertain as ten questions, not as forty.
    together = metrics.bootstrap_interval([[1.0] * 4] * 5 + [[0.0] * 4] * 5)
    ten = metrics.bootstrap_interval([[1.0]] * 5 + [[0.0]] * 5)
    assert together == ten


def test_the_same_values_give_the_same_interval() -> None:
    groups = [[0.1], [0.4, 0.9], [0.7]]
    assert metrics.bootstrap_interval(groups) == metrics.bootstrap_interval(groups)
