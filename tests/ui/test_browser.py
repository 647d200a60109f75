"""Journeys through the pages in a real browser, against the real server.

Every journey fails on an error in the browser's console, on an uncaught exception, and on a request that leaves this machine.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.fakes.llm_server import LLMServer, Status
from tests.ui.site import FAKE, QUESTION
from tests.ui.steps import answer_by, answered, ask, go, inside, needs_chromium, once, pick

pytestmark = needs_chromium


def test_ask_read_the_passage_ask_on_and_begin_anew(page: Page) -> None:
    ask(page, QUESTION)
    first = answered(page, 1)
    chip = first.locator("button.v-chip").first
    chip.click()
    panel = page.locator(".v-panel:popover-open")
    expect(panel.get_by_role("heading")).to_contain_text("SkyLedger")
    assert panel.locator(".v-abstract").inner_text().startswith("Counting migrating cranes by eye misses the flocks")
    quoted = first.locator(".v-sentence").first.inner_text()
    assert quoted.startswith(panel.locator("mark strong").inner_text())  # the very words behind the sentence
    assert inside(panel.locator("mark").first, panel)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)

    first.locator("button.v-title").first.click()
    expect(panel).to_have_count(1)
    panel.get_by_role("button", name="Close").click()
    expect(panel).to_have_count(0)

    ask(page, "When does it fail?")
    expect(answered(page, 2)).to_contain_text("heavy rain")
    page.get_by_role("button", name="New conversation").click()
    expect(page.get_by_role("heading", name="Ask your library")).to_be_visible()
    expect(page.locator(".v-question")).to_have_count(0)


def test_a_written_answer_streams_and_every_sentence_gets_its_verdict(page: Page) -> None:
    answer_by(page, FAKE)
    ask(page, QUESTION)
    draft = page.locator(".v-draft")
    expect(draft).to_be_visible()
    early = draft.inner_text()
    page.wait_for_function("text => document.querySelector('.v-draft')?.innerText.length > text.length + 20", arg=early)
    final = answered(page, 1)
    expect(final.locator(".v-verdict.v-supported").first).to_contain_text("✓ supported")
    expect(final.locator(".v-sentence").nth(1).locator(".v-verdict")).to_have_text(re.compile("~ partly|✗ unsupported"))
    expect(final.locator(".v-sentence strong")).to_have_text("never")
    expect(final.locator(".v-footer summary")).to_contain_text(FAKE)


def test_leaving_in_mid_answer_loses_and_doubles_nothing(page: Page, llm: LLMServer) -> None:
    answer_by(page, FAKE)
    before = len(llm.requests)
    ask(page, QUESTION)
    expect(page.locator(".v-draft")).to_be_visible()
    go(page, "Library")
    go(page, "Chat")
    expect(answered(page, 1).locator(".v-sentence")).to_have_count(2)
    expect(page.locator(".v-question")).to_have_count(1)
    assert len(llm.requests) == before + 1


def test_a_failing_back_end_leaves_the_chat_usable(page: Page, llm: LLMServer) -> None:
    answer_by(page, "openai:gpt-4o-mini")
    ask(page, QUESTION)
    expect(page.get_by_role("alert")).to_contain_text("OPENAI_API_KEY")
    page.get_by_role("button", name="Answer by quoting instead").click()
    expect(answered(page, 1)).to_contain_text("radar")
    once(llm, Status(401))
    answer_by(page, FAKE)
    ask(page, "How did sliding of the Alpine glaciers change after the magnitude 5 earthquake?")
    expect(page.get_by_role("alert")).to_contain_text("refused")
    page.get_by_role("button", name="Answer by quoting instead").click()
    expect(answered(page, 2)).to_contain_text("12 percent")


def test_find_a_paper_and_add_one(page: Page, tmp_path: Path) -> None:
    go(page, "Library")
    expect(page.get_by_text("6 papers. Click a title")).to_be_visible()
    page.get_by_placeholder("Words in title").fill("antarctic")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 6 papers")).to_be_visible()
    pick(page, 0)
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="Tidal Clocks")).to_be_visible()
    expect(drawer.locator(".v-abstract")).to_contain_text("drifted by less than 40 seconds")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)

    page.get_by_role("radio", name="Question").click()
    page.get_by_placeholder("A question").fill("How cool is a wall with moss on it?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("best first")).to_be_visible()
    pick(page, 0)
    expect(drawer.locator("mark")).to_contain_text("moss")
    page.keyboard.press("Escape")

    dump = tmp_path / "my dump.txt"
    dump.write_text("Abstract: Seals sleep under the ice. They wake to breathe every half hour in our recordings.\n", "utf-8")
    page.get_by_text("Add papers").click()
    page.locator("input[type=file]").set_input_files(dump)
    page.get_by_role("button", name="Add to the library").click()
    expect(page.get_by_text("1 record read")).to_be_visible()
    page.get_by_role("radio", name="Words").click()
    page.get_by_placeholder("Words in title").fill("seals")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 7 papers")).to_be_visible()
    pick(page, 0)
    expect(drawer).to_contain_text("my dump.txt, line 1")
    drawer.get_by_label("Ask about this paper").fill("When do seals wake?")
    drawer.get_by_role("button", name="Ask", exact=False).first.click()
    expect(answered(page, 1)).to_contain_text("every half hour")
    expect(page.locator(".v-source, button.v-title").first).to_contain_text("Seals sleep")

    go(page, "Library")
    page.get_by_text("Add papers").click()
    page.get_by_role("button", name="Undo the last upload").click()
    expect(page.get_by_text("6 papers. Click a title")).to_be_visible()
    page.get_by_role("radio", name="Map").click()
    expect(page.get_by_text("near means alike")).to_be_visible()
    points = page.locator("[data-testid=stVegaLiteChart] .mark-symbol.role-mark path")
    expect(points).to_have_count(6)
    points.nth(2).click()
    expect(drawer.locator(".v-abstract")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    topic = page.locator("[class*='st-key-topics-'] button").first
    topic.focus()
    page.keyboard.press("Enter")  # a part of the map is chosen without a pointer, too
    expect(page.get_by_role("button", name="Choose none")).to_be_visible()
    page.get_by_role("button", name="Ask within them").click()
    expect(page.get_by_text("Asking only the collection")).to_be_visible()
    page.get_by_role("button", name="Ask the whole library").click()
    expect(page.get_by_text("Asking only")).to_have_count(0)


def test_a_hostile_paper_is_only_text(page: Page) -> None:
    ask(page, "How far does the Fresnel lens of Cape Verity throw its beam?")
    final = answered(page, 1)
    expect(final).to_contain_text("31 kilometres")
    final.locator("button.v-chip").first.click()
    abstract = page.locator(".v-panel:popover-open .v-abstract")
    for raw in (":red[answer in red]", ":material/home:", "[1]", "$5 and $6", "<script>", "onerror", "![pixel]"):
        expect(abstract).to_contain_text(raw)
    assert abstract.locator("*:not(mark, mark strong)").count() == 0
    page.keyboard.press("Escape")
    go(page, "Library")
    page.get_by_placeholder("Words in title").fill("lighthouse")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of ")).to_be_visible()
    pick(page, 0)
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("<b>Cape</b> & Sons")
    assert drawer.locator(".v-answer :is(script, img, b, .katex)").count() == 0


def test_a_run_can_be_read_down_to_its_answer(page: Page) -> None:
    go(page, "Evaluation")
    expect(page.get_by_text("1 of 1 questions")).to_be_visible()
    pick(page, 0)
    drawer = page.get_by_role("dialog")
    expect(drawer.locator(".v-question")).to_have_text(QUESTION)
    drawer.locator("button.v-chip").first.click()
    panel = page.locator(".v-panel:popover-open")
    expect(panel.locator("mark").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(drawer).to_be_visible()


@pytest.mark.parametrize("look", [{"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}], indirect=True)
def test_a_dark_phone(page: Page) -> None:
    red, green, blue = map(
        int, re.findall(r"\d+", page.locator(".stApp").evaluate("e => getComputedStyle(e).backgroundColor"))[:3]
    )
    assert max(red, green, blue) < 60
    ask(page, QUESTION)
    answered(page, 1).locator("button.v-chip").first.click()
    panel = page.locator(".v-panel:popover-open")
    box = panel.bounding_box()
    assert box is not None
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 360, 740)
    assert inside(panel.locator("mark").first, panel)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    assert page.locator(".stMain").evaluate("e => e.scrollWidth") <= 360


def test_two_papers_are_merged_and_split_again(page: Page) -> None:
    go(page, "Library")
    page.get_by_placeholder("Words in title").fill("glaciers remember")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 of 6 papers")).to_be_visible()
    pick(page, 0)
    drawer = page.get_by_role("dialog", name="Paper")
    drawer.get_by_role("button", name="The same work as…").click()
    page.get_by_role("combobox", name="Paper").click()
    page.get_by_role("option", name="Tidal Clocks").click()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    expect(drawer).to_contain_text("merged by hand")
    expect(page.get_by_text("of 5 papers")).to_be_attached()
    drawer.get_by_role("button", name="Split these sources").click()
    expect(drawer).not_to_contain_text("merged by hand")
    expect(page.get_by_text("1 of 6 papers")).to_be_attached()
