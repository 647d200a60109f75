"""OpenAI's chat completions: at OpenAI, at Azure, and at any server that speaks the same protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.backends.base import Message
from rag.backends.calls import BRIEF, PROMPT_TOKENS, Call, Opener, Piece, chat_messages, limit, stop_of, thinks, tokens_of
from rag.backends.lines import Line, Pool
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.llms.openai import OpenAI


def openai(*, model: str, settings: Settings, key: str, address: str) -> Opener:
    """OpenAI itself. Raises ValueError for a model that LlamaIndex knows to speak another protocol."""
    from llama_index.llms.openai import OpenAI
    from llama_index.llms.openai.utils import is_chat_model

    pool = Pool("httpx", settings.llm_timeout)
    common = _common(model, settings, key, pool)
    # OpenAI's class knows which models want another role for the instructions, and refuses names it does not know.
    llm = OpenAI(**common, api_base=address) if is_chat_model(model) else _like(common, settings, address)
    return _opener(llm, pool, settings, own=True)


def openai_compatible(*, model: str, settings: Settings, key: str, address: str) -> Opener:
    """A server of the same protocol: vLLM, llama.cpp, LM Studio, a proxy."""
    pool = Pool("httpx", settings.llm_timeout)
    return _opener(_like(_common(model, settings, key, pool), settings, address), pool, settings, own=thinks(model))


def azure(*, model: str, settings: Settings, key: str, address: str) -> Opener:
    """A deployment at Azure OpenAI; `model` is the deployment's name, which need not be a model's."""
    pool = Pool("httpx", settings.llm_timeout)
    version = settings.azure_api_version
    common = _common(model, settings, key, pool)
    return _opener(_any_azure()(**common, engine=model, azure_endpoint=address, api_version=version), pool, settings, own=True)


def list_models(*, settings: Settings, key: str, address: str) -> list[str]:
    """The names of the models that the server at `address` offers."""
    from openai import OpenAI

    pool = Pool("httpx", settings.llm_timeout)
    client = OpenAI(api_key=key, base_url=address, max_retries=0, timeout=settings.llm_timeout, http_client=pool.client)
    with client:
        return [model.id for model in client.models.list()]


def _common(model: str, settings: Settings, key: str, pool: Pool) -> dict[str, Any]:
    return {
        "model": model,
        "temperature": settings.llm_temperature,
        "api_key": key,
        "max_retries": 0,
        "timeout": settings.llm_timeout,
        "http_client": pool.client,
    }


def _like(common: dict[str, Any], settings: Settings, address: str) -> OpenAI:
    from llama_index.llms.openai_like import OpenAILike

    window = settings.llm_context_tokens + settings.llm_max_tokens + PROMPT_TOKENS
    llm: OpenAI = OpenAILike(**common, api_base=address, is_chat_model=True, context_window=window)
    return llm


@cache
def _any_azure() -> type[OpenAI]:
    """LlamaIndex's class, which takes a deployment whose name it does not know for a model without chat."""
    from llama_index.core.llms import LLMMetadata
    from llama_index.llms.azure_openai import AzureOpenAI

    class AnyAzure(AzureOpenAI):  # type: ignore[misc, unused-ignore]
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(is_chat_model=True, model_name=self.model)

    return AnyAzure


def _opener(llm: OpenAI, pool: Pool, settings: Settings, *, own: bool) -> Opener:
    """`own` puts the newer name of the token limit first, which OpenAI's thinking models insist on."""
    from openai import omit

    # Made here once, and not by many threads at the same moment; `chat` loads a third of the library when it is first named.
    llm._get_client().chat.completions  # noqa: B018
    ponders = thinks(llm.model)
    limits = ("max_completion_tokens", "max_tokens") if own else ("max_tokens", "max_completion_tokens")

    def opener(dropped: frozenset[str]) -> Call:
        line = Line()
        most = limit(settings, thinks=ponders or BRIEF in dropped)
        options: dict[str, Any] = dict.fromkeys([n for n in limits if n not in dropped][:1], most)
        if "stream_options" not in dropped:
            options["stream_options"] = {"include_usage": True}
        heated = not ponders and "temperature" not in dropped
        sent = (*options, *(("temperature",) if heated else ()))
        if not heated:
            options["temperature"] = omit

        def pieces(messages: Sequence[Message]) -> Iterator[Piece]:
            pool.use(line)
            stop = None
            for response in llm.stream_chat(chat_messages(messages), **options):
                choices = getattr(response.raw, "choices", None) or []
                stop = stop or stop_of(choices[0].finish_reason if choices else None, "length")
                said = response.additional_kwargs
                tokens = tokens_of(said, "prompt_tokens", "completion_tokens")
                yield Piece(response.delta or "", tokens, stop, said.get("thinking_delta") or "")
            if stop is None and line.done:  # some servers give no reason and close the stream properly all the same
                yield Piece(stop="end")

        return Call(sent, pieces, line.close)

    return opener
