"""The real server over a small library, and a real browser that notices whatever goes wrong in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from eval.bench.browser import free_port
from eval.questions import load_questions
from eval.runner import open_assistant, run
from rag.settings import Settings, variable_names
from tests.fakes.llm_server import LLMServer, Request, Say

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
START = 90  # seconds the server may take on a busy machine
WAIT = 30_000  # milliseconds the browser may take
FAKE = "openai-compatible:fake"
QUESTION = "What does SkyLedger estimate from radar?"


def quote_first_passage(request: Request) -> Say:
    """A model that repeats the first passage it is given, then makes something up; slow enough to watch."""
    passages = re.findall(r"^\[([a-z0-9]{5})\] (.*?\.)\s", request.prompt, re.MULTILINE)
    if not passages:  # a test of the connection
        return Say("ready")
    key, said = passages[0]
    return Say(f"{said} [{key}] It was **never** measured on Mars [{key}].", piece=5, pause=0.08)


@contextmanager
def serve(stocked: Path, folder: Path, llm: LLMServer) -> Iterator[str]:
    """`vouch serve`, started in a folder of its own over a copy of the library and one run; gives its address."""
    home = Path(shutil.copytree(stocked, folder / "home"))
    questions = folder / "birds.jsonl"
    questions.write_text('{"id": "q1", "question": "' + QUESTION + '", "key_facts": ["flock sizes"]}\n', encoding="utf-8")
    with open_assistant(Settings(home=home)) as assistant:
        run(load_questions(questions), assistant)
    with running(home, folder, free_port(), llm) as (address, _):
        yield address


@contextmanager
def running(home: Path, folder: Path, port: int, llm: LLMServer | None = None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """`vouch serve` over that home; gives its address and its process, which leads a group of its own."""
    mine = {*variable_names(), "OPENAI_API_KEY", "ANTHROPIC_API_KEY"}
    values = {name: value for name, value in os.environ.items() if name not in mine} | {"VOUCH_HOME": str(home)}
    if llm is not None:
        values |= {"VOUCH_LLM_CHOICES": f"{FAKE},openai:gpt-4o-mini", "VOUCH_LLM_BASE_URL": llm.base_url(FAKE)}
        values |= {"VOUCH_LLM_RETRIES": "0", "VOUCH_REPAIR": "off"}  # one request an answer
    command = [sys.executable, "-P", "-m", "rag.cli", "serve", "--port", str(port)]
    with (
        (folder / "log").open("a") as log,
        subprocess.Popen(command, cwd=folder, env=values, stdout=log, stderr=log, start_new_session=True) as server,
    ):
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", server, folder / "log")
            yield f"http://127.0.0.1:{port}", server
        finally:
            server.terminate()


def _wait(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The server did not answer: {log.read_text()}")


@contextmanager
def watched(browser: Browser, look: dict[str, object], *, but: str = "$^") -> Iterator[Page]:
    """An empty tab; at the end nothing was amiss in it: no error on the console, no exception, no script of a paper, no
    request that left this machine. `but` is a pattern of what the test itself brings about."""
    context = browser.new_context(**look)  # type: ignore[arg-type]
    tab = context.new_page()
    tab.set_default_timeout(WAIT)
    amiss: list[str] = []
    tab.on("console", lambda message: amiss.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: amiss.append(str(error)))
    tab.on("request", lambda request: None if _stays(request.url) else amiss.append(f"request to {request.url}"))
    yield tab
    assert tab.evaluate("window.pwned") is None, "a script of a paper ran"
    left = [found for found in amiss if not re.search(but, found)]
    assert not left, left
    context.close()


def _stays(url: str) -> bool:
    return urlsplit(url).scheme in ("data", "blob") or urlsplit(url).hostname == "127.0.0.1"
