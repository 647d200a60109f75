"""Adding papers: the state of an empty library, progress while files are read, the report afterwards."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.library.report import IngestProgress, IngestReport
from ui import state
from ui.components.notice import error_html, info_html
from ui.components.safe import base_name, text
from ui.jobs import Job

LOOK = 0.15  # seconds between two looks at the progress
MOST = 50  # skipped records shown one by one


def under_way() -> bool:
    """Whether this session adds papers right now."""
    job = state.ingest_job()
    return job is not None and not job.done


def ways_in(*, upload: bool) -> None:
    """What to do about an empty library: load the sample, or (`upload`) go where files are added."""
    place = st.empty()  # cleared at once when the work begins, not only at the end of the run
    if under_way():
        return
    with place.container():
        words = "Load the sample, 60 short digests of machine-learning papers, or add files of your own."
        st.html(info_html("Your library is empty", words))
        st.button("Load the sample library", type="primary", icon=":material/download:", on_click=state.start_sample)
        if upload:
            words, icon = "Add papers of your own", ":material/upload_file:"
            st.button(words, icon=icon, on_click=state.leave_for, args=("library",))


def outcome() -> DeltaGenerator | None:
    """Draw the report of the session's ingest, if there is one; the place for its progress while it is under way."""
    job = state.ingest_job()
    if job is None:
        return None
    if not job.done:
        place = st.empty()
        place.progress(*progress(job))
        return place
    if job.error is not None:
        st.html(error_html(job.error))
    else:
        st.html(report_html(job.result()))
        _skipped(job.result())
    st.button("Close", key="close-report", type="tertiary", icon=":material/close:", on_click=state.dismiss_ingest)
    return None


def follow(place: DeltaGenerator | None) -> None:
    """Show progress in that place until the work ends, then draw the page anew. Call it last."""
    job = state.ingest_job()
    if place is None or job is None:
        return
    done = False
    while not done:
        done = job.wait(LOOK)
        place.progress(*progress(job))  # also what lets an interaction through, which `rerun` would displace
    st.rerun()


def progress(job: Job[IngestReport]) -> tuple[float, str]:
    """How far the work is, in 0..1, and in words. Embedding takes nearly all the time, reading shows no share."""
    latest = job.latest
    if not isinstance(latest, IngestProgress):
        return 0.0, "Reading"
    if latest.stage == "reading" or not latest.total:
        return 0.0, f"Reading: {latest.done:,} records"
    words = f"Embedding: {latest.done:,} of {latest.total:,} papers"
    rate = f", {latest.done / job.seconds:.0f} a second" if latest.done else ""
    return min(1.0, latest.done / latest.total), words + rate


def report_html(report: IngestReport) -> str:
    """What came of an ingest, in words."""
    counts = {"new": report.new, "merged with a paper that was there": report.merged, "there already": report.unchanged}
    shown = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count) or "none usable"
    title = f"{report.records:,} record{'' if report.records == 1 else 's'} read in {report.seconds:.1f} s"
    skipped = f" {len(report.skipped):,} skipped." if report.skipped else ""
    kind = "v-good" if report.records else "v-bad"
    return (
        f'<div class="v-notice {kind}" role="status"><strong>{text(title)}</strong><p>{text(shown)}.{skipped} '
        f"The library holds {report.papers:,} papers.</p></div>"
    )


def _skipped(report: IngestReport) -> None:
    """The skipped records with their reasons, in a table that shows foreign text as it is."""
    if not report.skipped:
        return
    shown = report.skipped[:MOST]
    more = len(report.skipped) - len(shown)
    with st.expander(f"Skipped: {len(report.skipped):,}" + (f" (the first {MOST})" if more else ""), expanded=not report.records):
        st.dataframe(
            {
                "File": [base_name(error.file) for error in shown],
                "Line": [error.line for error in shown],
                "Found": [error.found for error in shown],
                "Expected": [error.expected for error in shown],
                "What to do": [error.remedy for error in shown],
            },
            hide_index=True,
            placeholder="",
        )
