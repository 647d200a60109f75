"""The frame of all pages: title, style, navigation. Run by `server.py` for every interaction."""

from __future__ import annotations

import logging
from collections.abc import Callable

import streamlit as st

from rag.errors import VouchError
from ui import state
from ui.components import scroll, style
from ui.components.notice import error_html
from ui.jobs import unforeseen
from ui.views import chat, evaluation, library, settings

log = logging.getLogger(__name__)
WIDE = ("library", "evaluation", "settings")  # pages that use the whole width


def main() -> None:
    """Draw the page that the address names."""
    # The icon has to be there before the navigation, which would otherwise fetch the page's own from the network.
    st.set_page_config(page_title="Vouch", page_icon=style.ICON)
    style.apply()
    st.logo(style.LOGO, icon_image=style.ICON, size="large")
    pages = {
        "chat": st.Page(chat.page, title="Chat", icon=":material/forum:", url_path="chat", default=True),
        "library": st.Page(library.page, title="Library", icon=":material/menu_book:", url_path="library"),
        "evaluation": st.Page(evaluation.page, title="Evaluation", icon=":material/monitoring:", url_path="evaluation"),
        "settings": st.Page(settings.page, title="Settings", icon=":material/tune:", url_path="settings"),
    }
    state.set_pages(pages)
    page = st.navigation(list(pages.values()))
    state.depart()
    # The layout is said once a run: a second one would make the page jump.
    st.set_page_config(page_title=f"{page.title} · Vouch", layout="wide" if page.url_path in WIDE else "centered")
    scroll.to_marks()
    try:
        guarded(page.run)
    finally:
        state.drawn(page.url_path or "chat")


def guarded(draw: Callable[[], object]) -> None:
    """Draw; a failure becomes a message in the page, and the navigation still works."""
    try:
        draw()
    except VouchError as error:
        st.html(error_html(error))
    except Exception as error:
        log.exception("A page failed")
        st.html(error_html(unforeseen(error)))


if __name__ == "__main__":
    main()
