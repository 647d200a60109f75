"""The kept conversations in the sidebar: by day, searched, renamed, deleted."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import streamlit as st

from rag.conversations.record import Listed
from rag.errors import LibraryError, VouchError
from ui import state
from ui.components.notice import error_html
from ui.components.safe import label, text
from ui.conversation import Conversation

PAGE = 15  # conversations listed at first: each costs 1 ms of every run of the page
RENAME, DELETE = "Rename", "Delete"
OPEN = "conversation-dialog"  # the conversation whose dialog is open, and which


def draw(talk: Conversation) -> None:
    """The list, into the sidebar."""
    more = st.session_state.get("conversations-shown", PAGE)
    wanted = st.session_state.get("find-conversation", "")
    try:
        found = state.talks().store.list(more + 1, contains=wanted)
    except LibraryError as error:
        st.html(error_html(error))
        return
    if found or wanted:
        st.text_input(
            "Search conversations",
            key="find-conversation",
            placeholder="Search conversations",
            icon=":material/search:",
            label_visibility="collapsed",
        )
    if wanted and not found:
        st.html('<p class="v-sidebar" role="status">No conversation holds these words.</p>')
    with st.container(key="conversations", gap=None):
        for day, group in itertools.groupby(found[:more], key=lambda listed: state.day(listed.updated)):
            st.html(f'<h2 class="v-day">{text(day.capitalize())}</h2>')
            for listed in group:
                _row(listed, listed.id == talk.id)
        if len(found) > more:
            st.button("Show more", type="tertiary", key="more-conversations", on_click=_show_more, args=(more + PAGE,))


def _row(listed: Listed, current: bool) -> None:
    kind = "current" if current else "row"
    with st.container(key=f"{kind}-{listed.id}", horizontal=True, gap=None, vertical_alignment="center"):
        st.button(
            label(listed.title),
            key=f"open-{listed.id}",
            type="tertiary",
            width="stretch",
            wrap=False,
            help=label(listed.title),
            on_click=state.show_kept,
            args=(listed.id,),
        )
        st.menu_button(
            "Rename or delete",
            (RENAME, DELETE),
            key=f"menu-{listed.id}",
            type="tertiary",
            icon=":material/more_horiz:",
            on_click=_open,
            args=(listed.id,),
        )
    if st.session_state.get(OPEN) == (listed.id, RENAME):
        _rename(listed)
    elif st.session_state.get(OPEN) == (listed.id, DELETE):
        _delete(listed, current)


def _open(identity: str) -> None:
    """Kept, because the page may be drawn anew, at the end of an answer, while the dialog is open."""
    st.session_state[OPEN] = (identity, st.session_state[f"menu-{identity}"])


def _close() -> None:
    st.session_state.pop(OPEN, None)


def _show_more(count: int) -> None:
    st.session_state["conversations-shown"] = count


@st.dialog("Rename conversation", on_dismiss=_close)
def _rename(listed: Listed) -> None:
    _leave_dialog()
    with st.form("rename", border=False):
        st.text_input("Title", listed.title, max_chars=90, key="new-title")
        st.form_submit_button("Rename", type="primary", on_click=_renamed, args=(listed.id,))


def _renamed(identity: str) -> None:
    if _done(lambda: state.talks().store.rename(identity, st.session_state["new-title"])):
        _close()


@st.dialog("Delete conversation?", on_dismiss=_close)
def _delete(listed: Listed, current: bool) -> None:
    _leave_dialog()
    st.html(
        f"<p>“{text(listed.title)}” and its answers are deleted from this computer. Answers kept as verified stay. "
        "There is no way back.</p>"
    )
    with st.container(horizontal=True):
        st.button("Delete", type="primary", on_click=_deleted, args=(listed.id, current))
        st.button("Keep it", on_click=_close)


def _deleted(identity: str, current: bool) -> None:
    if _done(lambda: state.talks().delete(identity)):
        if current:
            state.show_new()
        _close()


def _done(act: Callable[[], object]) -> bool:
    """Whether it could be done; why not is told in the dialog, which stays open."""
    try:
        act()
    except VouchError as error:
        st.session_state["conversation-failed"] = error
        return False
    return True


def _leave_dialog() -> None:
    """A press inside draws the dialog alone; once it is closed the whole page is to be drawn."""
    if OPEN not in st.session_state:
        st.rerun()
    if failure := st.session_state.pop("conversation-failed", None):
        st.html(error_html(failure))
