"""LLM back ends: `open_backend("provider:model", settings)` gives a Backend; PROVIDERS lists what there is."""

from rag.backends.base import Backend, Message, Reply, collect
from rag.backends.provider import PROVIDERS, Provider
from rag.backends.providers import check_backend, forget_backends, list_models, open_backend

__all__ = [
    "PROVIDERS",
    "Backend",
    "Message",
    "Provider",
    "Reply",
    "check_backend",
    "collect",
    "forget_backends",
    "list_models",
    "open_backend",
]
