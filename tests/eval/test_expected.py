"""What a run will cost, worked out by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.expected import TYPICAL, expected
from eval.groups import Group
from eval.runs import Manifest, RunInfo
from eval.summary import Summary
from rag.answering.record import Tokens

MADE = Manifest("a.jsonl", "0" * 16, 10, "openai:own", "f", "l", 6, "0.1", None, "2026-11-20T00:00:00+00:00", {})


@pytest.fixture
def home(tmp_path: Path) -> Path:
    prices = {"openai:own": {"prompt": 2.0, "completion": 10.0, "as_of": "2026-11"}}
    (tmp_path / "prices.json").write_text(json.dumps(prices), encoding="utf-8")
    return tmp_path


def run_of(llm: str, answers: int, prompt: int, completion: int) -> RunInfo:
    group = Group(answers, 0, answers, answers, 0, {}, prompt_tokens=prompt, completion_tokens=completion)
    return RunInfo(Path("run"), replace(MADE, llm=llm), answers, Summary(group, {}, (), (), {}))


def test_price_times_questions_times_typical_tokens(home: Path) -> None:
    found = expected("openai:own", 100, [], home)
    assert found.cost == pytest.approx(100 * (TYPICAL.prompt * 2 + TYPICAL.completion * 10) / 1e6)
    assert (found.measured, found.as_of) == (False, "2026-11")


def test_earlier_runs_of_the_same_back_end_tell_the_tokens(home: Path) -> None:
    earlier = [run_of("openai:own", 10, 10_000, 500), run_of("openai:other", 10, 90_000, 9_000), run_of("openai:own", 0, 0, 0)]
    found = expected("openai:own", 100, earlier, home)
    assert found.tokens == Tokens(1_000, 50)
    assert found.cost == pytest.approx(100 * (1_000 * 2 + 50 * 10) / 1e6)
    assert found.measured


def test_an_unknown_price_is_not_guessed_and_quoting_is_free(home: Path) -> None:
    assert expected("openai-compatible:mine", 100, [], home).cost is None
    assert expected("extractive", 100, [], home).cost == 0.0
