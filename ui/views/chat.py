"""The chat: questions, answers as they arrive, and what there is to see before the first question."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass, replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.answering.record import Answer
from rag.conversations.record import Reply, Turn
from rag.errors import LibraryError
from ui import knowledge, scope, state
from ui.components import choice, history, ingest, scroll
from ui.components.answer import draft_html
from ui.components.footer import QUOTING, back_end
from ui.components.notice import error_html, info_html
from ui.components.reply import answered, failed
from ui.components.safe import label, text
from ui.conversation import Conversation
from ui.jobs import Job

QUICK = 0.2  # seconds in which an answer may come before a draft of it is drawn
LOOK = 0.08  # seconds between two looks at an answer that is being written
QUIET = 0.5  # seconds after which the page is drawn though nothing came, so that an interaction gets through
PATIENCE = 2.0  # seconds after which the time is shown
TURNS = 12  # turns drawn at first; earlier ones on request
# What led on from the answer before stays, faded, until a run ends, which it does only with the next answer. Late, because every
# element counts as left over at the beginning of a run.
LEFT_OVER = (
    "<style>@keyframes v-gone { to { visibility: hidden; } }"
    '.stMain .stElementContainer[data-stale="true"] { animation: v-gone 0s .5s forwards; }</style>'
)
SKELETON = '<div class="v-skeleton" aria-hidden="true"><i></i><i></i><i></i><i></i></div>'


def page() -> None:
    """Draw the chat."""
    talk = state.conversation()
    talk.refresh()
    question = st.chat_input("Ask about the papers in your library", key="question", max_chars=2000)
    if question:
        state.ask(question)
        talk = state.conversation()
    job = talk.advance()
    if job is not None:
        job.wait(QUICK)
    with st.sidebar:
        _sidebar(talk)
    if state.was_lost():
        words = "It was deleted, or it belongs to another library. What you ask now begins a new one."
        st.html(info_html("There is no conversation at this address", words))
    if talk.unsaved is not None:
        st.html(error_html(talk.unsaved))
    scope.banner(state.assistant())
    if not talk.turns:
        _welcome()
        return
    _turns(talk)


def _sidebar(talk: Conversation) -> None:
    st.button(
        "New conversation",
        icon=":material/edit_square:",
        width="stretch",
        disabled=not talk.turns,
        on_click=state.show_new,
    )
    scope.draw(state.assistant())
    choices = state.back_ends()
    if len(choices) > 1:
        now = state.chosen() if state.has_chosen() else None
        choice.draw("Answers by", choices, now, state.choose, named=back_end, key="answers-by")
    if state.chosen() == QUOTING:
        words = "Answers are sentences quoted from the abstracts, word for word."
        if len(choices) == 1:
            words = "No language model is set up. " + words + " Set VOUCH_LLM to use one."
    else:
        words = knowledge.draw(state.assistant().settings)
    st.html(f'<p class="v-sidebar">{words}</p>')
    history.draw(talk)


def _welcome() -> None:
    """What an empty conversation shows: questions to begin with, or ways to fill an empty library."""
    if not state.searchable():
        words = "It answers from your library of paper abstracts and shows the passage behind every sentence."
        st.html(f'<h1>Welcome to Vouch</h1><p class="v-lead">{words}</p>')
        ingest.ways_in(upload=True)
        ingest.follow(ingest.outcome())
        return
    part = scope.look_up(state.assistant(), scope.chosen())
    count = len(part.papers) if part else state.assistant().count()
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
        place.button(label(question), key=f"first-{number}", width="stretch", on_click=state.ask, args=(question,))
    state.open_ahead()
    state.read_ahead()


def _turns(talk: Conversation) -> None:
    """The turns, the last ones at first; then follow what is being answered."""
    turns = talk.turns
    earlier = f"earlier-{talk.id}"
    shown = turns if st.session_state.get(earlier) else turns[-TURNS:]
    if hidden := len(turns) - len(shown):
        st.button(
            f"Show {hidden} earlier question{'' if hidden == 1 else 's'}",
            key=f"show-{earlier}",
            type="tertiary",
            icon=":material/expand_less:",
            on_click=lambda: st.session_state.update({earlier: True}),
        )
    lead: DeltaGenerator | None = None
    pending: list[_Open] = []
    for turn in shown:
        with st.container(key=scroll.key(turn.id)):
            pending += _replies(talk, turn)
            lead = st.empty() if turn is turns[-1] else None  # for questions that lead on from the last answer
    scroll.to_turn(turns[-1].id)
    if pending:
        st.html(LEFT_OVER)
    for own in pending:
        if (job := talk.running(own.reply)) is not None:
            _follow(job, own)
        elif not talk.busy:  # another process is at work on it
            _await(talk, own)
    if pending and not (len(pending) == 1 and _finish(talk, pending[0])):
        st.rerun()
    if lead is not None:
        _lead_on(talk, lead)


@dataclass(frozen=True, slots=True)
class _Open:
    """A reply that is still to come, the place of its answer, and in it that of the draft. `alone` where it is read by itself."""

    turn: Turn
    reply: Reply
    place: DeltaGenerator
    draft: DeltaGenerator
    alone: bool = True


def _replies(talk: Conversation, turn: Turn) -> list[_Open]:
    """Draw a turn; those of its replies that are still to come."""
    with st.chat_message("user", avatar=":material/person:"):
        st.html(f'<div class="v-question">{text(turn.question)}</div>')
    replies = _chosen(turn)
    if len(replies) == 1:
        with st.chat_message("assistant", avatar=":material/menu_book:"):
            found = _reply(talk, turn, replies[0])
        return [found] if found else []
    several = []
    with st.container(key=f"beside-{turn.id}"):
        for reply, column in zip(replies, st.columns(len(replies), gap="medium"), strict=True):
            with column:
                st.html(f'<h3 class="v-by">{text(knowledge.by(reply))}</h3>')
                if found := _reply(talk, turn, reply):
                    several.append(replace(found, alone=False))
    return several


def _chosen(turn: Turn) -> list[Reply]:
    """The replies to show: the latest, with the one before where they are read side by side; others on request.

    An error that was followed by another attempt is history.
    """
    last = turn.replies[-1]
    able = [reply for reply in turn.replies if reply.answer is not None or reply is last]
    default = able[-2:] if last.beside else able[-1:]
    if len(able) == 1:
        return able
    numbers = [able.index(reply) for reply in default]
    picked = st.segmented_control(
        "Answers shown",
        range(len(able)),
        selection_mode="multi",
        default=numbers,
        format_func=lambda n: label(f"{n + 1} · {knowledge.by(able[n])}"),
        key=f"answers-{turn.id}-{len(able)}",
        label_visibility="collapsed",
    )
    return [able[n] for n in sorted(picked)] or default


def _reply(talk: Conversation, turn: Turn, reply: Reply) -> _Open | None:
    # The place is there for a finished answer, too, so that the next run finds each part of it where this one drew it.
    place = st.empty()
    if _drawn(talk, turn, reply, place):
        return None
    with place.container():
        draft, running = st.empty(), talk.running(reply) is not None
        draft.html(draft_html("", _waiting(reply.llm) if running or not talk.busy else "Waiting for the answer before"))
        if running:
            st.button("Stop", key=f"stop-{reply.id}", icon=":material/stop_circle:", on_click=talk.stop, shortcut="Esc")
    return _Open(turn, reply, place, draft)


def _drawn(talk: Conversation, turn: Turn, reply: Reply, place: DeltaGenerator) -> bool:
    """Draw what came of the reply; whether anything has come yet."""
    if reply.answer is not None:
        with place.container():
            answered(talk, turn, reply, reply.answer)
    elif reply.error is not None:
        with place.container():
            failed(talk, turn, reply, reply.error)
    return not reply.open


def _finish(talk: Conversation, own: _Open) -> bool:
    """Draw the reply that has just come in the place of its draft: a run of the whole page costs as much as a short answer.
    Whether that is all there is to draw."""
    if not own.alone or talk.busy or talk.unsaved is not None:
        return False
    last = talk.turns[-1]
    fresh = next((reply for reply in last.replies if reply.id == own.reply.id), None)
    return last.id == own.turn.id and fresh is not None and _drawn(talk, last, fresh, own.place)


def _lead_on(talk: Conversation, place: DeltaGenerator) -> None:
    """Questions that lead on from the last answer, as soon as they are known. A fragment that runs by itself would be less to
    wait for, but its runs come with the address of the page as it was, and would bring a conversation back that was left
    meanwhile."""
    while state.talks().leading(talk.turns[-1].replies[-1]):
        time.sleep(LOOK)
        place.html('<span class="v-hint"></span>')  # lets an interaction through
    reply = talk.turns[-1].replies[-1]
    if not reply.follow_ups:
        place.empty()
        return
    with place.container(key=f"lead-on-{reply.id}", gap="xsmall"):
        st.html('<h4 class="v-head">Ask on</h4>')
        for number, question in enumerate(reply.follow_ups):
            st.button(label(question), key=f"on-{reply.id}-{number}", width="stretch", on_click=state.ask, args=(question,))


def _follow(job: Job[Answer], own: _Open) -> None:
    """Show the answer as it grows."""
    shown, drawn, done = ("", ()), job.seconds, False
    while not done:
        done = job.wait(LOOK)
        written, closed = job.text, job.latest if isinstance(job.latest, tuple) else ()
        # Drawing is also what lets an interaction through; at the end one may be waiting, which `rerun` would displace.
        if done or (written, closed) != shown or job.seconds - drawn > QUIET:
            since = f" · {job.seconds:.0f} s" if job.seconds > PATIENCE else ""
            own.draft.html(draft_html(written, _waiting(own.reply.llm) + since, closed))
            shown, drawn = (written, closed), job.seconds


def _await(talk: Conversation, own: _Open) -> None:
    """Look on while another process answers."""
    while any(reply.id == own.reply.id and reply.open for turn in talk.turns for reply in turn.replies):
        own.draft.html(draft_html("", "Being answered in another window of Vouch"))
        time.sleep(QUIET)
        with suppress(LibraryError):
            talk.refresh()
    own.draft.html(draft_html("", "Being answered in another window of Vouch"))  # lets an interaction through


def _waiting(llm: str) -> str:
    return "Searching the library" if llm == QUOTING else f"Searching the library and asking {back_end(llm)}"
