"""A choice that a session remembers, drawn as it was made; what the page still shows when its session has ended counts too."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st


def draw(
    label: str, options: Sequence[str], now: str | None, choose: Callable[[str], None], *, named: Callable[[str], str], key: str
) -> None:
    """Draw it. `now` is what this session has chosen, None where it has chosen nothing, which stands for the first option.

    `choose` takes a new choice before anything else is drawn: the next question may come with the same click.
    """
    if now is not None:
        st.session_state[key] = now
    picked = st.selectbox(label, options, format_func=named, key=key, on_change=lambda: choose(st.session_state[key]))
    if now is None and picked is not None and picked != options[0]:
        choose(picked)  # the session is new and the page is not
