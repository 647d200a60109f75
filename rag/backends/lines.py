"""Connections of a back end: one pool for all threads, and for each request a line that can be closed by itself."""

from __future__ import annotations

import importlib
import re
import ssl
import threading
from collections.abc import Iterator
from functools import cache, cached_property
from typing import Any, Literal

IDLE_KEPT = 32  # connections that stay open for the next request
IDLE_SECONDS = 30.0
_DONE = re.compile(rb"(?:^|\n)data:\s*\[DONE\]")

Library = Literal["httpx", "httpx2"]


class Line:
    """What one request uses of the pool. `done` tells that the line came which ends an event stream; the client libraries
    swallow it, and a cut stream has none."""

    def __init__(self) -> None:
        self.done = False
        self._response: Any = None
        self._closed = False

    @property
    def used(self) -> bool:
        """Whether a response came over it."""
        return self._response is not None

    def close(self) -> None:
        """Drop the connection, from any thread. A request that still waits for its status drops it when that comes."""
        self._closed = True
        if self._response is not None:
            self._response.close()

    def take(self, response: Any, watched: type) -> None:
        """Put an observer between the response and its bytes."""
        self._response = response
        response.stream = watched(self, response.stream)
        if self._closed:
            response.close()


class Pool:
    """An httpx client (or one of httpx2, its successor) that any number of threads share.

    A client of its own for every request would read the certificates of all authorities anew, some 20 ms of processor time,
    and greet the server again.
    """

    def __init__(self, library: Library, timeout: float) -> None:
        self._library, self._timeout = library, timeout
        self._current = threading.local()

    @cached_property
    def client(self) -> Any:
        """The client; made when first asked for."""
        return importlib.import_module(self._library).Client(**self.options)

    @property
    def options(self) -> dict[str, Any]:
        """The arguments that make a client part of this pool, for libraries that insist on making their own."""
        http = importlib.import_module(self._library)
        return {
            "timeout": self._timeout,
            "verify": certificates(self._library),
            "limits": http.Limits(max_connections=None, max_keepalive_connections=IDLE_KEPT, keepalive_expiry=IDLE_SECONDS),
            "follow_redirects": True,
            "event_hooks": {"response": [self._take]},
        }

    def use(self, line: Line) -> None:
        """From now on responses that reach this thread belong to `line`."""
        self._current.line = line

    def _take(self, response: Any) -> None:
        line: Line | None = getattr(self._current, "line", None)
        if line is not None:
            line.take(response, _watched(self._library))


@cache
def certificates(library: Library) -> ssl.SSLContext:
    """The authorities trusted, as the library chooses them (SSL_CERT_FILE is heard), read once."""
    context: ssl.SSLContext = importlib.import_module(library).create_ssl_context()
    return context


@cache
def _watched(library: Library) -> type:
    base: type = importlib.import_module(library).SyncByteStream

    class Watched(base):  # type: ignore[misc]
        """The bytes of a response, read along."""

        def __init__(self, line: Line, inner: Any) -> None:
            self._line, self._inner = line, inner

        def __iter__(self) -> Iterator[bytes]:
            last = b""
            for chunk in self._inner:
                last = (last + chunk)[-64 - len(chunk) :]
                self._line.done = self._line.done or _DONE.search(last) is not None
                yield chunk

        def close(self) -> None:
            self._inner.close()

    return Watched
