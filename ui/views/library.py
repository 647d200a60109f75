"""The library: what is in it, finding a paper, adding more."""

from __future__ import annotations

import streamlit as st

from ui import library_add, library_collections, library_merges, library_overview, library_papers, state
from ui.components import ingest
from ui.views import paper

PARTS = {
    "Papers": library_papers.draw,
    "Overview": library_overview.charts,
    "Map": library_overview.the_map,
    "Collections": library_collections.draw,
    "Merged": library_merges.draw,
}


def page() -> None:
    """Draw the library."""
    st.html("<h1>Library</h1>")
    count = state.assistant().count()
    place = library_add.draw(expanded=not count)
    if count:
        part = st.segmented_control(
            "Part of the library", list(PARTS), default="Papers", required=True, key="library-part", label_visibility="collapsed"
        )
        PARTS[part]()
    paper.addressed()
    if count:
        state.open_ahead()
    ingest.follow(place)
