"""Cohere's rerank service, or any server that speaks its version 2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.errors import BackendGarbled, BackendMissing, BackendRefused, BackendUnreachable
from rag.settings import Settings

ADDRESS = "https://api.cohere.com"
MODEL = "rerank-v3.5"
_REFUSED = 400


def cohere_scores(question: str, texts: Sequence[str], settings: Settings, model: str = MODEL) -> list[float]:
    """The relevance in 0..1 of each text to the question.

    Raises BackendMissing without a key, BackendUnreachable, BackendRefused for a status that is an error, and
    BackendGarbled for a reply of another form.
    """
    import httpx

    if settings.cohere_api_key is None:
        raise BackendMissing("Cohere's reranker needs a key.", remedy="Set COHERE_API_KEY, or another VOUCH_RERANK.")
    address = settings.cohere_base_url or ADDRESS
    asked = {"model": model, "query": question, "documents": list(texts), "top_n": len(texts)}
    try:
        reply = httpx.post(
            f"{address.rstrip('/')}/v2/rerank",
            json=asked,
            headers={"Authorization": f"Bearer {settings.cohere_api_key.get_secret_value()}"},
            timeout=settings.llm_timeout,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        found = f"Cohere's reranker cannot be reached ({type(error).__name__})."
        raise BackendUnreachable(found, remedy="Check the network, or VOUCH_COHERE_BASE_URL.") from None
    if reply.status_code >= _REFUSED:
        raise BackendRefused(f"Cohere's reranker answers with status {reply.status_code}.", remedy="Check key and model name.")
    scores = _read(reply, len(texts))
    if scores is None:
        raise BackendGarbled("Cohere's reranker sent no scores.", remedy="Check VOUCH_COHERE_BASE_URL.")
    return scores


def _read(reply: Any, count: int) -> list[float] | None:
    try:
        found = {int(row["index"]): float(row["relevance_score"]) for row in reply.json()["results"]}
        return [found[n] for n in range(count)]
    except (ValueError, KeyError, TypeError):
        return None
