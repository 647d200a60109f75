"""A paper's page: abstract, where it was read and why that is one work, what to mind, papers like it, and asking about it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from rag.answering.hostile import flags
from rag.answering.record import Passage
from rag.errors import VouchError
from rag.library.sources import Held
from rag.paper import Paper
from ui import address, scope, state
from ui.components import drawer
from ui.components.notice import error_html
from ui.components.paper import abstract_html, facts_html, heading_html
from ui.components.safe import base_name, label, text

ADDRESS = "paper"  # the part of the address that names a paper
TABLE = "papers"  # the table whose selection ends with the drawer
CHANGED = "paper-changed"  # whether the paper that is open was merged or split just now
NEAR = 5  # papers like it that are shown


def show(paper: Paper, passages: Sequence[Passage] = ()) -> None:
    """Open that paper; `passages` are marked in its abstract. The address names it from now on."""
    address.write(ADDRESS, paper.id)
    st.session_state["paper-passages"] = (paper.id, tuple(passages))


def addressed() -> None:
    """Open the paper that the address names. Call it last."""
    st.session_state.pop(CHANGED, None)
    if address.read(ADDRESS):
        _drawer()


def _close() -> None:
    address.write(ADDRESS, None)
    drawer.closed(TABLE)


@st.dialog("Paper", position="right", width="medium", on_dismiss=_close)
def _drawer() -> None:
    state.depart()
    if CHANGED in st.session_state:
        st.rerun()  # a press inside draws the drawer alone, and the table behind it lists other papers now
    paper_id = address.read(ADDRESS) or ""
    paper = state.assistant().paper(paper_id)
    if paper is None:
        st.html('<p class="v-lead">There is no such paper in the library. It may have been removed or split.</p>')
        return
    of, passages = st.session_state.get("paper-passages", ("", ()))
    shown = f"<h3>{heading_html(paper)}</h3>{facts_html(paper)}{abstract_html(paper, passages if of == paper.id else ())}"
    st.html(f'<article class="v-answer v-open">{shown}</article>')
    _ask(paper)
    try:
        held = [record for record in state.assistant().sources(paper.id) if not record.amendment]
        st.html(sources_html(paper, held))
        if len(held) > 1:
            st.button("Split these sources", key="split", icon=":material/call_split:", on_click=split, args=(paper.id,))
        _similar(paper)
    except VouchError as error:
        st.html(error_html(error))
    if failure := st.session_state.pop("split-failed", None):
        st.html(error_html(failure))


def _ask(paper: Paper) -> None:
    with st.form("ask-paper", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        hint = "What was measured, and what came out?"
        st.text_input("Ask about this paper", placeholder=hint, max_chars=2000, key="paper-question")
        st.form_submit_button("Ask", icon=":material/forum:", on_click=_asked, args=(paper,))


def _asked(paper: Paper) -> None:
    """In answer to the press itself, so that whatever is clicked next cannot displace the question."""
    if question := st.session_state["paper-question"].strip():
        _close()
        scope.choose(scope.of_paper(paper))
        state.show_new()
        state.ask(question)
        state.leave_for("chat")


def sources_html(paper: Paper, held: Sequence[Held]) -> str:
    """Where the paper was read, why each record was taken for it, what it lacks, and what to mind when it is quoted."""
    rows = []
    for record in held:
        why = f' <span class="v-tag">{text(record.reason)}</span>' if record.reason else ""
        other = record.own.title
        own = f": “{text(other)}”" if other and other != paper.title else ""
        rows.append(f"<li>{text(base_name(record.file))}, line {record.line}{own}{why}</li>")
    lacks = [name for name, value in (("title", paper.title), ("date", paper.date or paper.year)) if not value]
    notes = [*flags(paper), *([f"The {' and the '.join(lacks)} are not known."] if len(lacks) > 1 else [])]
    if len(lacks) == 1:
        notes.append(f"The {lacks[0]} is not known.")
    minded = "".join(f"<li>{text(note)}</li>" for note in notes)
    return (
        f'<h4 class="v-head">Read from</h4><ul class="v-plain-list">{"".join(rows)}</ul>'
        + (f'<h4 class="v-head">To mind</h4><ul class="v-plain-list">{minded}</ul>' if minded else "")
        + f'<div class="v-places">{text(paper.id)}</div>'
    )


def _similar(paper: Paper) -> None:
    near = state.assistant().similar(paper.id, NEAR)
    if not near:
        return
    st.html('<h4 class="v-head">Papers like it</h4>')
    _merge(paper, [other for other, _ in near])
    with st.container(key="similar", gap="xsmall"):
        for number, (other, _) in enumerate(near):
            words = other.label if other.year is None else f"{other.label} ({other.year})"
            st.button(label(words), key=f"similar-{number}", width="stretch", on_click=show, args=(other,))


def _merge(paper: Paper, near: Sequence[Paper]) -> None:
    """Say that one of them is the same work."""
    times = st.session_state.get("paper-merges", 0)  # a new one after each merge, which is closed
    with st.popover("The same work as…", icon=":material/call_merge:", key=f"same-work-{times}"):
        st.html('<p class="v-lead">The two become one paper. It is remembered, and can be split again.</p>')
        options = {other.id: other for other in near}
        name = lambda i: label(options[i].label) if i in options else ""  # noqa: E731
        key = f"same-{paper.id}"
        st.selectbox("Paper", list(options), format_func=name, key=key)
        st.button("Merge", key="merge", type="primary", on_click=_merged, args=(paper, key))


def _merged(paper: Paper, key: str) -> None:
    try:
        kept = state.assistant().merge_papers([paper.id, st.session_state[key]])
    except VouchError as error:
        st.session_state["split-failed"] = error
        return
    st.session_state[CHANGED] = True
    st.session_state["paper-merges"] = st.session_state.get("paper-merges", 0) + 1
    st.toast("Now one paper. Records like these will be taken for it again.")
    address.write(ADDRESS, kept)


def split(paper_id: str) -> None:
    """Make papers of their own of the different records; an error is shown in the next run."""
    try:
        ids = state.assistant().split(paper_id)
        st.session_state[CHANGED] = True
        st.toast(f"Now {len(ids)} papers. Records like these will not be merged again.")
    except VouchError as error:
        st.session_state["split-failed"] = error
