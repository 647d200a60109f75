"""How a user's `provider:model` becomes a back end: its key, its address, and one object for all who ask."""

from __future__ import annotations

import importlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from rag.backends import faults, prices
from rag.backends.base import Backend
from rag.backends.faults import Target
from rag.backends.live import LiveBackend
from rag.backends.provider import PROVIDERS, Provider, provider_of
from rag.errors import BackendMissing
from rag.settings import Settings

KEPT_OPEN = 16  # back ends
_open: OrderedDict[tuple[str, Settings], LiveBackend] = OrderedDict()
_opening = threading.Lock()


def open_backend(spec: str, settings: Settings) -> Backend:
    """The back end for `provider:model`. Nothing is sent before the first question.

    The same settings give the same object, so that connections, pace and circuit breaker belong to all who ask.
    Raises BackendUnknown for a provider that does not exist, BackendMissing where its package, a model name, a key or an
    address is missing or unusable, SettingsError for an unreadable price file.
    """
    with _opening:
        if (kept := _open.get((spec, settings))) is None:
            kept = _open[spec, settings] = _build(spec, settings)
        _open.move_to_end((spec, settings))
        while len(_open) > KEPT_OPEN:
            _open.popitem(last=False)
    prices.load(settings.home)
    return kept


def forget_backends() -> None:
    """Open every back end anew from now on: no connections, closed circuits."""
    with _opening:
        _open.clear()


def list_models(name: str, settings: Settings) -> list[str]:
    """The models that the server of provider `name` offers, in its order.

    Raises BackendMissing where it offers no list or something is missing, and the other BackendErrors as a question would.
    """
    provider = provider_of(name)
    if not provider.lists:
        raise BackendMissing(f"{provider.name} offers no list of models.", remedy=provider.wording(provider.absent, ""))
    target, values = _prepare(provider, "", settings)
    try:
        names: list[str] = _protocol(provider, "list_models")(settings=settings, **values)
    except ImportError:
        raise _no_package(provider) from None
    except Exception as error:
        fault = faults.read(error, target, settings.llm_timeout)
        if fault is None:
            raise
        raise fault.error from None
    return names


def server_of(spec: str, settings: Settings) -> str:
    """The address of the server of one's own that `provider:model` asks; nothing for a maker's service."""
    provider = PROVIDERS.get(spec.partition(":")[0].strip().lower())
    if provider is None:
        return ""
    own = getattr(settings, provider.address) if provider.address else None
    return (own or "").strip() or _shared_address(provider.name, settings) or (provider.default if not provider.key else "")


def check_backend(spec: str, settings: Settings) -> None:
    """Raise what `open_backend` would of name, model, key and address, without loading what speaks to the provider."""
    _named(spec, settings)


def _named(spec: str, settings: Settings) -> tuple[Provider, str, Target, dict[str, str]]:
    """What `provider:model` stands for: provider, model, what messages say, and key and address."""
    provider = provider_of(spec)
    model = spec.partition(":")[2].strip()
    if not model:
        example = f"{provider.name}:{provider.example}"
        raise BackendMissing(f"{provider.name} needs the name of a model.", remedy=f"Write it like this: {example}.")
    return provider, model, *_prepare(provider, model, settings)


def _build(spec: str, settings: Settings) -> LiveBackend:
    provider, model, target, values = _named(spec, settings)
    try:
        opener = _protocol(provider, provider.name.replace("-", "_"))(model=model, settings=settings, **values)
    except ImportError:
        raise _no_package(provider) from None
    except ValueError:  # the library knows that the model speaks another protocol, or does not know where to look for it
        raise BackendMissing(f"{target.spec} does not answer through this interface.", remedy=target.absent) from None
    return LiveBackend(target, opener, settings)


def _protocol(provider: Provider, function: str) -> Callable[..., Any]:
    module = importlib.import_module(f"rag.backends.protocols.{provider.module}")
    return partial(getattr(module, function))


def _no_package(provider: Provider) -> BackendMissing:
    remedy = f"Install it with: pip install {provider.package}"
    return BackendMissing(f"{provider.name} needs the package {provider.package}.", remedy=remedy)


def _prepare(provider: Provider, model: str, settings: Settings) -> tuple[Target, dict[str, str]]:
    """What messages say, and the key and address that the protocol needs."""
    key = _key(provider, settings)
    address = _address(provider, settings)
    shown = _shown(address) or provider.name
    wording = partial(provider.wording, model=model)
    spec = f"{provider.name}:{model}".rstrip(":")
    target = Target(spec, model, shown, provider.key_variable, wording(provider.start), wording(provider.absent), key)
    if provider.name == "openai-compatible":
        # A key set up for OpenAI is none of another server's business: without one of its own it gets a placeholder.
        key = key or "none"
    return target, {"key": key, "address": address}


def _key(provider: Provider, settings: Settings) -> str:
    """The key, or BackendMissing where it is absent or cannot be sent; the message never shows it."""
    secret: SecretStr | None = getattr(settings, provider.key) if provider.key else None
    value = secret.get_secret_value().strip() if secret else ""
    if not value and provider.key_needed:
        raise BackendMissing(
            f"{provider.name} needs a key.", remedy=f"Set {provider.key_variable} in the environment or in .env."
        )
    if not value.isascii() or (value and not value.isprintable()) or " " in value:
        raise BackendMissing(f"{provider.key_variable} holds characters that no key has.", remedy="Copy the key again.")
    return value


def _address(provider: Provider, settings: Settings) -> str:
    """The provider's own address setting, else VOUCH_LLM_BASE_URL where it is meant for it, else its maker's."""
    variable, address = provider.address_variable, ""
    if provider.address:
        address = (getattr(settings, provider.address) or "").strip()
    if not address:
        address = _shared_address(provider.name, settings)
        variable = "VOUCH_LLM_BASE_URL" if address else variable
    address = address or provider.default
    if not address and provider.name != "litellm":  # which knows the services' addresses
        example = "https://my-resource.openai.azure.com" if provider.name == "azure" else "http://localhost:8000/v1"
        raise BackendMissing(
            f"{provider.name} needs the address of a server.", remedy=f"Set {variable}, for example to {example}."
        )
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname):
        remedy = "Write it like this: http://localhost:8000/v1"
        raise BackendMissing(f"{variable} is {_shown(address)!r}, which is no address of a server.", remedy=remedy)
    return address


def _shared_address(provider: str, settings: Settings) -> str:
    """VOUCH_LLM_BASE_URL, where it is meant for `provider`, else nothing.

    One address and several back ends to choose from: it belongs to an openai-compatible choice if there is one, else to
    the first provider chosen. A key is so never sent to a server that was set up for something else.
    """
    address = (settings.llm_base_url or "").strip()
    chosen = [choice.partition(":")[0].strip().lower() for choice in (*settings.choices, settings.llm_fallback)]
    named = [name for name in chosen if name in PROVIDERS]
    owner = "openai-compatible" if "openai-compatible" in named else next(iter(named), provider)
    return address if provider in (owner, "openai-compatible") else ""


def _shown(address: str) -> str:
    """The address without user name, password and query."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if host else address.rpartition("@")[2]
