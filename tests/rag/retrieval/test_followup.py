"""Turns of a conversation as questions of their own, and the papers they are about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from rag.answering.record import Answer, AnswerKind, CitedSource, Hit, Passage, Tokens
from rag.paper import Paper
from rag.retrieval.followup import Followed, Library, dated, follow, in_front, leans
from rag.terms import content_words

BEES = Paper("abs:1", "Bees dance. Others follow to a feeder.", title="Waggle dances of honey bees")
TIDES = Paper("abs:2", "Turbines turn in the current of a strait.", title="Tidal turbines in narrow straits")
ICE = Paper("abs:3", "Radar on drones sees through glacier ice.")
PAPERS = (BEES, TIDES, ICE)


def answer(question: str, *papers: Paper, retrieved: tuple[Hit, ...] = ()) -> Answer:
    sources = tuple(CitedSource(n, paper, ()) for n, paper in enumerate(papers, 1))
    kind = AnswerKind.QUOTED if papers else AnswerKind.REFUSED
    return Answer(question, "text", (), sources, retrieved, kind, not papers, 1.0, "extractive", Tokens(), 0.0, {})


def found(text: str, ids: Collection[str] | None = None) -> list[Hit]:
    """Papers by the share of the text's words that they hold, which stands for a cosine; five points of BM25 for each word."""
    words = set(content_words(text))
    hits = []
    for paper in PAPERS:
        common = len(words & set(content_words(f"{paper.title or ''} {paper.abstract}")))
        if ids is None or paper.id in ids:
            share = common / max(1, len(words))
            hits.append(Hit(paper, Passage(paper.id, 0, 0, 4, "text"), share, {"dense": share, "keyword": 5.0 * common}))
    return sorted(hits, key=lambda hit: -hit.score)


def followed(turn: str, *history: Answer) -> Followed:
    return follow(turn, history, Library(found, found, 217))


ON_BEES, ON_TIDES = answer("What do bees do?", BEES), answer("How do turbines turn?", TIDES)


def test_a_pronoun_means_the_paper_answered_from_last() -> None:
    turn = "How often do followers of it find the hidden feeder?"
    assert followed(turn, ON_BEES) == Followed(f"Waggle dances of honey bees {turn}", (BEES,))


def test_a_very_short_turn_repeats_the_question_before_it() -> None:
    assert followed("And in rain?", ON_BEES).searched == "What do bees do? Waggle dances of honey bees And in rain?"


def test_a_turn_about_another_paper_moves_on() -> None:
    for turn in (
        "Does the current of a strait turn turbines?",  # its words are another paper's
        "Change of subject: turbines in a strait.",
        "There was another one about turbines in a strait. What's its yield?",
        "No, I meant the paper on turbines.",
    ):
        assert followed(turn, ON_BEES).papers == (TIDES,), turn
    assert followed("Change of subject: turbines in a strait.", ON_BEES).searched == "turbines in a strait."


def test_a_long_turn_stays_where_the_paper_talked_of_has_its_words() -> None:
    assert followed("So when others follow to such a feeder, how far do they have to fly in straits?", ON_BEES).papers == (BEES,)


def test_a_turn_about_nothing_talked_of_and_nothing_found_stands_alone() -> None:
    for turn in ("How do I bake rye bread?", "Change of subject: who baked rye bread?", "Is there a paper on rye bread?"):
        read = followed(turn, ON_BEES)
        assert (read.papers, read.alone) == ((), True), turn
    assert followed("And how do they bake rye bread?", ON_BEES).papers == (BEES,)  # it says that it means them


def test_the_one_so_called_is_one_talked_of_before() -> None:
    assert followed("The dance one: is there current?", ON_BEES, answer("Radar?", ICE)).papers == (BEES,)
    assert followed("How far does the radar one see?", ON_BEES, answer("Radar?", ICE)).papers == (ICE,)


def test_other_papers_are_looked_for_without_the_one_talked_of() -> None:
    read = followed("Which other papers deal with a feeder?", ON_BEES)
    assert read.alone
    assert BEES not in [hit.paper for hit in in_front(found(read.searched), read, found)]


def test_one_of_a_list_is_called_by_a_word_of_its_title() -> None:
    listed = answer("Which papers are there?", TIDES, BEES, ICE)
    assert followed("What about the honey one, who follows?", listed).papers == (BEES,)
    assert followed("And the radar one?", listed, answer("What about the honey one?", BEES)).papers == (ICE,)


def test_a_place_in_a_list_means_that_paper() -> None:
    history = answer("Which papers are there?", BEES, TIDES), answer("What about the first?", BEES)
    assert followed("And the second one?", *history).papers == (TIDES,)
    assert followed("The last, what does it yield?", *history).papers == (TIDES,)


def test_the_first_one_means_the_first_paper_talked_of_where_no_answer_has_several() -> None:
    assert followed("Back to the first one: who follows?", ON_BEES, ON_TIDES).papers == (BEES,)
    assert followed("What does the first layer of turbines do?", ON_BEES, ON_TIDES).papers == (TIDES,)  # not a place among papers


def test_a_run_of_papers_is_taken_from_either_end() -> None:
    history = ON_BEES, answer("Radar on drones?", ICE), ON_TIDES
    assert followed("How do the last two differ?", *history).papers == (ICE, TIDES)
    assert followed("Do the two first share anything?", *history).papers == (BEES, ICE)
    assert followed("What was the middle one about?", *history).papers == (ICE,)


def test_what_one_goes_back_to_is_named_by_its_topic_or_by_its_place_in_time() -> None:
    history = ON_BEES, answer("Radar on drones?", ICE), ON_TIDES
    assert followed("Back to the bees: who follows?", *history).papers == (BEES,)
    assert followed("And the one before that, what does it see?", *history).papers == (ICE,)


def test_two_papers_talked_of_are_asked_about_together() -> None:
    for turn in ("How do those two differ?", "What do both papers have in common?", "How are they related?"):
        read = followed(turn, ON_BEES, ON_TIDES)
        assert (read.papers, read.several) == ((TIDES, BEES), True), turn
    assert not followed("What are the two stages of it?", ON_BEES, ON_TIDES).several


def test_another_paper_is_set_beside_the_one_talked_of() -> None:
    read = followed("Is that better than turbines in the current of a strait?", ON_BEES)
    assert (read.papers, read.several) == ((BEES, TIDES), True)


def test_a_new_name_keeps_the_question_and_drops_the_old_name() -> None:
    history = answer("How large is MechGPT?", BEES)
    assert followed("And the turbines one?", history).searched == "How large is  ? And the turbines one?"


def test_another_like_the_one_before_is_not_that_one() -> None:
    read = followed("Is there anything similar to this?", ON_BEES)
    assert BEES not in [hit.paper for hit in in_front(found(read.searched), read, found)]


def test_a_first_answer_from_the_wrong_paper_is_put_right_by_the_turn_that_fits_another_found() -> None:
    near = [Hit(BEES, Passage(BEES.id, 0, 0, 4, "Bees"), 0.5, {}), Hit(ICE, Passage(ICE.id, 0, 0, 5, "Radar"), 0.45, {})]
    wrong = answer("What flies?", BEES, retrieved=tuple(near))
    assert followed("Does the radar see through ice?", wrong).papers == (ICE,)
    assert followed("Do they follow?", wrong).papers == (BEES,)


def test_after_a_refusal_the_question_before_is_repeated() -> None:
    assert followed("And in rain?", answer("What do wasps do?")).searched == "What do wasps do? And in rain?"
    assert followed("Who dances?", answer("What do wasps do?")).alone


def test_the_papers_meant_stand_in_front() -> None:
    hits = found("turbines in the current")
    assert [hit.paper for hit in in_front(hits, Followed("", (ICE,)), found)][:2] == [ICE, TIDES]
    assert [hit.paper for hit in in_front(hits, Followed("", (ICE, BEES), several=True), found)] == [ICE, BEES]


def test_an_untitled_paper_is_named_by_its_first_words() -> None:
    assert followed("How thick can it be in winter months?", answer("q", ICE)).searched.startswith("Radar on drones sees through")


def test_only_wording_that_points_back_leans_on_the_conversation() -> None:
    for turn in ("And in rain?", "How often do they dance?", "What about the second?", "ok. Published when?", "In winter too?"):
        assert leans(turn), turn
    for turn in ("How do I bake bread?", "Do glaciers remember earthquakes?"):
        assert not leans(turn), turn


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
