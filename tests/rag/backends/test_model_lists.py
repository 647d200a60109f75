"""The models a server says it offers."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from rag.backends import PROVIDERS, list_models
from rag.errors import BackendMissing, BackendRefused, BackendUnreachable
from rag.settings import Settings
from tests.fakes.environment import without_keys
from tests.fakes.llm_server import LLMServer

KEY = "sk-secret-0123456789"
KEYS = {f"{name}_api_key": KEY for name in ("openai", "anthropic", "azure", "google", "mistral")}
LISTING = [provider.name for provider in PROVIDERS.values() if provider.lists]


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    without_keys(monkeypatch)


def needs(provider: str) -> None:
    if find_spec(PROVIDERS[provider].import_name) is None:
        pytest.skip(f"the extra {provider} is not installed")


@pytest.mark.parametrize("provider", LISTING)
def test_the_server_is_asked(provider: str) -> None:
    needs(provider)
    with LLMServer() as server:
        server.models += ["small-model", "large-model"]
        listed = list_models(provider, Settings(llm_base_url=server.base_url(provider), **KEYS))
    assert listed == ["small-model", "large-model"]


@pytest.mark.parametrize("provider", LISTING)
def test_a_server_without_a_list_is_told(provider: str) -> None:
    needs(provider)
    with LLMServer() as server, pytest.raises(BackendRefused, match="404"):
        list_models(provider, Settings(llm_base_url=f"{server.url}/elsewhere", **KEYS))


@pytest.mark.parametrize("provider", LISTING)
def test_a_server_that_is_away_is_told(provider: str) -> None:
    needs(provider)
    with pytest.raises(BackendUnreachable, match=r"Nothing answers at http://127\.0\.0\.1:9"):
        list_models(provider, Settings(llm_base_url="http://127.0.0.1:9", **KEYS))


def test_some_offer_no_list() -> None:
    with pytest.raises(BackendMissing, match="azure offers no list of models"):
        list_models("azure", Settings())
