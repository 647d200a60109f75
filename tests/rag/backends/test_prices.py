"""The price file: where a price comes from, and what happens to one that is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.answering.record import Tokens
from rag.backends import open_backend
from rag.backends.prices import Price, cost, load, price
from rag.errors import SettingsError
from rag.settings import Settings


def written(home: Path, text: str) -> Path:
    (home / "prices.json").write_text(text, encoding="utf-8")
    return home


def test_every_shipped_price_has_a_month() -> None:
    assert all(len(known.as_of) == 7 and known.prompt > 0 for known in load().values())


def test_a_price_of_ones_own_wins_and_the_others_stay(tmp_path: Path) -> None:
    own = {"openai:gpt-4o": {"prompt": 1, "completion": 2, "as_of": "2027-01"}, "ollama:llama3.2": {**FREE}}
    home = written(tmp_path, json.dumps(own))
    assert price("openai:gpt-4o", home) == Price(1.0, 2.0, "2027-01")
    assert cost("ollama:llama3.2", Tokens(500, 500), home) == 0.0
    assert price("openai:gpt-4o-mini", home) == price("openai:gpt-4o-mini")


FREE = {"prompt": 0, "completion": 0, "as_of": "2026-11"}


def test_what_litellm_reaches_costs_what_it_costs_there() -> None:
    assert price("litellm:openai/gpt-4o") == price("openai:gpt-4o")
    assert price("litellm:groq/some-model") is None


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    home = written(tmp_path, json.dumps({"a:b": FREE}))
    assert "a:b" in load(home)
    (home / "prices.json").unlink()
    assert "a:b" not in load(home)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read as JSON"),
        ("[]", "holds no object of models"),
        ('{"a:b": {"prompt": 1, "as_of": "2026-11"}}', "the entry 'a:b' is not a price"),
        ('{"a:b": {"prompt": -1, "completion": 1, "as_of": "2026-11"}}', "the entry 'a:b' is not a price"),
        ('{"a:b": {"prompt": 1, "completion": 1, "as_of": "lately"}}', "the entry 'a:b' is not a price"),
    ],
)
def test_a_file_that_is_no_price_list_is_told_before_anything_is_asked(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=said):
        open_backend("ollama:llama3.2", Settings(home=written(tmp_path, text)))
