"""Asking a part of the library: one paper, or a collection."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag.library.browse import Query
from tests.ui.test_chat_view import answers, ask, html
from ui import scope, state
from ui.components.safe import label

Run = Callable[[str], Any]
BIRDS = "What does SkyLedger estimate from radar?"


def paper(words: str) -> Any:
    (found,) = state.assistant().browse(Query(words=words)).papers
    return found


def test_only_papers_of_the_collection_are_found(home: Path, run_page: Run) -> None:
    clocks, birds = paper("Tidal Clocks"), paper("SkyLedger")
    own = state.assistant().collections.make("Clocks <b>", [clocks.id, "abs:gone"])
    at = run_page("chat")
    at.selectbox(key="scope-choice").set_value(scope.of_collection(own)).run()
    answer = ask(at, BIRDS)
    assert {hit.paper.id for hit in answer.retrieved} == {clocks.id}
    assert "Asked within the collection “Clocks <b>” (2 papers)." in answer.notes
    assert not html(at).all("b")
    at.selectbox(key="scope-choice").set_value(scope.WHOLE).run()
    answer = ask(at, BIRDS)
    assert answer.sources[0].paper.id == birds.id


def test_a_paper_is_asked_and_asked_again_within_itself(home: Path, run_page: Run) -> None:
    birds = paper("SkyLedger")
    at = run_page("chat")
    at.session_state.scope = scope.of_paper(birds)
    at.run()
    assert "Asking only the paper “SkyLedger" in html(at).text
    answer = ask(at, BIRDS)
    assert {source.paper.id for source in answer.sources} == {birds.id}
    talk = at.session_state.conversation
    talk.ask_again(talk.turns[0].id, "extractive")
    while talk.busy:
        at.run()
    assert talk.turns[0].replies[-1].answer.settings["scope"] == scope.of_paper(birds)
    assert answers(at)


def test_what_is_gone_is_not_asked(home: Path, run_page: Run) -> None:
    own = state.assistant().collections.make("Gone", [])
    assert scope.look_up(state.assistant(), scope.of_collection(own)) == scope.Scope("the collection “Gone”", ())
    state.assistant().collections.delete(own.id)
    assert scope.look_up(state.assistant(), scope.of_collection(own)) is None
    at = run_page("chat")
    at.session_state.scope = scope.of_collection(own)
    at.run()
    assert at.session_state.scope == scope.WHOLE


def test_first_questions_are_of_the_part_that_is_asked(home: Path, run_page: Run) -> None:
    birds = paper("SkyLedger")
    own = state.assistant().collections.make("Birds", [birds.id])
    at = run_page("chat")
    offered = lambda: [button.label for button in at.button if button.key and button.key.startswith("first-")]  # noqa: E731
    assert len(offered()) > 1
    at.selectbox(key="scope-choice").set_value(scope.of_collection(own)).run()
    assert offered() == [label("What is SkyLedger?")]
    assert "1 paper." in html(at).text
