"""A small real library, answers made by hand, and pages run by Streamlit's own test driver."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.answering.record import Answer, AnswerKind, CitedSource, Hit, Passage, Sentence, Tokens, Verdict
from rag.assistant import Assistant
from rag.paper import Paper
from rag.settings import Settings, variable_names
from tests.fakes.llm_server import LLMServer
from tests.ui.site import ARGUMENTS, CHROMIUM, quote_first_passage, serve, watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DATA = Path(__file__).parent / "data"
PAPERS = DATA / "papers.jsonl"


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the six papers in data/papers.jsonl; copy it before you write to it."""
    home = tmp_path_factory.mktemp("ui-library")
    with Assistant.open(Settings(home=home)) as assistant:
        assert assistant.ingest([PAPERS]).papers == 6
    return home


@pytest.fixture
def home(stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The pages' library for one test: a copy of the six papers, and no other settings."""
    yield from _pages_over(Path(shutil.copytree(stocked, tmp_path / "home")), monkeypatch)


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The pages' library for one test: nothing in it."""
    yield from _pages_over(tmp_path / "home", monkeypatch)


def _pages_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    from ui import state, suggestions

    for name in (*variable_names(), "OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VOUCH_HOME", str(folder))
    monkeypatch.setattr(suggestions, "lead_on", lambda *_: ())  # looked for after every answer; one test wants them
    state.forget()
    yield folder
    state.forget()


@pytest.fixture
def run_page() -> Callable[[str], Any]:
    """Run a page (`chat`, `library`, `evaluation`) alone, as a session of its own."""
    from streamlit.testing.v1 import AppTest

    def run(name: str) -> Any:
        script = f"from ui.views import {name}\n{name}.page()\n"
        return AppTest.from_string(script, default_timeout=60).run()

    return run


@pytest.fixture
def make_answer() -> Callable[..., Answer]:
    """An answer with the sentences given as (text, citations, verdict), over the papers given as (paper, spans)."""

    def make(
        sentences: Sequence[tuple[str, tuple[int, ...], Verdict]] = (),
        cited: Sequence[tuple[Paper, Sequence[tuple[int, int]]]] = (),
        *,
        text: str | None = None,
        retrieved: Sequence[Paper] = (),
        kind: AnswerKind = AnswerKind.WRITTEN,
        **other: Any,
    ) -> Answer:
        def passage(paper: Paper, index: int, span: tuple[int, int]) -> Passage:
            return Passage(paper.id, index, *span, paper.abstract[slice(*span)])

        values: dict[str, Any] = {
            "question": "What?",
            "text": " ".join(said for said, _, _ in sentences) if text is None else text,
            "sentences": tuple(Sentence(said, numbers, verdict, 0.5) for said, numbers, verdict in sentences),
            "sources": tuple(
                CitedSource(number, paper, tuple(passage(paper, i, span) for i, span in enumerate(spans)))
                for number, (paper, spans) in enumerate(cited, start=1)
            ),
            "retrieved": tuple(Hit(paper, passage(paper, 0, (0, 10)), 1.0, {}) for paper in retrieved),
            "kind": kind,
            "abstained": kind is AnswerKind.REFUSED,
            "confidence": 0.87,
            "model": "openai:gpt-x",
            "tokens": Tokens(1000, 234, "server"),
            "cost": 0.0125,
            "timings": {"retrieve": 0.25, "answer": 1.0},
        }
        return Answer(**{**values, **other})

    return make


# --- a real browser --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def llm() -> Iterator[LLMServer]:
    with LLMServer(quote_first_passage) as server:
        yield server


@pytest.fixture(scope="module")
def address(stocked: Path, tmp_path_factory: pytest.TempPathFactory, llm: LLMServer) -> Iterator[str]:
    with serve(stocked, tmp_path_factory.mktemp("site"), llm) as served:
        yield served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def look(request: pytest.FixtureRequest) -> dict[str, object]:
    """Size and scheme of the window; a test may set others by `parametrize`."""
    given: dict[str, object] = getattr(request, "param", {})
    return {"viewport": {"width": 1280, "height": 860}, "color_scheme": "light", **given}


@pytest.fixture
def page(browser: Browser, address: str, look: dict[str, object]) -> Iterator[Page]:
    """The chat page, ready."""
    with watched(browser, look) as tab:
        tab.goto(address)
        tab.get_by_role("heading", name="Ask your library").wait_for()
        yield tab
