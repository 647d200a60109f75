"""Google's Gemini API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from rag.answering.record import Tokens
from rag.backends.base import Message, Stop
from rag.backends.calls import BRIEF, PROMPT_TOKENS, Call, Opener, Piece, chat_messages, limit, stop_of, tokens_of
from rag.backends.lines import Line, Pool
from rag.settings import Settings

# Models up to 2.0 do not think; from 3 on Google asks to leave the temperature alone.
_THINKS_NOT = re.compile(r"(?:^|/)(?:gemini-(?:1|2\.0|pro|exp)|gemma)")
_TAKES_HEAT = re.compile(r"(?:^|/)(?:gemini-(?:[12][.-]|pro|exp)|gemma)")


def google(*, model: str, settings: Settings, key: str, address: str) -> Opener:
    """The Gemini API with a key."""
    from llama_index.llms.google_genai import GoogleGenAI

    pool = Pool("httpx", settings.llm_timeout)
    heated = _TAKES_HEAT.search(model) is not None
    ponders = _THINKS_NOT.search(model) is None
    # With window and limit given, the class does not ask the server for them.
    window = settings.llm_context_tokens + settings.llm_max_tokens + PROMPT_TOKENS
    llm: Any = GoogleGenAI(
        model=model,
        api_key=key,
        temperature=settings.llm_temperature if heated else None,
        max_tokens=settings.llm_max_tokens,
        context_window=window,
        max_retries=0,
        file_mode="inline",
        http_options=_http_options(settings, address, pool),
    )

    def opener(dropped: frozenset[str]) -> Call:
        line = Line()
        config: dict[str, Any] = {"max_output_tokens": limit(settings, thinks=ponders or BRIEF in dropped)}
        if "temperature" in dropped:
            config["temperature"] = None

        def pieces(messages: Sequence[Message]) -> Iterator[Piece]:
            pool.use(line)
            tap = _Tap(llm._client)
            mine = llm.model_copy()
            mine._client = tap
            for response in mine.stream_chat(chat_messages(messages), generation_config=config):
                yield Piece(response.delta or "", tap.tokens, None, tap.thinking)
            if tap.seen:
                yield Piece("", tap.tokens, tap.stop)

        return Call(("temperature",) if heated and "temperature" not in dropped else (), pieces, line.close)

    return opener


def list_models(*, settings: Settings, key: str, address: str) -> list[str]:
    """The names of the models that the server at `address` offers for writing."""
    from google.genai import Client

    options = _http_options(settings, address, Pool("httpx", settings.llm_timeout))
    names = []
    for model in Client(api_key=key, vertexai=False, http_options=options).models.list():
        if model.name and "generateContent" in (model.supported_actions or ["generateContent"]):
            names.append(model.name.removeprefix("models/"))
    return names


def _http_options(settings: Settings, address: str, pool: Pool) -> dict[str, Any]:
    return {
        "base_url": address,
        "timeout": int(settings.llm_timeout * 1000),  # milliseconds
        "httpx_client": pool.client,
        "async_client_args": {"verify": pool.options["verify"]},  # never used, and yet made
    }


class _Tap:
    """Stands where LlamaIndex's class expects the client, and reads along: the class passes no message on that has no text,
    the last one with the reason for the end among them, and takes every reason but one for an error."""

    def __init__(self, client: Any) -> None:
        self.chats = SimpleNamespace(create=self._create)
        self.tokens: Tokens | None = None
        self.stop: Stop | None = None
        self.thinking = ""
        self.seen = False
        self._client = client

    def _create(self, **values: Any) -> SimpleNamespace:
        chat = self._client.chats.create(**values)
        return SimpleNamespace(send_message_stream=lambda message: self._read(chat.send_message_stream(message)))

    def _read(self, stream: Iterator[Any]) -> Iterator[Any]:
        for chunk in stream:
            usage = chunk.usage_metadata.model_dump() if chunk.usage_metadata else {}
            self.tokens = tokens_of(usage, "prompt_token_count", "candidates_token_count", "thoughts_token_count") or self.tokens
            if chunk.prompt_feedback and chunk.prompt_feedback.block_reason:
                stop_of(chunk.prompt_feedback.block_reason.value, "")
            for candidate in (chunk.candidates or [])[:1]:
                self.seen = True
                reason = candidate.finish_reason
                self.stop = stop_of(reason.value if reason else None, "MAX_TOKENS") or self.stop
                candidate.finish_reason = None
                parts = (candidate.content.parts if candidate.content else None) or []
                self.thinking = "".join(part.text for part in parts if part.text and part.thought)
            yield chunk
