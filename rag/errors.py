"""Every error Vouch raises on purpose, as one tree:

    VouchError
     ├── SettingsError          a setting is unknown, misspelt or out of range
     ├── ReadError              a file, or one record in it, cannot be read
     ├── LibraryError           the stores under VOUCH_HOME
     │    ├── LibraryLocked     another process is writing
     │    └── LibraryDamaged    a store cannot be opened or disagrees with its manifest
     ├── ModelError             embedding weights are missing or are not the published ones
     ├── BackendError           an LLM back end gave no usable answer
     │    ├── BackendUnknown    no provider of that name
     │    ├── BackendMissing    package, key or model name is missing
     │    ├── BackendUnreachable  no server there, or the connection broke
     │    ├── BackendRefused    key or request rejected (401, 403, 404, 400)
     │    ├── BackendBusy       rate limit or overload (429, 5xx) outlasted the retries
     │    ├── BackendTimeout    silence longer than the time limit
     │    └── BackendGarbled    the reply is not what the protocol promises
     ├── RemoteError            a service that papers are fetched from gave no usable answer
     │    ├── RemoteUnreachable  no server there, no network, or silence longer than the time limit
     │    ├── RemoteBusy        rate limit or overload (403, 429, 5xx) outlasted the retries
     │    ├── RemoteRefused     query, identifier or key rejected (other statuses)
     │    └── RemoteGarbled     the page is cut off or is not what the service promises
     └── QuestionSetError       a question file, or one row in it, cannot be used

A message is one sentence that says what was found and what was expected; `remedy` says what to do. Errors of libraries
are translated where they enter, so that no caller needs to know which library raised them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.answering.record import Attempt


class VouchError(Exception):
    """Base of all errors above. `str(error)` is the message followed by the remedy."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(message)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class SettingsError(VouchError):
    """A setting is unknown, misspelt or out of range."""


class ReadError(VouchError):
    """A file, or one record in it, cannot be read.

    `file` is the path as given, `line` the 1-based line or None where the whole file is meant.
    """

    def __init__(self, file: str, found: str, *, line: int | None = None, expected: str = "", remedy: str = "") -> None:
        self.file, self.line, self.found, self.expected = file, line, found, expected
        place = file if line is None else f"{file}, line {line}"
        wanted = f"; expected {expected}" if expected else ""
        super().__init__(f"{place}: {found}{wanted}.", remedy=remedy)


class LibraryError(VouchError):
    """The stores under VOUCH_HOME."""


class LibraryLocked(LibraryError):
    """Another process is writing to the library."""


class LibraryDamaged(LibraryError):
    """A store cannot be opened, or disagrees with the manifest beside it."""


class ModelError(VouchError):
    """Embedding weights are missing or are not the published ones."""


class BackendError(VouchError):
    """An LLM back end gave no usable answer. `attempts` are the requests that were tried, where there were any."""

    attempts: tuple[Attempt, ...] = ()


class BackendUnknown(BackendError):
    """No provider of that name."""


class BackendMissing(BackendError):
    """The provider's package, key or model name is missing."""


class BackendUnreachable(BackendError):
    """There is no server at the address, or the connection broke."""


class BackendRefused(BackendError):
    """The server rejected the key or the request."""


class BackendBusy(BackendError):
    """The rate limit or an overload outlasted the retries."""


class BackendTimeout(BackendError):
    """The server was silent for longer than the time limit."""


class BackendGarbled(BackendError):
    """The reply is not what the protocol promises."""


class RemoteError(VouchError):
    """A service that papers are fetched from gave no usable answer."""


class RemoteUnreachable(RemoteError):
    """There is no server at the address, no network, or silence for longer than the time limit."""


class RemoteBusy(RemoteError):
    """The rate limit or an overload outlasted the retries, or lasts longer than one cares to wait."""


class RemoteRefused(RemoteError):
    """The service rejected the query, an identifier or the key. `status` is the HTTP status."""

    def __init__(self, message: str, *, status: int, remedy: str = "") -> None:
        self.status = status
        super().__init__(message, remedy=remedy)


class RemoteGarbled(RemoteError):
    """The page is cut off, or is not what the service promises."""


class QuestionSetError(VouchError):
    """A question file, or one row in it, cannot be used."""
