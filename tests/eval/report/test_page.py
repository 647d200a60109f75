"""The HTML page: what it says, that nothing foreign in it is markup, and that a browser has nothing to complain about."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from eval.report.gather import Report, gather
from eval.report.page import page
from tests.eval.report.conftest import HOSTILE
from tests.ui.site import ARGUMENTS, CHROMIUM


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists() and os.environ.get("CI") != "true":
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


def test_the_same_runs_give_the_same_bytes(folders: list[Path], report: Report) -> None:
    assert "".join(page(report)) == "".join(page(gather(folders, folders[0].parent)))


def test_what_it_says(report: Report, one: Report) -> None:
    text = "".join(page(report))
    assert "second &lt;i&gt; against first: right +25.0 points (0.500 to 0.750)" in text
    assert "not significant (exact McNemar p = 1.00)" in text
    assert "1 and 0 questions failed and are in no figure" in text
    assert "if failed 0.400 to 0.600" in text
    assert "openai:j, faithfulness: not calibrated." in text
    assert "BackendBusy: The server was busy." in text
    assert text.count("<svg") == 5
    assert "NaN" not in text
    assert "against" not in "".join(page(one)).split("<h2", 2)[1]


def test_nothing_foreign_is_markup(report: Report) -> None:
    text = "".join(page(report))
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert not any(mark in text for mark in ("\x1b", "\u202e"))
    assert set(re.findall(r'href="(?!#)([^"]*)"', text)) == {"data:,", "https://arxiv.org/abs/2401.00001"}
    assert not re.search(r"<[a-z][^<>]*\son[a-z]+=", text)


@pytest.mark.parametrize("look", [("light", 1280), ("dark", 360)])
def test_a_browser_has_nothing_to_complain_about(browser: Browser, report: Report, tmp_path: Path, look: tuple[str, int]) -> None:
    scheme, width = look
    file = tmp_path / "report.html"
    file.write_text("".join(page(report)), encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    tab = context.new_page()
    problems: list[str] = []
    requests: list[str] = []
    tab.on("console", lambda message: problems.append(message.text))
    tab.on("pageerror", lambda error: problems.append(str(error)))
    tab.on("dialog", lambda dialog: problems.append(dialog.message))
    tab.on("request", lambda request: requests.append(request.url))
    tab.goto(file.as_uri())
    for summary in tab.locator("details > summary").all():
        if summary.is_visible():
            summary.click()
    assert tab.locator(".question").count() == 5
    assert HOSTILE[:25] in tab.locator(".ask").first.inner_text()
    tab.locator("label", has_text="flipped").click()
    assert tab.locator(".question:visible").count() == 1
    tab.locator("label", has_text="failed").click()
    assert (
        tab.locator(".question:visible .ask").all_inner_texts() == ["Question q4?"]
        or tab.locator(".question:visible").count() == 1
    )
    assert tab.evaluate("document.scrollingElement.scrollWidth") <= width
    background = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(map(int, re.findall(r"\d+", background)[:3])) < 60) == (scheme == "dark")
    assert [url for url in requests if url not in (file.as_uri(), "data:,")] == []
    assert problems == []
    context.close()
