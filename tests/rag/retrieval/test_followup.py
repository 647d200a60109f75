"""Turns of a conversation as questions of their own."""

from __future__ import annotations

import datetime as dt

from rag.answering.record import Answer, AnswerKind, CitedSource, Hit, Passage, Tokens
from rag.paper import Paper
from rag.retrieval.followup import dated, leans, standalone, stands_alone

BEES = Paper("abs:1", "Bees dance. Others follow.", title="Waggle dances of honey bees")
TIDES = Paper("abs:2", "Turbines turn.", title="Tidal turbines in narrow straits")
ICE = Paper("abs:3", "Radar on drones sees through glacier ice.")


def answer(question: str, *papers: Paper) -> Answer:
    sources = tuple(CitedSource(n, paper, ()) for n, paper in enumerate(papers, 1))
    return Answer(question, "text", (), sources, (), AnswerKind.QUOTED, False, 1.0, "extractive", Tokens(), 0.0, {})


def hit(score: float, cosine: float) -> Hit:
    return Hit(BEES, Passage("abs:1", 0, 0, 4, "Bees"), score, {"dense": cosine})


def test_the_first_turn_is_itself() -> None:
    assert standalone("And how fast?", ()) == "And how fast?"


def test_a_pronoun_means_the_paper_answered_from_last() -> None:
    turn = "How often do followers of it find the hidden feeder?"
    assert standalone(turn, [answer("What do bees do?", BEES)]) == f"Waggle dances of honey bees {turn}"


def test_a_very_short_turn_repeats_the_question_before_it() -> None:
    assert standalone("And in rain?", [answer("How often do bees dance?", BEES)]) == (
        "How often do bees dance? Waggle dances of honey bees And in rain?"
    )


def test_a_place_in_a_list_means_that_paper() -> None:
    history = [answer("Which papers are there?", BEES, TIDES), answer("What about the first?", BEES)]
    assert standalone("And the second one?", history) == "Tidal turbines in narrow straits And the second one?"
    assert standalone("The last, what does it yield?", history).startswith("Tidal turbines in narrow straits ")


def test_those_two_means_the_papers_of_the_last_answers() -> None:
    history = [answer("a", BEES), answer("b", TIDES)]
    assert (
        standalone("Who wrote those two?", history)
        == "Tidal turbines in narrow straits Waggle dances of honey bees Who wrote those two?"
    )


def test_a_new_name_keeps_the_question_and_drops_the_old_name() -> None:
    assert (
        standalone("And the PRefLexOR one?", [answer("How large is MechGPT?", BEES)]) == "How large is  ? And the PRefLexOR one?"
    )


def test_a_fresh_start_drops_the_context() -> None:
    assert standalone("Is there a paper on glaciers?", [answer("What do bees do?", BEES)]) == "Is there a paper on glaciers?"


def test_an_untitled_paper_is_named_by_its_first_words() -> None:
    assert standalone("How thick can it be in winter months?", [answer("q", ICE)]).startswith("Radar on drones sees through")


def test_a_turn_that_finds_one_paper_well_and_far_ahead_stands_alone() -> None:
    assert stands_alone([hit(0.7, 0.5), hit(0.4, 0.3)])
    assert not stands_alone([hit(0.7, 0.5), hit(0.65, 0.5)])  # no lead
    assert not stands_alone([hit(0.7, 0.3), hit(0.4, 0.2)])  # words only
    assert not stands_alone([])


def test_only_wording_that_points_back_leans_on_the_conversation() -> None:
    for turn in ("And in rain?", "How often do they dance?", "What about the second?", "ok. Published when?", "In winter too?"):
        assert leans(turn), turn
    for turn in ("How do I bake bread?", "Do glaciers remember earthquakes?"):
        assert not leans(turn), turn


def test_the_first_one_means_the_first_paper_talked_of_where_no_answer_has_several() -> None:
    history = [answer("What do bees do?", BEES), answer("And turbines?", TIDES)]
    assert standalone("Back to the first one: who follows?", history).startswith("Waggle dances of honey bees ")


def test_the_same_month_is_that_of_the_paper_talked_of() -> None:
    march = Paper("abs:4", "Old violins.", title="Varnish", date=dt.date(2023, 3, 9), year=2023)
    history = [answer("What is on violins?", march)]
    assert dated("Which papers came out in the same month?", history) == "Which papers came out in March 2023?"
    assert dated("What else is from the same year as it?", history) == "What else is in 2023?"
    assert dated("Which papers came out in the same month?", [answer("a", BEES)]) == "Which papers came out in the same month?"


def test_a_question_that_begins_with_a_preposition_leans() -> None:
    assert leans("On which data sets?")
    assert leans("Why?")
    assert leans("Why are bees better?")
    assert not leans("Why does rain keep honey bees in hives?")  # says itself what it is about
