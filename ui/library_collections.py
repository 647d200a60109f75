"""Collections as they are shown: named subsets to read, to rename, and to ask within."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from rag.errors import VouchError
from rag.library.browse import Query
from rag.library.collections import Collection
from ui import library_papers, scope, state
from ui.components import drawer
from ui.components.notice import error_html, info_html
from ui.components.safe import label
from ui.views import paper as paper_view


def draw() -> None:
    """Draw one collection, chosen from all."""
    own = state.assistant().collections
    known = own.all()
    if not known:
        words = "Select several papers in the table, or choose some on the map, and add them to a collection."
        st.html(info_html("There are no collections yet", f"{words} The chat can then be asked within it."))
        return
    chosen = st.selectbox("Collection", known, format_func=lambda c: f"{c.name} ({len(c.papers):,})", key="collection")
    if chosen is not None:
        _one(chosen)


def _one(collection: Collection) -> None:
    engine = state.assistant()
    if failure := st.session_state.pop("collection-failed", None):
        st.html(error_html(failure))
    with st.container(key="collection-actions", horizontal=True):
        icon, nothing = ":material/forum:", not collection.papers
        st.button("Ask within it", icon=icon, type="primary", disabled=nothing, on_click=ask_within, args=(collection,))
        with st.popover("Rename", icon=":material/edit:"):
            name = f"rename-{collection.id}"
            st.text_input("Name", collection.name, key=name, max_chars=80)
            rename = lambda: engine.collections.rename(collection.id, st.session_state[name])  # noqa: E731
            st.button("Save", type="primary", on_click=_change, args=(rename,))
        with st.popover("Delete", icon=":material/delete:"):
            st.html('<p class="v-lead">The papers stay in the library.</p>')
            delete = partial(engine.collections.delete, collection.id)
            st.button("Delete the collection", type="primary", on_click=_change, args=(delete,))
    query = Query(within=collection.papers)
    total = engine.browse(query, 0, 1).total
    pages = max(1, -(-total // library_papers.ROWS))
    key = f"collection-page-{collection.id}"
    number = min(int(st.session_state.get(key, 1)), pages)
    papers = engine.browse(query, (number - 1) * library_papers.ROWS, library_papers.ROWS).papers
    gone = len(collection.papers) - total
    left = f", {gone:,} of which {'has' if gone == 1 else 'have'} left the library" if gone else ""
    st.html(f'<p class="v-lead">{len(collection.papers):,} papers{left}. {library_papers.OPEN}</p>')
    if papers:
        columns, configuration = library_papers.columns(papers), library_papers.configuration()
        if paper := drawer.table(library_papers.PAPERS, columns, papers, configuration):
            paper_view.show(paper)
    if pages > 1:
        st.pagination(pages, key=key)
    if papers:
        with st.popover("Take papers out", icon=":material/bookmark_remove:"):
            out = st.multiselect("Papers on this page", papers, format_func=lambda p: label(p.label), key=f"out-{collection.id}")
            take = partial(engine.collections.take, collection.id, [paper.id for paper in out])
            st.button("Take out", disabled=not out, on_click=_change, args=(take,))


def ask_within(collection: Collection) -> None:
    """Begin a conversation within it."""
    scope.choose(scope.of_collection(collection))
    state.show_new()
    state.leave_for("chat")


def _change(change: Callable[[], object]) -> None:
    """Make the change; a failure is told when the page is drawn."""
    try:
        change()
    except VouchError as error:
        st.session_state["collection-failed"] = error
