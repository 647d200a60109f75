"""Runs that are under way, were stopped or failed: how far they are, and the buttons that stop, resume and discard them.

Only this part of the page is drawn anew every second while a process is at work.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from eval import background
from eval.background import Launch, State
from eval.runs import read_manifest
from eval.watching import Seen
from rag.errors import VouchError
from ui import evaluation_data as data
from ui import state
from ui.components.footer import back_end, cost
from ui.components.notice import error_html
from ui.components.safe import text

EVERY = 1.0  # seconds between two looks
MOST = 6  # runs told about
AT_WORK = (State.RUNNING, State.STOPPING)
TITLES = {
    State.RUNNING: "Under way",
    State.STOPPING: "Stopping after the question in hand",
    State.STOPPED: "Stopped",
    State.FAILED: "Failed",
}


def under_way() -> None:
    """Draw what is to be told; nothing where every run has come to its end."""
    found = data.unfinished(state.home())
    if error := st.session_state.pop("run-error", None):
        st.html(error_html(error))
    if not found:
        return
    at_work = any(how in AT_WORK for _, how in found)
    st.fragment(_cards, run_every=EVERY if at_work else None)(tuple(f.name for f, how in found if how in AT_WORK))


def _cards(at_work: tuple[str, ...]) -> None:
    """All cards; `at_work` were so when the page was drawn: when one of them has ended, the whole page is drawn anew."""
    found = data.unfinished(state.home())
    if tuple(folder.name for folder, how in found if how in AT_WORK) != at_work:
        st.rerun(scope="app")
    for folder, how in found[:MOST]:
        launch = background.read_launch(folder)
        if launch is not None:
            _card(folder, how, launch)
    if len(found) > MOST:
        st.html(f'<p class="v-hint">{len(found) - MOST:,} more were stopped or failed earlier.</p>')


def _card(folder: Path, how: State, launch: Launch) -> None:
    seen = data.watch(str(folder)).look()
    name = Path(launch.questions).name
    with st.container(border=True, key=f"run-{folder.name}"):
        settings = "".join(f" · {text(setting)}" for setting in launch.settings)
        st.html(
            f'<strong>{TITLES[how]}</strong> <span class="v-waiting">{text(name)} · {text(back_end(launch.llm))}{settings}</span>'
        )
        starting = how is State.RUNNING and not seen.done and read_manifest_quietly(folder) is None
        words = "Starting: opening library and model" if starting else told(launch, seen, how)
        st.progress(min(1.0, seen.done / max(1, launch.total)), text=words)
        if how is State.RUNNING and seen.latest:
            st.html(f'<div class="v-places">Answered last: {text(seen.latest[:160])}</div>')
        if how not in AT_WORK and (why := background.message(folder)):
            st.html(f'<div class="v-notice v-bad" role="alert"><p>{text(why)}</p></div>')
        with st.container(horizontal=True):
            _buttons(folder, how, seen)


def _buttons(folder: Path, how: State, seen: Seen) -> None:
    name = folder.name
    if how in AT_WORK:
        stopping = how is State.STOPPING
        st.button(
            "Stopping" if stopping else "Stop",
            key=f"stop-{name}",
            icon=":material/stop_circle:",
            disabled=stopping,
            help=None if stopping else "What is answered is kept; the run can be resumed",
            on_click=stop,
            args=(folder,),
        )
        return
    st.button(
        "Resume" if seen.done else "Try again",
        key=f"resume-{name}",
        type="primary",
        icon=":material/play_arrow:",
        on_click=resume,
        args=(folder,),
    )
    with st.popover("Discard", icon=":material/delete:"):
        st.html(f"<p>Deletes the run with its {seen.done:,} answers.</p>")
        st.button("Discard this run", key=f"discard-{name}", on_click=discard, args=(folder,))


def told(launch: Launch, seen: Seen, how: State = State.RUNNING, now: dt.datetime | None = None) -> str:
    """`12 of 30 questions · 1 failed · $0.0120 · 1.4 a second · 13 s left`, as far as it is known."""
    parts = [f"{seen.done:,} of {launch.total:,} questions"]
    if seen.failures:
        parts.append(f"{seen.failures:,} failed")
    if seen.cost:
        parts.append(cost(seen.cost))
    fresh = seen.done - launch.before
    if how is State.RUNNING and fresh > 0 and launch.started:
        began = dt.datetime.fromisoformat(launch.started)
        seconds = ((now or dt.datetime.now(dt.UTC)) - began).total_seconds()
        if seconds > 0:
            rate = fresh / seconds
            parts.append(f"{rate:.1f} a second" if rate >= 1 else f"{1 / rate:.1f} s each")
            parts.append(f"{duration((launch.total - seen.done) / rate)} left")
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """`40 s`, `12 min`, `3.5 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3_600:.1f} h"


def read_manifest_quietly(folder: Path) -> object:
    """The manifest, None where there is none yet or it is damaged."""
    try:
        return read_manifest(folder)
    except VouchError:
        return None


def stop(folder: Path) -> None:
    """Ask its process to stop."""
    background.stop(folder)


def resume(folder: Path, *, retry_failed: bool = False) -> None:
    """Go on where it stopped; what failed is asked again if wanted."""
    launch = background.read_launch(folder)
    if launch is not None:
        _try(lambda: background.start(state.home(), folder, launch, retry_failed=retry_failed))


def discard(folder: Path) -> None:
    """Delete it."""
    _try(lambda: background.discard(folder))


def _try(act: Callable[[], object]) -> None:
    try:
        act()
    except VouchError as error:
        st.session_state["run-error"] = error
