"""More journeys through the chat: reload and stop in mid-answer, a back end that dies, two answers side by side, kept
conversations, files."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.fakes.llm_server import Cut, LLMServer
from tests.ui.site import FAKE, QUESTION
from tests.ui.steps import answer_by, answered, ask, go, needs_chromium, once
from tests.ui.test_knowledge import OWN, quotes_and_adds

pytestmark = needs_chromium


def test_reload_in_mid_answer_loses_nothing(page: Page, llm: LLMServer) -> None:
    answer_by(page, FAKE)
    before = len(llm.requests)
    ask(page, QUESTION)
    expect(page.locator(".v-draft")).to_be_visible()
    address = page.url
    assert re.search(r"\?c=[0-9a-f]{16}$", address)
    page.reload()
    expect(page.locator(".v-question")).to_have_text(QUESTION)
    final = answered(page, 1)
    shown = final.locator(".v-sentence").all_inner_texts()
    assert page.url == address
    asked = len(llm.requests) - before
    page.reload()
    assert answered(page, 1).locator(".v-sentence").all_inner_texts() == shown
    assert len(llm.requests) - before == asked
    final.locator("button.v-chip").first.click()
    expect(page.locator(".v-panel:popover-open mark").first).to_be_visible()


def test_stop_ends_the_answer_with_what_has_arrived(page: Page) -> None:
    answer_by(page, FAKE)
    ask(page, QUESTION)
    expect(page.locator(".v-draft")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(answered(page, 1)).to_contain_text("Stopped before the model was done")
    ask(page, "When does it fail?")
    answered(page, 2)


def test_a_back_end_that_dies_in_mid_answer_is_told_and_quoting_helps(page: Page, llm: LLMServer) -> None:
    answer_by(page, FAKE)
    once(llm, Cut("Flocks are seen at night by "))
    ask(page, QUESTION)
    expect(page.get_by_role("alert")).to_contain_text("language model")
    expect(page.locator(".v-question")).to_have_text(QUESTION)
    page.get_by_role("button", name="Answer by quoting instead").click()
    expect(answered(page, 1)).to_contain_text("radar")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_is_written_from_is_chosen_and_a_models_own_knowledge_is_marked(page: Page, llm: LLMServer) -> None:
    answer_by(page, FAKE)
    written_from = page.get_by_role("combobox", name="Written from")
    expect(written_from).to_have_value("your papers alone")
    once(llm, quotes_and_adds)
    ask(page, QUESTION)
    expect(answered(page, 1).locator(".v-sentence")).to_have_count(1)
    assert "general knowledge" not in llm.requests[-1].prompt
    written_from.click()
    page.get_by_role("option", name="your papers, then what it knows").click()
    expect(page.get_by_text("is marked “not from your library”")).to_be_visible()
    once(llm, quotes_and_adds)
    ask(page, "What does SkyLedger measure with radar?")
    final = answered(page, 2)
    own = final.locator(".v-sentence.v-outside")
    expect(own).to_have_text(re.compile(re.escape(OWN) + r"\s*◇ not from your library"))
    expect(own.locator("button.v-chip")).to_have_count(0)  # there is no passage to open
    expect(final.locator(".v-tally")).to_contain_text("1 not from your library")
    assert "general knowledge" in llm.requests[-1].prompt
    page.reload()
    expect(answered(page, 2).locator(".v-sentence.v-outside")).to_have_count(1)


def test_another_back_end_beside_the_first(page: Page) -> None:
    ask(page, QUESTION)
    answered(page, 1)
    page.get_by_role("button", name="Ask again").click()
    page.get_by_role("menu").get_by_text(re.compile("Side by side.*compatible")).click()
    answered(page, 2)
    expect(page.locator(".v-by")).to_have_count(2)
    places = "headings => headings.map(h => h.getBoundingClientRect()).map(r => [r.x, r.y])"  # both at once: the page scrolls
    left, right = page.locator(".v-by").evaluate_all(places)
    assert abs(left[1] - right[1]) < 2
    assert right[0] > left[0] + 200
    expect(page.locator(".v-by")).to_have_text(["quoted sentences, no model", FAKE])


def test_what_was_understood_is_taken_back_with_one_click(page: Page) -> None:
    ask(page, "Which papers from 2024 are about birds?")
    expect(answered(page, 1)).to_contain_text("Understood as a condition: from 2024")
    page.locator("[class*='st-key-understood-']").get_by_role("button", name="from 2024").click()
    expect(page.locator("[class*='st-key-understood-']").get_by_role("button", name="without")).to_be_visible()
    expect(answered(page, 1)).not_to_contain_text("Understood as a condition")


def test_conversations_are_kept_found_renamed_and_deleted(page: Page) -> None:
    ask(page, "How cool is a wall with moss on it?")
    answered(page, 1)
    address = page.url
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("heading", name="Ask your library")).to_be_visible()
    assert "?c=" not in page.url
    page.go_back()
    expect(page.locator(".v-question")).to_contain_text("moss")
    page.goto(address)
    page.get_by_placeholder("Search conversations").fill("moss")
    page.keyboard.press("Enter")
    current = page.locator("[class*='st-key-current-']")
    expect(current).to_contain_text("moss")
    current.get_by_role("button", name="Rename or delete").click()
    page.get_by_role("menu").get_by_text("Rename").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("Cool walls")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    page.get_by_placeholder("Search conversations").fill("cool")
    page.keyboard.press("Enter")
    expect(current).to_contain_text("Cool walls")
    current.get_by_role("button", name="Rename or delete").click()
    page.get_by_role("menu").get_by_text("Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Ask your library")).to_be_visible()
    page.goto(address)
    expect(page.get_by_text("There is no conversation at this address")).to_be_visible()


def test_references_are_exported_and_the_answer_is_copied(page: Page, tmp_path: Path) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    final = answered(page, 1)
    expect(page.get_by_role("heading", name="Ask on")).to_be_visible()  # the page is at rest
    page.get_by_role("button", name="Copy").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert final.locator(".v-sentence").first.inner_text()[:40] in copied
    assert "[1] SkyLedger" in copied
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="BibTeX").click()
    download.value.save_as(tmp_path / "references.bib")
    assert "SkyLedger" in (tmp_path / "references.bib").read_text()
    with page.expect_download() as download:
        page.get_by_role("button", name="Markdown").click()
    download.value.save_as(tmp_path / "answer.md")
    assert (tmp_path / "answer.md").read_text().startswith(f"# {QUESTION}")


def test_settings_are_told_and_a_back_end_is_tested(page: Page) -> None:
    go(page, "Settings")
    expect(page.get_by_text("disk", exact=True)).to_be_visible()
    page.get_by_role("button", name="Check everything").click()
    expect(page.get_by_text("catalogue, Chroma and tantivy agree")).to_be_visible(timeout=90_000)
    page.get_by_role("button", name="Test openai").first.click()
    expect(page.get_by_text("It answers")).to_be_visible()
