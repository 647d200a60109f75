"""Every provider against a server on the loopback interface: the same contract, the same faults, the same messages."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from rag.answering.record import Tokens
from rag.backends import PROVIDERS, Message, collect, live, open_backend
from rag.errors import (
    BackendBusy,
    BackendError,
    BackendGarbled,
    BackendRefused,
    BackendTimeout,
    BackendUnreachable,
)
from rag.settings import Settings
from tests.fakes.environment import without_keys
from tests.fakes.llm_server import Cut, Drip, Fail, Hang, LLMServer, Raw, Say, Status, Step

KEY = "sk-secret-0123456789"
MODELS = {
    "openai": "gpt-4o-mini",
    "openai-compatible": "any-model",
    "azure": "my-deployment",
    "anthropic": "claude-9",
    "google": "gemini-2.0-flash",
    "mistral": "mistral-small-latest",
    "ollama": "llama9:3b",
    "litellm": "openai/any-model",
}
QUESTION = (Message("system", "Be brief."), Message("user", "Who are you?"))


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FIRST_PAUSE", 0.01)
    without_keys(monkeypatch)


@pytest.fixture(params=list(MODELS))
def provider(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if find_spec(PROVIDERS[name].import_name) is None:
        pytest.skip(f"the extra {name} is not installed")
    return name


@pytest.fixture
def serve() -> Iterator[Callable[..., LLMServer]]:
    servers: list[LLMServer] = []

    def start(*script: Step) -> LLMServer:
        servers.append(LLMServer(*script).__enter__())
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__()


def settings(address: str, **values: Any) -> Settings:
    short = {"llm_timeout": 20.0, "llm_deadline": 30.0, "llm_retries": 2}
    keys = {f"{name}_api_key": KEY for name in ("openai", "anthropic", "azure", "google", "mistral", "litellm", "llm")}
    return Settings(**{**short, **keys, "llm_base_url": address, **values})


def ask(provider: str, server: LLMServer, *, model: str = "", **values: Any) -> tuple[list[str], Tokens, str]:
    backend = open_backend(f"{provider}:{model or MODELS[provider]}", settings(server.base_url(provider), **values))
    pieces: list[str] = []
    reply = collect(backend.stream(QUESTION), pieces.append)
    assert "".join(pieces) == reply.text
    return pieces, reply.tokens, reply.stop


def failure(provider: str, server: LLMServer, kind: type[BackendError], **values: Any) -> BackendError:
    with pytest.raises(kind) as caught:
        ask(provider, server, **values)
    assert KEY not in str(caught.value)
    assert caught.value.message.count(". ") == 0  # one sentence
    assert caught.value.message.endswith(".")
    return caught.value


def test_streams_piece_by_piece_and_counts_the_servers_tokens(provider: str, serve: Callable[..., LLMServer]) -> None:
    server = serve(Say("I am a model that answers."))
    pieces, tokens, stop = ask(provider, server)
    assert pieces == ["I am a", " model", " that ", "answer", "s."]
    assert tokens == Tokens(11, 7, "server")
    assert stop == "end"
    request = server.requests[0]
    named = request.body.get("model") or request.path  # Google has it in the path
    assert MODELS[provider].removeprefix("openai/") in named
    assert "Be brief." in request.prompt
    assert "Who are you?" in request.prompt


def test_a_limit_that_cut_the_reply_off_is_told(provider: str, serve: Callable[..., LLMServer]) -> None:
    assert ask(provider, serve(Say("I am a", stop="length")))[2] == "length"


def test_thinking_is_no_part_of_the_reply(provider: str, serve: Callable[..., LLMServer]) -> None:
    pieces, _, _ = ask(provider, serve(Say("Yes.", thinking="Let me see.")))
    assert pieces == ["Yes."]


def test_tokens_are_counted_here_where_the_server_does_not(serve: Callable[..., LLMServer]) -> None:
    _, tokens, _ = ask("openai-compatible", serve(Say("I am a model.", usage=False)))
    assert tokens == Tokens(3 + 4 + 4 + 4, 5, "tiktoken")  # "Be brief." and "Who are you?" with 4 for each message


def test_a_rejected_key_is_told_without_showing_it_and_not_tried_again(provider: str, serve: Callable[..., LLMServer]) -> None:
    server = serve(Status(401, f"Incorrect API key provided: {KEY}"))
    error = failure(provider, server, BackendRefused)
    assert "401" in error.message
    assert len(server.requests) == 1


def test_a_rate_limit_is_waited_for_as_long_as_the_server_asks(
    provider: str, serve: Callable[..., LLMServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(live, "_sleep", lambda seconds, cancelled: waits.append(seconds))
    server = serve(Status(429, headers={"Retry-After": "2"}), Say("Now."))
    assert ask(provider, server)[0] == ["Now."]
    assert [2.0 <= wait <= 2.5 for wait in waits] == [True]  # up to a quarter longer, lest all come back at once


def test_a_wait_longer_than_the_deadline_is_not_begun(provider: str, serve: Callable[..., LLMServer]) -> None:
    server = serve(Status(429, headers={"Retry-After": "3600"}))
    error = failure(provider, server, BackendBusy)
    assert error.message.endswith("is at its rate limit (status 429) and asks to wait 3600 seconds.")
    assert len(server.requests) == 1


def test_an_error_of_the_server_is_tried_again(provider: str, serve: Callable[..., LLMServer]) -> None:
    server = serve(Status(500), Status(503), Say("Better."))
    assert ask(provider, server)[0] == ["Better"[:6], "."]
    assert len(server.requests) == 3


def test_an_error_of_the_server_that_stays_is_told_after_the_retries(provider: str, serve: Callable[..., LLMServer]) -> None:
    server = serve(Status(500, page="<html><h1>Internal error</h1></html>"))
    error = failure(provider, server, BackendBusy)
    assert error.message.endswith("is overloaded or out of order (status 500), 3 times in a row.")
    assert len(server.requests) == 3


def test_pauses_double_without_a_retry_after(serve: Callable[..., LLMServer], monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    monkeypatch.setattr(live, "FIRST_PAUSE", 0.5)
    monkeypatch.setattr(live, "SPREAD", 0.0)
    monkeypatch.setattr(live, "_sleep", lambda seconds, cancelled: waits.append(seconds))
    failure("openai", serve(Status(529)), BackendBusy, llm_retries=4, llm_deadline=100)
    assert waits == [0.5, 1.0, 2.0, 4.0]


def test_a_server_that_hangs_is_given_up(provider: str, serve: Callable[..., LLMServer]) -> None:
    server = serve(Hang())
    error = failure(provider, server, BackendTimeout, llm_timeout=0.2)
    assert error.message.endswith("sent nothing for 0.2 seconds.")
    assert len(server.requests) == 1


def test_a_server_that_hangs_in_the_middle_is_given_up(provider: str, serve: Callable[..., LLMServer]) -> None:
    failure(provider, serve(Hang("I am")), BackendTimeout, llm_timeout=0.2)


def test_a_server_that_only_drips_is_given_up_and_left(serve: Callable[..., LLMServer]) -> None:
    server = serve(Drip())
    failure("openai", server, BackendTimeout, llm_timeout=0.2)
    assert server.requests[0].left.wait(5)


def test_the_deadline_holds_for_a_slow_reply(provider: str, serve: Callable[..., LLMServer]) -> None:
    server = serve(Say("word " * 200, piece=5, pause=0.05))
    error = failure(provider, server, BackendTimeout, llm_deadline=0.3)
    assert error.message.endswith("was not done within 0.3 seconds.")


@pytest.mark.parametrize("cut", [Cut("I am a model"), Cut("I am a model", clean=True)], ids=["dropped", "ended early"])
def test_a_reply_cut_in_the_middle_is_an_error_and_not_asked_twice(
    provider: str, cut: Cut, serve: Callable[..., LLMServer]
) -> None:
    server = serve(cut)
    error = failure(provider, server, BackendUnreachable)
    assert "broke before the answer was complete" in error.message
    assert len(server.requests) == 1


def test_a_reply_cut_before_its_first_word_is_asked_again(provider: str, serve: Callable[..., LLMServer]) -> None:
    assert ask(provider, serve(Cut(), Say("Again.")))[0] == ["Again."]


def test_an_error_inside_the_stream_before_the_first_word_is_tried_again(provider: str, serve: Callable[..., LLMServer]) -> None:
    assert ask(provider, serve(Fail(), Say("Again.")))[0] == ["Again."]


def test_an_error_inside_the_stream_after_it_is_told(provider: str, serve: Callable[..., LLMServer]) -> None:
    failure(provider, serve(Fail("I am")), BackendBusy)


@pytest.mark.parametrize(
    "body", [b"data: {not json\n\n", b"<html>Welcome!</html>", b"", b'data: {"a": 1}\n\n', b'{"a": [1, 2]}\n', b"data: [1]\n\n"]
)
def test_a_reply_that_is_not_the_protocol_is_garbled(provider: str, body: bytes, serve: Callable[..., LLMServer]) -> None:
    event = b"event: content_block_delta\n" if provider == "anthropic" and body.startswith(b"data") else b""
    server = serve(Raw(event + body))
    failure(provider, server, BackendGarbled)
    assert len(server.requests) == 1


@pytest.mark.parametrize("text", ["", " \n "])
def test_an_empty_reply_is_garbled(provider: str, text: str, serve: Callable[..., LLMServer]) -> None:
    assert "an empty reply" in failure(provider, serve(Say(text)), BackendGarbled).message


def test_a_limit_spent_on_thinking_names_the_setting(serve: Callable[..., LLMServer]) -> None:
    error = failure("openai", serve(Say("", stop="length")), BackendGarbled)
    assert "VOUCH_LLM_THINKING_TOKENS" in error.remedy


def test_nobody_there_names_the_address_and_what_to_start(provider: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    backend = open_backend(f"{provider}:{MODELS[provider]}", settings(address))
    with pytest.raises(BackendUnreachable, match=address) as caught:
        collect(backend.stream(QUESTION))
    starts = {"ollama": "ollama serve", "openai-compatible": "Start the server"}
    assert starts.get(provider, "network connection") in caught.value.remedy


def test_an_unknown_model_names_the_remedy(provider: str, serve: Callable[..., LLMServer]) -> None:
    error = failure(provider, serve(Status(404, "model not found")), BackendRefused)
    assert MODELS[provider] in error.message
    remedies = {"ollama": "ollama pull", "litellm": "service/model"}
    assert remedies.get(provider, "name") in error.remedy


def test_a_rejected_request_repeats_the_servers_words(provider: str, serve: Callable[..., LLMServer]) -> None:
    error = failure(provider, serve(Status(400, "The prompt is\ntoo long.")), BackendRefused)
    assert error.message.endswith("rejected the request (status 400): The prompt is too long.")


@pytest.mark.parametrize("keyed", [name for name in MODELS if name != "ollama"])
def test_a_servers_words_never_show_the_key(keyed: str, serve: Callable[..., LLMServer]) -> None:
    if keyed == "anthropic":
        pytest.importorskip("llama_index.llms.anthropic", reason="the anthropic extra is not installed")
    error = failure(keyed, serve(Status(400, f"What is {KEY} for?")), BackendRefused)
    assert error.message.endswith("What is … for.")


def test_a_used_up_quota_is_not_tried_again(serve: Callable[..., LLMServer]) -> None:
    server = serve(Status(429, kind="insufficient_quota"))
    assert "quota" in failure("openai", server, BackendBusy).message
    assert len(server.requests) == 1


def test_cancelling_stops_reading_and_keeps_what_came(provider: str, serve: Callable[..., LLMServer]) -> None:
    server = serve(Say("word " * 400, piece=5, pause=0.01))
    backend = open_backend(f"{provider}:{MODELS[provider]}", settings(server.base_url(provider)))
    pieces: list[str] = []
    reply = collect(backend.stream(QUESTION, cancelled=lambda: len(pieces) >= 3), pieces.append)
    assert (reply.text, reply.stop) == ("word word word ", "cancelled")
    assert server.requests[0].left.wait(5)


def test_cancelling_ends_a_wait_for_a_retry(serve: Callable[..., LLMServer]) -> None:
    server = serve(Status(429, headers={"Retry-After": "4"}))
    backend = open_backend("openai:gpt-9", settings(server.base_url("openai")))
    reply = collect(backend.stream(QUESTION, cancelled=lambda: bool(server.requests)))
    assert (reply.text, reply.stop) == ("", "cancelled")


def test_an_error_of_the_listener_closes_the_connection(serve: Callable[..., LLMServer]) -> None:
    server = serve(Say("word " * 400, piece=5, pause=0.01))
    backend = open_backend("openai:gpt-9", settings(server.base_url("openai")))

    def listener(_: str) -> None:
        raise RuntimeError("the page is gone")

    with pytest.raises(RuntimeError, match="the page is gone"):
        collect(backend.stream(QUESTION), listener)
    assert server.requests[0].left.wait(5)


def test_a_parameter_the_server_refuses_is_left_out_from_then_on(serve: Callable[..., LLMServer]) -> None:
    def picky(request: Any) -> Status | str:
        for name in ("max_completion_tokens", "stream_options", "temperature"):
            if name in request.body:
                return Status(400, f"Unsupported parameter: '{name}' is not supported with this model.")
        return "Fine."

    server = serve(picky)
    backend = open_backend("openai:gpt-4o", settings(server.base_url("openai")))
    assert collect(backend.stream(QUESTION)).text == "Fine."
    assert collect(backend.stream(QUESTION)).text == "Fine."
    assert len(server.requests) == 5  # four to find out, one for the second question
    assert server.requests[-1].body["max_tokens"] == 700


def test_anthropic_leaves_out_a_temperature_that_is_refused(serve: Callable[..., LLMServer]) -> None:
    pytest.importorskip("llama_index.llms.anthropic", reason="the anthropic extra is not installed")
    server = serve(Status(400, "temperature: not supported by this model", "invalid_request_error"), Say("Fine."))
    assert ask("anthropic", server)[0] == ["Fine."]
    assert "temperature" in server.requests[0].body
    assert "temperature" not in server.requests[1].body


@pytest.mark.parametrize("model", ["gpt-4o-mini", "o3-mini", "gpt-5", "ft:gpt-4o:me::1", "davinci-002"])
def test_openai_speaks_chat_with_every_kind_of_model(model: str, serve: Callable[..., LLMServer]) -> None:
    server = serve(Say("Fine."))
    assert ask("openai", server, model=model)[0] == ["Fine."]
    body = server.requests[0].body
    assert server.requests[0].path == "/v1/chat/completions"
    thinks = model in ("o3-mini", "gpt-5")
    assert (body["model"], body["max_completion_tokens"]) == (model, 700 + 4000 if thinks else 700)
    assert body.get("temperature") == (None if thinks else 0.0)
    assert body["messages"][0]["role"] == ("developer" if thinks else "system")


def test_ollama_is_given_a_window_that_holds_the_evidence(serve: Callable[..., LLMServer]) -> None:
    server = serve(Say("Fine."))
    ask("ollama", server, llm_context_tokens=3000)
    assert server.requests[0].body["options"]["num_ctx"] == 3000 + 700 + 4096
    assert [request.path for request in server.requests] == ["/api/chat"]


def test_a_stream_without_a_reason_to_end_is_complete_when_it_says_done(serve: Callable[..., LLMServer]) -> None:
    assert ask("openai-compatible", serve(Say("Fine.", stop=None, usage=False)))[0] == ["Fine."]


def test_a_server_without_a_key_never_gets_the_key_of_openai(
    serve: Callable[..., LLMServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    server = serve(Say("Fine."))
    ask("openai-compatible", server, llm_api_key=None)
    assert KEY not in str(server.requests[0].headers)
