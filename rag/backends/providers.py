"""The providers, and how a user's `provider:model` becomes a back end."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from pydantic import SecretStr

from rag.backends.base import Backend
from rag.backends.calls import Opener, anthropic_call, ollama_call, openai_call
from rag.backends.faults import Target
from rag.backends.live import LiveBackend
from rag.errors import BackendMissing, BackendUnknown
from rag.settings import Settings

OPENAI_ADDRESS = "https://api.openai.com/v1"
ANTHROPIC_ADDRESS = "https://api.anthropic.com"
OLLAMA_ADDRESS = "http://localhost:11434"
NETWORK = "Check the network connection and VOUCH_LLM_BASE_URL."
MODEL_NAME = "Check the model's name in VOUCH_LLM."


@dataclass(frozen=True, slots=True)
class Provider:
    """A protocol and a maker. `package` is what pip installs for it, `example` a model name for messages;
    `prepare` checks key and address and tells how to open a call."""

    name: str
    package: str
    example: str
    prepare: Callable[[str, Settings], tuple[Target, Opener]]


def open_backend(spec: str, settings: Settings) -> Backend:
    """The back end for `provider:model`. Nothing is sent before the first question.

    Raises BackendUnknown for a provider that does not exist, BackendMissing where its package, a model name, a key or an
    address is missing or unusable.
    """
    name, _, model = (part.strip() for part in spec.partition(":"))
    provider = PROVIDERS.get(name.lower())
    if provider is None:
        raise _unknown(spec, name)
    if not model:
        example = f"{provider.name}:{provider.example}"
        raise BackendMissing(f"{provider.name} needs the name of a model.", remedy=f"Write it like this: {example}.")
    target, opener = provider.prepare(model, settings)
    try:
        opener(frozenset()).close()
    except ImportError:
        remedy = f"Install it with: pip install {provider.package}"
        raise BackendMissing(f"{provider.name} needs the package {provider.package}.", remedy=remedy) from None
    except ValueError:  # the library knows that the model speaks another protocol
        raise BackendMissing(f"{target.spec} does not answer through this interface.", remedy="Choose another model.") from None
    return LiveBackend(target, opener, settings)


def _openai(model: str, settings: Settings) -> tuple[Target, Opener]:
    key = _key(settings.openai_api_key, "OPENAI_API_KEY", "openai")
    address = _base_url("openai", settings)
    spec, shown = f"openai:{model}", _shown(address or OPENAI_ADDRESS)
    target = Target(spec, model, shown, "OPENAI_API_KEY", NETWORK, MODEL_NAME, key)
    return target, partial(openai_call, model=model, settings=settings, key=key, address=address, own=True)


def _openai_compatible(model: str, settings: Settings) -> tuple[Target, Opener]:
    address = _base_url("openai-compatible", settings)
    if address is None:
        remedy = "Set VOUCH_LLM_BASE_URL, for example to http://localhost:8000/v1."
        raise BackendMissing("openai-compatible needs the address of a server.", remedy=remedy)
    # A key set up for OpenAI is none of another server's business: without one of its own it gets a placeholder.
    key = _key(settings.llm_api_key, "VOUCH_LLM_API_KEY", "openai-compatible") if settings.llm_api_key else "none"
    start = "Start the server (vLLM, llama.cpp, LM Studio, …), or correct VOUCH_LLM_BASE_URL."
    absent = "Check the model's name and VOUCH_LLM_BASE_URL, which usually ends in /v1."
    secret = key if settings.llm_api_key else ""
    target = Target(f"openai-compatible:{model}", model, _shown(address), "VOUCH_LLM_API_KEY", start, absent, secret)
    return target, partial(openai_call, model=model, settings=settings, key=key, address=address, own=False)


def _ollama(model: str, settings: Settings) -> tuple[Target, Opener]:
    address = _base_url("ollama", settings) or OLLAMA_ADDRESS
    start = "Start it with: ollama serve"
    absent = f"Fetch the model with: ollama pull {model}"
    target = Target(f"ollama:{model}", model, _shown(address), "OLLAMA_API_KEY", start, absent)
    return target, partial(ollama_call, model=model, settings=settings, address=address)


def _anthropic(model: str, settings: Settings) -> tuple[Target, Opener]:
    key = _key(settings.anthropic_api_key, "ANTHROPIC_API_KEY", "anthropic")
    address = _base_url("anthropic", settings)
    spec, shown = f"anthropic:{model}", _shown(address or ANTHROPIC_ADDRESS)
    target = Target(spec, model, shown, "ANTHROPIC_API_KEY", NETWORK, MODEL_NAME, key)
    return target, partial(anthropic_call, model=model, settings=settings, key=key, address=address)


PROVIDERS: dict[str, Provider] = {
    p.name: p
    for p in (
        Provider("openai", "llama-index-llms-openai", "gpt-4o-mini", _openai),
        Provider("openai-compatible", "llama-index-llms-openai-like", "qwen2.5-7b-instruct", _openai_compatible),
        Provider("ollama", "llama-index-llms-ollama", "llama3.2", _ollama),
        Provider("anthropic", "llama-index-llms-anthropic", "claude-sonnet-5-5", _anthropic),
    )
}


def _unknown(spec: str, name: str) -> BackendUnknown:
    near = difflib.get_close_matches(name.lower(), PROVIDERS, n=1, cutoff=0.0)
    remedy = f"Write provider:model with one of {', '.join(PROVIDERS)}, or extractive for answers without a model."
    nearest = f"; the nearest is {near[0]}" if near else ""
    return BackendUnknown(f"There is no back end called {(name or spec)!r}{nearest}.", remedy=remedy)


def _key(secret: SecretStr | None, variable: str, provider: str) -> str:
    """The key, or BackendMissing where it is absent or cannot be sent; the message never shows it."""
    value = secret.get_secret_value().strip() if secret else ""
    if not value:
        raise BackendMissing(f"{provider} needs a key.", remedy=f"Set {variable} in the environment or in .env.")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise BackendMissing(f"{variable} holds characters that no key has.", remedy="Copy the key again.")
    return value


def _base_url(provider: str, settings: Settings) -> str | None:
    """VOUCH_LLM_BASE_URL, where it is meant for `provider`, else None.

    One address and several back ends to choose from: it belongs to an openai-compatible choice if there is one, else to
    the first provider chosen. A key is so never sent to a server that was set up for something else.
    """
    address = (settings.llm_base_url or "").strip()
    if not address:
        return None
    chosen = [choice.partition(":")[0].strip().lower() for choice in settings.choices]
    named = [name for name in chosen if name in PROVIDERS]
    owner = "openai-compatible" if "openai-compatible" in named else next(iter(named), provider)
    if provider not in (owner, "openai-compatible"):
        return None
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        remedy = "Write it like this: http://localhost:8000/v1"
        raise BackendMissing(f"VOUCH_LLM_BASE_URL is {_shown(address)!r}, which is no address of a server.", remedy=remedy)
    return address


def _shown(address: str) -> str:
    """The address without user name, password and query."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if host else address.rpartition("@")[2]
