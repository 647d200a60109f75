"""LLM back ends: `open_backend("provider:model", settings)` gives a Backend; PROVIDERS lists what there is."""

from rag.backends.base import Backend, Message, Reply, collect
from rag.backends.providers import PROVIDERS, Provider, open_backend

__all__ = ["PROVIDERS", "Backend", "Message", "Provider", "Reply", "collect", "open_backend"]
