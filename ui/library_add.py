"""Adding papers to the library: files, pasted text, what came of it, and taking the last upload back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.errors import VouchError
from ui import state, uploads
from ui.components import ingest
from ui.components.notice import error_html, info_html
from ui.components.safe import text
from ui.uploads import Upload

MOST_PASTED = 2_000_000  # characters


def draw(*, expanded: bool) -> DeltaGenerator | None:
    """Upload files, paste text, or load the sample where there is nothing yet; the place for the progress of that."""
    if expanded:
        ingest.ways_in(upload=False)
    place = ingest.outcome()
    if place is None and (waiting := state.assistant().pending()):
        st.html(
            info_html("Not all papers can be found yet", f"{waiting:,} were read but not indexed: an ingest was interrupted.")
        )
        st.button("Finish indexing", icon=":material/play_arrow:", on_click=state.finish_indexing)
    with st.expander("Add papers", icon=":material/upload_file:", expanded=expanded, key="add"):
        _files()
        with st.popover("Paste text instead", icon=":material/content_paste:"):
            _paste()
        _undo()
    return place


def _files() -> None:
    st.html(
        '<p class="v-lead">Text dumps of abstracts, saved listing pages, exports of reference managers, tables, JSON, and more; '
        "also compressed. What the library holds already is not read in twice. A file of more than 200 MB is read in a terminal: "
        "<code>vouch ingest FILE</code>.</p>"
    )
    files = st.file_uploader(
        "Files", accept_multiple_files=True, key=f"upload-{st.session_state.get('ingests', 0)}", label_visibility="collapsed"
    )
    st.button("Add to the library", type="primary", disabled=not files or ingest.under_way(), on_click=_upload, args=(files,))


def _upload(files: Sequence[Any]) -> None:
    state.start_upload([Upload(file.name, file.getvalue()) for file in files])


def _paste() -> None:
    with st.form("paste", clear_on_submit=True, border=False):
        st.text_area(
            "One or more abstracts, in any form that a file may have",
            key="pasted",
            height=220,
            max_chars=MOST_PASTED,
            placeholder="Abstract: …\n\nor BibTeX, RIS, JSON, or paragraphs of plain text",
        )
        st.form_submit_button("Add the text", type="primary", disabled=ingest.under_way(), on_click=_add_pasted)


def _add_pasted() -> None:
    if words := st.session_state["pasted"].strip():
        state.start_upload([uploads.pasted(words)])


def _undo() -> None:
    last = uploads.last(state.home())
    if last is None:
        return
    when = state.day(dt.datetime.fromisoformat(last.at))
    st.html(
        f'<p class="v-hint">Last upload ({text(when)}): {text(", ".join(last.names))}. It brought {last.new:,} new papers.</p>'
    )
    st.button("Undo the last upload", icon=":material/undo:", disabled=ingest.under_way(), on_click=_take_back)
    if failure := st.session_state.pop("undo-failed", None):
        st.html(error_html(failure))


def _take_back() -> None:
    """In answer to the press itself: what a press sets off later in a run is lost where another interaction ends that run."""
    try:
        count = state.undo_upload()
    except VouchError as error:
        st.session_state["undo-failed"] = error
        return
    st.toast(f"Taken back: {count:,} paper{'' if count == 1 else 's'} left the library.")
    state.dismiss_ingest()
