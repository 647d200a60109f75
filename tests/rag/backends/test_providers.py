"""From a user's `provider:model` to a back end, or to one sentence that says what is missing."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Any

import pytest

from rag.backends import PROVIDERS, forget_backends, open_backend
from rag.backends.protocols import anthropic, mistral, openai
from rag.backends.providers import _shared_address
from rag.errors import BackendMissing, BackendUnknown
from rag.settings import Settings
from tests.fakes.environment import without_keys

KEY = "sk-secret-0123456789"


KEYS = {f"{name}_api_key": KEY for name in ("openai", "anthropic", "azure", "google", "mistral", "litellm", "llm")}
MODELS = {"litellm": "groq/any"}  # litellm has to know the service


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    without_keys(monkeypatch)
    forget_backends()


def settings(**values: Any) -> Settings:
    return Settings(**values)


def needs(provider: str) -> None:
    if find_spec(PROVIDERS[provider].import_name) is None:
        pytest.skip(f"the extra {provider} is not installed")


def forget_classes() -> None:
    """Classes derived from LlamaIndex's are kept once made."""
    for kept in (openai._any_azure, anthropic._any_anthropic, mistral._any_mistral):
        kept.cache_clear()


def test_an_unknown_provider_names_the_nearest_and_all() -> None:
    with pytest.raises(BackendUnknown) as caught:
        open_backend("opnai:gpt-4o", settings())
    assert str(caught.value) == (
        "There is no back end called 'opnai'; the nearest is openai. Write provider:model with one of openai, "
        "openai-compatible, azure, anthropic, google, mistral, ollama, litellm, or extractive for answers without a model."
    )


@pytest.mark.parametrize("spec", ["", ":", "gpt-4o", "extractive", "http://localhost"])
def test_what_names_no_provider_is_unknown(spec: str) -> None:
    with pytest.raises(BackendUnknown):
        open_backend(spec, settings())


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_model_shows_how_to_write_one(provider: str) -> None:
    with pytest.raises(BackendMissing, match=f"{provider} needs the name of a model. Write it like this: {provider}:"):
        open_backend(f"{provider}:", settings())


@pytest.mark.parametrize(
    ("provider", "variable"),
    [
        ("openai", "OPENAI_API_KEY"),
        ("azure", "AZURE_OPENAI_API_KEY"),
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("google", "GOOGLE_API_KEY"),
        ("mistral", "MISTRAL_API_KEY"),
    ],
)
def test_a_missing_key_names_the_variable_which_then_works(provider: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BackendMissing, match=f"needs a key. Set {variable} in"):
        open_backend(f"{provider}:some-model", settings())
    monkeypatch.setenv(variable, KEY)
    needs(provider)
    assert open_backend(f"{provider}:some-model", settings(azure_endpoint="http://127.0.0.1:9")).name == f"{provider}:some-model"


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
    with pytest.raises(BackendMissing, match=r"VOUCH_AZURE_ENDPOINT, for example to https://my-resource\.openai"):
        open_backend("azure:any", settings(**KEYS))


@pytest.mark.parametrize("address", ["localhost:8000", "ftp://host/v1", "http://"])
def test_what_is_no_address_is_shown(address: str) -> None:
    with pytest.raises(BackendMissing, match="is no address of a server"):
        open_backend("openai-compatible:any", settings(llm_base_url=address))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_package_gives_the_command(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = PROVIDERS[provider].import_name
    for name in [n for n in sys.modules if n.startswith(f"{module}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    forget_classes()
    package = PROVIDERS[provider].package
    with pytest.raises(BackendMissing, match=f"needs the package {package}. Install it with: pip install {package}$"):
        open_backend(f"{provider}:groq/m", settings(llm_base_url="http://127.0.0.1:9/v1", **KEYS))


def test_a_model_of_another_interface_is_refused_at_once() -> None:
    with pytest.raises(BackendMissing, match=r"gpt-5\.2-pro does not answer through this interface"):
        open_backend("openai:gpt-5.2-pro", settings(openai_api_key=KEY))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_opening_sends_nothing(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needs(provider)

    def connect(*_: object) -> None:
        raise AssertionError("nothing may be sent before the first question")

    monkeypatch.setattr("socket.socket.connect", connect)
    monkeypatch.setattr("socket.getaddrinfo", connect)
    base = "http://127.0.0.1:9/v1" if provider in ("openai-compatible", "azure") else None
    model = MODELS.get(provider, "any")
    assert open_backend(f"{provider}:{model}", settings(llm_base_url=base, **KEYS)).name == f"{provider}:{model}"


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
    assert _shared_address(provider, settings(llm_base_url=address, **chosen)) == (address if belongs else "")


def test_an_address_is_shown_without_its_password() -> None:
    with pytest.raises(BackendMissing) as caught:
        open_backend("openai-compatible:any", settings(llm_base_url="ftp://me:hunter2@host/v1"))
    assert "hunter2" not in str(caught.value)


def test_a_providers_own_address_wins_over_the_shared_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """OPENAI_BASE_URL belongs to openai; VOUCH_LLM_BASE_URL to the server beside it."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:8/v1")
    both = settings(llm="openai:gpt-4o", llm_choices="openai-compatible:m", llm_base_url="http://127.0.0.1:9/v1", **KEYS)
    assert open_backend("openai:gpt-4o", both)._target.address == "http://127.0.0.1:8/v1"
    assert open_backend("openai-compatible:m", both)._target.address == "http://127.0.0.1:9/v1"


def test_the_shared_address_is_not_the_fallbacks() -> None:
    chosen = settings(llm="openai-compatible:m", llm_fallback="ollama:llama3.2", llm_base_url="http://127.0.0.1:9/v1")
    assert open_backend("ollama:llama3.2", chosen)._target.address == "http://localhost:11434"


def test_the_same_settings_share_one_back_end() -> None:
    assert open_backend("ollama:llama3.2", settings()) is open_backend("ollama:llama3.2", settings())
    assert open_backend("ollama:llama3.2", settings()) is not open_backend("ollama:llama3.2", settings(llm_rpm=5))


def test_litellm_has_to_know_the_service() -> None:
    needs("litellm")
    with pytest.raises(BackendMissing, match="Write the model as litellm does, service/model"):
        open_backend("litellm:nobody-knows-this", settings())
