"""A web service on the loopback interface that fails on request. What it serves is up to the subclass.

with ArxivServer(papers) as server:
    server.faults = [Status(429, headers={"Retry-After": "7"}), None]
    ...  # the first request fails, the second and all later ones are answered
    server.requests[0].query["start"]
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Status:
    """A failing status; `body` None leaves the wording to the service."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True)
class Hang:
    """Silence until the client or the server goes away."""


@dataclass(frozen=True)
class Drop:
    """The connection is closed before anything is said."""


@dataclass(frozen=True)
class Cut:
    """The first `share` of the proper page. `declared` names the whole length first, so that the client can notice."""

    share: float = 0.5
    declared: bool = False


@dataclass(frozen=True)
class Instead:
    """Status 200 and this text in place of the page."""

    body: str
    kind: str = "text/html"


@dataclass(frozen=True)
class Request:
    path: str
    query: dict[str, str]
    headers: dict[str, str]


Fault = Status | Hang | Drop | Cut | Instead


class HttpService:
    """Runs in a thread of its own between `__enter__` and `__exit__`. `faults` are used up, one a request."""

    kind = "text/plain"

    def __init__(self) -> None:
        self.faults: list[Fault | None] = []
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def page(self, request: Request) -> str | Status:
        """What the service says when nothing is wrong with it."""
        raise NotImplementedError

    def error(self, status: int) -> str:
        """How the service words an error."""
        return f"error {status}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()


def _handler(service: HttpService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            request = Request(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), dict(self.headers))
            service.requests.append(request)
            fault = service.faults.pop(0) if service.faults else None
            if isinstance(fault, Hang):
                service.closing.wait(20)
                return
            if isinstance(fault, Drop):
                return
            answer: str | Status = service.page(request) if fault is None or isinstance(fault, Cut) else ""
            if isinstance(fault, Status):
                answer = fault
            if isinstance(answer, Status):
                body = service.error(answer.code) if answer.body is None else answer.body
                self.reply(body.encode(), service.kind, status=answer.code, headers=answer.headers)
            elif isinstance(fault, Instead):
                self.reply(fault.body.encode(), fault.kind)
            elif isinstance(fault, Cut):
                whole = answer.encode()
                part = whole[: int(len(whole) * fault.share)]
                self.reply(part, service.kind, length=len(whole) if fault.declared else len(part))
            else:
                self.reply(answer.encode(), service.kind)

        def reply(
            self, body: bytes, kind: str, *, status: int = 200, headers: dict[str, str] | None = None, length: int | None = None
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body) if length is None else length))
            self.send_header("Connection", "close")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
