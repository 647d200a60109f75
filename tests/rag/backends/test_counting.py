"""Tokens and prices."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from rag.answering.record import Tokens
from rag.backends import Message, tokens
from rag.backends.prices import cost


def test_tokens_of_a_text_depend_on_the_models_encoding() -> None:
    assert tokens.count("tokenization is fun", "gpt-4") == 4  # cl100k_base: token · ization · is · fun
    assert tokens.count("", "gpt-4") == 0
    assert tokens.count("检索增强生成", "gpt-4o") < tokens.count("检索增强生成", "gpt-4")  # o200k_base has more Chinese


@pytest.mark.parametrize("model", ["", "no-such-model", "gpt2"])
def test_an_unknown_model_is_counted_with_the_newest_encoding(model: str) -> None:
    assert tokens.count("检索增强生成", model) == tokens.count("检索增强生成", "gpt-4o")


def test_special_tokens_in_a_text_are_text() -> None:
    assert tokens.count("<|endoftext|>") > 1


def test_messages_have_an_overhead() -> None:
    assert tokens.count_messages([Message("user", "Hello"), Message("assistant", "Hello")]) == 2 * (1 + 4)


def test_counting_needs_no_network() -> None:
    cut = "import socket; socket.getaddrinfo = socket.socket.connect = None"
    code = f"{cut}; from rag.backends.tokens import count; print(count('Hello world'))"
    env = {k: v for k, v in os.environ.items() if k != "TIKTOKEN_CACHE_DIR"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2"


def test_a_price_is_per_million_tokens() -> None:
    assert cost("openai:gpt-4o-mini", Tokens(2000, 100)) == pytest.approx(2000 * 0.15e-6 + 100 * 0.60e-6)
    assert cost("openai:gpt-4o-2024-08-06", Tokens(1_000_000, 0)) == pytest.approx(2.50)  # costs what its family does
    assert cost("openai:gpt-4o-2024-05-13", Tokens(1_000_000, 0)) == pytest.approx(5.00)  # listed by itself


@pytest.mark.parametrize("spec", ["openai:gpt-9", "ollama:llama3.2", "openai-compatible:gpt-4o", "extractive"])
def test_an_unknown_price_is_none(spec: str) -> None:
    assert cost(spec, Tokens(1000, 1000)) is None
