"""Services papers come from: arXiv and OpenAlex, asked through their packages, politely and resumably.

service = SERVICES["arxiv"](settings, print)
for reads in Fetch(service, "attention sinks", folder=settings.home / "fetch").pages():
    ...  # Paper, or a ReadError value that says what was skipped and why
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.remote.service import Service
    from rag.settings import Settings

__all__ = ["SERVICES"]


def _arxiv(settings: Settings, notice: Callable[[str], None]) -> Service:
    from rag.remote.arxiv_api import Arxiv

    return Arxiv(settings.arxiv_url, contact=settings.contact_email, notice=notice)


def _openalex(settings: Settings, notice: Callable[[str], None]) -> Service:
    from rag.remote.openalex_api import OpenAlex

    secret = settings.openalex_api_key
    key = secret.get_secret_value().strip() if secret is not None else None
    return OpenAlex(settings.openalex_url, contact=settings.contact_email, key=key, notice=notice)


SERVICES: dict[str, Callable[[Settings, Callable[[str], None]], Service]] = {"arxiv": _arxiv, "openalex": _openalex}
"""Name on the command line -> what opens the service, given the settings and a function that is told why one has to wait.
`vouch enrich` asks the services in this order."""
