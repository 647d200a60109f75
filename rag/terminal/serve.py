"""The browser pages as a child process: start it, say where it is, pass signals on, and stop with it."""

from __future__ import annotations

import http.client
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FrameType

from rag.errors import SettingsError, VouchError
from rag.settings import Settings

HEALTH = "/_stcore/health"
POLL_SECONDS = 0.1
STOP_SECONDS = 10.0
WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104  compared with, not bound to


def refuse_taken_port(host: str, port: int) -> None:
    """Raise SettingsError where nothing can listen on `host`:`port`, because it is taken or not ours to use."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsError(
            f"The browser pages cannot listen on {host}, port {port}: {(error.strerror or str(error)).lower()}.",
            remedy="Stop what runs there, or choose another port: `vouch serve --port 8600` or VOUCH_PORT.",
        ) from None


def address(host: str, port: int) -> str:
    """What to type into a browser on this machine."""
    name = "localhost" if host in ("127.0.0.1", "::1", *WILDCARDS) else host
    return f"http://{f'[{name}]' if ':' in name else name}:{port}"


def app_file() -> Path:
    """The web application of the `ui` package, found without importing it."""
    spec = importlib.util.find_spec("ui")
    folder = next(iter(spec.submodule_search_locations or []), None) if spec else None
    script = Path(folder, "server.py") if folder else None
    if script is None or not script.is_file():
        raise VouchError("The browser pages (package `ui`) are not installed.", remedy="Install Vouch again from its folder.")
    return script


def command(settings: Settings) -> list[str]:
    """The command line of the child. `-P` keeps modules of the working folder from standing in for installed ones."""
    script = app_file()
    options = {
        **project_options(script.parent.parent / ".streamlit" / "config.toml"),
        "server.address": settings.host,
        "server.port": settings.port,
        "server.headless": True,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        "logger.hideWelcomeMessage": True,
    }
    flags = [f"--{name}={str(value).lower() if isinstance(value, bool) else value}" for name, value in options.items()]
    return [sys.executable, "-P", "-m", "ui", "run", str(script), *flags]


def project_options(file: Path) -> dict[str, object]:
    """The options in the project's Streamlit configuration, which Streamlit itself reads only when started beside it."""
    if not file.is_file():
        return {}
    return dict(_flat(tomllib.loads(file.read_text(encoding="utf-8"))))


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    """The values of nested tables under dotted names, as the command line spells them."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def environment(settings: Settings) -> dict[str, str]:
    """The child's variables: the same library, and no usage reports from the libraries it loads.

    The library's folder is named only where the child would not find it by itself, so that the pages tell truly where that
    setting came from.
    """
    found = Settings.load().home.absolute() == settings.home.absolute()
    named = {} if found else {"VOUCH_HOME": str(settings.home.absolute())}
    return {**os.environ, **named, "ANONYMIZED_TELEMETRY": "False"}


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Serve until a signal ends it; `say` gets the address once the pages answer.

    Raises VouchError where the child ends by itself.
    """
    child = subprocess.Popen(command(settings), env=environment(settings))
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        child.terminate()

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        if _ready(child, settings):
            say(f"Vouch is at {address(settings.host, settings.port)}")
        _wait(child, lambda: stopping)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
        for number, handler in previous.items():
            signal.signal(number, handler)
    if not stopping:
        raise VouchError(
            f"The browser pages ended by themselves (exit code {child.returncode}).", remedy="The lines above say why."
        )


def _ready(child: subprocess.Popen[bytes], settings: Settings) -> bool:
    """Wait until the child answers; False where it ended before that."""
    host = "localhost" if settings.host in WILDCARDS else settings.host
    while child.poll() is None:
        connection = http.client.HTTPConnection(host, settings.port, timeout=2)
        try:
            connection.request("GET", HEALTH)
            if connection.getresponse().status == http.client.OK:
                return True
        except (OSError, http.client.HTTPException):
            pass  # not listening yet
        finally:
            connection.close()
        time.sleep(POLL_SECONDS)
    return False


def _wait(child: subprocess.Popen[bytes], stopping: Callable[[], bool]) -> None:
    """Wait for the child's end; once it was told to stop, no longer than STOP_SECONDS."""
    deadline: float | None = None
    while child.poll() is None:
        if stopping():
            deadline = deadline or time.monotonic() + STOP_SECONDS
            if time.monotonic() > deadline:
                return
        time.sleep(POLL_SECONDS)
