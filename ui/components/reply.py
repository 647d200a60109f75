"""One reply to a question: how the question was understood, the answer, and what a reader can do with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from rag.answering.markdown import markdown
from rag.answering.record import Answer
from rag.conversations.record import Interrupted, Reply, Turn
from rag.errors import BackendError, LibraryError, VouchError
from rag.export import FORMATS
from rag.paper import Paper
from ui import feedback, knowledge, state
from ui.components.answer import answer_html, plain_text
from ui.components.footer import QUOTING, back_end
from ui.components.notice import error_html
from ui.components.safe import label, text
from ui.conversation import Conversation

SHOWN = 60  # letters of a chip
REFERENCES = {"bibtex": ("References as BibTeX", "bib"), "ris": ("References as RIS", "ris")}


def answered(talk: Conversation, turn: Turn, reply: Reply, answer: Answer) -> None:
    """Draw an answer with everything around it."""
    _recalled(reply)
    _understood(talk, turn, reply, answer)
    st.html(answer_html(answer, reply.id))
    with st.container(key=f"acts-{reply.id}", horizontal=True, gap="small", vertical_alignment="center"):
        _judge(talk, turn, reply)
        st.html(f'<button class="v-copy" data-copy="{text(plain_text(answer))}">Copy</button>', width="content")
        _again(talk, turn, reply)
        _export(answer, reply)
    _judged(talk, turn, reply, answer)


def failed(talk: Conversation, turn: Turn, reply: Reply, error: VouchError) -> None:
    """An error in words, with the ways on from it."""
    st.html(error_html(error))
    with st.container(horizontal=True, gap="small"):
        if isinstance(error, BackendError):
            ask = partial(talk.ask_again, turn.id, QUOTING, without=reply.without, alone=reply.alone)
            st.button("Answer by quoting instead", key=f"quote-{reply.id}", icon=":material/format_quote:", on_click=ask)
        ask = partial(talk.ask_again, turn.id, reply.llm, without=reply.without, alone=reply.alone, beside=reply.beside)
        words = "Ask again" if isinstance(error, Interrupted) else "Try again"
        st.button(words, key=f"again-{reply.id}", icon=":material/refresh:", on_click=ask)


def _recalled(reply: Reply) -> None:
    """The verified answer to the same question, before the new one."""
    found = state.talks().recalled(reply)
    if found is None:
        return
    with st.container(border=True, key=f"verified-{reply.id}"):
        st.html(
            f'<p class="v-verified"><strong>✓ Verified answer</strong> kept {text(state.day(found.kept))} for '
            f"“{text(found.question)}”</p>"
        )
        st.html(answer_html(found.answer, f"v{reply.id}", brief=True))
        st.button(
            "Keep it no longer",
            key=f"drop-{reply.id}",
            type="tertiary",
            icon=":material/close:",
            on_click=state.talks().verified.drop,
            args=(found.id,),
        )


def _understood(talk: Conversation, turn: Turn, reply: Reply, answer: Answer) -> None:
    """What was read from the question, each part of it to be taken back with one click."""
    rewritten = bool(answer.standalone and not answer.filters and not reply.without and answer.standalone != turn.question)
    if not (answer.filters or reply.without or rewritten or reply.alone):
        return
    again = partial(talk.ask_again, turn.id, reply.llm)
    with st.container(key=f"understood-{reply.id}", horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.html('<span class="v-understood">Understood</span>', width="content")
        for n, name in enumerate(answer.filters):
            ask = partial(again, without=(*reply.without, name), alone=reply.alone)
            _chip(f"{reply.id}-f{n}", name, "close", "Ask again without this condition", ask)
        if rewritten:
            whole = f"Searched as: {answer.standalone}"
            ask = partial(again, without=reply.without, alone=True)
            _chip(f"{reply.id}-s", answer.standalone, "close", f"{whole} · Click to take the question by itself", ask)
        for n, name in enumerate(reply.without):
            ask = partial(again, without=[other for other in reply.without if other != name], alone=reply.alone)
            _chip(f"{reply.id}-w{n}", f"without “{name}”", "undo", "Ask again with this condition", ask)
        if reply.alone:
            ask = partial(again, without=reply.without)
            _chip(f"{reply.id}-a", "taken by itself", "undo", "Ask again in the light of the conversation", ask)


def _chip(key: str, words: str, icon: str, hint: str, ask: partial[None]) -> None:
    shown = words if len(words) <= SHOWN else f"{words[: SHOWN - 1].rstrip()}…"
    st.button(label(shown), key=f"chip-{key}", icon=f":material/{icon}:", icon_position="right", help=label(hint), on_click=ask)


def _judge(talk: Conversation, turn: Turn, reply: Reply) -> None:
    """Thumbs."""
    key = f"thumbs-{reply.id}"

    def judge() -> None:
        thumb = st.session_state[key]
        talk.note(turn.id, reply.id, {"good": None if thumb is None else bool(thumb), "reason": ""})

    st.feedback("thumbs", key=key, default=None if reply.good is None else int(reply.good), on_change=judge)


def _judged(talk: Conversation, turn: Turn, reply: Reply, answer: Answer) -> None:
    """After a thumb: keep a good answer, say what is wrong with a bad one."""
    if reply.good:
        kept = state.talks().verified.of_answer(answer.id)
        if kept:
            st.html('<p class="v-hint" role="status">✓ Kept as a verified answer: shown first when this is asked again.</p>')
        elif not answer.abstained:
            st.button(
                "Keep as a verified answer",
                key=f"keep-{reply.id}",
                icon=":material/verified:",
                help="Shown first, with its date, when a similar question is asked",
                on_click=_tell,
                args=(answer, partial(state.talks().keep_verified, answer)),
            )
    elif reply.good is False and not reply.reason:
        key = f"reason-{reply.id}"

        def say() -> None:
            if reason := st.session_state[key]:
                talk.note(turn.id, reply.id, {"reason": reason})
                _tell(answer, partial(feedback.keep_draft, state.home(), answer, reason))

        st.pills(
            "What is wrong with it?", list(feedback.REASONS), format_func=feedback.REASONS.__getitem__, key=key, on_change=say
        )
    elif reply.good is False:
        words = f"Noted: {feedback.REASONS.get(reply.reason, reply.reason).lower()}. A draft question for the evaluation is in"
        st.html(f'<p class="v-hint" role="status">{text(words)} {text(str(feedback.FILE))}.</p>')
    if problem := st.session_state.pop(f"problem-{answer.id}", None):
        st.html(error_html(problem))


def _tell(answer: Answer, act: Callable[[], object]) -> None:
    """`act`, whose failure is told below the answer instead of ending the page."""
    try:
        act()
    except LibraryError as error:
        st.session_state[f"problem-{answer.id}"] = error


def _again(talk: Conversation, turn: Turn, reply: Reply) -> None:
    """Ask again, by the same back end or by another one whose answer is then read beside this one."""
    key = f"with-{reply.id}"

    def ask() -> None:
        llm = st.session_state[key]
        beside = llm != reply.llm or (llm != QUOTING and now != knowledge.of(reply))
        talk.ask_again(turn.id, llm, without=reply.without, alone=reply.alone, beside=beside, knowledge=now)

    now = knowledge.chosen(state.assistant().settings)
    choices = state.back_ends()
    others = [*(choice for choice in choices if choice != reply.llm), reply.llm]
    st.menu_button(
        "Ask again",
        others,
        key=key,
        type="tertiary",
        icon=":material/compare_arrows:",
        format_func=lambda llm: label(("Again: " if llm == reply.llm else "Side by side: ") + back_end(llm)),
        on_click=ask,
    )


def _export(answer: Answer, reply: Reply) -> None:
    """The answer, and the references it cites, as files; each is made when it is asked for."""
    papers = [source.paper for source in answer.sources]
    with st.popover("Export", icon=":material/download:", type="tertiary", key=f"export-{reply.id}"):
        _download("Answer as Markdown", lambda: markdown(answer), f"answer-{reply.id}.md")
        for name, (words, ending) in REFERENCES.items() if papers else ():
            _download(words, partial(_references, name, papers), f"references-{reply.id}.{ending}")


def _references(name: str, papers: Sequence[Paper]) -> str:
    return "".join(FORMATS[name](papers))


def _download(words: str, made: Callable[[], str], name: str) -> None:
    st.download_button(words, made, name, key=f"download-{name}", on_click="ignore", type="tertiary")
