"""Which part of the library a conversation asks: all of it, a collection, or one paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import streamlit as st

from rag.conversations.record import Turn
from rag.library.collections import Collection, Collections
from rag.paper import Paper
from ui.components import choice
from ui.components.safe import text

WHOLE = ""
_COLLECTION, _PAPER = "collection:", "paper:"


class Library(Protocol):
    """What a scope is looked up in."""

    @property
    def collections(self) -> Collections: ...

    def paper(self, paper_id: str) -> Paper | None: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the library: what it is called, and the ids in it."""

    name: str
    papers: tuple[str, ...]


def of_paper(paper: Paper) -> str:
    """The scope of one paper, as text that can be kept."""
    return _PAPER + paper.id


def of_collection(collection: Collection) -> str:
    """The scope of a collection, as text that can be kept."""
    return _COLLECTION + collection.id


def look_up(library: Library, kept: str) -> Scope | None:
    """What the kept text stands for now; None for the whole library, and for what is there no more."""
    if kept.startswith(_COLLECTION):
        found = library.collections.get(kept.removeprefix(_COLLECTION))
        return Scope(f"the collection “{found.name}”", found.papers) if found else None
    paper = library.paper(kept.removeprefix(_PAPER)) if kept.startswith(_PAPER) else None
    return Scope(f"the paper “{paper.label}”", (paper.id,)) if paper else None


def chosen() -> str:
    """What this session asks within."""
    kept: str = st.session_state.get("scope", WHOLE)
    return kept


def choose(kept: str) -> None:
    """Ask within that from now on."""
    st.session_state.scope = kept


def go_on(turns: Sequence[Turn]) -> None:
    """A session that has chosen nothing yet comes to this conversation: it goes on about the paper that was asked last.

    So it is after Vouch was started again, which no session outlives. A collection is among the choices that a page repeats.
    """
    if "scope" in st.session_state or not turns:
        return
    last = turns[-1].replies[-1]
    kept = last.within or str(last.answer.settings.get("scope", "") if last.answer else "")
    if kept.startswith(_PAPER):
        choose(kept)


def draw(library: Library) -> None:
    """A choice of collections, where there are any; and the paper that is asked about, if there is one."""
    now: str | None = st.session_state.get("scope")
    if now and look_up(library, now) is None:
        choose(now := WHOLE)
    options = {WHOLE: "the whole library"} | {of_collection(own): own.name for own in library.collections.all()}
    if now and now not in options and (found := look_up(library, now)):
        options[now] = found.name
    if len(options) > 1:
        choice.draw("Ask", list(options), now, choose, named=lambda kept: options.get(kept, ""), key="scope-choice")


def banner(library: Library) -> None:
    """Say that only a part of the library is asked, where that is so, and offer all of it."""
    found = look_up(library, chosen())
    if found is None:
        return
    count = f" ({len(found.papers):,} papers)" if len(found.papers) != 1 else ""
    with st.container(key="scope-banner", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="v-lead">Asking only {text(found.name)}{count}.</p>')
        st.button("Ask the whole library", icon=":material/close:", type="tertiary", on_click=choose, args=(WHOLE,))
