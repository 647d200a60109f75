"""A back end that stands in for one that fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.draft import Draft
from rag.answering.record import Answer, AnswerKind, Attempt
from rag.answering.stand_in import OnToken, Recorded, first_usable
from rag.assistant import Assistant
from rag.backends import Message, collect, forget_backends
from rag.backends.scripted import Scripted
from rag.errors import BackendBusy, BackendError
from rag.settings import Settings
from tests.fakes.environment import without_keys
from tests.fakes.llm_server import LLMServer, Say, Status

BUSY = "a:b is overloaded."
PRICES = '{"openai-compatible:m": {"prompt": 1, "completion": 1, "as_of": "2026-11"}}'


def compose(spec: str, tell: OnToken | None) -> Draft:
    """Back ends called `late` fail after a word, `down` before any; others answer."""
    if spec != "down" and tell is not None:
        tell("One")
    if spec in ("down", "late"):
        raise BackendBusy(BUSY, remedy="Wait.")
    return Draft("One.", (), (), notes=("a note",))


def test_the_second_is_not_asked_where_the_first_answers() -> None:
    assert first_usable(["up", "down"], compose, None) == ("up", Draft("One.", (), (), notes=("a note",)))


def test_the_second_answers_where_the_first_fails_and_says_so() -> None:
    spec, draft = first_usable(["down", "up"], compose, None)
    assert spec == "up"
    assert draft.notes == ("a:b is overloaded. So up answered in its place.", "a note")


def test_nobody_reads_two_beginnings() -> None:
    told: list[str] = []
    with pytest.raises(BackendBusy):
        first_usable(["late", "up"], compose, told.append)
    assert told == ["One"]
    assert first_usable(["late", "up"], compose, None)[0] == "up"  # nobody read the first beginning


def test_where_both_fail_both_are_told() -> None:
    with pytest.raises(BackendError) as caught:
        first_usable(["down", "late"], compose, None)
    assert str(caught.value) == "a:b is overloaded. Wait. Before that: a:b is overloaded."


def test_a_recorded_back_end_notes_every_request() -> None:
    backend = Recorded(Scripted("Fine.", BackendBusy(BUSY), name="a:b"))
    collect(backend.stream((Message("user", "?"),)))
    with pytest.raises(BackendBusy):
        collect(backend.stream((Message("user", "?"),)))
    assert [(a.backend, a.outcome) for a in backend.attempts] == [("a:b", "answered"), ("a:b", "failed")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    with Assistant.open(Settings(home=folder)) as assistant:
        assistant.load_sample()
    (folder / "prices.json").write_text(PRICES, encoding="utf-8")
    return folder


def ask(home: Path, monkeypatch: pytest.MonkeyPatch, *script: Status | Say, **values: object) -> Answer:
    without_keys(monkeypatch)
    forget_backends()
    with LLMServer(*script) as server:
        address = server.base_url("openai")
        chosen = {"llm": "openai-compatible:m", "llm_base_url": address, "openai_base_url": address, "openai_api_key": "sk-none"}
        settings = Settings(**{"home": home, "llm_retries": 0, **chosen, **values})
        with Assistant.open(settings) as assistant:
            return assistant.ask("What do BatchNorm statistics do at test time?")


def test_quoting_stands_in_for_a_model_that_is_down(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ask(home, monkeypatch, Status(500), llm_fallback="extractive")
    assert (answer.model, answer.kind, answer.cost) == ("extractive", AnswerKind.QUOTED, 0.0)
    assert answer.notes[0].endswith("is overloaded or out of order (status 500). So extractive answered in its place.")
    assert [(a.backend, a.outcome) for a in answer.attempts] == [("openai-compatible:m", "status 500")]
    assert Answer.from_dict(answer.to_dict()) == answer


def test_another_model_stands_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ask(home, monkeypatch, Status(401), Say("A sentence."), llm_fallback="openai:gpt-4o")
    assert (answer.model, answer.kind) == ("openai:gpt-4o", AnswerKind.WRITTEN)
    assert [(a.backend, a.outcome) for a in answer.attempts][:2] == [
        ("openai-compatible:m", "status 401"),
        ("openai:gpt-4o", "answered"),
    ]


def test_without_a_fallback_the_error_is_raised(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BackendBusy) as caught:
        ask(home, monkeypatch, Status(500))
    assert [attempt.outcome for attempt in caught.value.attempts] == ["status 500"]


def test_an_answer_costs_what_the_price_file_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ask(home, monkeypatch, Say("A sentence."))
    assert answer.cost == pytest.approx(answer.tokens.total / 1_000_000)
    assert all(isinstance(attempt, Attempt) for attempt in answer.attempts)
