"""The chat: questions, answers as they arrive, and what there is to see before the first question."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.answering.record import Answer
from rag.errors import BackendError
from ui import state
from ui.components import ingest, scroll
from ui.components.answer import QUOTING, answer_html, back_end, draft_html
from ui.components.notice import error_html
from ui.components.safe import label, text
from ui.conversation import Conversation, Turn
from ui.jobs import Job

LOOK = 0.08  # seconds between two looks at an answer that is being written
QUIET = 0.5  # seconds after which the page is drawn though nothing came, so that an interaction gets through
PATIENCE = 2.0  # seconds after which the time is shown
SKELETON = '<div class="v-skeleton" aria-hidden="true"><i></i><i></i><i></i><i></i></div>'


def page() -> None:
    """Draw the chat."""
    talk = state.conversation()
    talk.advance()
    _sidebar(talk)
    question = st.chat_input("Ask about the papers in your library", key="question", submit_mode="disable", max_chars=2000)
    if question:
        talk.ask(question, state.chosen())
    job = talk.advance()
    if not talk.turns:
        _welcome(talk)
        return
    places = [_show(talk, turn) for turn in talk.turns]
    scroll.to_turn(talk.turns[-1].number)
    if job is not None:
        asked = next(turn for turn in talk.turns if talk.running(turn))
        _follow(job, next(place for place in places if place is not None), asked.llm or state.chosen())


def _sidebar(talk: Conversation) -> None:
    with st.sidebar:
        st.button(
            "New conversation", icon=":material/edit_square:", width="stretch", disabled=not talk.turns, on_click=talk.clear
        )
        choices = state.back_ends()
        if len(choices) > 1:
            chosen = state.chosen()
            choice = st.selectbox("Answers by", choices, index=choices.index(chosen), format_func=back_end)
            state.choose(choice)
        if state.chosen() == QUOTING:
            words = "Answers are sentences quoted from the abstracts, word for word."
            if len(choices) == 1:
                words = "No language model is set up. " + words + " Set VOUCH_LLM to use one."
            st.html(f'<p class="v-sidebar">{words}</p>')


def _welcome(talk: Conversation) -> None:
    """What an empty conversation shows: questions to begin with, or ways to fill an empty library."""
    if not state.searchable():
        words = "It answers from your library of paper abstracts and shows the passage behind every sentence."
        st.html(f'<h1>Welcome to Vouch</h1><p class="v-lead">{words}</p>')
        ingest.ways_in(upload=True)
        ingest.follow(ingest.outcome())
        return
    count = state.assistant().count()
    st.html(
        f'<h1>Ask your library</h1><p class="v-lead">{count:,} paper{"" if count == 1 else "s"}. Every sentence of an answer '
        "names its source and says how well the source supports it. Click a number to read the passage.</p>"
    )
    job = state.first_questions()
    place = st.container(key="first-questions", gap="xsmall")
    if not job.done:
        waiting = place.empty()
        while not job.wait(QUIET):
            waiting.html(SKELETON)
        waiting.empty()
    if job.error is not None:
        place.html(error_html(job.error))
        return
    for number, question in enumerate(job.result()):
        place.button(
            label(question),
            key=f"first-{number}",
            width="stretch",
            on_click=talk.ask,
            args=(question, state.chosen()),
            type="secondary",
        )


def _show(talk: Conversation, turn: Turn) -> DeltaGenerator | None:
    """Draw a turn; the place for the answer where it is still to come."""
    with st.container(key=scroll.key(turn.number)):
        return _draw(talk, turn)


def _draw(talk: Conversation, turn: Turn) -> DeltaGenerator | None:
    with st.chat_message("user", avatar=":material/person:"):
        st.html(f'<div class="v-question">{text(turn.question)}</div>')
    with st.chat_message("assistant", avatar=":material/menu_book:"):
        if turn.answer is not None:
            st.html(answer_html(turn.answer, str(turn.number)))
        elif turn.error is not None:
            _failure(talk, turn)
        elif talk.running(turn):
            place = st.empty()
            place.html(draft_html("", _waiting(turn.llm or state.chosen())))
            return place
        else:
            st.html(draft_html("", "Waiting for the answer before"))
    return None


def _failure(talk: Conversation, turn: Turn) -> None:
    """An error in words, with the ways on from it."""
    if turn.error is None:
        return
    st.html(error_html(turn.error))
    with st.container(horizontal=True, gap="small"):
        if isinstance(turn.error, BackendError):
            st.button(
                "Answer by quoting instead",
                key=f"quote-{turn.number}",
                icon=":material/format_quote:",
                on_click=talk.ask_again,
                args=(turn.number, QUOTING),
            )
        again = turn.llm or state.chosen()
        st.button(
            "Try again", key=f"again-{turn.number}", icon=":material/refresh:", on_click=talk.ask_again, args=(turn.number, again)
        )


def _follow(job: Job[Answer], place: DeltaGenerator, llm: str) -> None:
    """Show the answer as it grows; at its end draw the page anew, from the record."""
    shown, drawn, done = "", job.seconds, False
    while not done:
        done = job.wait(LOOK)
        written = job.text
        # Drawing is also what lets an interaction through; at the end one may be waiting, which `rerun` would displace.
        if done or written != shown or job.seconds - drawn > QUIET:
            since = f" · {job.seconds:.0f} s" if job.seconds > PATIENCE else ""
            place.html(draft_html(written, _waiting(llm) + since))
            shown, drawn = written, job.seconds
    st.rerun()


def _waiting(llm: str) -> str:
    return "Searching the library" if llm == QUOTING else f"Searching the library and asking {back_end(llm)}"
