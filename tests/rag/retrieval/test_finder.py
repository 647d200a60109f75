"""From the question as asked to the papers for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.answering.markdown import markdown
from rag.answering.record import AnswerKind
from rag.assistant import Assistant

ROWS = (
    ("Dances of honey bees", "Honey bees dance to tell where food is. Followers find a feeder sooner.", "2019-03-01"),
    ("Bees and pesticides", "Pesticides make honey bees forget the way home. One dose suffices.", "2021-06-15"),
    ("Tidal turbines", "Tides turn turbines as wind turns mills. Layout matters for the yield.", "2021-11-30"),
    ("Varnish of violins", "Old violins owe their colour to varnish. A mineral layer lies below.", "2023-01-10"),
    ("Undated chess", "A network plays chess endgames. It wins with a rook.", None),
)


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory, open_library: Callable[[Path], Assistant]) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("dated")
    file = folder / "papers.jsonl"
    file.write_text("\n".join(json.dumps({"title": t, "abstract": a, "date": d}) for t, a, d in ROWS) + "\n", encoding="utf-8")
    with open_library(folder / "home") as assistant:
        assistant.ingest([file])
        yield assistant


def test_conditions_alone_give_the_whole_list_in_order_of_date(dated: Assistant) -> None:
    answer = dated.ask("Show me everything dated before 2022.")
    assert [source.paper.title for source in answer.sources] == ["Tidal turbines", "Bees and pesticides", "Dances of honey bees"]
    assert answer.filters == ("dated before 2022",)
    assert answer.notes[0] == "Understood as a condition: dated before 2022 (3 of 5 papers; 1 with no known date left out)."
    assert all(sentence.text in answer.source(sentence.citations[0]).paper.abstract for sentence in answer.sentences)


def test_a_topic_is_searched_inside_the_conditions(dated: Assistant) -> None:
    assert [s.paper.title for s in dated.ask("Papers on honey bees from 2021.").sources] == ["Bees and pesticides"]


def test_both_sides_of_an_or_are_found(dated: Assistant) -> None:
    answer = dated.ask("Which papers since 2021 deal with honey bees or violins?")
    assert {s.paper.title for s in answer.sources} >= {"Bees and pesticides", "Varnish of violins"}


def test_nothing_that_matches_is_said_so(dated: Assistant) -> None:
    answer = dated.ask("Which papers were published before 1990?")
    assert (answer.kind, answer.sources) == (AnswerKind.REFUSED, ())
    assert answer.text == "No paper in the library meets the conditions of this question."


def test_papers_are_counted_by_the_catalogue(dated: Assistant) -> None:
    answer = dated.ask("How many papers are from 2021?")
    assert answer.text.startswith("2 papers match “are from 2021”. Of 1 more the date is not known.\n")
    assert len(answer.sources) == 2
    assert answer.opening == "2 papers match “are from 2021”. Of 1 more the date is not known."
    assert dated.ask("What do pesticides do to honey bees?").opening == ""
    assert "\n2 papers match “are from 2021”" in markdown(answer)
    assert dated.ask("How many papers are in the library?").text.startswith("The library holds 5 papers.\n")


def test_what_is_excluded_is_not_found(dated: Assistant) -> None:
    answer = dated.ask("Papers on honey bees not from 2021.")
    assert [s.paper.title for s in answer.sources] == ["Dances of honey bees"]
    assert answer.filters == ("not from 2021",)
    assert {hit.paper.title for hit in answer.retrieved}.isdisjoint({"Bees and pesticides", "Tidal turbines"})
    listed = dated.ask("Show me everything except 2021.")
    assert [s.paper.title for s in listed.sources] == ["Varnish of violins", "Dances of honey bees"]
    assert listed.notes[0] == "Understood as a condition: except 2021 (2 of 5 papers; 1 with no known date left out)."


def test_filters_can_be_switched_off(dated: Assistant) -> None:
    answer = dated.ask("Papers on honey bees from 2021.", filters=False)
    assert answer.filters == ()
    assert {"Bees and pesticides", "Dances of honey bees"} <= {hit.paper.title for hit in answer.retrieved}


def test_the_newest_paper(dated: Assistant) -> None:
    assert dated.ask("What is the newest paper?").sources[0].paper.title == "Varnish of violins"


def test_a_sorted_list_is_whole_and_ties_share_a_place(dated: Assistant) -> None:
    answer = dated.ask("Which papers are there on honey bees, newest first?")
    assert [s.paper.title for s in answer.sources] == ["Bees and pesticides", "Dances of honey bees"]
    assert answer.notes[0] == "Understood as an order: newest first."
    oldest = dated.ask("the oldest paper")
    assert [s.paper.title for s in oldest.sources] == ["Dances of honey bees"]
    assert oldest.notes[0] == "Understood as an order: the oldest; 1 with no known date left out."


def test_a_follow_up_is_searched_with_its_context(dated: Assistant) -> None:
    first = dated.ask("What do pesticides do to honey bees?")
    second = dated.ask("How many doses does it take?", history=(first,))
    assert second.standalone.startswith("Bees and pesticides")
    assert second.retrieved[0].paper.title == "Bees and pesticides"


def test_which_of_them_chooses_from_the_answer_before(dated: Assistant) -> None:
    first = dated.ask("Which papers are about honey bees?")
    assert {s.paper.title for s in first.sources} == {"Dances of honey bees", "Bees and pesticides"}
    second = dated.ask("Which of them are from 2021?", history=(first,))
    assert [s.paper.title for s in second.sources] == ["Bees and pesticides"]
    assert second.filters == ("are from 2021",)


def test_a_turn_of_conditions_alone_keeps_the_topic(dated: Assistant) -> None:
    first = dated.ask("Papers on honey bees from 2021.")
    for turn, label in (("And 2019?", "2019"), ("what about before 2020?", "before 2020")):
        second = dated.ask(turn, history=(first,))
        assert ([s.paper.title for s in second.sources], second.filters) == (["Dances of honey bees"], (label,))
    plain = dated.ask("What do pesticides do to honey bees?")
    assert dated.ask("And in 2019?", history=(plain,)).filters == ()


def test_papers_of_which_only_the_year_is_known_are_listed(tmp_path: Path, open_library: Callable[[Path], Assistant]) -> None:
    file = tmp_path / "papers.jsonl"
    rows = [{"title": title, "abstract": abstract, "year": 2019 + n} for n, (title, abstract, _) in enumerate(ROWS)]
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    with open_library(tmp_path / "home") as assistant:
        assistant.ingest([file])
        listed = assistant.ask("Papers on honey bees from 2019 to 2021, newest first.")
        assert [s.paper.title for s in listed.sources] == ["Bees and pesticides", "Dances of honey bees"]
        newest = assistant.ask("What was published in the last year?")
        assert [s.paper.title for s in newest.sources] == ["Undated chess"]
