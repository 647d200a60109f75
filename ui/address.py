"""What the address of a page names, a conversation or a paper, told apart from an address that has been left already.

A browser sends the address along with every interaction, and for a moment after the server has changed it, the one from before.
Taken at its word it would open the paper again that was just closed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

LATE = 3.0  # seconds after a change in which an address that names nothing is one from before it


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the address names, what it named before, and when that changed last."""

    value: str | None
    left: frozenset[str | None] = frozenset()
    at: float = 0.0


def read(name: str) -> str | None:
    """What the address names under `name`, None where nothing.

    Back and forward count whatever they lead to; any other run of the page with a value that was left comes from before.
    """
    found: str | None = st.query_params.get(name)
    kept: _Kept | None = st.session_state.get(_key(name))
    if kept is not None and found == kept.value:
        return found
    if kept is not None and not _by_history() and _stale(found, kept):
        _put(name, kept.value)
        return kept.value
    st.session_state[_key(name)] = _Kept(found)
    return found


def write(name: str, value: str | None) -> None:
    """Have the address name `value` under `name` from now on, or nothing."""
    before: _Kept = st.session_state.get(_key(name)) or _Kept(st.query_params.get(name))
    if value != before.value:
        left = (before.left | {before.value}) - {value}
        st.session_state[_key(name)] = _Kept(value, left, time.monotonic())
    _put(name, value)


def _key(name: str) -> str:
    return f"address-{name}"


def _stale(found: str | None, kept: _Kept) -> bool:
    # Nothing is also what a click on the page's own name leads to, later on.
    return found in kept.left and (found is not None or time.monotonic() - kept.at < LATE)


def _by_history() -> bool:
    """Whether the browser's back or forward led here."""
    return bool(getattr(get_script_run_ctx(), "is_history_navigation", False))


def _put(name: str, value: str | None) -> None:
    if value is None:
        st.query_params.pop(name, None)
    elif st.query_params.get(name) != value:
        st.query_params[name] = value
