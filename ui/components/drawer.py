"""A table whose selected row opens in a drawer, once: when the drawer closes, the selection goes with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")
ROW, HEADER, TALLEST = 36, 38, 640  # pixels


def table(
    name: str, data: Mapping[str, Sequence[Any]], rows: Sequence[T], columns: Mapping[str, Any], tallest: int = TALLEST
) -> T | None:
    """Draw `data`, whose lines stand for `rows`; the row just selected, or None. Pass it to an `st.dialog` of which
    `closed(name)` is what happens on dismissal."""
    generation = st.session_state.get(f"{name}-closed", 0)
    key, opened = f"{name}-{generation}", f"{name}-opened"

    def select() -> None:
        # A selection of a drawer closed since then is reported once more where an interaction overtakes the closing.
        if generation == st.session_state.get(f"{name}-closed", 0):
            picked = st.session_state[key]["selection"]["rows"]
            st.session_state[opened] = rows[picked[0]] if picked else None

    st.dataframe(
        data,
        key=key,
        height=min(tallest, HEADER + ROW * max(1, len(rows))),
        row_height=ROW,
        hide_index=True,
        placeholder="",
        on_select=select,
        selection_mode="single-row",
        column_config=dict(columns),
    )
    row: T | None = st.session_state.pop(opened, None)
    return row


def closed(name: str) -> None:
    """The drawer of that table was dismissed: a new table, with nothing selected, takes the place of the old one."""
    st.session_state[f"{name}-closed"] = st.session_state.get(f"{name}-closed", 0) + 1
