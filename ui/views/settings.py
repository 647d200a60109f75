"""Settings and health: what is configured and where it came from, whether everything works, what the library holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from rag.errors import VouchError
from ui import health, state
from ui.components.footer import QUOTING, back_end
from ui.components.notice import error_html
from ui.components.safe import label, text
from ui.health import Probe
from ui.jobs import Job

if TYPE_CHECKING:
    from rag.terminal.doctor import Check

LOOK = 0.2  # seconds between two looks at what is under way
SIGNS = {"ok": ("✓", "v-supported"), "note": ("·", "v-partly"), "broken": ("✗", "v-unsupported")}
TALLEST, LONG = 720, 640  # pixels


def page() -> None:
    """Draw the page."""
    st.html("<h1>Settings and health</h1>")
    engine = state.assistant()
    _library()
    st.html("<h2>Health</h2>")
    checked: Job[list[Check]] | None = st.session_state.get("checked")
    # Taken before anything is drawn: what ends meanwhile is drawn as under way, and wants the page drawn anew.
    under_way = [job for job in (checked, *_probes().values()) if job is not None and not job.done]
    busy = checked in under_way
    checks = (
        _quick(engine.settings.fingerprint())
        if busy or checked is None or not checked.done or checked.error
        else checked.result()
    )
    st.html(f'<ul class="v-checks">{"".join(_check_html(check) for check in checks)}</ul>')
    if checked is not None and not busy and checked.error is not None:
        st.html(error_html(checked.error))
    st.button(
        "Checking" if busy else "Check everything",
        icon=":material/health_and_safety:",
        disabled=busy,
        help="Compares the stores with each other, checks the model file, and looks whether model servers listen",
        on_click=_check,
    )
    st.html(
        "<h2>Back ends</h2>"
        '<p class="v-lead">A test sends one short request, which costs a few tokens where the back end charges.</p>'
    )
    for choice in state.back_ends():
        _back_end(choice)
    _settings()
    shown = "".join(f"<dt>{text(name)}</dt><dd>{text(version)}</dd>" for name, version in health.versions().items())
    st.html(f'<h2>Versions</h2><dl class="v-facts-list">{shown}</dl>')
    _await(under_way)


def _library() -> None:
    engine = state.assistant()
    count, pending = engine.count(), engine.pending()
    facts = {
        "papers": f"{count:,}",
        "can be found": f"{count - pending:,}" if pending else "all of them",
        "folder": str(engine.settings.home),
        "size on disk": f"{health.size(engine.settings.home) / 1e6:,.0f} MB",
        "index": engine.index_name,
    }
    shown = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in facts.items())
    st.html(f'<h2>Library</h2><dl class="v-facts-list">{shown}</dl>')
    if change := engine.outdated():
        st.html(error_html(VouchError(change.message, remedy=change.remedy)))


@st.cache_resource(show_spinner=False, ttl=30)
def _quick(settings: str) -> list[Check]:  # noqa: ARG001  the cache's key
    """The quick checks, which open clients of back ends; kept for a moment, so that an interaction need not wait for them."""
    return health.quick(state.assistant().settings)


def _check_html(check: Check) -> str:
    sign, kind = SIGNS[check.state]
    remedy = f'<div class="v-remedy">{text(check.remedy)}</div>' if check.remedy else ""
    return (
        f'<li><span class="v-verdict {kind}" aria-label="{text(check.state)}">{sign}</span> <strong>{text(check.name)}</strong> '
        f"{text(check.found)}{remedy}</li>"
    )


def _check() -> None:
    engine = state.assistant()
    st.session_state.checked = Job(lambda _: health.thorough(engine.settings, engine.stores()), "check")


def _probes() -> dict[str, Job[Probe]]:
    probes: dict[str, Job[Probe]] = st.session_state.setdefault("probes", {})
    return probes


def _back_end(choice: str) -> None:
    """A back end with its test."""
    job = _probes().get(choice)
    with st.container(key=f"back-end-{state.back_ends().index(choice)}", horizontal=True, vertical_alignment="center"):
        st.html(f"<strong>{text(back_end(choice))}</strong>", width="content")
        if choice == QUOTING:
            st.html('<span class="v-hint">needs no model and is always there</span>', width="content")
            return
        busy = job is not None and not job.done
        st.button(f"Test {label(choice)}", key=f"test-{choice}", disabled=busy, on_click=_test, args=(choice,))
        if busy:
            st.html('<span class="v-waiting" role="status"><span class="v-dots"></span>Asking</span>', width="content")
    if job is None or not job.done:
        return
    if job.error is not None:
        st.html(error_html(job.error))
        return
    probe = job.result()
    said = f"{probe.seconds:.1f} s, {probe.tokens.total} tokens. It said: {probe.said[:80]}"
    st.html(f'<div class="v-notice v-good" role="status"><strong>It answers</strong><p>{text(said)}</p></div>')


def _test(choice: str) -> None:
    settings = state.assistant().settings
    _probes()[choice] = Job(lambda _: health.probe(choice, settings), "probe")


def _settings() -> None:
    """Every setting with its origin, in a table that shows text as it is."""
    rows = health.told_settings(state.assistant().settings)
    st.html(
        '<h2>Settings</h2><p class="v-lead">A setting is a variable of the environment, else a line of <code>.env</code> in the '
        "folder in which Vouch was started, else its default. A change takes effect when Vouch is started again. Of keys it is "
        "only told whether they are set.</p>"
    )
    changed = st.toggle("Only what is not default", key="only-changed")
    shown = [row for row in rows if not changed or row.origin != health.DEFAULT]
    st.dataframe(
        {
            "Setting": [row.variable for row in shown],
            "Value": [row.value for row in shown],
            "From": [row.origin for row in shown],
            "What it is": [row.meaning for row in shown],
        },
        hide_index=True,
        height=min(TALLEST, 38 + 35 * max(1, len(shown))),
        column_config={
            "Setting": st.column_config.TextColumn(width=230),
            "Value": st.column_config.TextColumn(width=150),
            "From": st.column_config.TextColumn(width=90),
            "What it is": st.column_config.TextColumn(width=LONG),
        },
    )


def _await(jobs: Sequence[Job[Any]]) -> None:
    """Look on while something is checked, then draw the page anew. Call it last."""
    if not jobs:
        return
    place = st.empty()
    while not any(job.wait(LOOK) for job in jobs):
        place.html('<span class="v-hint"></span>')  # lets an interaction through
    st.rerun()
