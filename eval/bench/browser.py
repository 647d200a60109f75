"""What the benchmark `pages` does in a real browser: servers started and stopped, a first paint, a tour, all timed."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from eval.bench.process import BenchError, environment
from rag.terminal.serve import HEALTH

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WINDOW = {"width": 1280, "height": 860}
UP = 120.0  # seconds in which a server has to answer
WAIT = 60_000  # milliseconds for what the browser waits for
REST = 700  # milliseconds between two interactions, in which the page comes to rest
TITLE, HEADER, ROW = 120, 38, 36  # pixels of the library's table
BARE_TITLE, HEADING = "Bare page", "Ask your library"
BARE = f"""import streamlit as st
st.title({BARE_TITLE!r})
st.chat_input("Ask")
st.session_state.n = st.session_state.get("n", 0) + 1
st.button("Press")
st.write(f"run {{st.session_state.n}}")
"""
"""The least a Streamlit page with a chat input can be: what the server and the browser cost by themselves."""
CHAT, LIBRARY, EVALUATION, SETTINGS = "to the chat", "to the library", "to the evaluation", "to the settings"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window. Raises BenchError where there is none."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise BenchError("Playwright is not installed.", remedy="`make setup` installs it.") from None
    if not Path(CHROMIUM).exists():
        raise BenchError(f"There is no browser at {CHROMIUM}.", remedy="Install the package `chromium` and measure again.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def bare_page() -> Iterator[str]:
    """A server of BARE; gives its address."""
    with tempfile.TemporaryDirectory(prefix="vouch-bench-") as folder:
        script = Path(folder, "bare.py")
        script.write_text(BARE, encoding="utf-8")
        options = ["--server.headless=true", "--browser.gatherUsageStats=false", "--server.fileWatcherType=none"]
        with _running(["streamlit", "run", str(script), *options, "--server.port"], folder) as address:
            yield address


@contextmanager
def vouch_pages(home: Path) -> Iterator[str]:
    """`vouch serve` over that library; gives its address."""
    with (
        tempfile.TemporaryDirectory(prefix="vouch-bench-") as folder,
        _running(["rag.cli", "serve", "--port"], folder, VOUCH_HOME=str(home.absolute())) as address,
    ):
        yield address


@contextmanager
def _running(module: Sequence[str], folder: str, **values: str) -> Iterator[str]:
    port = free_port()
    with Path(folder, "log").open("w+b") as log:
        command = [sys.executable, "-m", *module, str(port)]
        server = subprocess.Popen(command, cwd=folder, env=environment(**values), stdout=log, stderr=log)
        try:
            until = time.monotonic() + UP
            while not _answers(port):
                if server.poll() is not None or time.monotonic() > until:
                    log.seek(0)
                    said = log.read().decode(errors="replace").strip()[-500:]
                    raise BenchError(f"The server `{' '.join(module[:2])}` did not come up.", remedy=f"It said:\n{said}")
                time.sleep(0.02)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", HEALTH)
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def first_paint(browser: Browser, address: str, heading: str) -> float:
    """Seconds from typing the address, with nothing cached, until heading and chat input are there."""
    context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        page.set_default_timeout(WAIT)
        began = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.get_by_role("heading", name=heading).wait_for()
        page.get_by_test_id("stChatInput").wait_for()
        seconds = time.perf_counter() - began
        if heading == HEADING:  # a second reader is not to meet what the server does once
            page.locator(".st-key-first-questions button, .v-notice").first.wait_for()
        return seconds
    finally:
        context.close()


def presses(browser: Browser, address: str, count: int) -> list[float]:
    """Seconds from a press in the bare page to what it changes, `count` times."""
    context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(address)
    page.get_by_text("run 1").wait_for()
    seconds = []
    for n in range(2, count + 2):
        page.wait_for_timeout(REST)
        seconds.append(
            _timed(page.get_by_role("button", name="Press").click, page.get_by_text(re.compile(rf"^run {n}$")).wait_for)
        )
    context.close()
    return seconds


def _timed(act: Callable[[], object], seen: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    seen()
    return time.perf_counter() - began


def tours(browser: Browser, address: str, question: str, rounds: int, tell: Callable[[int, int], None]) -> dict[str, list[float]]:
    """Interactions that ask no model, each once a round: name -> seconds from the click to what it is meant to show."""
    context = browser.new_context(viewport=WINDOW)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.goto(address)
    page.locator(".st-key-first-questions button, .v-notice").first.wait_for()
    page.get_by_test_id("stChatInput").locator("textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".v-footer").wait_for()
    page.wait_for_timeout(5 * REST)  # the questions that lead on are found
    seconds: dict[str, list[float]] = {}
    for n in range(rounds):
        for name, (act, seen) in _steps(page, n).items():
            page.wait_for_timeout(REST)
            seconds.setdefault(name, []).append(_timed(act, seen))
        tell(n + 1, rounds)
    context.close()
    return seconds


def _steps(page: Page, n: int) -> Mapping[str, tuple[Callable[[], object], Callable[[], object]]]:
    """The tour in order: name -> what is done, and what is waited for."""

    def nav(name: str) -> Callable[[], object]:
        return page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click

    def words() -> None:
        page.get_by_placeholder("Words in title").fill(("learning", "data", "language", "model")[n % 4])
        page.keyboard.press("Enter")

    def year() -> None:
        page.get_by_label("From year").fill(str(2010 + n))
        page.keyboard.press("Enter")

    def table() -> None:
        page.get_by_role("radio", name="Papers", exact=True).click()

    def heading(name: str) -> Callable[[], object]:
        return page.get_by_role("heading", name=name, exact=True).wait_for

    def paper() -> None:
        box = page.get_by_test_id("stDataFrame").last.bounding_box()
        if box is None:
            raise BenchError("The library's table is not there.", remedy="Look at the page in a browser.")
        page.mouse.click(box["x"] + TITLE, box["y"] + HEADER + ROW / 2)  # of the first row; it is drawn on a canvas

    drawer, none = page.get_by_role("dialog"), page.get_by_role("button", name="Choose none")
    found = page.get_by_text(re.compile(r"[\d,]+ of [\d,]+ papers")).or_(page.get_by_text("No paper fits"))
    filters = page.get_by_role("button", name=re.compile("Filters"))
    return {
        "open a citation": (page.locator("button.v-chip").first.click, page.locator(".v-panel:popover-open").wait_for),
        "close it": (
            lambda: page.keyboard.press("Escape"),
            lambda: page.locator(".v-panel:popover-open").wait_for(state="hidden"),
        ),
        LIBRARY: (nav("Library"), page.get_by_text("Click a title to read it").wait_for),
        "words in the library": (words, found.first.wait_for),
        "open the filters": (filters.first.click, page.get_by_label("From year").wait_for),
        "filter by year": (year, page.get_by_role("button", name="Filters (1)").wait_for),
        "close them": (lambda: page.keyboard.press("Escape"), lambda: page.get_by_label("From year").wait_for(state="hidden")),
        "overview": (page.get_by_role("radio", name="Overview").click, heading("By year")),
        "back to the papers": (table, page.get_by_text(re.compile("Click a title to read it|No paper fits")).wait_for),
        "open a paper": (paper, drawer.locator(".v-abstract").wait_for),
        "close the paper": (lambda: page.keyboard.press("Escape"), lambda: drawer.wait_for(state="hidden")),
        "the map": (page.get_by_role("radio", name="Map", exact=True).click, page.get_by_text("near means alike").wait_for),
        "a topic of the map": (page.locator("[class*='st-key-topics-'] button").first.click, none.wait_for),
        "no topic": (none.click, lambda: none.wait_for(state="hidden")),
        "from the map to the papers": (table, page.get_by_text(re.compile("Click a title to read it|No paper fits")).wait_for),
        EVALUATION: (nav("Evaluation"), heading("Evaluation")),
        SETTINGS: (nav("Settings"), heading("Settings and health")),
        CHAT: (nav("Chat"), page.locator(".v-footer").first.wait_for),
        "new conversation": (page.get_by_role("button", name="New conversation").click, heading(HEADING)),
        "an earlier conversation": (
            page.locator('.st-key-conversations [class*="st-key-open-"] button').first.click,
            page.locator(".v-footer").first.wait_for,
        ),
    }
