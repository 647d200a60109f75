"""Tests about settings start from none, whatever the machine's own are."""

from __future__ import annotations

import os

import pytest

MAKERS = ("VOUCH_", "OPENAI_", "ANTHROPIC_", "OLLAMA_", "AZURE_", "GOOGLE_", "GEMINI_", "MISTRAL_", "LITELLM_")


def without_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every setting and every key out of the environment."""
    for name in [n for n in os.environ if n.startswith(MAKERS)]:
        monkeypatch.delenv(name)
