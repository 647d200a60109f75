"""The README's screenshots, made by a real browser over a new server: `make screenshots`, or `python -m eval.bench.screens`.

Over the sample library, whose texts are the project's own; with `--dumps` over the five real dumps, for looking at alone: their
texts do not go into the project.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from eval.bench import browser as real
from eval.bench.inputs import ROOT, SAMPLE_PAPERS, SAMPLE_QUESTIONS, Inputs, find_inputs
from eval.questions import load_questions
from eval.runner import Plan, open_assistant, run
from rag.errors import VouchError
from rag.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = ROOT / "ui" / "screenshots"
WINDOW = {"width": 1200, "height": 720}
LARGEST = 200_000  # bytes of a picture
COLOURS = 256
WORDS = (40, 120)  # lengths of quoted answers that the evaluation compares
SETTLED = 2500  # milliseconds in which a page comes to rest
QUESTION = "Does PPO or DPO come out ahead, and which ingredient matters most?"

app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)


def chat(page: Page) -> None:
    """An answer, with one of its citations opened."""
    page.get_by_test_id("stChatInput").locator("textarea").fill(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".v-footer").wait_for()
    page.get_by_text("Ask on").wait_for()
    page.wait_for_timeout(2 * SETTLED)
    page.locator("button.v-chip").nth(1).click()
    page.locator(".v-panel:popover-open mark").first.wait_for()
    page.wait_for_timeout(SETTLED)
    page.evaluate("document.querySelector('.stMain').scrollTop = 0")  # the question, too


def library(page: Page) -> None:
    """The papers as a table."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Library").click()
    page.get_by_text("Click a title to read it").wait_for()
    page.get_by_test_id("stDataFrame").wait_for()


def evaluation(page: Page) -> None:
    """Two runs compared."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Evaluation").click()
    page.get_by_test_id("stButtonGroup").first.get_by_role("radio", name="Compare").click()
    page.get_by_role("heading", name="Every figure").wait_for()


PICTURES: dict[str, Callable[[Page], None]] = {"chat": chat, "library": library, "evaluation": evaluation}


def prepare(home: Path, inputs: Inputs) -> None:
    """A library, and two runs over its questions that differ in one setting."""
    questions = load_questions(inputs.questions)
    with open_assistant(Settings.load(home=home)) as assistant:
        assistant.ingest([str(path) for path in inputs.papers])
    for words in WORDS:
        with open_assistant(Settings.load(home=home, answer_words=words)) as assistant:
            run(questions, assistant, plan=Plan(overrides={"answer_words": str(words)}))


def small_enough(file: Path) -> None:
    """The picture in as few bytes as it can be, and with a palette where those are too many still."""
    from PIL import Image

    with Image.open(file) as picture:
        whole = picture.convert("RGB")
    whole.save(file, optimize=True)
    if file.stat().st_size > LARGEST:
        whole.quantize(COLOURS, Image.Quantize.MAXCOVERAGE).save(file, optimize=True)


@app.command()
def screens(folder: Path = FOLDER, dumps: bool = False) -> None:
    """Make the pictures anew."""
    inputs = find_inputs() if dumps else Inputs((SAMPLE_PAPERS,), SAMPLE_QUESTIONS)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="vouch-screens-") as place, real.chromium() as browser:
            home = Path(place, "home")
            prepare(home, inputs)
            with real.vouch_pages(home) as address:
                page = browser.new_context(viewport=WINDOW, color_scheme="light").new_page()  # type: ignore[arg-type]
                page.set_default_timeout(real.WAIT)
                page.goto(address)
                page.locator(".st-key-first-questions button").first.wait_for()
                for name, show in PICTURES.items():
                    show(page)
                    page.mouse.move(0, 0)
                    page.wait_for_timeout(SETTLED)
                    file = folder / f"{name}.png"
                    page.screenshot(path=file)
                    small_enough(file)
                    typer.echo(f"{file}: {file.stat().st_size / 1000:.0f} kB")
                    if file.stat().st_size > LARGEST:
                        raise VouchError(f"{file.name} is larger than {LARGEST // 1000} kB.", remedy="Make the window smaller.")
    except VouchError as error:
        typer.echo(f"screens: {error}", err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    app()
