"""Evaluation: runs and their results, new runs, comparisons, blind votes, and the review of drafted questions."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from eval.runs import RunInfo
from ui import (
    evaluation_compare,
    evaluation_drafts,
    evaluation_progress,
    evaluation_run,
    evaluation_start,
    evaluation_vote,
    state,
)
from ui import evaluation_data as data
from ui.components import scroll
from ui.components.notice import info_html
from ui.components.safe import text
from ui.evaluation_report import downloads

COMMAND = "vouch eval run eval/sets/sample.jsonl"
VIEWS = ("Results", "New run", "Compare", "Vote", "Drafts")
MOST = 6  # runs visible at once in their table
SHARES = {"right": "right", "hit@1": "hit@1", "fact_recall": "key facts", "citation_precision": "citations"}


def page() -> None:
    """Draw the evaluation page."""
    st.html("<h1>Evaluation</h1>")
    view = st.segmented_control(
        "View",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    if view == "New run":
        evaluation_start.new_run()
        return
    if view == "Drafts":
        evaluation_drafts.review()
        return
    if times := st.session_state.get(evaluation_start.STARTED):
        scroll.to_top(times)
    evaluation_progress.under_way()
    runs = data.runs(state.home())
    if not runs:
        _nothing()
    elif view == "Compare":
        evaluation_compare.compare(runs)
    elif view == "Vote":
        evaluation_vote.vote(runs)
    else:
        _results(runs)


def _nothing() -> None:
    words = (
        "A run asks every question of a file and scores the answers: are the right papers found and cited, are the key facts "
        "there, is refused what cannot be answered. Start one here, or in a terminal:"
    )
    st.html(info_html("No runs yet", words))
    st.code(COMMAND, language=None)
    st.button("New run", type="primary", icon=":material/add:", on_click=_go, args=("New run",))


def _go(view: str) -> None:
    st.session_state["view"] = view


def _results(runs: Sequence[RunInfo]) -> None:
    """All runs, and the one that is chosen in full."""
    by_name = {run.name: run for run in runs}
    awaited = by_name.get(st.session_state.get(evaluation_start.AWAITED, ""))
    if awaited is not None and awaited.finished:
        st.session_state["run"] = awaited.name
        del st.session_state[evaluation_start.AWAITED]
    if len(runs) > 1:
        with st.expander(f"All {len(runs):,} runs"):
            _table(runs)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Run",
            list(by_name),
            format_func=lambda name: evaluation_run.title(by_name[name]),
            key="run",
            persist_state="session",
            width=640,
        )
        downloads([by_name[chosen].folder], state.home(), "report")
    evaluation_run.show(by_name[chosen])


def _table(runs: Sequence[RunInfo]) -> None:
    """A line a run; the selected one is shown."""
    generation = st.session_state.get("runs-shown", 0)

    def select() -> None:
        if picked := st.session_state[f"runs-{generation}"]["selection"]["rows"]:
            st.session_state["run"] = runs[picked[0]].name
            st.session_state["runs-shown"] = (
                generation + 1
            )  # a new table: the list may grow, and the place would be another run's

    groups = [run.summary.overall if run.summary else None for run in runs]
    columns = {
        "Set": [run.manifest.set_name for run in runs],
        "Answered by": [evaluation_run.name(run).rpartition(" · ")[0] for run in runs],
        "Questions": [f"{run.done:,}" if run.finished else f"{run.done:,} of {run.manifest.total:,}" for run in runs],
        "Failed": [group.failures if group else None for group in groups],
        **{
            title: [group.figures[name].value if group and name in group.figures else None for group in groups]
            for name, title in SHARES.items()
        },
        "Started (UTC)": [run.manifest.started[:16].replace("T", " ") for run in runs],
    }
    st.dataframe(
        columns,
        key=f"runs-{generation}",
        hide_index=True,
        placeholder="",
        on_select=select,
        selection_mode="single-row",
        height=38 + 35 * min(MOST, len(runs)),
        column_config={title: st.column_config.NumberColumn(format="%.2f", width="small") for title in SHARES.values()},
    )
    st.html(f'<p class="v-hint">{text("Select a run to see it below.")}</p>')
