"""Mistral's chat completions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from rag.answering.record import Tokens
from rag.backends.base import Message, Stop
from rag.backends.calls import BRIEF, Call, Opener, Piece, chat_messages, limit, stop_of, tokens_of
from rag.backends.lines import Line, Pool
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


def mistral(*, model: str, settings: Settings, key: str, address: str) -> Opener:
    """Mistral, or a server that speaks its protocol."""
    pool = Pool("httpx2", settings.llm_timeout)
    client = _client(settings, key, address, pool)
    llm: Any = _any_mistral()(
        model=model,
        temperature=min(settings.llm_temperature, 1.0),
        max_tokens=settings.llm_max_tokens,
        timeout=settings.llm_timeout,
        max_retries=0,
        api_key=key,
        endpoint=address,
    )

    def opener(dropped: frozenset[str]) -> Call:
        line = Line()
        options: dict[str, Any] = {"max_tokens": limit(settings, thinks="magistral" in model or BRIEF in dropped)}
        if "temperature" in dropped:
            options["temperature"] = None

        def pieces(messages: Sequence[Message]) -> Iterator[Piece]:
            pool.use(line)
            tap = _Tap(client)
            mine = llm.model_copy()
            mine._client = tap  # the class takes none
            for response in mine.stream_chat(chat_messages(messages), **options):
                yield Piece(response.delta or "", tap.tokens, tap.stop, tap.thinking)

        return Call(() if "temperature" in dropped else ("temperature",), pieces, line.close)

    return opener


def list_models(*, settings: Settings, key: str, address: str) -> list[str]:
    """The names of the models that the server at `address` offers."""
    found = _client(settings, key, address, Pool("httpx2", settings.llm_timeout)).models.list().data or []
    return [model.id for model in found]


def _client(settings: Settings, key: str, address: str, pool: Pool) -> Any:
    from mistralai.client import Mistral

    return Mistral(api_key=key, server_url=address, client=pool.client, timeout_ms=int(settings.llm_timeout * 1000))


@cache
def _any_mistral() -> Callable[..., LLM]:
    """LlamaIndex's class, which looks the context size up in a table and refuses a model that is not in it."""
    from llama_index.core.llms import LLMMetadata
    from llama_index.llms.mistralai import MistralAI

    class AnyMistral(MistralAI):  # type: ignore[misc, unused-ignore]
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(num_output=self.max_tokens, is_chat_model=True, model_name=self.model)

    return AnyMistral


class _Tap:
    """Stands where LlamaIndex's class expects the client, and reads along: the class passes neither counts nor the reason for
    the end on, and takes the thoughts of a model that thinks for its words."""

    def __init__(self, client: Any) -> None:
        self.chat = SimpleNamespace(stream=self._stream)
        self.tokens: Tokens | None = None
        self.stop: Stop | None = None
        self.thinking = ""
        self._client = client

    def _stream(self, **values: Any) -> Iterator[Any]:
        for event in self._client.chat.stream(**values):
            usage = event.data.usage.model_dump() if event.data.usage else {}
            self.tokens = tokens_of(usage, "prompt_tokens", "completion_tokens") or self.tokens
            for choice in event.data.choices[:1]:
                self.stop = stop_of(choice.finish_reason, "length") or self.stop
                content = choice.delta.content
                self.thinking = ""
                if isinstance(content, list):
                    self.thinking = "".join(_text(part) for chunk in content for part in getattr(chunk, "thinking", None) or [])
                    choice.delta.content = "".join(_text(chunk) for chunk in content)
            yield event


def _text(chunk: Any) -> str:
    return getattr(chunk, "text", None) or ""
