"""What became of a question and whose fault it is, case by case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from eval.blame import Blame, Outcome
from eval.questions import Turn
from eval.scoring import judge, score
from rag.answering.record import Answer, Sentence, Verdict

Make = Callable[..., Answer]


def case(turn: Turn, relevant: list[str], answer: Answer, said: str | None = None) -> tuple[Outcome, Blame]:
    return judge(turn, relevant, answer, score(turn, relevant, answer, said=said))


FACTS = Turn("How many stages?", key_facts=("three stages", "70B"))


@pytest.mark.parametrize(
    ("text", "retrieved", "cited", "outcome", "blame"),
    [
        ("It has three stages.", ["a"], ["a"], Outcome.ANSWERED_RIGHT, Blame.NONE),  # one of two facts is half
        ("It has many.", ["a", "x"], ["a"], Outcome.ANSWERED_WRONG, Blame.WRONG_OR_UNSUPPORTED),
        ("It has many.", ["x", "a"], ["x"], Outcome.ANSWERED_WRONG, Blame.NOT_CITED),
        ("It has many.", ["x", "y"], ["x"], Outcome.ANSWERED_WRONG, Blame.NOT_RETRIEVED),
        ("It has many.", [*"bcdefghijk", "a"], ["b"], Outcome.ANSWERED_WRONG, Blame.NOT_RETRIEVED),  # rank 11
    ],
)
def test_answers_to_answerable_questions(
    make_answer: Make, text: str, retrieved: list[str], cited: list[str], outcome: Outcome, blame: Blame
) -> None:
    assert case(FACTS, ["a"], make_answer(text, retrieved=retrieved, cited=cited)) == (outcome, blame)


def test_an_answer_that_cites_nothing_is_not_blamed_for_its_citations(make_answer: Make) -> None:
    yes = Turn("Do bees dance?", label="yes")
    assert case(yes, [], make_answer("No."), "no") == (Outcome.ANSWERED_WRONG, Blame.WRONG)
    assert case(yes, ["a"], make_answer("No."), "no") == (Outcome.ANSWERED_WRONG, Blame.NOT_CITED)


def test_refusals(make_answer: Make) -> None:
    refusal = make_answer("Nothing here.", retrieved=["a"], abstained=True)
    assert case(FACTS, ["a"], refusal) == (Outcome.REFUSED_WRONGLY, Blame.WRONGLY_REFUSED)
    assert case(FACTS, ["z"], refusal) == (Outcome.REFUSED_WRONGLY, Blame.NOT_RETRIEVED)
    assert case(Turn("Which GPU?", answerable=False), [], refusal) == (Outcome.REFUSED_RIGHTLY, Blame.NONE)


def test_an_answer_where_a_refusal_is_right(make_answer: Make) -> None:
    answer = make_answer("An A100.", retrieved=["a"], cited=["a"])
    assert case(Turn("Which GPU?", answerable=False), [], answer) == (Outcome.ANSWERED_WRONG, Blame.WRONGLY_ANSWERED)


def test_a_label_decides_before_facts(make_answer: Make) -> None:
    turn = replace(FACTS, label="yes")
    answer = make_answer("No, it has three stages.", retrieved=["a"], cited=["a"])
    assert case(turn, ["a"], answer, "no") == (Outcome.ANSWERED_WRONG, Blame.WRONG_OR_UNSUPPORTED)
    assert case(turn, ["a"], answer, "yes") == (Outcome.ANSWERED_RIGHT, Blame.NONE)
    assert case(turn, ["a"], answer, None)[0] is Outcome.ANSWERED_WRONG


def test_papers_alone_need_half_of_them_cited_and_half_of_the_sentences_supported(make_answer: Make) -> None:
    turn = Turn("Which papers?")
    answer = make_answer("Two do.", retrieved=["a", "b"], cited=["a"])
    assert case(turn, ["a", "b"], answer) == (Outcome.ANSWERED_RIGHT, Blame.NONE)
    assert case(turn, ["a", "b", "c"], answer)[0] is Outcome.ANSWERED_WRONG
    bad = replace(answer, sentences=(Sentence("Two do.", (1,), Verdict.UNSUPPORTED, 0.1),))
    assert case(turn, ["a", "b"], bad) == (Outcome.ANSWERED_WRONG, Blame.WRONG_OR_UNSUPPORTED)


def test_nothing_to_hold_an_answer_against(make_answer: Make) -> None:
    answer = make_answer("Something.", retrieved=["a"], cited=["a"])
    assert case(Turn("What?"), [], answer) == (Outcome.NOT_JUDGED, Blame.NONE)
    assert "right" not in score(Turn("What?"), [], answer)


def test_a_listing_may_be_longer_than_what_is_read_closely(make_answer: Make) -> None:
    papers = [f"p{n}" for n in range(15)]
    answer = make_answer("Fifteen.", retrieved=papers, cited=papers)
    assert case(Turn("Which papers are from 2023?"), papers[12:], answer) == (Outcome.ANSWERED_RIGHT, Blame.NONE)
