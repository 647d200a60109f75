"""The journey over a full disk: an upload and a removal that fail are told, nothing is damaged, both work once there is room."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from eval.bench.browser import free_port
from rag.assistant import Assistant
from rag.settings import Settings
from tests.ui.site import running, watched
from tests.ui.steps import go, needs_chromium, pick

pytestmark = needs_chromium
LOOK: dict[str, object] = {"viewport": {"width": 1280, "height": 1100}}
SIZE = 160  # megabytes, of which Vouch keeps 64 free


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}m", "tmpfs", str(place)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=False)


def fill(file: Path) -> None:
    """Write until there is no room left."""
    with file.open("wb", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(2**12))


def remove_first(page: Page) -> None:
    pick(page, 0)
    page.get_by_role("button", name="Remove 1…").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()


def test_a_full_disk_loses_nothing_and_is_told(small_disk: Path, stocked: Path, tmp_path: Path, browser: Browser) -> None:
    home, ballast = Path(shutil.copytree(stocked, small_disk / "home")), small_disk / "ballast"
    dump = tmp_path / "seals.txt"
    dump.write_text("Abstract: Seals sleep under the ice. They wake to breathe every half hour in our recordings.\n", "utf-8")
    with running(home, tmp_path, free_port()) as (address, _), watched(browser, LOOK) as page:
        page.goto(address)
        page.get_by_role("heading", name="Ask your library").wait_for()
        go(page, "Library")
        expect(page.get_by_text("6 papers. Click a title")).to_be_visible()
        fill(ballast)

        page.get_by_text("Add papers").click()
        page.locator("input[type=file]").set_input_files(dump)
        page.get_by_role("button", name="Add to the library").click()
        told = page.get_by_role("alert").first
        expect(told).to_contain_text("no space left")
        expect(told).to_contain_text("Nothing was added, and the library is as it was. Make room")
        page.get_by_role("button", name="Close").last.click()

        page.get_by_text("Select several").click()
        expect(page.get_by_text("6 papers. Select some")).to_be_visible()
        remove_first(page)
        told = page.get_by_role("dialog").get_by_role("alert")
        expect(told).to_contain_text("is full")
        expect(told).to_contain_text("Make room")
        expect(told).to_contain_text("try again: what was begun is finished then, and nothing else is lost")
        page.keyboard.press("Escape")
        expect(page.get_by_text("6 papers. Select some")).to_be_visible()

        ballast.unlink()
        remove_first(page)
        expect(page.get_by_text("5 papers. Select some")).to_be_visible()
        page.locator("input[type=file]").set_input_files(dump)
        page.get_by_role("button", name="Add to the library").click()
        expect(page.get_by_text("1 record read")).to_be_visible()
        expect(page.get_by_text("6 papers. Select some")).to_be_visible()
    with Assistant.open(Settings(home=home)) as assistant:
        assert (assistant.count(), assistant.pending()) == (6, 0)
        assert assistant.search("When do seals wake?", 1)[0].paper.abstract.startswith("Seals sleep")
