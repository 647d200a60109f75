"""The journey of a first day: the sample library, a first question; then the server is killed in mid-answer and started
again."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.fakes.llm_server import LLMServer
from tests.ui.site import FAKE, free_port, running, watched
from tests.ui.steps import answer_by, answered, ask, needs_chromium

pytestmark = needs_chromium
LOOK: dict[str, object] = {"viewport": {"width": 1280, "height": 860}}
GONE = "ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket|ERR_NETWORK|server endpoint|not responding"


def kill(server: subprocess.Popen[bytes]) -> None:
    """As a power cut would: the command and the pages it started, at once."""
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def test_a_first_day_with_a_kill_in_it(tmp_path: Path, browser: Browser, llm: LLMServer) -> None:
    home, port = tmp_path / "home", free_port()
    with watched(browser, LOOK, but=GONE) as page:
        with running(home, tmp_path, port, llm) as (address, server):
            page.goto(address)
            expect(page.get_by_text("60 papers")).to_be_visible()  # `vouch serve` has loaded the sample
            ask(page, "What compression rate does LoRA report?")
            first = answered(page, 1).locator(".v-sentence").all_inner_texts()
            answer_by(page, FAKE)
            ask(page, "Which data does SimPO use?")
            expect(page.locator(".v-draft")).to_be_visible()
            kill(server)
            expect(page.locator(".stApp[data-test-connection-state='PINGING_SERVER']")).to_be_visible()
            said = page.locator(".stApp").evaluate("e => getComputedStyle(e, '::after').content")
            assert "Vouch cannot be reached" in said
        with running(home, tmp_path, port, llm):
            expect(page.get_by_role("alert")).to_contain_text("Vouch ended before this question was answered")
            expect(page.locator(".v-question")).to_have_count(2)
            assert page.locator(".v-answer").first.locator(".v-sentence").all_inner_texts() == first
            page.get_by_role("button", name="Ask again").last.click()
            answered(page, 2)
            expect(page.get_by_role("combobox", name="Answers by")).to_have_value(FAKE)
            ask(page, "What is the rank used in LoRA?")
            expect(answered(page, 3).locator(".v-footer")).to_contain_text(FAKE)  # what the page shows as chosen is asked
