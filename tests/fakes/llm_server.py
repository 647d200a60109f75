"""A model server on the loopback interface that speaks three protocols and misbehaves on request.

    with LLMServer(Say("Hello."), Status(500)) as server:
        ...  # POST {server.url}/v1/chat/completions (OpenAI), /api/chat (Ollama) or /v1/messages (Anthropic)
        server.requests[0].body["model"]

Each request takes the next step of the script; the last step answers for ever after. A step may also be a function from the
request to a step or to the text to say.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

PROMPT_TOKENS, COMPLETION_TOKENS = 11, 7


@dataclass(frozen=True)
class Say:
    """A proper reply. `stop` is in OpenAI's words: stop or length; None leaves the reason out."""

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


@dataclass(frozen=True)
class Hang:
    """Says `text` and is then silent, until the client or the server closes."""

    text: str = ""


@dataclass(frozen=True)
class Drip:
    """Keeps the connection busy with lines that mean nothing."""


@dataclass(frozen=True)
class Cut:
    """Says `text` and drops the connection; `clean` ends the body properly, and only the end of the reply is missing."""

    text: str = ""
    clean: bool = False


@dataclass(frozen=True)
class Fail:
    """Says `text` and then reports an error inside the stream."""

    text: str = ""
    kind: str = "overloaded_error"


@dataclass(frozen=True)
class Raw:
    """Status 200 and these bytes."""

    body: bytes
    content_type: str = "text/event-stream"


@dataclass
class Request:
    """What the client sent; `left` is set when it went away before the reply was complete."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    left: threading.Event = field(default_factory=threading.Event)

    @property
    def prompt(self) -> str:
        """The text of all messages, the system's first."""
        texts = [str(self.body.get("system") or "")]
        for message in self.body.get("messages", []):
            content = message["content"]
            texts.append(content if isinstance(content, str) else "".join(part.get("text", "") for part in content))
        return "\n".join(texts)


Reply = Say | Status | Hang | Drip | Cut | Fail | Raw
Step = Reply | Callable[[Request], Reply | str]


class LLMServer:
    """Runs in a thread of its own between `__enter__` and `__exit__`."""

    def __init__(self, *script: Step) -> None:
        self.script: list[Step] = list(script)
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def base_url(self, provider: str) -> str:
        """What VOUCH_LLM_BASE_URL has to be for `provider`."""
        return f"{self.url}/v1" if provider.startswith("openai") else self.url

    def next_step(self, request: Request) -> Reply:
        """Note the request and take the next step of the script."""
        with self._lock:
            step = self.script[min(len(self.requests), len(self.script) - 1)]
            self.requests.append(request)
        done = step(request) if callable(step) else step
        return Say(done) if isinstance(done, str) else done

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()


class _OpenAI:
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


class _Ollama:
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


class _Anthropic:
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
        reason = {"stop": "end_turn", "length": "max_tokens", None: "end_turn"}[say.stop]
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


def _sse(data: dict[str, Any], event: str = "") -> bytes:
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data)}\n\n".encode()


def _dialect(path: str) -> _OpenAI | _Ollama | _Anthropic:
    if path.endswith("/chat/completions"):
        return _OpenAI()
    return _Ollama() if path.endswith("/api/chat") else _Anthropic()


def _handler(server: LLMServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            request = Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            step = server.next_step(request)
            dialect = _dialect(self.path)
            self.close_connection = True
            try:
                if isinstance(step, Status):
                    page = step.page or json.dumps(dialect.refusal(step))
                    self._whole(step.code, page.encode(), "text/html" if step.page else "application/json", step.headers)
                elif isinstance(step, Raw):
                    self._whole(200, step.body, step.content_type, {})
                else:
                    self._stream(step, dialect)
            except OSError:
                request.left.set()

        def _whole(self, code: int, body: bytes, content_type: str, headers: dict[str, str]) -> None:
            self.send_response(code)
            for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, step: Say | Hang | Drip | Cut | Fail, dialect: _OpenAI | _Ollama | _Anthropic) -> None:
            if isinstance(step, Hang) and not step.text:
                self._wait()
                return
            self.send_response(200)
            self.send_header("Content-Type", dialect.content_type)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            if isinstance(step, Drip):
                while not server.closing.wait(0.02):
                    self._chunk(b": still here\n\n")
                return
            self._chunk(dialect.start())
            if isinstance(step, Say) and step.thinking:
                self._chunk(dialect.think(step.thinking))
            piece, pause = (step.piece, step.pause) if isinstance(step, Say) else (6, 0.0)
            for start in range(0, len(step.text), piece):
                self._chunk(dialect.text(step.text[start : start + piece]))
                time.sleep(pause)
            if isinstance(step, Hang):
                self._wait()
            elif isinstance(step, Fail):
                self._chunk(dialect.fail(step.kind))
                self._chunk(b"")
            elif isinstance(step, Say):
                for frame in dialect.end(step):
                    self._chunk(frame)
                self._chunk(b"")
            elif step.clean:
                self._chunk(b"")

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def _wait(self) -> None:
            """Until the server closes, or the client does."""
            self.connection.settimeout(0.02)
            while not server.closing.is_set():
                try:
                    if not self.connection.recv(1):
                        raise ConnectionResetError
                except TimeoutError:
                    continue

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    return Handler
