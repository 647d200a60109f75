"""Review of what was merged: papers of several records, why each was taken for the same work, and a way to split them."""

from __future__ import annotations

import streamlit as st

from rag.errors import VouchError
from ui import state
from ui.components.notice import error_html, info_html
from ui.components.paper import facts_html, heading_html
from ui.views import paper as paper_view

EACH = 10  # papers of a page


def draw() -> None:
    """Draw a page of merged papers, those merged last first."""
    engine = state.assistant()
    total = state.tallies().merged
    if not total:
        st.html(info_html("Nothing was merged", "Every paper was read from one record, or from equal ones."))
        return
    words = "A preprint, its journal version and its copy in another file are one paper. Split what is not the same work."
    st.html(f'<p class="v-lead">{total:,} paper{"" if total == 1 else "s"} of several records. {words}</p>')
    if failure := st.session_state.pop("split-failed", None):
        st.html(error_html(failure))
    number = min(int(st.session_state.get("merges-page", 1)), -(-total // EACH))
    for paper in engine.merged(EACH, (number - 1) * EACH):
        with st.container(border=True):
            try:
                held = [record for record in engine.sources(paper.id) if not record.amendment]
            except VouchError as error:
                st.html(error_html(error))
                continue
            title = f"<h3>{heading_html(paper)}</h3>{facts_html(paper)}"
            st.html(f'<article class="v-answer v-open">{title}{paper_view.sources_html(paper, held)}</article>')
            with st.container(horizontal=True):
                st.button("Read", key=f"read-{paper.id}", icon=":material/article:", on_click=paper_view.show, args=(paper,))
                with st.popover("Split…", icon=":material/call_split:"):
                    st.html('<p class="v-lead">Each record becomes a paper of its own. It is remembered.</p>')
                    st.button("Split", key=f"split-{paper.id}", type="primary", on_click=paper_view.split, args=(paper.id,))
    if total > EACH:
        st.pagination(-(-total // EACH), key="merges-page")
