"""Whether passages support a sentence: the clear cases must be clear."""

from __future__ import annotations

import pytest

from rag.answering.record import Passage, Support, Verdict
from rag.answering.support import SupportChecker, logistic, pieces_of, verdict_of
from rag.assistant import Assistant
from rag.embedding.minilm import MiniLM

ABSTRACT = (
    "Honey bees tell each other by dancing where food is. We filmed 120 dances in 14 hives. "
    "Bees that followed a dance found the feeder 3.5 times as often as bees that did not."
)
WHOLE = Passage("bees", 0, 0, len(ABSTRACT), ABSTRACT)
SECOND = Passage("bees", 1, 53, len(ABSTRACT), ABSTRACT[53:])


@pytest.fixture(scope="module")
def checker(embedder: MiniLM) -> SupportChecker:
    return SupportChecker(embedder)


@pytest.mark.parametrize("passage", [WHOLE, SECOND], ids=["abstract", "passage"])
def test_a_quotation_is_supported_and_found_at_its_place(checker: SupportChecker, passage: Passage) -> None:
    said = "We filmed 120 dances in 14 hives."
    support = checker.check(said, [passage])
    assert (support.label, support.probability) == (Verdict.SUPPORTED, 1.0)
    assert support.evidence is not None
    assert (support.evidence.text, ABSTRACT[support.evidence.start : support.evidence.end]) == (said, said)


def test_white_space_does_not_make_a_quotation_another_one(checker: SupportChecker) -> None:
    assert checker.check(" We filmed 120\n dances in 14 hives. ", [WHOLE]).probability == 1.0


def test_without_passages_a_sentence_is_uncited(checker: SupportChecker) -> None:
    assert checker.check("We filmed 120 dances.", []) == Support(Verdict.UNCITED, 0.0, None)


def test_other_words_for_the_same_are_supported(checker: SupportChecker) -> None:
    support = checker.check("The authors filmed 120 bee dances in 14 hives.", [WHOLE])
    assert support.label is Verdict.SUPPORTED
    assert 0.4 <= support.probability < 1
    assert support.evidence is not None
    assert support.evidence.text == "We filmed 120 dances in 14 hives."
    assert ABSTRACT[support.evidence.start : support.evidence.end] == support.evidence.text


@pytest.mark.parametrize(
    "said",
    ["The stock market fell by 7% in March.", "Transformers need quadratic memory.", "The capital of France is Paris."],
)
def test_something_else_is_not_supported(checker: SupportChecker, said: str) -> None:
    support = checker.check(said, [WHOLE])
    assert support.label is Verdict.UNSUPPORTED
    assert support.probability < 0.3


def test_a_wrong_number_lowers_the_probability(checker: SupportChecker) -> None:
    right = checker.check("The authors filmed 120 bee dances in 14 hives.", [WHOLE])
    wrong = checker.check("The authors filmed 450 bee dances in 90 hives.", [WHOLE])
    assert wrong.probability < right.probability - 0.05


def test_evidence_may_be_spread_over_passages(checker: SupportChecker) -> None:
    first, second = pieces_of([WHOLE])[:2]
    said = "They filmed 120 dances in which honey bees tell where food is."
    assert checker.check(said, [first, second]).probability > checker.check(said, [first]).probability


@pytest.mark.parametrize("said", ["", "   ", "What is it?", "...", "\ud800", "\x00"], ids=ascii)
def test_a_sentence_that_says_nothing_is_unsupported(checker: SupportChecker, said: str) -> None:
    assert checker.check(said, [WHOLE]).label is Verdict.UNSUPPORTED


def test_an_empty_passage_supports_nothing(checker: SupportChecker) -> None:
    assert checker.check("Bees dance.", [Passage("x", 0, 0, 0, "")]) == Support(Verdict.UNSUPPORTED, 0.0, None)


def test_pieces_keep_their_place_in_the_abstract() -> None:
    assert [ABSTRACT[piece.start : piece.end] == piece.text for piece in pieces_of([SECOND])] == [True, True]
    assert pieces_of([SECOND])[0].start == 53


@pytest.mark.parametrize(
    ("about", "agrees", "wrong_number", "label", "probability"),
    [
        (0.9, 0.9, False, "supported", 0.81),
        (0.9, 0.5, False, "supported", 0.45),
        (0.8, 0.9, False, "partly", 0.72),
        (0.5, 0.6, False, "partly", 0.3),
        (0.2, 0.9, False, "unsupported", 0.18),
        (0.9, 0.2, False, "contradicted", 0.18),
        (0.9, 0.2, True, "contradicted", 0.18),
        (0.9, 0.8, True, "number mismatch", 0.18),
        (0.1, 0.8, True, "unsupported", 0.02),
    ],
)
def test_verdicts_have_fixed_bounds(about: float, agrees: float, wrong_number: bool, label: str, probability: float) -> None:
    verdict, chance = verdict_of(about, agrees, wrong_number=wrong_number)
    assert (verdict, chance) == (label, pytest.approx(probability))


def test_the_logistic_function_is_one_half_at_nothing() -> None:
    assert logistic(0) == 0.5
    assert logistic(2) + logistic(-2) == pytest.approx(1)
    assert logistic(700) == 1.0


def test_the_assistant_says_which_passage_and_where(small: Assistant) -> None:
    support = small.check_support(
        "Tides turn turbines.", ["Bees dance. Bees sing.", "In straits tides turn turbines. So does wind."]
    )
    assert support.label is Verdict.SUPPORTED
    assert support.evidence is not None
    assert (support.evidence.index, support.evidence.start) == (1, 0)
    assert small.check_support("Tides turn turbines.", []).label is Verdict.UNCITED
