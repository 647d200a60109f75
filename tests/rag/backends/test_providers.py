"""From a user's `provider:model` to a back end, or to one sentence that says what is missing."""

from __future__ import annotations

import os
import sys
from typing import Any

import pytest

from rag.backends import PROVIDERS, open_backend
from rag.backends.providers import _base_url
from rag.errors import BackendMissing, BackendUnknown
from rag.settings import Settings

KEY = "sk-secret-0123456789"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith(("VOUCH_", "OPENAI_", "ANTHROPIC_", "OLLAMA_"))]:
        monkeypatch.delenv(name)


def settings(**values: Any) -> Settings:
    return Settings(**values)


def test_an_unknown_provider_names_the_nearest_and_all() -> None:
    with pytest.raises(BackendUnknown) as caught:
        open_backend("opnai:gpt-4o", settings())
    assert str(caught.value) == (
        "There is no back end called 'opnai'; the nearest is openai. Write provider:model with one of openai, "
        "openai-compatible, ollama, anthropic, or extractive for answers without a model."
    )


@pytest.mark.parametrize("spec", ["", ":", "gpt-4o", "extractive", "http://localhost"])
def test_what_names_no_provider_is_unknown(spec: str) -> None:
    with pytest.raises(BackendUnknown):
        open_backend(spec, settings())


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_model_shows_how_to_write_one(provider: str) -> None:
    with pytest.raises(BackendMissing, match=f"{provider} needs the name of a model. Write it like this: {provider}:"):
        open_backend(f"{provider}:", settings())


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_missing_key_names_the_variable(provider: str) -> None:
    with pytest.raises(BackendMissing, match=f"needs a key. Set {provider.upper()}_API_KEY"):
        open_backend(f"{provider}:some-model", settings())


@pytest.mark.parametrize("key", [f"{KEY} and more", f"{KEY}\u2026", f"{KEY}\nline"])
def test_an_unusable_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(BackendMissing, match="OPENAI_API_KEY holds characters") as caught:
        open_backend("openai:gpt-4o", settings(openai_api_key=key))
    assert KEY not in repr(caught.value) + str(caught.value)


def test_space_around_a_key_does_no_harm() -> None:
    assert open_backend("openai:gpt-4o", settings(openai_api_key=f" {KEY}\n")).name == "openai:gpt-4o"


def test_a_missing_address_shows_an_example() -> None:
    with pytest.raises(BackendMissing, match="VOUCH_LLM_BASE_URL, for example to http://localhost:8000/v1"):
        open_backend("openai-compatible:any", settings())


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://host/v1", "http://"])
def test_what_is_no_address_is_shown(address: str) -> None:
    with pytest.raises(BackendMissing, match="is no address of a server"):
        open_backend("openai-compatible:any", settings(llm_base_url=address))


@pytest.mark.parametrize(
    ("provider", "module"),
    [
        ("openai", "llama_index.llms.openai"),
        ("openai-compatible", "llama_index.llms.openai_like"),
        ("ollama", "llama_index.llms.ollama"),
        ("anthropic", "llama_index.llms.anthropic"),
    ],
)
def test_a_missing_package_gives_the_command(provider: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    everything = settings(openai_api_key=KEY, anthropic_api_key=KEY, llm_base_url="http://127.0.0.1:9/v1")
    package = PROVIDERS[provider].package
    with pytest.raises(BackendMissing, match=f"needs the package {package}. Install it with: pip install {package}$"):
        open_backend(f"{provider}:m", everything)


def test_a_model_of_another_interface_is_refused_at_once() -> None:
    with pytest.raises(BackendMissing, match=r"gpt-5\.2-pro does not answer through this interface"):
        open_backend("openai:gpt-5.2-pro", settings(openai_api_key=KEY))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_opening_sends_nothing(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if provider == "anthropic":
        pytest.importorskip("llama_index.llms.anthropic", reason="the anthropic extra is not installed")

    def connect(*_: object) -> None:
        raise AssertionError("nothing may be sent before the first question")

    monkeypatch.setattr("socket.socket.connect", connect)
    monkeypatch.setattr("socket.getaddrinfo", connect)
    keys = {"openai_api_key": KEY, "anthropic_api_key": KEY}
    base = "http://127.0.0.1:9/v1" if provider == "openai-compatible" else None
    assert open_backend(f"{provider}:any", settings(llm_base_url=base, **keys)).name == f"{provider}:any"


def test_only_the_first_colon_splits_provider_and_model() -> None:
    assert open_backend(" Ollama: llama3.2:3b ", settings()).name == "ollama:llama3.2:3b"


@pytest.mark.parametrize(
    ("provider", "chosen", "belongs"),
    [
        ("openai-compatible", {}, True),
        ("openai", {}, True),  # nothing else was chosen, so the address is meant for what is asked
        ("openai", {"llm": "openai:gpt-4o"}, True),
        ("openai", {"llm": "ollama:llama3.2"}, False),  # OpenAI's key stays away from the Ollama server
        ("ollama", {"llm": "openai:gpt-4o", "llm_choices": "ollama:llama3.2"}, False),
        ("openai", {"llm": "openai:gpt-4o", "llm_choices": "openai-compatible:local"}, False),
        ("openai-compatible", {"llm": "openai:gpt-4o", "llm_choices": "openai-compatible:local"}, True),
    ],
)
def test_one_address_belongs_to_one_provider(provider: str, chosen: dict[str, Any], belongs: bool) -> None:
    address = "http://127.0.0.1:9/v1"
    assert _base_url(provider, settings(llm_base_url=address, **chosen)) == (address if belongs else None)


def test_an_address_is_shown_without_its_password() -> None:
    with pytest.raises(BackendMissing) as caught:
        open_backend("openai-compatible:any", settings(llm_base_url="ftp://me:hunter2@host/v1"))
    assert "hunter2" not in str(caught.value)
