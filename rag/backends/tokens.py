"""Counting tokens without a network, with the encodings that LlamaIndex ships."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from rag.backends.base import Message

if TYPE_CHECKING:
    import tiktoken

SHIPPED = ("cl100k_base", "o200k_base")
PER_MESSAGE = 4  # role and separators, by OpenAI's own counting guide


def count(text: str, model: str = "") -> int:
    """Tokens of `text` as `model` counts them; o200k_base where the model's own encoding is not known or not at hand."""
    return len(_encoding(_encoding_name(model)).encode(text, disallowed_special=()))


def cut(text: str, limit: int, model: str = "") -> str:
    """The first `limit` tokens of `text`; nothing where `limit` is 0 or less."""
    encoding = _encoding(_encoding_name(model))
    found = encoding.encode(text, disallowed_special=())
    return text if len(found) <= limit else encoding.decode(found[: max(limit, 0)], errors="ignore")


def count_messages(messages: Sequence[Message], model: str = "") -> int:
    """Tokens of a whole request."""
    return sum(count(message.text, model) + PER_MESSAGE for message in messages)


@cache
def _encoding_name(model: str) -> str:
    _use_shipped_encodings()
    from tiktoken.model import encoding_name_for_model

    try:
        name = encoding_name_for_model(model)
    except KeyError:
        return SHIPPED[-1]
    return name if name in SHIPPED else SHIPPED[-1]


@cache
def _encoding(name: str) -> tiktoken.Encoding:
    import tiktoken

    return tiktoken.get_encoding(name)


def _use_shipped_encodings() -> None:
    """tiktoken fetches its encodings from the net unless a cache folder holds them; llama-index-core brings such a folder."""
    if "TIKTOKEN_CACHE_DIR" in os.environ:
        return
    spec = find_spec("llama_index.core")  # finds the folder without the two seconds that importing it takes
    if spec is not None and spec.submodule_search_locations:
        os.environ["TIKTOKEN_CACHE_DIR"] = str(Path(spec.submodule_search_locations[0]) / "_static" / "tiktoken_cache")
