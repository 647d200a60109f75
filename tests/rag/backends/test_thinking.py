"""Models that think before they answer, and replies that a filter stops."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from rag.answering.record import Tokens
from rag.backends import PROVIDERS, Message, Reply, collect, forget_backends, open_backend
from rag.backends.calls import thinks
from rag.errors import BackendRefused
from rag.settings import Settings
from tests.fakes.environment import without_keys
from tests.fakes.llm_server import LLMServer, Say

KEY = "sk-secret-0123456789"
QUESTION = (Message("user", "Who are you?"),)


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    without_keys(monkeypatch)
    forget_backends()


def ask(spec: str, server: LLMServer) -> Reply:
    provider = spec.partition(":")[0]
    if find_spec(PROVIDERS[provider].import_name) is None:
        pytest.skip(f"the extra {provider} is not installed")
    keys = {f"{name}_api_key": KEY for name in ("openai", "anthropic", "azure", "google", "mistral")}
    return collect(open_backend(spec, Settings(llm_base_url=server.base_url(provider), **keys)).stream(QUESTION))


@pytest.mark.parametrize(
    ("model", "first"),
    [
        ("o3-mini", True),
        ("gpt-5-nano", True),
        ("gpt-5.6-luna", True),
        ("gpt-12", True),
        ("openai/gpt-5", True),
        ("gpt-5-chat-latest", False),
        ("gpt-4o", False),
        ("gpt-oss-20b", False),
        ("llama3.2", False),
        ("foo3", False),
    ],
)
def test_thinking_models_of_openai_are_known_by_name(model: str, first: bool) -> None:
    assert thinks(model) is first


@pytest.mark.parametrize("spec", ["openai:gpt-5-mini", "azure:my-gpt-5", "openai-compatible:openai/o4-mini"])
def test_a_thinking_model_gets_no_temperature_and_room_for_thoughts(spec: str) -> None:
    with LLMServer(Say("Fine.")) as server:
        ask(spec, server)
        body = server.requests[0].body
    assert "temperature" not in body
    assert body["max_completion_tokens"] == 700 + 4000
    assert "max_tokens" not in body


def test_gemini_3_gets_no_temperature_and_gemini_2_does() -> None:
    with LLMServer(Say("Fine.")) as server:
        ask("google:gemini-3.7-flash", server)
        ask("google:gemini-2.0-flash", server)
        new, old = (request.body["generationConfig"] for request in server.requests)
    assert new == {"maxOutputTokens": 700 + 4000}
    assert old == {"maxOutputTokens": 700, "temperature": 0.0}


def test_a_limit_used_up_by_thoughts_is_raised_once_and_remembered() -> None:
    """A model that nobody knew to think."""
    with LLMServer(Say("", thinking="Hm. " * 40, stop="length"), Say("Fine.")) as server:
        first, second = ask("openai-compatible:local", server), ask("openai-compatible:local", server)
        limits = [request.body["max_tokens"] for request in server.requests]
    assert (first.text, second.text) == ("Fine.", "Fine.")
    assert limits == [700, 700 + 4000, 700 + 4000]
    assert [attempt.outcome for attempt in first.attempts] == ["only thoughts", "answered"]


def test_hidden_thoughts_count_as_tokens_where_the_server_does_not_count() -> None:
    with LLMServer(Say("Yes.", thinking="Let me see.", usage=False)) as server:
        reply = ask("openai-compatible:local", server)
    assert reply.text == "Yes."
    assert reply.tokens == Tokens(4 + 4, 2 + 4, "tiktoken")  # "Who are you?" in a message; "Yes." and "Let me see."


def test_googles_thoughts_are_part_of_what_it_counts() -> None:
    with LLMServer(Say("Yes.", thinking="Let me see.")) as server:
        assert ask("google:gemini-2.5-flash", server).tokens == Tokens(11, 4 + 3, "server")


@pytest.mark.parametrize("spec", ["openai:gpt-4o", "anthropic:claude-9", "google:gemini-2.0-flash", "mistral:m"])
def test_a_reply_stopped_by_a_filter_is_no_answer(spec: str) -> None:
    with LLMServer(Say("I am", stop="content_filter")) as server, pytest.raises(BackendRefused, match="withheld its answer"):
        ask(spec, server)
    assert len(server.requests) == 1
