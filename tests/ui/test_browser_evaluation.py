"""The journey through an evaluation in a real browser: a run that outlives its page, its result, a vote, a report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.fakes.llm_server import LLMServer
from tests.ui.site import FAKE, QUESTION, serve, watched
from tests.ui.steps import needs_chromium

pytestmark = needs_chromium
SLOW = 120_000  # milliseconds in which a process is there, on a busy machine
ASKED = [
    QUESTION,
    "When does SkyLedger fail?",
    "How are flock sizes of migrating cranes counted?",
    "What cools a wall with moss on it?",
    "How much did sliding of the Alpine glaciers change after the earthquake?",
    "By how many seconds did the tidal clocks drift?",
    "How far does the Fresnel lens of Cape Verity throw its beam?",
    "Why are migrating cranes hard to count by eye?",
]


@pytest.fixture(scope="module")
def address(stocked: Path, tmp_path_factory: pytest.TempPathFactory, llm: LLMServer) -> Iterator[str]:
    with serve(stocked, tmp_path_factory.mktemp("evaluation"), llm) as served:
        yield served


def view(page: Page, name: str) -> None:
    page.get_by_test_id("stButtonGroup").first.get_by_role("radio", name=name).click()


def test_a_run_outlives_its_page_and_is_stopped_resumed_voted_on_and_reported(
    browser: Browser, address: str, look: dict[str, object], tmp_path: Path
) -> None:
    questions = tmp_path / "birds.jsonl"
    rows = [{"id": f"q{n}", "question": asked, "key_facts": ["flock sizes"]} for n, asked in enumerate(ASKED * 3, start=1)]
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows) + "no row\n", encoding="utf-8")
    with watched(browser, {**look, "viewport": {"width": 1280, "height": 800}}) as page:
        page.goto(f"{address}/evaluation")
        expect(page.get_by_text("1 of 1 questions")).to_be_visible()
        view(page, "New run")
        page.get_by_role("button", name="Upload a set").click()
        page.locator("input[type=file]").set_input_files(questions)
        expect(page.get_by_text("24 questions can be asked.")).to_be_visible()
        expect(page.get_by_text("1 error", exact=True)).to_be_visible()  # and its line is in the table
        page.keyboard.press("Escape")
        page.get_by_role("combobox", name="Back ends").fill("fake")
        page.get_by_role("option", name=FAKE).click()
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Remove quoted sentences, no model").click()
        expect(page.get_by_text("price unknown")).to_be_visible()
        page.get_by_role("button", name="Start the run").click()

        expect(page.get_by_text("Under way")).to_be_in_viewport()  # above, where the press far below led to
        expect(page.get_by_text("Answered last")).to_be_visible(timeout=SLOW)
        page.reload()
        expect(page.get_by_text("Under way")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_text("Stopped", exact=True)).to_be_visible(timeout=SLOW)
        page.get_by_role("button", name="Resume").click()
        expect(page.get_by_text(re.compile("24 of 24 questions.*6 papers"))).to_be_visible(
            timeout=SLOW
        )  # what was started is shown
        expect(page.get_by_text("Under way")).to_have_count(0)

        view(page, "Vote")
        expect(page.get_by_role("heading", name="Answer A")).to_be_visible()
        assert FAKE not in page.locator(".v-answer").first.inner_text()
        page.get_by_role("button", name="A is better").click()
        expect(page.get_by_text("There is nothing left to vote on.")).to_be_visible()
        expect(page.get_by_role("heading", name="Strengths")).to_be_visible()

        view(page, "Results")
        page.get_by_role("button", name="Download the report").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Page (HTML)").click()
        assert QUESTION in Path(download.value.path()).read_text(encoding="utf-8")
