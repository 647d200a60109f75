"""One request to a provider through its LlamaIndex class, read as pieces of one shape.

A call has a client of its own: it can be closed from another thread without disturbing any other request, and the LLM
classes, which change while they work, are never shared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.answering.record import Tokens
from rag.backends.base import Message, Stop
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage, ChatResponse

PROMPT_TOKENS = 4096  # room beside the evidence: instructions, question, earlier turns
_DONE = re.compile(rb"(?:^|\n)data:\s*\[DONE\]")


@dataclass(frozen=True, slots=True)
class Piece:
    """What one message of the stream brought: text (empty while a model thinks), the tokens so far, the reason for the end."""

    text: str = ""
    tokens: Tokens | None = None
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request that can be read once. `options` names the parameters sent that a server may not know; the request is made
    when `pieces` is first advanced, never before."""

    options: tuple[str, ...]
    pieces: Callable[[Sequence[Message]], Iterator[Piece]]
    close: Callable[[], None]


Opener = Callable[[frozenset[str]], Call]
"""Prepares a call that leaves out the options named. Raises ImportError where the provider's package is missing."""


def openai_call(dropped: frozenset[str], *, model: str, settings: Settings, key: str, address: str | None, own: bool) -> Call:
    """OpenAI's chat completions, at OpenAI (`own`) or at a server that speaks the same protocol."""
    from llama_index.llms.openai import OpenAI
    from llama_index.llms.openai.utils import O1_MODELS, is_chat_model
    from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped, unused-ignore]
    from openai import DefaultHttpxClient, omit

    tail = _Tail()
    client = DefaultHttpxClient(timeout=settings.llm_timeout, event_hooks={"response": [tail.watch]})
    common: dict[str, Any] = {
        "model": model,
        "temperature": settings.llm_temperature,
        "api_key": key,
        "api_base": address,
        "max_retries": 0,
        "timeout": settings.llm_timeout,
        "http_client": client,
    }
    # OpenAI's class knows which models think and want other roles and parameters, and refuses names it does not know.
    known = own and is_chat_model(model)
    window = settings.llm_context_tokens + settings.llm_max_tokens + PROMPT_TOKENS
    llm = OpenAI(**common) if known else OpenAILike(**common, is_chat_model=True, context_window=window)

    limits = ("max_completion_tokens", "max_tokens") if own else ("max_tokens", "max_completion_tokens")
    options: dict[str, Any] = dict.fromkeys([n for n in limits if n not in dropped][:1], settings.llm_max_tokens)
    if "stream_options" not in dropped:
        options["stream_options"] = {"include_usage": True}
    sent = (*options, *(() if "temperature" in dropped or model in O1_MODELS else ("temperature",)))
    if "temperature" in dropped:
        options["temperature"] = omit

    def pieces(messages: Sequence[Message]) -> Iterator[Piece]:
        stop: Stop | None = None
        for response in llm.stream_chat(_chat_messages(messages), **options):
            choices = getattr(response.raw, "choices", None) or []
            reason = choices[0].finish_reason if choices else None
            stop = stop or _stop(reason, "length")
            tokens = _tokens(response.additional_kwargs, "prompt_tokens", "completion_tokens")
            yield Piece(response.delta or "", tokens, stop)
        if stop is None and tail.done:  # some servers give no reason and close the stream properly all the same
            yield Piece(stop="end")

    return Call(sent, pieces, client.close)


def ollama_call(dropped: frozenset[str], *, model: str, settings: Settings, address: str | None) -> Call:
    """Ollama's own protocol. The context window is set, because Ollama's default silently cuts a long prompt."""
    from llama_index.llms.ollama import Ollama  # type: ignore[import-untyped, unused-ignore]
    from ollama import Client

    del dropped  # Ollama ignores what it does not know
    client = Client(host=address, timeout=settings.llm_timeout)
    llm = Ollama(
        model=model,
        temperature=settings.llm_temperature,
        context_window=settings.llm_context_tokens + settings.llm_max_tokens + PROMPT_TOKENS,
        request_timeout=settings.llm_timeout,
        additional_kwargs={"num_predict": settings.llm_max_tokens},
        client=client,
    )

    def pieces(messages: Sequence[Message]) -> Iterator[Piece]:
        for response in llm.stream_chat(_chat_messages(messages)):
            raw: Any = response.raw
            tokens = _tokens(raw.get("usage") or {}, "prompt_tokens", "completion_tokens")
            stop = _stop(raw.get("done_reason") or "stop", "length") if raw.get("done") else None
            yield Piece(response.delta or "", tokens, stop)

    return Call((), pieces, client.close)


def anthropic_call(dropped: frozenset[str], *, model: str, settings: Settings, key: str, address: str | None) -> Call:
    """Anthropic's messages."""
    from llama_index.llms.anthropic.utils import (  # type: ignore[import-not-found, unused-ignore]
        ANTHROPIC_NO_TEMP_MODELS,
    )

    llm: Any = _any_anthropic()(
        model=model,
        max_tokens=settings.llm_max_tokens,
        api_key=key,
        base_url=address,
        max_retries=0,
        timeout=settings.llm_timeout,
    )
    options: dict[str, Any] = {}
    if "temperature" not in dropped and not any(name in model for name in ANTHROPIC_NO_TEMP_MODELS):
        options["extra_body"] = {"temperature": min(settings.llm_temperature, 1.0)}

    def pieces(messages: Sequence[Message]) -> Iterator[Piece]:
        for response in llm.stream_chat(_chat_messages(messages), **options):
            said = response.message.additional_kwargs
            tokens = _tokens(said.get("usage") or {}, "input_tokens", "output_tokens")
            yield Piece(_text_delta(response), tokens, _stop(said.get("stop_reason"), "max_tokens"))

    # The class takes no client, so that the one it made has to be closed.
    return Call(("temperature",) if options else (), pieces, llm._client.close)


@cache
def _any_anthropic() -> Callable[..., LLM]:
    """LlamaIndex's class with three repairs. It looks the context size up in a table at every request and refuses a model
    that is not in it. It calls anthropic's MessageParam, a plain dict at first and a Union since 2.0. It passes a
    temperature, an argument that 2.0 removed; in the request's body all versions take it."""
    from llama_index.core.llms import LLMMetadata
    from llama_index.llms.anthropic import Anthropic, utils  # type: ignore[import-not-found, unused-ignore]

    if not isinstance(utils.__dict__["MessageParam"], type):
        utils.__dict__["MessageParam"] = dict

    class AnyAnthropic(Anthropic):  # type: ignore[misc, unused-ignore]
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(num_output=self.max_tokens, is_chat_model=True, model_name=self.model)

        @property
        def _model_kwargs(self) -> dict[str, Any]:
            return {name: value for name, value in super()._model_kwargs.items() if name != "temperature"}

    return AnyAnthropic


def _text_delta(response: ChatResponse) -> str:
    """The text that this event added; events that add none may repeat the last one's."""
    raw: Any = response.raw
    return response.delta or "" if raw.get("type") == "content_block_delta" else ""


class _Tail:
    """Notices the line that ends an event stream; the openai library swallows it, and a cut stream has none."""

    def __init__(self) -> None:
        self.done = False

    def watch(self, response: Any) -> None:
        """Put an observer between the response and its bytes (an httpx event hook)."""
        import httpx

        tail, inner = self, response.stream

        class Watched(httpx.SyncByteStream):
            def __iter__(self) -> Iterator[bytes]:
                last = b""
                for chunk in inner:
                    last = (last + chunk)[-64 - len(chunk) :]
                    tail.done = tail.done or _DONE.search(last) is not None
                    yield chunk

            def close(self) -> None:
                inner.close()

        response.stream = Watched()


def _chat_messages(messages: Sequence[Message]) -> list[ChatMessage]:
    from llama_index.core.llms import ChatMessage, MessageRole

    return [ChatMessage(role=MessageRole(message.role), content=message.text) for message in messages]


def _stop(reason: str | None, cut_off: str) -> Stop | None:
    if reason is None:
        return None
    return "length" if reason == cut_off else "end"


def _tokens(counts: dict[str, Any], prompt: str, completion: str) -> Tokens | None:
    if not counts.get(prompt) and not counts.get(completion):
        return None
    return Tokens(int(counts.get(prompt) or 0), int(counts.get(completion) or 0), "server")
