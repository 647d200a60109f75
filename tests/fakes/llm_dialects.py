"""What the providers' protocols look like on the wire, for the model server of the tests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

PROMPT_TOKENS, COMPLETION_TOKENS = 11, 7


@dataclass(frozen=True)
class Say:
    """A proper reply. `stop` is in OpenAI's words: stop, length or content_filter; None leaves the reason out."""

    text: str
    thinking: str = ""
    usage: bool = True
    stop: str | None = "stop"
    piece: int = 6  # characters in a delta
    pause: float = 0.0  # seconds between deltas


@dataclass(frozen=True)
class Status:
    """A failing status with an error body in the protocol's shape, or with `page` as it stands."""

    code: int
    message: str = "something is wrong"
    kind: str = "some_error"
    headers: dict[str, str] = field(default_factory=dict)
    page: str = ""


class Dialect(Protocol):
    """One protocol: the frames of a stream, and the body of a failing status."""

    content_type: str

    def start(self) -> bytes: ...
    def think(self, text: str) -> bytes: ...
    def text(self, text: str) -> bytes: ...
    def end(self, say: Say) -> Iterator[bytes]: ...
    def fail(self, kind: str) -> bytes: ...
    def refusal(self, status: Status) -> dict[str, Any]: ...


class OpenAI:
    content_type = "text/event-stream"

    def start(self) -> bytes:
        return self._event({"role": "assistant", "content": ""})

    def think(self, text: str) -> bytes:
        return self._event({"reasoning_content": text})

    def text(self, text: str) -> bytes:
        return self._event({"content": text})

    def end(self, say: Say) -> Iterator[bytes]:
        if say.stop is not None:
            yield self._event({}, say.stop)
        if say.usage:
            usage = {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": COMPLETION_TOKENS}
            yield _sse({**self._head(), "choices": [], "usage": {**usage, "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS}})
        yield b"data: [DONE]\n\n"

    def fail(self, kind: str) -> bytes:
        return _sse({"error": {"message": "the engine stopped", "type": kind, "code": kind}})

    def refusal(self, status: Status) -> dict[str, Any]:
        return {"error": {"message": status.message, "type": status.kind, "code": status.kind}}

    def _head(self) -> dict[str, Any]:
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "fake"}

    def _event(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        return _sse({**self._head(), "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


class Ollama:
    content_type = "application/x-ndjson"

    def start(self) -> bytes:
        return self.text("")

    def think(self, text: str) -> bytes:
        return self._line({"role": "assistant", "content": "", "thinking": text})

    def text(self, text: str) -> bytes:
        return self._line({"role": "assistant", "content": text})

    def end(self, say: Say) -> Iterator[bytes]:
        counts = {"prompt_eval_count": PROMPT_TOKENS, "eval_count": COMPLETION_TOKENS} if say.usage else {}
        yield self._line({"role": "assistant", "content": ""}, done=True, done_reason=say.stop or "stop", **counts)

    def fail(self, kind: str) -> bytes:
        return json.dumps({"error": f"the engine stopped: {kind}"}).encode() + b"\n"

    def refusal(self, status: Status) -> dict[str, Any]:
        return {"error": status.message}

    def _line(self, message: dict[str, Any], done: bool = False, **more: Any) -> bytes:
        head = {"model": "fake", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": done}
        return json.dumps({**head, **more}).encode() + b"\n"


class Anthropic:
    content_type = "text/event-stream"

    def start(self) -> bytes:
        message = {"id": "msg_1", "type": "message", "role": "assistant", "content": [], "model": "fake"}
        usage = {"input_tokens": PROMPT_TOKENS, "output_tokens": 1}
        begin = {"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None, "usage": usage}}
        block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
        return _sse(begin, "message_start") + _sse(block, "content_block_start")

    def think(self, text: str) -> bytes:
        return self._delta({"type": "thinking_delta", "thinking": text}) + self._close_block()

    def text(self, text: str) -> bytes:
        return self._delta({"type": "text_delta", "text": text})

    def end(self, say: Say) -> Iterator[bytes]:
        yield self._close_block()
        reason = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal", None: "end_turn"}[say.stop]
        usage = {"output_tokens": COMPLETION_TOKENS}
        delta = {"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": None}, "usage": usage}
        yield _sse(delta, "message_delta")
        yield _sse({"type": "message_stop"}, "message_stop")

    def fail(self, kind: str) -> bytes:
        return _sse({"type": "error", "error": {"type": kind, "message": "the engine stopped"}}, "error")

    def refusal(self, status: Status) -> dict[str, Any]:
        return {"type": "error", "error": {"type": status.kind, "message": status.message}}

    def _delta(self, delta: dict[str, Any]) -> bytes:
        return _sse({"type": "content_block_delta", "index": 0, "delta": delta}, "content_block_delta")

    def _close_block(self) -> bytes:
        return _sse({"type": "content_block_stop", "index": 0}, "content_block_stop")


class Azure(OpenAI):
    """OpenAI's, with a first message about filters that has no choices."""

    def start(self) -> bytes:
        return _sse({**self._head(), "choices": [], "prompt_filter_results": []}) + super().start()


class Mistral(OpenAI):
    """OpenAI's, with thoughts as a part of the content."""

    def think(self, text: str) -> bytes:
        return self._event({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]})

    def end(self, say: Say) -> Iterator[bytes]:
        usage = {"prompt_tokens": PROMPT_TOKENS, "completion_tokens": COMPLETION_TOKENS}
        counts = {"usage": {**usage, "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS}} if say.usage else {}
        choice = {"index": 0, "delta": {"content": ""}, "finish_reason": say.stop}
        yield _sse({**self._head(), "choices": [choice], **counts})
        yield b"data: [DONE]\n\n"

    def refusal(self, status: Status) -> dict[str, Any]:
        return {"object": "error", "message": status.message, "type": status.kind, "param": None, "code": "1000"}


class Google:
    content_type = "text/event-stream"

    def start(self) -> bytes:
        return b""

    def think(self, text: str) -> bytes:
        return self._chunk([{"text": text, "thought": True}])

    def text(self, text: str) -> bytes:
        return self._chunk([{"text": text}])

    def end(self, say: Say) -> Iterator[bytes]:
        counts = {"promptTokenCount": PROMPT_TOKENS, "candidatesTokenCount": 4, "thoughtsTokenCount": COMPLETION_TOKENS - 4}
        reason = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY", None: "STOP"}[say.stop]
        yield self._chunk(None, finishReason=reason, **({"usageMetadata": counts} if say.usage else {}))

    def fail(self, kind: str) -> bytes:
        return _sse({"error": {"code": 503, "message": f"the engine stopped: {kind}", "status": "UNAVAILABLE"}})

    def refusal(self, status: Status) -> dict[str, Any]:
        return {"error": {"code": status.code, "message": status.message, "status": status.kind.upper()}}

    def _chunk(self, parts: list[dict[str, Any]] | None, usageMetadata: dict[str, int] | None = None, **more: Any) -> bytes:
        content = {"content": {"role": "model", "parts": parts}} if parts is not None else {}
        usage = {"usageMetadata": usageMetadata} if usageMetadata else {}
        return _sse({"candidates": [{"index": 0, **content, **more}], "modelVersion": "fake", **usage})


def _sse(data: dict[str, Any], event: str = "") -> bytes:
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data)}\n\n".encode()


def dialect_of(path: str, agent: str) -> Dialect:
    """The protocol that a path of requests belongs to. Mistral's is OpenAI's and is told by the client's name."""
    path = urlsplit(path).path
    if path.startswith("/openai/deployments/"):
        return Azure()
    if path.endswith("/chat/completions"):
        return Mistral() if agent.startswith("mistral") else OpenAI()
    if ":streamGenerateContent" in path:
        return Google()
    return Ollama() if path.endswith("/api/chat") else Anthropic()


def model_list(path: str, names: list[str]) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer to a request for the models."""
    path = urlsplit(path).path
    if path == "/api/tags":
        return 200, {"models": [{"model": name, "name": name} for name in names]}
    if path == "/v1beta/models":
        return 200, {"models": [{"name": f"models/{n}", "supportedGenerationMethods": ["generateContent"]} for n in names]}
    if path == "/v1/models":
        rows = [{"id": n, "object": "model", "type": "base", "created": 1, "owned_by": "me", "capabilities": {}} for n in names]
        return 200, {"object": "list", "data": rows, "has_more": False}
    return 404, {"error": {"message": "not here"}}
