"""The library: what is in it, finding a paper, adding more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.answering.record import Passage
from rag.paper import Paper
from ui import state
from ui.components import drawer, ingest
from ui.components.notice import info_html
from ui.components.paper import abstract_html, facts_html, heading_html, places, places_html
from ui.components.safe import text
from ui.uploads import Upload

WORDS, QUESTION = "Words", "Question"  # how a paper is looked for
FOUND = 25  # papers that a question lists
DAYS_OF_A_YEAR = 365.2425
PAPERS = "papers"  # the table's name


def page() -> None:
    """Draw the library."""
    st.html("<h1>Library</h1>")
    papers = state.listing().papers
    place = _add(expanded=not papers)
    if papers:
        _find(papers)
    ingest.follow(place)


def _find(papers: Sequence[Paper]) -> None:
    with st.container(key="find", horizontal=True, vertical_alignment="center"):
        how = st.segmented_control(
            "Find by", (WORDS, QUESTION), default=WORDS, required=True, key="find-by", label_visibility="collapsed"
        )
        hint = (
            "Words in title, abstract, organisation or authors" if how == WORDS else "A question, as you would ask it in the chat"
        )
        wanted = st.text_input("Find", placeholder=hint, key=f"find-{how}", label_visibility="collapsed")
    if how == QUESTION and wanted.strip():
        _hits(wanted)
    else:
        _table(sorted((paper for paper in papers if contains(paper, wanted)), key=_age), of=len(papers))


def contains(paper: Paper, words: str) -> bool:
    """Whether all the words occur in the paper, in any order and spelling of case."""
    told = (paper.title, paper.abstract, paper.organisation, paper.comment, *paper.authors, str(paper.year or ""))
    haystack = " ".join(part for part in told if part).casefold()
    return all(word in haystack for word in words.casefold().split())


def _age(paper: Paper) -> tuple[bool, bool, int]:
    """Sorts the newest first, then those of which only the year is known, undated and untitled ones last."""
    day = paper.date.toordinal() if paper.date else round(((paper.year or 1) - 1) * DAYS_OF_A_YEAR)
    return day == 0, paper.untitled, -day


def columns(papers: Sequence[Paper]) -> dict[str, list[Any]]:
    """The table's columns. A data frame shows text as it is, so nothing is escaped."""
    return {
        "Title": [paper.label for paper in papers],
        "Date": [paper.date for paper in papers],
        "Year": [paper.year for paper in papers],
        "Authors": [paper.author_count if paper.author_count is not None else len(paper.authors) or None for paper in papers],
        "Organisation": [paper.organisation for paper in papers],
        "Upvotes": [paper.upvotes for paper in papers],
        "Sources": [places(paper) for paper in papers],
    }


def _table(papers: Sequence[Paper], of: int) -> None:
    shown = f"{of:,} papers" if len(papers) == of else f"{len(papers):,} of {of:,} papers"
    st.html(f'<p class="v-lead">{shown}. Select one to read it.</p>')
    if papers and (paper := drawer.table(PAPERS, columns(papers), papers, _configuration())):
        _open(paper, ())


def _hits(question: str) -> None:
    hits = state.assistant().search(question, limit=FOUND)
    st.html(f'<p class="v-lead">The {len(hits)} papers nearest to the question, best first. Select one to read it.</p>')
    known = columns([hit.paper for hit in hits])
    passages = {"Best passage": [hit.passage.text for hit in hits]}
    data = {"Title": known["Title"], **passages, "Date": known["Date"], "Sources": known["Sources"]}
    if hit := drawer.table(PAPERS, data, hits, _configuration()):
        _open(hit.paper, (hit.passage,))


def _configuration() -> dict[str, Any]:
    whole = st.column_config.NumberColumn(format="%d", width="small")
    wide = st.column_config.TextColumn(width="large")
    day = st.column_config.DateColumn(format="D MMM YYYY")
    return {"Title": wide, "Best passage": wide, "Date": day, "Year": whole, "Authors": whole, "Upvotes": whole}


@st.dialog("Paper", position="right", width="medium", on_dismiss=partial(drawer.closed, PAPERS))
def _open(paper: Paper, passages: Sequence[Passage]) -> None:
    shown = f"<h3>{heading_html(paper)}</h3>{facts_html(paper)}{abstract_html(paper, passages)}{places_html(paper)}"
    st.html(f'<article class="v-answer v-open">{shown}<div class="v-places">{text(paper.id)}</div></article>')


def _add(*, expanded: bool) -> DeltaGenerator | None:
    """Upload files, or load the sample where there is nothing yet; the place for the progress of that."""
    if expanded:
        ingest.ways_in(upload=False)
    place = ingest.outcome()
    if place is None and (waiting := state.assistant().pending()):
        st.html(
            info_html("Not all papers can be found yet", f"{waiting:,} were read but not indexed: an ingest was interrupted.")
        )
        st.button("Finish indexing", icon=":material/play_arrow:", on_click=state.finish_indexing)
    with st.expander("Add papers", icon=":material/upload_file:", expanded=expanded):
        st.html(
            '<p class="v-lead">Text dumps of abstracts, saved listing pages, JSON lines with <code>title</code> and '
            "<code>abstract</code>, and more; also compressed. What the library holds already is not read in twice.</p>"
        )
        files = st.file_uploader(
            "Files", accept_multiple_files=True, key=f"upload-{st.session_state.get('ingests', 0)}", label_visibility="collapsed"
        )
        st.button("Add to the library", type="primary", disabled=not files or ingest.under_way(), on_click=_upload, args=(files,))
    return place


def _upload(files: Sequence[Any]) -> None:
    state.start_upload([Upload(file.name, file.getvalue()) for file in files])
