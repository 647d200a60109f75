"""Pages opened by their address: by themselves, with a paper, and with one that has just been closed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.site import watched
from tests.ui.steps import go, needs_chromium, pick

pytestmark = needs_chromium
HEADINGS = {
    "": "Ask your library",
    "chat": "Ask your library",
    "library": "Library",
    "evaluation": "Evaluation",
    "settings": "Settings and health",
}


@pytest.mark.parametrize("name", HEADINGS)
def test_every_page_opens_at_its_address_without_an_error(
    browser: Browser, address: str, look: dict[str, object], name: str
) -> None:
    with watched(browser, look) as page:
        page.goto(f"{address}/{name}")
        expect(page.get_by_role("heading", name=HEADINGS[name], exact=True)).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name=HEADINGS[name], exact=True)).to_be_visible()


def test_a_closed_paper_stays_closed_and_back_opens_it(page: Page) -> None:
    go(page, "Library")
    expect(page.get_by_text("6 papers. Click a title")).to_be_visible()
    pick(page, 0)
    drawer = page.get_by_role("dialog")
    expect(drawer.locator(".v-abstract")).to_be_visible()
    there = page.url
    assert "?paper=" in there
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="Question").click()  # at once: the browser may still name the paper
    expect(page.get_by_placeholder("A question")).to_be_visible()
    expect(page.locator(".stApp[data-test-script-state=notRunning]")).to_be_visible()
    expect(drawer).to_have_count(0)
    assert "?paper=" not in page.url
    page.go_back()
    expect(drawer.locator(".v-abstract")).to_be_visible()
    assert page.url == there
    page.reload()
    expect(drawer.locator(".v-abstract")).to_be_visible()
