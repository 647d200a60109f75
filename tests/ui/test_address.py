"""An address that was left already, sent once more by a browser that did not know yet."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ui import address

SCRIPT = """
import streamlit as st
from ui import address
st.button("close", on_click=address.write, args=("paper", None))
st.button("open b", on_click=address.write, args=("paper", "b"))
st.text(str(address.read("paper")))
"""


def named(at: AppTest, paper: str | None) -> str:
    """What the page makes of an address that names that paper."""
    at.query_params.clear()
    if paper is not None:
        at.query_params["paper"] = paper
    return str(at.run().text[0].value)


def test_what_was_left_is_not_gone_back_to() -> None:
    at = AppTest.from_string(SCRIPT)
    assert named(at, "a") == "a"
    assert at.button[0].click().run().text[0].value == "None"
    assert named(at, "a") == "None"
    assert "paper" not in at.query_params
    assert named(at, "c") == "c"  # another one was not left: somebody wants it


def test_an_address_of_nothing_counts_once_the_browser_has_caught_up(monkeypatch: pytest.MonkeyPatch) -> None:
    at = AppTest.from_string(SCRIPT)
    assert named(at, None) == "None"
    assert at.button[1].click().run().text[0].value == "b"
    assert named(at, None) == "b"
    monkeypatch.setattr(address, "LATE", 0.0)
    assert named(at, None) == "None"
