"""What a person does in the pages, step by step, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fakes.llm_server import LLMServer, Reply
from tests.ui.site import CHROMIUM, WAIT, quote_first_passage

expect.set_options(timeout=WAIT)
needs_chromium = pytest.mark.skipif(
    not Path(CHROMIUM).exists() and os.environ.get("CI") != "true", reason=f"{CHROMIUM} is not installed"
)


def ask(page: Page, question: str) -> None:
    page.get_by_placeholder("Ask about the papers").fill(question)
    page.keyboard.press("Enter")


def once(llm: LLMServer, step: Reply) -> None:
    """The next request gets this, those after it the usual reply."""
    llm.script[:] = [quote_first_passage] * len(llm.requests) + [step, quote_first_passage]


def answered(page: Page, count: int) -> Locator:
    """The newest of so many finished answers."""
    expect(page.locator(".v-footer")).to_have_count(count)
    return page.locator(".v-answer").last


def answer_by(page: Page, back_end: str) -> None:
    """Choose in the sidebar."""
    box = page.get_by_role("combobox", name="Answers by")
    box.click()
    page.get_by_role("option", name=back_end).click()
    expect(box).to_have_value(back_end)


def go(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    heading = {"Chat": "Ask your library", "Settings": "Settings and health"}.get(name, name)
    if name != "Chat":
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()


def pick(page: Page, row: int) -> None:
    """Select a row of the last table: its box is drawn on a canvas."""
    frame = page.get_by_test_id("stDataFrame").last
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 22, box["y"] + 38 + 36 * row + 18)


def inside(inner: Locator, outer: Locator) -> bool:
    """Whether `inner` begins within what can be seen of `outer`."""
    one, other = inner.bounding_box(), outer.bounding_box()
    assert one is not None
    assert other is not None
    return other["y"] <= one["y"] <= other["y"] + other["height"] and one["x"] >= other["x"]
