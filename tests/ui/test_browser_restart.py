"""Journeys over a restart: what was under way, chosen and asked about when the server was killed is there when it is back."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, Route, expect

from eval.bench.browser import free_port
from tests.fakes.llm_server import LLMServer
from tests.ui.site import FAKE, running, watched
from tests.ui.steps import answer_by, answered, ask, go, needs_chromium, pick

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
            ask(page, "What is attention sink?")
            first = answered(page, 1).locator(".v-sentence").all_inner_texts()
            answer_by(page, FAKE)
            ask(page, "How does layer normalization compute mean and variance?")
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
            ask(page, "What does PowerNorm replace?")
            expect(answered(page, 3).locator(".v-footer")).to_contain_text(FAKE)  # what the page shows as chosen is asked


def test_what_was_chosen_outlives_a_restart_and_a_file_too_large_is_told(tmp_path: Path, stocked: Path, browser: Browser) -> None:
    home, port = Path(shutil.copytree(stocked, tmp_path / "home")), free_port()
    large = tmp_path / "large dump.txt"
    with large.open("wb") as file:
        file.truncate(201 * 2**20)
    with watched(browser, LOOK, but=GONE) as page:
        with running(home, tmp_path, port) as (address, server):
            page.goto(address)
            page.get_by_role("heading", name="Ask your library").wait_for()
            go(page, "Library")
            page.get_by_text("Add papers").click()
            page.locator("input[type=file]").set_input_files(large)
            chip = page.locator(".stFileChip[aria-invalid=true]")
            expect(chip).to_be_visible()
            assert chip.get_attribute("aria-label") == "large dump.txt, 210.8MB"  # with which the words begin
            said = chip.evaluate("e => getComputedStyle(e, '::after').content")
            assert "too large for a page" in said
            assert "Nothing of it was added" in said
            assert "vouch ingest FILE" in said
            assert chip.evaluate("e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight + 2")
            page.get_by_label("Remove large dump.txt").click()
            page.get_by_role("button", name="Filters").click()
            page.get_by_label("From year").fill("2024")
            page.keyboard.press("Enter")
            expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
            page.keyboard.press("Escape")
            expect(page.get_by_text("2 of 6 papers. Click a title")).to_be_visible()
            expect(page.get_by_test_id("stDataFrame")).to_be_visible()  # else the page loads anew, and the filter is forgotten
            kill(server)
        with running(home, tmp_path, port) as (_, server):
            expect(page.locator(".stApp[data-test-connection-state='CONNECTED']")).to_be_visible()
            page.get_by_placeholder("Words in title").fill("radar")
            page.keyboard.press("Enter")  # of the two from 2024 on, which is still asked for
            expect(page.get_by_text("1 of 6 papers. Click a title")).to_be_visible()
            expect(page.get_by_role("button", name="Filters (1)")).to_be_visible()
            pick(page, 0)
            drawer = page.get_by_role("dialog")
            drawer.get_by_label("Ask about this paper").fill("What was measured?")
            drawer.get_by_role("button", name="Ask", exact=False).first.click()
            answered(page, 1)
            asking = page.get_by_text("Asking only the paper")
            about = asking.inner_text()
            kill(server)
        with running(home, tmp_path, port):
            expect(page.locator(".stApp[data-test-connection-state='CONNECTED']")).to_be_visible()
            ask(page, "Where was it measured?")
            answered(page, 2)
            expect(asking).to_have_text(about)


def test_a_part_of_the_page_that_was_missed_while_the_server_was_away_comes_when_it_is_back(
    browser: Browser, address: str
) -> None:
    missed: list[str] = []

    def lose(route: Route) -> None:
        if len(missed) < 2:  # the table's script and its style sheet, as where the server ends while they are fetched
            missed.append(route.request.url)
            route.abort("connectionreset")
        else:
            route.continue_()

    with watched(browser, LOOK, but="ERR_CONNECTION_RESET|Unable to preload|dynamically imported") as page:
        page.goto(address)
        page.get_by_role("heading", name="Ask your library").wait_for()
        page.route("**/static/*/DataFrame*", lose)
        go(page, "Library")
        expect(page.get_by_test_id("stDataFrame")).to_be_visible()
        assert len(missed) == 2
