"""Ollama's own protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rag.backends.base import Message
from rag.backends.calls import BRIEF, PROMPT_TOKENS, Call, Opener, Piece, chat_messages, limit, stop_of, tokens_of
from rag.backends.lines import Line, Pool
from rag.settings import Settings


def ollama(*, model: str, settings: Settings, key: str, address: str) -> Opener:
    """The context window is set, because Ollama's default silently cuts a long prompt."""
    from llama_index.llms.ollama import Ollama
    from ollama import Client

    del key  # there is none
    pool = Pool("httpx", settings.llm_timeout)
    llm = Ollama(
        model=model,
        temperature=settings.llm_temperature,
        context_window=PROMPT_TOKENS,  # anything but the value that makes the class ask the server; see below
        request_timeout=settings.llm_timeout,
        client=Client(host=address, **pool.options),
    )

    def opener(dropped: frozenset[str]) -> Call:
        most = limit(settings, thinks=BRIEF in dropped)
        window = settings.llm_context_tokens + most + PROMPT_TOKENS
        line = Line()

        def pieces(messages: Sequence[Message]) -> Iterator[Piece]:
            pool.use(line)
            mine = llm.model_copy(update={"context_window": window, "additional_kwargs": {"num_predict": most}})
            for response in mine.stream_chat(chat_messages(messages)):
                raw: Any = response.raw
                tokens = tokens_of(raw.get("usage") or {}, "prompt_tokens", "completion_tokens")
                stop = stop_of(raw.get("done_reason") or "stop", "length") if raw.get("done") else None
                thinking = response.additional_kwargs.get("thinking_delta") or ""
                yield Piece(response.delta or "", tokens, stop, thinking)

        return Call((), pieces, line.close)

    return opener


def list_models(*, settings: Settings, key: str, address: str) -> list[str]:
    """The names of the models fetched to the server at `address`."""
    from ollama import Client

    del key
    found = Client(host=address, **Pool("httpx", settings.llm_timeout).options).list().models
    return [model.model for model in found if model.model]
