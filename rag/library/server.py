"""A Chroma server that holds the vectors in place of a folder: where it is, and how it is asked.

A server that does not answer is an error of the question, too. Keywords alone would give other papers and another confidence
without saying so, and no figure of an evaluation would show why it fell.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import SecretStr

from rag.errors import LibraryError, SettingsError
from rag.settings import Settings

CLOUD_HOST = "api.trychroma.com"
CLOUD_RECORDS = 300  # Chroma Cloud stores and returns no more in one call (docs.trychroma.com/cloud/quotas-limits)
RECORDS = 1000
ID_FILE = "library-id"


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """Address and credentials of a server, and what the collections of this library are told apart by on it."""

    host: str
    port: int
    ssl: bool
    library: str
    api_key: SecretStr | None = field(default=None, repr=False)
    tenant: str | None = None
    database: str | None = None

    @classmethod
    def named_by(cls, settings: Settings) -> Self | None:
        """The server that the settings name, None where the vectors stay under VOUCH_HOME.

        A URL is a server, a key without a URL is Chroma Cloud. Raises SettingsError for an address that is none, or a
        tenant or database of no server.
        """
        if settings.chroma_url is None and settings.chroma_api_key is None:
            for name in ("tenant", "database"):
                if getattr(settings, f"chroma_{name}"):
                    raise SettingsError(
                        f"VOUCH_CHROMA_{name.upper()} is set, but no Chroma server is.",
                        remedy="Set VOUCH_CHROMA_URL, or VOUCH_CHROMA_API_KEY for Chroma Cloud.",
                    )
            return None
        host, port, ssl = parsed(settings.chroma_url or f"https://{CLOUD_HOST}")
        if host == CLOUD_HOST and settings.chroma_api_key is None:
            raise SettingsError("Chroma Cloud wants a key.", remedy="Set VOUCH_CHROMA_API_KEY.")
        return cls(
            host,
            port,
            ssl,
            library_id(settings.home),
            settings.chroma_api_key,
            settings.chroma_tenant,
            settings.chroma_database,
        )

    @property
    def is_cloud(self) -> bool:
        return self.host.endswith(CLOUD_HOST.partition(".")[2])

    @property
    def address(self) -> str:
        return f"{'https' if self.ssl else 'http'}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def mark(self) -> str:
        """7 characters for the place: what one place holds is not taken to be in another."""
        place = f"{self.address} {self.tenant or ''} {self.database or ''}"
        return f"s{hashlib.sha256(place.encode()).hexdigest()[:6]}"

    def __str__(self) -> str:
        return "Chroma Cloud" if self.is_cloud else f"the Chroma server at {self.address}"


class Served:
    """A collection on a server. `connect` opens client and collection; several libraries share a server without mixing."""

    def __init__(self, server: ChromaServer, connect: Callable[[], tuple[Any, Any]]) -> None:
        self.page = CLOUD_RECORDS if server.is_cloud else RECORDS
        self.most: int | None = CLOUD_RECORDS if server.is_cloud else None
        self._connect = connect
        self._lock = threading.Lock()
        self._client, self._collection = connect()

    @contextmanager
    def reading(self) -> Iterator[Any]:
        yield self._collection

    @contextmanager
    def writing(self, records: int = 0) -> Iterator[Any]:  # noqa: ARG002  as a folder has it
        yield self._collection

    def recovered(self, error: Exception) -> bool:
        """Whether the same call may succeed now: an idle connection was dropped, or the collection was made anew."""
        if type(error).__name__ == "NotFoundError":
            with self._lock:
                self._close()
                self._client, self._collection = self._connect()
            return True
        return type(error).__name__ in {"RemoteProtocolError", "ReadError", "WriteError", "CloseError"}

    def remake(self, drop: Callable[[Any], None]) -> None:
        """Let `drop` delete the collection, and make it anew."""
        with self._lock:
            drop(self._client)
            self._close()
            self._client, self._collection = self._connect()

    def with_client(self, call: Callable[[Any], None]) -> None:
        call(self._client)

    def release(self) -> None:
        """Nothing to do: the server keeps its files."""

    def close(self) -> None:
        self._close()

    def _close(self) -> None:
        self._client.close()


def parsed(url: str) -> tuple[str, int, bool]:
    """(host, port, whether encrypted) of a server's address. Raises SettingsError."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme.lower(), parts.hostname, parts.port
    except ValueError:
        scheme, host, port = "", None, None
    if scheme not in ("http", "https") or not host or parts.path.strip("/") or parts.query or parts.username:
        raise SettingsError(
            "VOUCH_CHROMA_URL is no address of a server.", remedy="Write it as http://host:port or https://host, without a path."
        )
    return host, port or (443 if scheme == "https" else 8000), scheme == "https"


def library_id(home: Path) -> str:
    """What tells this library's collections from those of others on the same server; made when first asked for.

    Raises LibraryError where it can be neither read nor made.
    """
    file = home / ID_FILE
    try:
        if not file.exists():
            home.mkdir(parents=True, exist_ok=True)
            own = file.with_name(f"{ID_FILE}.{secrets.token_hex(4)}")
            own.write_text(secrets.token_hex(4), encoding="ascii")
            with suppress(FileExistsError):  # where two processes make it at once, both go by the first one's
                file.hardlink_to(own)
            own.unlink()
        known = file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise LibraryError(
            f"{file} cannot be read or made ({getattr(error, 'strerror', None) or error}).",
            remedy="Vectors on a Chroma server need it; check the permissions of VOUCH_HOME.",
        ) from error
    if not re.fullmatch(r"[0-9a-f]{8}", known):
        raise LibraryError(
            f"{file} holds {known[:20]!r}; expected 8 hex digits.",
            remedy="Restore it, or remove it and run `vouch reindex`: the vectors are then stored on the server again.",
        )
    return known


def refused_by(server: ChromaServer, error: Exception) -> LibraryError:
    """What to say where a server was not reached, was silent or did not do as it was asked."""
    import httpx

    name = f"{server}"[0].upper() + f"{server}"[1:]
    found = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else 0
    kept = "The papers are in the catalogue; `vouch ingest` goes on where it stopped."
    if isinstance(error, httpx.TimeoutException):
        return LibraryError(f"{name} did not answer in time.", remedy=f"See what keeps it, then ask again. {kept}")
    if isinstance(error, httpx.TransportError) or "Could not connect" in found:
        return LibraryError(f"{name} cannot be reached ({found}).", remedy=f"Start it, or correct VOUCH_CHROMA_URL. {kept}")
    if status in (401, 403) or type(error).__name__ in {"ChromaAuthError", "AuthorizationError"}:
        return LibraryError(
            f"{name} refuses the key ({status or found}).",
            remedy="Correct VOUCH_CHROMA_API_KEY, VOUCH_CHROMA_TENANT and VOUCH_CHROMA_DATABASE.",
        )
    if type(error).__name__ == "NotFoundError":
        return LibraryError(f"{name} has no such place: {error}", remedy="Correct VOUCH_CHROMA_TENANT and VOUCH_CHROMA_DATABASE.")
    if status:
        return LibraryError(
            f"What answers at {server.address} is no Chroma server ({status}).", remedy="Correct VOUCH_CHROMA_URL."
        )
    return LibraryError(f"{name} answered with an error ({found}).", remedy=f"See its own log. {kept}")
