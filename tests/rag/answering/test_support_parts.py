"""What the support verdict is made of: copies, quantities, polarity, comparisons, exchanged names, and its figures."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answering.binding import bind, bound_agreement
from rag.answering.polarity import agreement, cues
from rag.answering.quantities import quantities, unmatched
from rag.answering.quotation import copied
from rag.answering.record import Passage
from rag.answering.roles import comparison, exchanged, same_order
from rag.answering.support import SupportChecker
from rag.answering.trust import trust
from rag.embedding import TokenVectors
from rag.embedding.minilm import MiniLM
from rag.terms import content_words

CLAIM = "Aspirin reduces the risk of stroke."


def passage(text: str) -> Passage:
    return Passage("p", 0, 100, 100 + len(text), text)


@pytest.mark.parametrize(
    "text",
    [
        "Trials were few. Aspirin reduces the risk of stroke. More are needed.",
        "We show that aspirin reduces the\nrisk of stroke, and more.",
        "RESULTS: Aspirin reduces the risk of stroke; bleeding rose.",
    ],
)
def test_a_copy_is_found_at_its_place(text: str) -> None:
    found = copied(CLAIM, [passage(text)])
    assert found is not None
    assert text[found.start - 100 : found.end - 100] == found.text
    assert found.text.split()[-1].rstrip(".") == "stroke"


@pytest.mark.parametrize(
    "text",
    [
        "We found no evidence that aspirin reduces the risk of stroke.",
        "It is not true that aspirin reduces the risk of stroke.",
        "Some doubt that aspirin reduces the risk of stroke.",
        "We asked whether aspirin reduces the risk of stroke.",
        "The claim “Aspirin reduces the risk of stroke” is false.",
        "Aspirin reduces the risk of stroke only in men.",
        "Low-dose aspirin reduces the risk of stroke.",
    ],
)
def test_what_is_denied_or_cut_out_is_no_copy(text: str) -> None:
    assert copied(CLAIM, [passage(text)]) is None


def test_a_denied_copy_is_not_supported(embedder: MiniLM) -> None:
    denied = passage("We found no evidence that aspirin reduces the risk of stroke.")
    assert SupportChecker(embedder).check(CLAIM, [denied]).label != "supported"


@pytest.mark.parametrize(
    ("said", "given", "missing"),
    [
        ("29% of models", "4 of 14 models", 0),  # 28.57 %
        ("57.7% of models", "4 of 14 models", 1),
        ("1.2k images", "1,200 images", 0),
        ("three models", "3 models", 0),
        ("a 2-fold gain", "gains of 2 times", 0),
        ("5% of the data", "5 of the models", 1),
        ("a gain of 1.2·", "a gain of 1·2", 0),
        ("14 dances in 120 hives", "120 dances in 14 hives", 2),
        ("GPT-4 and IL-6 in p53", "nothing is counted here", 0),
    ],
)
def test_quantities_are_compared_as_numbers_with_units(said: str, given: str, missing: int) -> None:
    assert len(unmatched(quantities(said), quantities(given))) == missing


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("It increases speed.", "It raises speed.", 1),
        ("It increases speed.", "It reduces speed.", -1),
        ("It does not increase speed.", "It increases speed.", -1),
        ("It doesn't affect speed.", "It had no effect.", 1),
        ("It has no effect on speed.", "It promotes speed.", -1),
        ("It is better.", "It is worse.", -1),
    ],
)
def test_cues_agree_or_not(one: str, other: str, same: int) -> None:
    (a,), (b,) = cues(one), cues(other)
    assert agreement(a, b) == pytest.approx(same)


@pytest.mark.parametrize(
    ("said", "given", "sign"),
    [
        ("Aspirin reduces pain.", "Aspirin reduces pain, and sleep increases.", 1),
        ("Aspirin increases pain.", "Aspirin reduces pain, and sleep increases.", -1),
        ("Pain is increased by aspirin.", "Aspirin reduces pain; sleep increases.", -1),
        ("Aspirin does not reduce pain.", "Aspirin reduces pain; sleep increases.", -1),
        ("Aspirin reduces nausea.", "Sleep increases.", 0),
        ("Aspirin was given.", "Aspirin reduces pain.", 0),
    ],
)
def test_a_cue_is_held_against_cues_that_stand_beside_the_same_words(said: str, given: str, sign: int) -> None:
    one, other = (bind(text, cues(text), set(content_words(text))) for text in (said, given))
    found = bound_agreement(one, [(other, 1.0)])
    assert (found > 0.2) - (found < -0.2) == sign


def test_a_negator_reaches_to_the_end_of_its_clause() -> None:
    assert [cue.negated for cue in cues("It did not increase speed, but reduced cost.")] == [True, False]


@pytest.mark.parametrize(
    ("said", "given", "same"),
    [
        ("DPO works better than RLHF.", "It works better than RLHF.", 1),
        ("RLHF works better than DPO.", "DPO works better than RLHF.", -1),
        ("RLHF works worse than DPO.", "DPO works better than RLHF.", 1),
        ("Risk was higher in men than in women.", "Risk was higher in women than in men.", -1),
    ],
)
def test_comparisons_are_read_from_both_ends(said: str, given: str, same: int) -> None:
    a, b = comparison(said, cues(said)), comparison(given, cues(given))
    assert a is not None
    assert b is not None
    assert same_order(a, b) == same


@pytest.mark.parametrize(
    ("said", "given", "wrong"),
    [
        ("In this model LN replaces BN.", "Here BN replaces LN everywhere.", True),
        ("In this model LN replaces BN.", "Here LN replaces BN everywhere.", False),
        ("In this model LN is replaced by BN.", "Here BN replaces LN everywhere.", False),
        ("They compare LN and BN.", "They compare BN and LN.", False),
    ],
)
def test_names_that_changed_places_are_seen(said: str, given: str, wrong: bool) -> None:
    assert exchanged(said, given) is wrong


def test_an_answer_checked_at_once_has_the_verdicts_of_its_sentences(embedder: MiniLM) -> None:
    checker, text = SupportChecker(embedder), passage("Bees dance in hives. They show where food is.")
    pairs = [("Bees dance.", [text]), ("Bees tell where food is.", [text]), ("Cars are red.", [text]), ("Bees sing.", [])]
    alone = [SupportChecker(embedder).check(said, given) for said, given in pairs]
    together = checker.check_all(pairs)
    assert [support.label for support in together] == [support.label for support in alone]
    assert [support.probability for support in together] == pytest.approx([s.probability for s in alone], abs=0.02)


def test_what_was_read_ahead_is_not_read_again(embedder: MiniLM) -> None:
    heard: list[str] = []

    class Listening:
        def read(self, texts: Sequence[str]) -> list[TokenVectors]:
            heard.extend(texts)
            return embedder.read(texts)

    text = passage("Bees dance in hives. They show where food is.")
    checker = SupportChecker(Listening())
    checker.vectors(["Bees dance in hives.", "They show where food is."])
    said = "Bees tell where food is."
    assert checker.check(said, [text]).label == SupportChecker(embedder).check(said, [text]).label
    assert sorted(heard) == ["Bees dance in hives.", said, "They show where food is."]


def test_the_figures_come_with_intervals_and_their_data() -> None:
    measured = trust()
    assert [figure.name for figure in measured.figures] == ["auroc_nei", "auroc_contradict", "auroc_rest"]
    assert all(figure.low < figure.value < figure.high for figure in measured.figures)
    assert measured.pairs > 900
    assert "SciFact" in measured.sentence
