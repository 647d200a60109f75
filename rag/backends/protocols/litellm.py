"""Everything that litellm reaches, under litellm's own names: `cohere/command-r`, `bedrock/…`, `groq/…`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from rag.backends.base import Message
from rag.backends.calls import BRIEF, Call, Opener, Piece, chat_messages, limit, stop_of, thinks, tokens_of
from rag.backends.lines import Line, Pool
from rag.settings import Settings

# Both are read while litellm is imported: the first keeps it from fetching its table of prices, the second from reading
# another project's .env.
QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION"}


def litellm(*, model: str, settings: Settings, key: str, address: str) -> Opener:
    """Without `key` litellm takes the one in the variable that the service's makers chose, such as COHERE_API_KEY.

    Raises ValueError where litellm does not know the service that `model` begins with.
    """
    pool = _quiet_pool()
    from litellm import BadRequestError, get_llm_provider
    from llama_index.llms.litellm import LiteLLM

    try:
        get_llm_provider(model, api_base=address or None)
    except BadRequestError as error:
        raise ValueError(str(error)) from None
    llm: Any = LiteLLM(
        model=model,
        temperature=min(settings.llm_temperature, 1.0),
        max_tokens=settings.llm_max_tokens,
        max_retries=1,  # attempts, in this class
        api_key=key or None,
        api_base=address or None,
        additional_kwargs={"timeout": settings.llm_timeout, "num_retries": 0, "drop_params": True},
    )

    def opener(dropped: frozenset[str]) -> Call:
        line = Line()
        options: dict[str, Any] = {"max_tokens": limit(settings, thinks=thinks(model) or BRIEF in dropped)}
        if "stream_options" not in dropped:
            options["stream_options"] = {"include_usage": True}
        heated = not thinks(model) and "temperature" not in dropped
        if not heated:
            options["temperature"] = None

        def pieces(messages: Sequence[Message]) -> Iterator[Piece]:
            pool.use(line)
            stop = failure = None
            try:
                for response in llm.stream_chat(chat_messages(messages), **options):
                    raw = response.raw
                    choice = raw["choices"][0]
                    stop = stop or stop_of(choice.get("finish_reason"), "length")
                    usage = raw.get("usage")
                    tokens = tokens_of(usage.model_dump() if usage else {}, "prompt_tokens", "completion_tokens")
                    if stop is not None and line.used and not line.done:
                        continue  # litellm makes up an end where a stream was cut or was none
                    yield Piece(response.delta or "", tokens, stop, choice["delta"].get("reasoning_content") or "")
            except Exception as error:
                failure = _behind(error)
            if failure is not None:  # raised here, where litellm's own error does not become its context
                raise failure
            if stop is not None and line.done:
                yield Piece(stop=stop)

        return Call(("stream_options", *(("temperature",) if heated else ())), pieces, line.close)

    return opener


def _behind(error: BaseException) -> BaseException:
    """The error of another library that litellm has wrapped into a status 500 of its own making, else the error itself."""
    if getattr(error, "status_code", None) != 500:
        return error
    inner: BaseException | None = error
    while inner is not None and type(inner).__module__.startswith("litellm"):
        inner = inner.__cause__ or inner.__context__
    return inner or error


@cache
def _quiet_pool() -> Pool:
    """litellm with its telemetry, its printing and its fetching switched off, and with connections that can be closed where it
    takes them from outside (OpenAI's protocol)."""
    os.environ.update(QUIET)
    import litellm

    pool = Pool("httpx", 600.0)  # every request brings its own time limit
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.client_session = pool.client
    return pool
