"""The web application that `vouch serve` runs: Streamlit's own over `app.py`, and an address for each page.

Opened at the address of a page, Streamlit first looks for its server below that address and logs two errors 404 in the
browser's console. Here such an address is answered with the same page, told where its server is.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse
from starlette.routing import Route
from streamlit.file_util import get_static_dir

CHAT = "chat"  # is at the root; by its name it is not known to Streamlit, which would say so in a dialog
PAGES = ("library", "evaluation", "settings")
HEAD = "<head>"
# Read by Streamlit's own code before anything else. Relative, so that it holds behind a proxy that adds a folder too.
BACKEND = '<script>window.__streamlit = {BACKEND_BASE_URL: new URL("./", location.href).href}</script>'


def page(_: Request) -> HTMLResponse:
    """Streamlit's page, told that its server is one step up."""
    html = Path(get_static_dir(), "index.html").read_text(encoding="utf-8")
    return HTMLResponse(html.replace(HEAD, HEAD + BACKEND, 1), headers={"Cache-Control": "no-cache"})


def chat(request: Request) -> RedirectResponse:
    """To the root, with the conversation that the address names."""
    return RedirectResponse(f"./?{request.url.query}" if request.url.query else "./")


app = st.App(Path(__file__).with_name("app.py"), routes=[Route(f"/{CHAT}", chat), *(Route(f"/{name}", page) for name in PAGES)])
