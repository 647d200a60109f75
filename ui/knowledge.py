"""What a model may write from: the papers alone, or the papers and then what it knows itself."""

from __future__ import annotations

import streamlit as st

from rag.conversations.record import Reply
from rag.settings import KNOWLEDGE, Settings
from ui.components import choice
from ui.components.footer import QUOTING, back_end

PAPERS_FIRST = "papers-first"
NAMES = {"papers": "your papers alone", PAPERS_FIRST: "your papers, then what it knows"}
SAID = {
    "papers": "It writes from your papers alone.",
    PAPERS_FIRST: "What it adds from its own knowledge is marked “not from your library”.",
}


def chosen(settings: Settings) -> str:
    """What this session's answers are written from; what the settings say where nothing was chosen."""
    kept: str = st.session_state.get("knowledge", settings.knowledge)
    return kept if kept in KNOWLEDGE else settings.knowledge


def choose(kept: str) -> None:
    """Write from that from now on."""
    st.session_state.knowledge = kept


def draw(settings: Settings) -> str:
    """A choice; what the choice means, in words."""
    options = sorted(KNOWLEDGE, key=lambda name: name != settings.knowledge)
    now = chosen(settings) if "knowledge" in st.session_state else None
    choice.draw("Written from", options, now, choose, named=NAMES.__getitem__, key="written-from")
    return SAID[chosen(settings)]


def of(reply: Reply) -> str:
    """What that reply was written from."""
    return reply.knowledge or str(reply.answer.settings.get("knowledge", "") if reply.answer else "")


def by(reply: Reply) -> str:
    """Who wrote the reply, and that it was not from the papers alone."""
    more = reply.llm != QUOTING and of(reply) == PAPERS_FIRST
    return back_end(reply.llm) + (" and its own knowledge" if more else "")
