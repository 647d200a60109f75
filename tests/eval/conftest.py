"""Answers and question files made by hand, so that every expected figure can be worked out on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.questions import QuestionSet, load_questions
from eval.runner import open_assistant
from rag.answering.record import Answer, AnswerKind, CitedSource, Hit, Passage, Sentence, Tokens, Verdict
from rag.paper import Paper
from rag.settings import Settings

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real corpus and questions; the test is skipped where it is not there."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here")
    return SHARED


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Write a file into the test's folder and return its path."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def make_answer() -> Callable[..., Answer]:
    """An answer that says `text`, found the papers `retrieved` in that order and cites the papers `cited`."""

    def make(text: str = "", *, retrieved: Sequence[str] = (), cited: Sequence[str] = (), abstained: bool = False) -> Answer:
        def paper(name: str) -> Paper:
            return Paper(id=name, abstract=f"The abstract of {name}.", title=name)

        def passage(name: str) -> Passage:
            return Passage(name, 0, 0, 12, "The abstract")

        return Answer(
            question="What?",
            text=text,
            sentences=(Sentence(text, tuple(range(1, len(cited) + 1)), Verdict.SUPPORTED),) if text else (),
            sources=tuple(CitedSource(i, paper(name), (passage(name),)) for i, name in enumerate(cited, start=1)),
            retrieved=tuple(Hit(paper(name), passage(name), 1.0 / (i + 1), {}) for i, name in enumerate(retrieved)),
            kind=AnswerKind.REFUSED if abstained else AnswerKind.QUOTED,
            abstained=abstained,
            confidence=0.5,
            model="extractive",
            tokens=Tokens(),
            cost=None,
            timings={},
        )

    return make


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of the four abstracts in data/abstracts.txt."""
    folder = tmp_path_factory.mktemp("eval-library")
    with open_assistant(Settings.load(home=folder)) as assistant:
        assert assistant.ingest([DATA / "abstracts.txt"]).papers == 4
    return folder


@pytest.fixture
def assistant(home: Path) -> Iterator[Any]:
    with open_assistant(Settings.load(home=home)) as opened:
        yield opened


@pytest.fixture
def questions() -> QuestionSet:
    """Four answerable questions, one unanswerable one and a dialogue of two turns."""
    return load_questions(DATA / "questions.jsonl")
