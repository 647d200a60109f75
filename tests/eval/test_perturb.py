"""Perturbations by rule: what they change, and that they change nothing else."""

from __future__ import annotations

import pytest

from eval.perturb import contradiction, distractor, misspelt, paraphrase, reworded, typos
from eval.questions import Question, Turn
from rag.paper import Paper

QUESTION = "How does the SkyLedger method improve the counting of cranes by radar?"
PAPER = Paper(
    id="p",
    title="Counting cranes",
    abstract="Our method improves recall by 12.5% over 3 baselines. It is faster and can run at night.",
    authors=("A. Crane",),
)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_so_many_words_are_misspelt_and_no_others(count: int) -> None:
    changed = typos(QUESTION, count)
    assert changed == typos(QUESTION, count)
    before, after = QUESTION.split(), changed.split()
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == count


def test_more_typos_hold_fewer() -> None:
    one, two = typos(QUESTION, 1).split(), typos(QUESTION, 2).split()
    first = [n for n, (a, b) in enumerate(zip(QUESTION.split(), one, strict=True)) if a != b]
    assert all(one[n] == two[n] for n in first)


def test_a_question_without_long_words_has_no_typos() -> None:
    assert typos("Who is he?", 3) == "Who is he?"


@pytest.mark.parametrize(("kind", "word"), [(0, "cnat"), (1, "cnt"), (2, "caant"), (3, "csnt")])
def test_slips(kind: int, word: str) -> None:
    """Two letters swapped, one lost, one doubled, the neighbouring key."""
    assert misspelt("cant", 1, kind) == word


def test_a_slip_that_would_change_nothing_loses_the_letter() -> None:
    assert misspelt("book", 1, 0) == "bok"


def test_paraphrases_keep_names_and_lose_the_frame() -> None:
    assert paraphrase(QUESTION, 1) == "I would like to know the following: how" + QUESTION[3:]
    second = paraphrase(QUESTION, 2)
    assert "SkyLedger approach enhance" in second
    assert paraphrase(QUESTION, 3) == "SkyLedger approach enhance counting cranes radar"
    assert paraphrase("SkyLedger?", 1) == "I would like to know the following: SkyLedger?"
    assert paraphrase("What is it?", 3) == "What is it?"
    assert paraphrase(QUESTION, 0) == QUESTION


def test_every_turn_of_a_dialogue_is_reworded() -> None:
    question = Question("d", "first", turns=(Turn("first"), Turn("second")))
    changed = reworded(question, str.upper)
    assert (changed.question, [turn.question for turn in changed.turns]) == ("FIRST", ["FIRST", "SECOND"])


def test_a_contradiction_claims_the_opposite_with_other_numbers() -> None:
    other = contradiction(PAPER, 0)
    assert "Our method degrades recall by" in other.abstract
    assert "12.5" not in other.abstract
    assert "It is not slower and cannot run at night" in other.abstract
    assert other.authors == ()
    assert other.id != PAPER.id
    assert contradiction(PAPER, 0) == other
    assert contradiction(PAPER, 1).abstract != other.abstract


def test_a_distractor_lends_a_sentence_from_each_of_several_papers() -> None:
    papers = [Paper(id=f"{n}", abstract=f"First of {n}. Second of {n}.", title=f"T{n}") for n in range(8)]
    mixed = distractor(papers, 0)
    assert mixed == distractor(papers, 0)
    assert mixed.abstract.count(" of ") == 5
    assert len({word for word in mixed.abstract.replace(".", "").split() if word.isdigit()}) == 5
    assert distractor(papers, 1) != mixed
