"""What a press on the library page sets off: it is done in answer to the press itself, over a real library, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from streamlit.testing.v1 import AppTest

from rag.terminal.serve import app_file
from tests.ui.test_library_view import WALRUS, button, html, paper_id, titles, upload
from ui import scope, state

Run = Callable[[str], Any]
CRANES, GLACIERS = "SkyLedger", "Do Glaciers Remember"


def test_a_paper_is_merged_with_one_like_it_and_split_again(home: Path, run_page: Run) -> None:
    at = run_page("library")
    cranes, glaciers = paper_id(CRANES), paper_id(GLACIERS)
    at.query_params["paper"] = glaciers
    at.run()
    at.selectbox(key=f"same-{glaciers}").set_value(cranes).run()
    at.button(key="merge").click().run()
    kept = at.query_params["paper"]
    assert kept in ([cranes], cranes)  # the one that was read first
    assert "merged by hand" in html(at).text
    assert state.assistant().count() == 5
    at.button(key="split").click().run()
    assert state.assistant().count() == 6


def test_several_papers_are_merged_after_a_question(home: Path, run_page: Run) -> None:
    at = run_page("library")
    upload(at, ("walrus.jsonl", WALRUS))
    at.toggle(key="several").set_value(True).run()
    at.session_state["merging"] = [paper_id("Walrus"), paper_id(CRANES)]  # as the button does with the rows that are ticked
    at.run()
    assert "Walrus Whiskers" in html(at).one("ul", "v-plain-list").text
    at.button(key="merge-now").click().run()
    assert "Walrus Whiskers" not in titles(at)
    assert "merging" not in at.session_state
    at.segmented_control(key="library-part").set_value("Merged").run()
    assert "merged by hand" in html(at).text


@pytest.mark.parametrize(("asked", "press"), [("removing", "remove-now"), ("merging", "merge-now")])
def test_a_locked_library_is_told_where_it_was_asked_and_changes_nothing(
    home: Path, run_page: Run, asked: str, press: str
) -> None:
    at = run_page("library")
    at.toggle(key="several").set_value(True).run()
    at.session_state[asked] = [paper_id(CRANES), paper_id(GLACIERS)]
    at.run()
    with FileLock(home / "write.lock"):
        at.button(key=press).click().run()
    assert "is writing to the library" in html(at).one("div", "v-bad").text
    assert state.assistant().count() == 6
    at.button(key=press).click().run()  # the question is still open
    assert state.assistant().count() == (4 if asked == "removing" else 5)


def test_a_question_about_a_paper_is_asked_by_the_press(home: Path, run_page: Run) -> None:
    at = run_page("library")
    at.query_params["paper"] = paper_id(CRANES)
    at.run()
    at.text_input(key="paper-question").set_value("When does it fail?")
    button(at, "Ask").click().run()
    (turn,) = at.session_state.conversation.turns
    assert turn.question == "When does it fail?"
    assert turn.replies[0].within == f"paper:{paper_id(CRANES)}"
    assert at.session_state.leaving_for == "chat"


def test_a_collection_is_asked_within(home: Path, run_page: Run) -> None:
    made = state.assistant().collections.make("Birds", [paper_id(CRANES)])
    at = run_page("library")
    at.segmented_control(key="library-part").set_value("Collections").run()
    button(at, "Ask within it").click().run()
    assert at.session_state.scope == scope.of_collection(made)
    assert at.session_state.leaving_for == "chat"


def test_where_a_press_asks_to_go_the_next_page_drawn_goes(home: Path) -> None:
    at = AppTest.from_file(app_file().with_name("app.py"), default_timeout=60).run()
    at.session_state["leaving_for"] = "settings"
    at.run()
    assert "Settings and health" in html(at).text
    assert "leaving_for" not in at.session_state
