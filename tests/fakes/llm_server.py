"""A model server on the loopback interface that speaks the providers' protocols and misbehaves on request.

    with LLMServer(Say("Hello."), Status(500)) as server:
        ...  # POST {server.url}/v1/chat/completions (OpenAI, Mistral), /openai/deployments/NAME/chat/completions (Azure),
        # /api/chat (Ollama), /v1/messages (Anthropic) or /v1beta/models/NAME:streamGenerateContent (Google)
        server.requests[0].body["model"]

Each request takes the next step of the script; the last step answers for ever after. A step may also be a function from the
request to a step or to the text to say.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.fakes.llm_dialects import Dialect, Say, Status, dialect_of, model_list


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
        google = [self.body.get("systemInstruction") or {}, *self.body.get("contents", [])]
        for content in [m["content"] for m in self.body.get("messages", [])] + [turn.get("parts", []) for turn in google]:
            texts.append(content if isinstance(content, str) else "".join(part.get("text", "") for part in content))
        return "\n".join(texts)


Reply = Say | Status | Hang | Drip | Cut | Fail | Raw
Step = Reply | Callable[[Request], Reply | str]


class LLMServer:
    """Runs in a thread of its own between `__enter__` and `__exit__`."""

    def __init__(self, *script: Step) -> None:
        self.script: list[Step] = list(script)
        self.requests: list[Request] = []
        self.models: list[str] = []  # what it says it offers
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def base_url(self, provider: str) -> str:
        """What VOUCH_LLM_BASE_URL has to be for `provider`."""
        return f"{self.url}/v1" if provider.startswith(("openai", "litellm")) else self.url

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


def _handler(server: LLMServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """The list of models."""
            server.requests.append(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, {}))
            self.close_connection = True
            code, body = model_list(self.path, server.models)
            self._whole(code, json.dumps(body).encode(), "application/json", {})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            request = Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            step = server.next_step(request)
            dialect = dialect_of(self.path, request.headers.get("user-agent", ""))
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
            for name, value in {
                "Content-Type": content_type,
                "Content-Length": str(len(body)),
                "Connection": "close",
                **headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, step: Say | Hang | Drip | Cut | Fail, dialect: Dialect) -> None:
            if isinstance(step, Hang) and not step.text:
                self._wait()
                return
            self.send_response(200)
            self.send_header("Content-Type", dialect.content_type)
            self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            self.end_headers()
            if isinstance(step, Drip):
                while not server.closing.wait(0.02):
                    self._chunk(b": still here\n\n")
                return
            if begin := dialect.start():
                self._chunk(begin)
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
