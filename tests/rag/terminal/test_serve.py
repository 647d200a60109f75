"""The browser's server as a child process, with a page of two lines in place of the real one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import Settings
from rag.terminal import serve

PAGE = 'import streamlit as st\nst.write("hello")\n'
PROGRAM = """
import sys, pathlib
from rag.settings import Settings
from rag.terminal import serve
serve.app_file = lambda: pathlib.Path(sys.argv[1])
serve.run(Settings.load(port=int(sys.argv[2])), lambda text: print(text, flush=True))
print("stopped", flush=True)
"""


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "pages" / "app.py"
    file.parent.mkdir()
    file.write_text(PAGE, encoding="utf-8")
    return file


@pytest.fixture
def served(page: Path, port: int, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, str(page), str(port)]
    values = os.environ | {"VOUCH_HOME": str(tmp_path / "home")}
    with subprocess.Popen(
        command, cwd=tmp_path, env=values, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        yield process
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_once_it_answers_and_stops_on_a_signal(
    served: subprocess.Popen[str], port: int, number: signal.Signals
) -> None:
    assert served.stdout is not None
    assert served.stdout.readline() == f"Vouch is at http://localhost:{port}\n"
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"http://127.0.0.1:{port}/") as reply:
        assert reply.status == 200
    served.send_signal(number)
    assert served.stdout.read().strip().endswith("stopped")
    assert served.wait() == 0
    serve.refuse_taken_port("127.0.0.1", port)  # the child is gone too


def test_a_taken_port_is_named(port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(SettingsError, match=f"port {port}: address already in use.*choose another port"):
            serve.refuse_taken_port("127.0.0.1", port)


def test_an_address_that_is_not_ours_is_named(port: int) -> None:
    with pytest.raises(SettingsError, match=r"cannot listen on 192\.0\.2\.1"):
        serve.refuse_taken_port("192.0.2.1", port)


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://localhost:8501"),
        ("0.0.0.0", "http://localhost:8501"),
        ("192.168.1.7", "http://192.168.1.7:8501"),
        ("fe80::1", "http://[fe80::1]:8501"),
    ],
)
def test_the_address_is_one_to_type_into_a_browser(host: str, shown: str) -> None:
    assert serve.address(host, 8501) == shown


def test_the_child_sends_no_usage_reports_and_takes_the_project_s_look(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = page.parent.parent / ".streamlit" / "config.toml"
    look.parent.mkdir()
    look.write_text('[theme]\nbase = "dark"\n[browser]\ngatherUsageStats = true\n', encoding="utf-8")
    monkeypatch.setattr(serve, "app_file", lambda: page)
    flags = serve.command(Settings.load(port=8600))
    assert {"--theme.base=dark", "--browser.gatherUsageStats=false", "--server.port=8600", "--server.headless=true"} <= set(flags)
    assert serve.environment(Settings.load(home="relative"))["VOUCH_HOME"] == str(Path("relative").absolute())
    assert serve.environment(Settings.load())["ANONYMIZED_TELEMETRY"] == "False"
