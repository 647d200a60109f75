"""What outlives a run of a page: one Assistant for the process, and for each session its conversation and its work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from rag.answering.record import Answer
from rag.assistant import EXTRACTIVE, Assistant
from rag.library.report import IngestReport
from rag.paper import Paper
from rag.settings import Settings
from ui import suggestions, uploads
from ui.conversation import Conversation
from ui.jobs import Job

FEW = 400  # papers looked at for first questions


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


def go_to(name: str) -> None:
    """Leave for that page."""
    st.switch_page(st.session_state.pages[name])


def forget() -> None:
    """Close the library; the next run of a page opens it again. Tests use it."""
    st.cache_resource.clear()
    st.cache_data.clear()


# --- conversation ----------------------------------------------------------------------------------------------------


def conversation() -> Conversation:
    """This session's conversation."""
    if "conversation" not in st.session_state:
        st.session_state.conversation = Conversation(partial(_begin, assistant()))
    talk: Conversation = st.session_state.conversation
    return talk


def _begin(engine: Assistant, question: str, history: tuple[Answer, ...], llm: str | None) -> Job[Answer]:
    return Job(lambda job: engine.ask(question, history, job.say, llm=llm), "answer")


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


def choose(back_end: str) -> None:
    """Answer with that back end from now on."""
    st.session_state.back_end = back_end


def first_questions() -> Job[tuple[str, ...]]:
    """Questions this library answers; making them also opens models and indexes before the first question is asked."""
    return _first_questions(assistant().library_fingerprint())


@st.cache_resource(show_spinner=False, max_entries=2)
def _first_questions(library: str) -> Job[tuple[str, ...]]:  # noqa: ARG001  part of the cache's key
    engine = assistant()
    return Job(lambda _: suggestions.choose(_some(engine), partial(engine.ask, llm=EXTRACTIVE)), "first-questions")


def _some(engine: Assistant) -> list[Paper]:
    return [paper for paper, _ in zip(engine.papers(), range(FEW), strict=False)]


# --- library ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Listing:
    """All papers, in the order they came."""

    papers: tuple[Paper, ...]


def listing() -> Listing:
    """The papers, read anew when the library has changed, at the latest after half a minute."""
    return _listing(assistant().library_fingerprint(), st.session_state.get("ingests", 0), _idle())


@st.cache_resource(show_spinner=False, max_entries=2, ttl=30)
def _listing(library: str, ingests: int, idle: bool) -> Listing:  # noqa: ARG001  all three are the cache's key
    return Listing(tuple(assistant().papers()))


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
        return engine.ingest(uploads.keep(engine.settings.home, files), progress=partial(setattr, job, "latest"))

    _start(Job(work, "upload") if _idle() else None)


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
