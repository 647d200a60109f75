"""`vouch doctor`: what it says about back ends and their models."""

from __future__ import annotations

import pytest

from rag.settings import Settings
from rag.terminal.doctor import BROKEN, OK, back_ends, models, servers
from tests.fakes.environment import without_keys
from tests.fakes.llm_server import LLMServer


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    without_keys(monkeypatch)


def test_the_models_of_the_providers_chosen_are_listed_as_they_are_written() -> None:
    with LLMServer() as server:
        server.models.append("llama3.2")
        checks = list(models(Settings(llm="ollama:any", ollama_base_url=server.url), None))
    assert [(check.name, check.state, check.found) for check in checks] == [("models of ollama", OK, "ollama:llama3.2")]


def test_a_provider_can_be_named_and_what_is_missing_is_told() -> None:
    (check,) = models(Settings(), "openai")
    assert (check.state, check.found) == (BROKEN, "openai needs a key.")


def test_a_provider_that_is_none_is_told() -> None:
    (check,) = models(Settings(), "opnai")
    assert "the nearest is openai" in check.found


def test_the_back_end_that_stands_in_is_examined_too() -> None:
    checks = {check.name: check.state for check in back_ends(Settings(llm="ollama:any", llm_fallback="openai:gpt-4o"))}
    assert checks == {"back end ollama:any": OK, "back end openai:gpt-4o": BROKEN, "back end extractive": OK}


def test_a_server_of_ones_own_is_looked_for_and_a_makers_service_is_not() -> None:
    (check,) = servers(Settings(llm="openai:gpt-4o", llm_fallback="ollama:any", ollama_base_url="http://127.0.0.1:9"))
    assert (check.name, check.state) == ("server 127.0.0.1:9", BROKEN)
