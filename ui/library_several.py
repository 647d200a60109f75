"""Several papers of the table at once: into a collection, merged into one, or removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from rag.errors import VouchError
from rag.library.browse import Query
from rag.paper import Paper
from ui import state
from ui.components import drawer
from ui.components.notice import error_html, info_html
from ui.components.safe import text

MOST_KEPT = 20_000  # papers that one click puts into a collection
MOST_MERGED = 10  # papers that are one work at once
REMOVING, MERGING = "removing", "merging"  # the papers that the reader is asked about
FAILED = "several-failed"


def draw(
    query: Query, papers: Sequence[Paper], total: int, columns: Mapping[str, Sequence[Any]], configuration: Mapping[str, Any]
) -> None:
    """Draw the table with boxes to tick, and what can be done with the papers ticked."""
    actions = st.container(key="several-actions", horizontal=True, vertical_alignment="center")
    event: Any = st.dataframe(
        columns,
        key=f"several-{st.session_state.get('several-done', 0)}",
        height=min(drawer.TALLEST, drawer.HEADER + drawer.ROW * len(papers)),
        row_height=drawer.ROW,
        hide_index=True,
        placeholder="",
        on_select="rerun",
        selection_mode="multi-row",
        column_config=dict(configuration),
    )
    picked = [papers[row].id for row in event["selection"]["rows"] if row < len(papers)]
    with actions:
        with st.popover(f"Add {len(picked)} to a collection", icon=":material/bookmark_add:", disabled=not picked):
            into_collection(picked, "picked")
        st.button(
            f"Merge {len(picked)}…",
            icon=":material/call_merge:",
            disabled=not 2 <= len(picked) <= MOST_MERGED,
            on_click=partial(st.session_state.update, {MERGING: picked}),
        )
        st.button(
            f"Remove {len(picked)}…",
            icon=":material/delete:",
            disabled=not picked,
            on_click=partial(st.session_state.update, {REMOVING: picked}),
        )
        if not query.everything and total <= MOST_KEPT:
            with st.popover(f"Add all {total:,} found", icon=":material/bookmarks:"):
                into_collection(None, "found", query)
    if ids := st.session_state.get(REMOVING):
        _remove(ids)
    elif ids := st.session_state.get(MERGING):
        _merge(ids)


def into_collection(ids: Sequence[str] | None, name: str, query: Query | None = None) -> None:
    """Choose a collection, or name a new one, and put the papers (or what the query finds) into it."""
    known = {own.id: own.name for own in state.assistant().collections.all()}
    if failure := st.session_state.pop(f"collect-failed-{name}", None):
        st.html(error_html(failure))
    with st.form(f"collect-{name}", border=False):
        if known:
            key = f"collect-into-{name}"
            if st.session_state.get(key) not in (None, *known):
                del st.session_state[key]
            words = lambda i: known.get(i, "")  # noqa: E731
            st.selectbox("Collection", list(known), None, format_func=words, placeholder="a new one", key=key)
        st.text_input("Name of a new one", placeholder="Name", max_chars=80, key=f"collect-name-{name}")
        st.form_submit_button("Add", type="primary", on_click=_collect, args=(ids, name, query))


def _collect(ids: Sequence[str] | None, name: str, query: Query | None) -> None:
    """In answer to the press itself: what a press sets off later in a run is lost where another interaction ends that run."""
    own = state.assistant().collections
    try:
        chosen = list(ids) if ids is not None else state.assistant().browse_ids(query or Query(), MOST_KEPT)
        if target := st.session_state.get(f"collect-into-{name}"):
            st.toast(f"{own.add(target, chosen):,} added.")
        else:
            made = own.make(st.session_state[f"collect-name-{name}"], chosen)
            st.toast(f"A collection of {len(made.papers):,} was made.")
    except VouchError as error:
        st.session_state[f"collect-failed-{name}"] = error


# --- what is asked about first ---------------------------------------------------------------------------------------------


def _keep() -> None:
    for name in (REMOVING, MERGING, FAILED):
        st.session_state.pop(name, None)


@st.dialog("Remove from the library?", on_dismiss=_keep)
def _remove(ids: Sequence[str]) -> None:
    words = "They leave the library. A file that holds them brings them back when it is read again."
    _ask(f"{len(ids)} paper{'' if len(ids) == 1 else 's'}", words)
    act = partial(state.assistant().remove, ids)
    st.button("Remove", type="primary", icon=":material/delete:", key="remove-now", on_click=_do, args=(act,))


@st.dialog("One work?", on_dismiss=_keep)
def _merge(ids: Sequence[str]) -> None:
    words = "They become one paper under the words of the one read first. It is remembered, and can be split again under Merged."
    _ask(f"{len(ids)} papers", words)
    listed = "".join(f"<li>{text(paper.label)}</li>" for paper in state.assistant().papers_of(list(ids)))
    st.html(f'<ul class="v-plain-list">{listed}</ul>')
    act = partial(state.assistant().merge_papers, ids)
    st.button("Merge", type="primary", icon=":material/call_merge:", key="merge-now", on_click=_do, args=(act,))


def _ask(title: str, words: str) -> None:
    """The head of a dialog. A press inside draws the dialog alone; once it is done the whole page is to be drawn."""
    if not (st.session_state.get(REMOVING) or st.session_state.get(MERGING)):
        st.rerun()
    st.html(info_html(title, words))
    if failure := st.session_state.pop(FAILED, None):
        st.html(error_html(failure))


def _do(act: Callable[[], object]) -> None:
    try:
        act()
    except VouchError as error:
        st.session_state[FAILED] = error
        return
    _keep()
    st.session_state["several-done"] = st.session_state.get("several-done", 0) + 1
