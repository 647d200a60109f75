"""A table whose rows open in a drawer: by a click on what names them, or by the box of the row, which the drawer unticks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")
ROW, HEADER, TALLEST, WIDE = 36, 38, 640, 480  # pixels


def table(
    name: str,
    data: Mapping[str, Sequence[Any]],
    rows: Sequence[T],
    columns: Mapping[str, Any],
    tallest: int = TALLEST,
    *,
    opener: str = "Title",
) -> T | None:
    """Draw `data`, whose lines stand for `rows`; the row just opened, or None. Pass it to an `st.dialog` of which
    `closed(name)` is what happens on dismissal. Cells of the column `opener` are buttons; its words are shown as they are."""
    generation = st.session_state.get(f"{name}-closed", 0)
    key, opened, told = f"{name}-{generation}", f"{name}-opened", f"{name}-told"

    def select() -> None:
        # A selection of a drawer closed since then is reported once more where an interaction overtakes the closing.
        if generation == st.session_state.get(f"{name}-closed", 0):
            picked = st.session_state[key]["selection"]["rows"]
            st.session_state[told] = (key, *picked)
            st.session_state[opened] = rows[picked[0]] if picked else None

    def press() -> None:
        if (place := st.session_state[f"{key}-pressed"]["row"]) < len(rows):
            st.session_state[opened] = rows[place]

    # A click on words in a cell would do nothing otherwise, and the boxes are small.
    buttons = st.column_config.ButtonColumn(type="tertiary", alignment="left", width=WIDE, on_click=press, key=f"{key}-pressed")
    shown: Any = st.dataframe(
        data,
        key=key,
        height=min(tallest, HEADER + ROW * max(1, len(rows))),
        row_height=ROW,
        hide_index=True,
        placeholder="",
        on_select=select,
        selection_mode="single-row",
        column_config={**columns, opener: buttons},
    )
    # After a restart a row may be ticked in the table of the session before, ere this one has drawn its own: nobody is told then.
    picked = shown["selection"]["rows"]
    if picked and picked[0] < len(rows) and st.session_state.get(told) != (key, *picked):
        st.session_state[told], st.session_state[opened] = (key, *picked), rows[picked[0]]
    row: T | None = st.session_state.pop(opened, None)
    return row


def closed(name: str) -> None:
    """The drawer of that table was dismissed. Where a row is selected, a new table with nothing selected takes the place of the
    old one; else the old one stays, where it was scrolled to."""
    generation = st.session_state.get(f"{name}-closed", 0)
    known = st.session_state.get(f"{name}-{generation}")
    if known is None or known["selection"]["rows"]:
        st.session_state[f"{name}-closed"] = generation + 1
