"""The providers there are: for each, its protocol, its package, and where its key and its address are set."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from rag.errors import BackendUnknown

NETWORK = "Check the network connection and {address_variable}."
MODEL_NAME = "Check the model's name in VOUCH_LLM; `vouch doctor --models {provider}` lists what there is."


@dataclass(frozen=True, slots=True)
class Provider:
    """A protocol and a maker.

    `module` of `rag.backends.protocols` has a function named like the provider that opens calls, and `list_models` unless
    `lists` is False. `package` is what pip installs for it. `key` and `address` are fields of the settings; `key_variable` is
    the variable that messages name. `default` is the maker's own address, empty where there is none.
    """

    name: str
    module: str
    package: str
    example: str
    key: str = ""
    key_variable: str = ""
    key_needed: bool = True
    address: str = ""
    default: str = ""
    lists: bool = True
    start: str = NETWORK
    absent: str = MODEL_NAME

    @property
    def address_variable(self) -> str:
        return f"VOUCH_{self.address.upper()}" if self.address else "VOUCH_LLM_BASE_URL"

    @property
    def import_name(self) -> str:
        """The module that `package` brings."""
        return "llama_index.llms." + self.package.removeprefix("llama-index-llms-").replace("-", "_")

    def wording(self, text: str, model: str) -> str:
        """`text` with the names of this provider filled in."""
        return text.format(provider=self.name, model=model, address_variable=self.address_variable)


PROVIDERS: dict[str, Provider] = {
    p.name: p
    for p in (
        Provider(
            *("openai", "openai", "llama-index-llms-openai", "gpt-4o-mini"),
            key="openai_api_key",
            key_variable="OPENAI_API_KEY",
            address="openai_base_url",
            default="https://api.openai.com/v1",
        ),
        Provider(
            *("openai-compatible", "openai", "llama-index-llms-openai-like", "qwen2.5-7b-instruct"),
            key="llm_api_key",
            key_variable="VOUCH_LLM_API_KEY",
            key_needed=False,
            start="Start the server (vLLM, llama.cpp, LM Studio, …), or correct VOUCH_LLM_BASE_URL.",
            absent="Check the model's name and VOUCH_LLM_BASE_URL, which usually ends in /v1.",
        ),
        Provider(
            *("azure", "openai", "llama-index-llms-azure-openai", "my-deployment"),
            key="azure_api_key",
            key_variable="AZURE_OPENAI_API_KEY",
            address="azure_endpoint",
            lists=False,
            absent="Write the name of the deployment, not of its model, and check VOUCH_AZURE_API_VERSION.",
        ),
        Provider(
            *("anthropic", "anthropic", "llama-index-llms-anthropic", "claude-sonnet-5-5"),
            key="anthropic_api_key",
            key_variable="ANTHROPIC_API_KEY",
            address="anthropic_base_url",
            default="https://api.anthropic.com",
        ),
        Provider(
            *("google", "google", "llama-index-llms-google-genai", "gemini-2.5-flash"),
            key="google_api_key",
            key_variable="GOOGLE_API_KEY",
            address="google_base_url",
            default="https://generativelanguage.googleapis.com",
        ),
        Provider(
            *("mistral", "mistral", "llama-index-llms-mistralai", "mistral-small-latest"),
            key="mistral_api_key",
            key_variable="MISTRAL_API_KEY",
            address="mistral_base_url",
            default="https://api.mistral.ai",
        ),
        Provider(
            *("ollama", "ollama", "llama-index-llms-ollama", "llama3.2"),
            key_needed=False,
            address="ollama_base_url",
            default="http://localhost:11434",
            start="Start it with: ollama serve",
            absent="Fetch the model with: ollama pull {model}",
        ),
        Provider(
            *("litellm", "litellm", "llama-index-llms-litellm", "groq/llama-3.3-70b-versatile"),
            key="litellm_api_key",
            key_variable="VOUCH_LITELLM_API_KEY, or the service's own variable",
            key_needed=False,
            address="litellm_base_url",
            lists=False,
            absent="Write the model as litellm does, service/model, for example groq/llama-3.3-70b-versatile.",
        ),
    )
}


def provider_of(spec: str) -> Provider:
    """The provider that `provider:model` or `provider` names, or BackendUnknown."""
    name = spec.partition(":")[0].strip()
    provider = PROVIDERS.get(name.lower())
    if provider is None:
        near = difflib.get_close_matches(name.lower(), PROVIDERS, n=1, cutoff=0.0)
        remedy = f"Write provider:model with one of {', '.join(PROVIDERS)}, or extractive for answers without a model."
        nearest = f"; the nearest is {near[0]}" if near else ""
        raise BackendUnknown(f"There is no back end called {(name or spec)!r}{nearest}.", remedy=remedy)
    return provider
