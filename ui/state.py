"""What outlives a run of a page: one Assistant and the conversations of the process; for each session, which one it shows."""

from __future__ import annotations

import atexit
import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from rag.assistant import Assistant
from rag.errors import LibraryLocked
from rag.library.browse import Query
from rag.library.report import IngestReport
from rag.library.tallies import Tallies
from rag.paper import Paper
from rag.request import EXTRACTIVE
from rag.settings import Settings
from ui import address, health, knowledge, scope, suggestions, uploads
from ui.conversation import Conversation
from ui.jobs import Job
from ui.talks import Talks

FEW = 400  # papers looked at for first questions
ADDRESS = "c"  # the part of the address that names a conversation


@st.cache_resource(show_spinner=False, on_release=Assistant.close)
def assistant() -> Assistant:
    """The library of this process. Raises SettingsError and LibraryError."""
    return Assistant.open(Settings.load())


def home() -> Path:
    """The folder that holds the library and its evaluation runs."""
    return assistant().settings.home


def set_pages(pages: Mapping[str, Page]) -> None:
    """Say which pages there are, by name, for links between them."""
    st.session_state.pages = dict(pages)


def drawn(name: str) -> None:
    """Say which page was drawn last: an address without a conversation means another thing after the chat than after others."""
    st.session_state.page = name


def leave_for(name: str) -> None:
    """Go to that page as soon as one is drawn: in answer to a press, where Streamlit does not switch pages itself."""
    st.session_state.leaving_for = name


def depart() -> None:
    """Go where a press asked to go. Call it before anything of a page is drawn."""
    if "pages" in st.session_state and (name := st.session_state.pop("leaving_for", None)):
        st.switch_page(st.session_state.pages[name])


def forget() -> None:
    """Close the library; the next run of a page opens it again. Tests use it."""
    st.cache_resource.clear()
    st.cache_data.clear()


# --- conversations ---------------------------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False, on_release=Talks.close)
def talks() -> Talks:
    """The conversations of this process."""
    engine = assistant()
    return Talks(engine.settings.home, engine, EXTRACTIVE)


def conversation() -> Conversation:
    """The conversation that this session shows: the one the address names, else the one it showed before, else a new one."""
    named = address.read(ADDRESS)
    here: Conversation | None = st.session_state.get("conversation")
    if named and (here is None or here.id != named):
        here = talks().find(named)
        if here is None:
            st.session_state.lost = True
            address.write(ADDRESS, None)
        else:
            scope.go_on(here.turns)
    elif not named and here is not None and here.turns and not here.busy and st.session_state.get("page") == "chat":
        here = None  # the reader went back to the address of the empty page
    if here is None:
        here = talks().new()
    show(here)
    return here


def show(talk: Conversation) -> None:
    """Show that conversation from now on, and name it in the address."""
    st.session_state.conversation = talk
    address.write(ADDRESS, talk.id if talk.turns else None)


def show_new() -> None:
    """Begin anew."""
    show(talks().new())


def show_kept(identity: str) -> None:
    """Go on with a kept conversation."""
    if talk := talks().find(identity):
        show(talk)


def ask(question: str) -> None:
    """Ask in the conversation that is shown, by the back end that is chosen."""
    talk: Conversation = st.session_state.conversation
    talk.ask(question, chosen(), scope.chosen(), knowledge.chosen(assistant().settings))
    show(talk)


def day(moment: dt.datetime) -> str:
    """The day of a moment where the reader is: today, yesterday, or `3 Nov 2026`."""
    try:
        zone: dt.tzinfo | None = zoneinfo.ZoneInfo(st.context.timezone or "")
    except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError):
        zone = None  # this machine's
    own, today = moment.astimezone(zone).date(), dt.datetime.now(zone).date()
    return {0: "today", 1: "yesterday"}.get((today - own).days, f"{own.day} {own:%b %Y}")


def was_lost() -> bool:
    """Whether the address named a conversation that is not there; said once."""
    return bool(st.session_state.pop("lost", False))


def searchable() -> bool:
    """Whether there is anything to ask; not yet while this session's first ingest is under way."""
    engine = assistant()
    return engine.count() > (0 if _idle() else engine.pending())


def back_ends() -> tuple[str, ...]:
    """The back ends to choose from, the setting's own first."""
    return assistant().settings.choices


def chosen() -> str:
    """The back end this session answers with."""
    choice: str = st.session_state.get("back_end", assistant().settings.llm)
    return choice if choice in back_ends() else assistant().settings.llm


def has_chosen() -> bool:
    """Whether this session has chosen a back end, or answers with the setting's own."""
    return "back_end" in st.session_state


def choose(back_end: str) -> None:
    """Answer with that back end from now on."""
    st.session_state.back_end = back_end


def first_questions() -> Job[tuple[str, ...]]:
    """Questions that the library answers, or the part of it that is asked; making them also opens models and indexes before the
    first question is asked."""
    part = scope.look_up(assistant(), scope.chosen())
    return _first_questions(assistant().mark(), part.papers if part else None)


@st.cache_resource(show_spinner=False, max_entries=4)
def _first_questions(library: str, within: tuple[str, ...] | None) -> Job[tuple[str, ...]]:  # noqa: ARG001  part of the cache's key
    engine = assistant()
    ask = partial(engine.ask, llm=EXTRACTIVE, within=within)
    return Job(lambda _: suggestions.choose(_some(engine, within), ask), "first-questions")


def open_ahead() -> Job[None]:
    """Count the library, open its indexes and load the back ends, which the first who needs them would wait for."""
    return _opening_ahead(assistant().mark())


@st.cache_resource(show_spinner=False, max_entries=1)
def _opening_ahead(library: str) -> Job[None]:  # noqa: ARG001  part of the cache's key
    engine = assistant()

    def work(_: Job[None]) -> None:
        import altair  # noqa: F401  0.4 s

        tallies()
        engine.browse(Query(words="any"), 0, 1)  # the names beside the texts are read
        for paper in engine.browse(Query(), 0, 1).papers:
            engine.similar(paper.id, 1)
            engine.search(paper.label, limit=1)
        health.quick(engine.settings)  # loads what speaks to the models that are set up

    return Job(work, "opening-ahead")


def read_ahead() -> Job[int]:
    """Read a small library while nobody asks, so that nobody waits for it later."""
    return _reading_ahead(assistant().mark())


@st.cache_resource(show_spinner=False, max_entries=1, on_release=Job.end)
def _reading_ahead(library: str) -> Job[int]:  # noqa: ARG001  part of the cache's key
    engine = assistant()
    job: Job[int] = Job(lambda own: engine.read_ahead(own.unwanted), "reading-ahead")
    atexit.register(job.end)  # a process must not leave while its models compute
    return job


def _some(engine: Assistant, within: tuple[str, ...] | None) -> list[Paper]:
    if within is not None:
        return engine.papers_of(list(within[:FEW]))
    return [paper for paper, _ in zip(engine.papers(), range(FEW), strict=False)]


# --- library ---------------------------------------------------------------------------------------------------------


def tallies() -> Tallies:
    """What the library holds, counted once for every state of it."""
    engine = assistant()
    return _tallies(str(engine.settings.home), engine.version())


@st.cache_resource(show_spinner=False, max_entries=2)
def _tallies(home: str, version: int) -> Tallies:  # noqa: ARG001  both are the cache's key
    return assistant().tallies()


def ingest_job() -> Job[IngestReport] | None:
    """The session's latest ingest, under way or done."""
    job: Job[IngestReport] | None = st.session_state.get("ingest")
    return job


def start_sample() -> None:
    """Load the bundled sample library, unless an ingest is under way."""
    engine = assistant()
    _start(Job(lambda job: engine.load_sample(partial(setattr, job, "latest")), "sample") if _idle() else None)


def start_upload(files: Sequence[uploads.Upload]) -> None:
    """Add uploaded files to the library, unless an ingest is under way."""
    engine = assistant()

    def work(job: Job[IngestReport]) -> IngestReport:
        home = engine.settings.home
        before, after = uploads.there(home), engine.last_record()
        paths = uploads.keep(home, files)
        try:
            report = engine.ingest(paths, progress=partial(setattr, job, "latest"))
        except LibraryLocked as error:
            uploads.forget(path for path in paths if path.name not in before)
            safe = f"{uploads.SAFE} {error.remedy} Then upload again."
            raise LibraryLocked(error.message, remedy=safe) from error
        if report.new or report.merged:
            now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            names = tuple(path.name for path in paths)
            fresh = tuple(name for name in names if name not in before)
            uploads.remember(home, uploads.LastUpload(names, fresh, after, report.new, now))
        return report

    _start(Job(work, "upload") if _idle() else None)


def undo_upload() -> int:
    """Take the last upload back; returns how many papers left. Raises LibraryLocked where another process is writing."""
    engine = assistant()
    last = uploads.last(engine.settings.home)
    if last is None or not _idle():
        return 0
    count = engine.take_back(last.paths(engine.settings.home), last.after)
    uploads.forget_last(engine.settings.home)
    return count


def finish_indexing() -> None:
    """Index what an interrupted ingest left, unless an ingest is under way."""
    engine = assistant()
    _start(Job(lambda job: engine.ingest((), progress=partial(setattr, job, "latest")), "finish") if _idle() else None)


def dismiss_ingest() -> None:
    """Forget the ingest that is done."""
    if _idle():
        st.session_state.pop("ingest", None)


def _idle() -> bool:
    job = ingest_job()
    return job is None or job.done


def _start(job: Job[IngestReport] | None) -> None:
    if job is not None:
        st.session_state.ingest = job
        st.session_state.ingests = st.session_state.get("ingests", 0) + 1
