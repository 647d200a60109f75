"""litellm is reached without telemetry and without a request of its own."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

PROGRAM = """
import socket
def connect(*_): raise SystemExit("litellm opened a connection")
socket.getaddrinfo = socket.socket.connect = connect
from rag.backends import open_backend
from rag.settings import Settings
open_backend("litellm:openai/any", Settings(litellm_api_key="k", litellm_base_url="http://127.0.0.1:9/v1"))
import litellm
print(litellm.telemetry, litellm.suppress_debug_info)
"""


def test_importing_and_opening_send_nothing() -> None:
    if find_spec("llama_index.llms.litellm") is None:
        pytest.skip("the extra litellm is not installed")
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("False True", 0), done.stderr
