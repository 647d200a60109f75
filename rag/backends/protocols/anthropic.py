"""Anthropic's messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.backends.base import Message
from rag.backends.calls import BRIEF, Call, Opener, Piece, chat_messages, limit, stop_of, tokens_of
from rag.backends.lines import Line, Pool
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatResponse


def anthropic(*, model: str, settings: Settings, key: str, address: str) -> Opener:
    """Anthropic, or a server that speaks its protocol."""
    from llama_index.llms.anthropic.utils import ANTHROPIC_NO_TEMP_MODELS

    pool = Pool("httpx2", settings.llm_timeout)
    llm: Any = _any_anthropic()(
        model=model,
        api_key=key,
        base_url=address,
        max_retries=0,
        timeout=settings.llm_timeout,
        max_tokens=settings.llm_max_tokens,
    )
    llm._client = _client(settings, key, address, pool)  # the class takes none
    warm = not any(name in model for name in ANTHROPIC_NO_TEMP_MODELS)

    def opener(dropped: frozenset[str]) -> Call:
        line = Line()
        options: dict[str, Any] = {"max_tokens": limit(settings, thinks=BRIEF in dropped)}
        heated = warm and "temperature" not in dropped
        if heated:
            options["extra_body"] = {"temperature": min(settings.llm_temperature, 1.0)}

        def pieces(messages: Sequence[Message]) -> Iterator[Piece]:
            pool.use(line)
            for response in llm.stream_chat(chat_messages(messages), **options):
                said = response.message.additional_kwargs
                tokens = tokens_of(said.get("usage") or {}, "input_tokens", "output_tokens")
                stop = stop_of(said.get("stop_reason"), "max_tokens")
                yield Piece(_text_delta(response), tokens, stop, said.get("thinking_delta") or "")

        return Call(("temperature",) if heated else (), pieces, line.close)

    return opener


def list_models(*, settings: Settings, key: str, address: str) -> list[str]:
    """The names of the models that the server at `address` offers."""
    return [model.id for model in _client(settings, key, address, Pool("httpx2", settings.llm_timeout)).models.list()]


def _client(settings: Settings, key: str, address: str, pool: Pool) -> Any:
    import anthropic

    return anthropic.Anthropic(
        api_key=key, base_url=address, max_retries=0, timeout=settings.llm_timeout, http_client=pool.client
    )


@cache
def _any_anthropic() -> Callable[..., LLM]:
    """LlamaIndex's class with three repairs. It looks the context size up in a table at every request and refuses a model
    that is not in it. It calls anthropic's MessageParam, a plain dict at first and a Union since 2.0. It passes a
    temperature, an argument that 2.0 removed; in the request's body all versions take it."""
    from llama_index.core.llms import LLMMetadata
    from llama_index.llms.anthropic import Anthropic, utils

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
