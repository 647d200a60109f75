"""A table whose rows open in a drawer, where Streamlit tells nobody that a row was ticked."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest


def page() -> None:
    """A table of two rows; keeps what was opened in each run."""
    import streamlit as st

    from ui.components import drawer

    row = drawer.table("birds", {"Title": ["Crane", "Crow"]}, ["Crane", "Crow"], {})
    st.session_state.seen = [*st.session_state.get("seen", []), row]


def test_a_row_ticked_before_this_session_drew_the_table_opens_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ticked: list[int] = []
    monkeypatch.setattr(st, "dataframe", lambda *_, **__: {"selection": {"rows": ticked}})  # it calls nobody
    at = AppTest.from_function(page).run()
    ticked.append(1)
    for _ in range(2):
        at.run()
    assert not at.exception
    assert at.session_state.seen == [None, "Crow", None]


def test_a_row_that_the_table_has_no_more_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "dataframe", lambda *_, **__: {"selection": {"rows": [5]}})
    at = AppTest.from_function(page).run()
    assert not at.exception
    assert at.session_state.seen == [None]
