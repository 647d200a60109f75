"""How far a judge agrees with people: worked out by hand, and on the real votes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval import agreement
from eval.agreement import VotedPair, calibrate, line, plain_f1, read_votes, told
from eval.cli import app
from eval.errors import RunError
from rag.backends.scripted import Scripted
from tests.fakes.llm_server import LLMServer, Request

FAKE = "openai-compatible:fake"


def pair(key: str, *votes: float) -> VotedPair:
    return VotedPair(key, f"Question {key}?", "a reference", f"first {key}", f"second {key} a reference", votes)


def prefers(choices: dict[str, str]) -> Scripted:
    """A judge that prefers, for each question, what `choices` says, whatever the order."""

    def reply(messages: Any) -> str:
        prompt = messages[-1].text
        key = next(key for key in choices if f"Question {key}?" in prompt)
        first_on_top = prompt.index(f"first {key}") < prompt.index(f"second {key}")
        wanted = {"first": "A" if first_on_top else "B", "second": "B" if first_on_top else "A", "tie": "C"}
        return f"[[{wanted[choices[key]]}]]" if choices[key] in wanted else "no idea"

    return Scripted(reply, name="scripted")


def test_agreement_by_hand(tmp_path: Path) -> None:
    """Preferences -1, 1, 0 with single votes -2, -1, 2, 1, 0, 0: both have mean 0, so r = 6 / sqrt(4 * 10)."""
    pairs = [pair("p", -2, -1), pair("q", 2, 1), pair("r", 0, 0)]
    found = calibrate(pairs, prefers({"p": "first", "q": "second", "r": "tie"}), "pairwise", tmp_path)
    assert (found.pairs, found.unread, found.failed) == (3, 0, 0)
    assert found.r == pytest.approx(6 / 40**0.5)
    assert found.people == pytest.approx(4 / (8 * 2) ** 0.5)  # (-2,-1), (2,1), (0,0)
    assert found.token_f1 is None  # the second answer is nearer to the reference by the same amount every time


def test_what_cannot_be_read_is_counted_and_a_second_start_pays_nothing(tmp_path: Path) -> None:
    pairs = [pair("p", -2, -1), pair("q", 2, 1), pair("r", 0, 1), pair("s", 1, 1)]
    judge = prefers({"p": "first", "q": "second", "r": "?", "s": "tie"})
    found = calibrate(pairs, judge, "pairwise", tmp_path)
    assert (found.pairs, found.unread) == (3, 1)
    heard = len(judge.heard)
    assert calibrate(pairs, judge, "pairwise", tmp_path) == found
    assert len(judge.heard) == heard


def test_no_correlation_is_absent_and_said(tmp_path: Path) -> None:
    found = calibrate([pair("p", 1, 1), pair("q", 2, 2)], prefers({"p": "first", "q": "first"}), "pairwise", tmp_path)
    assert (found.r, found.low, found.people) == (None, None, None)
    assert "not calibrated (2 pairs decided" in told(found)


def test_the_line_that_stands_beside_every_score(tmp_path: Path) -> None:
    assert line(tmp_path, "scripted", "pairwise") == "scripted, pairwise: not calibrated."
    pairs = [pair("p", -2, -1), pair("q", 2, 1), pair("r", 0, 1)]
    calibrate(pairs, prefers({"p": "first", "q": "second", "r": "tie"}), "pairwise", tmp_path)
    said = line(tmp_path, "scripted", "pairwise")
    assert said.startswith("scripted, pairwise: agrees with people by r = 0.9")
    assert "over 3 pairs" in said
    assert "people with each other 0.87" in said
    assert line(tmp_path, "scripted", "faithfulness").startswith(
        "scripted, faithfulness: not calibrated. But: scripted, pairwise"
    )
    assert line(tmp_path, "another", "pairwise") == "another, pairwise: not calibrated."


def test_a_judge_of_single_answers_prefers_the_one_with_the_higher_score(tmp_path: Path) -> None:
    def grade(messages: Any) -> str:
        return "5" if "second q" in messages[-1].text or "first p" in messages[-1].text else "3"

    found = calibrate([pair("p", -2), pair("q", 2), pair("r", 0)], Scripted(grade, name="s"), "correctness", tmp_path)
    assert found.r == pytest.approx(1.0)


def test_files_that_hold_no_votes(tmp_path: Path) -> None:
    bad = tmp_path / "votes.jsonl"
    bad.write_text('{"query": "x"}\n', encoding="utf-8")
    with pytest.raises(RunError, match="line 1: no vote"):
        read_votes(bad)
    with pytest.raises(RunError, match="cannot be read"):
        read_votes(tmp_path / "absent.jsonl")
    with pytest.raises(RunError, match="says nothing of which answer is better"):
        calibrate([], Scripted("x"), "faithfulness", tmp_path)


def test_the_marks_that_real_votes_set(shared: Path) -> None:
    """280 pairs with two votes each: people agree with each other by 0.70, the difference in token F1 with people by 0.51."""
    pairs = read_votes(shared / "bench" / "ragchecker" / "human_pairs.jsonl.gz")
    assert (len(pairs), {len(one.votes) for one in pairs}) == (280, {2})
    assert agreement.among_people(pairs) == pytest.approx(0.70, abs=0.005)
    by_f1 = [(one, plain_f1(one.second, one.reference) - plain_f1(one.first, one.reference)) for one in pairs]
    assert agreement.with_votes(by_f1) == pytest.approx(0.51, abs=0.005)


def test_the_command_over_a_server(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A judge that prefers the longer answer."""

    def longer(request: Request) -> str:
        first = request.prompt.split("Assistant A’s Answer]")[1]
        second = request.prompt.split("Assistant B’s Answer]")[1]
        return "[[A]]" if len(first) > len(second) else "[[B]]"

    with LLMServer(longer) as server:
        monkeypatch.setenv("VOUCH_LLM_BASE_URL", server.base_url(FAKE))
        result = CliRunner().invoke(app, ["calibrate-judge", "--llm", FAKE, "--home", str(tmp_path), "--limit", "20"])
    assert result.exit_code == 0, result.output
    assert len(server.requests) == 40
    assert f"{FAKE}, pairwise: agrees with people by r = " in result.output
    assert "over 20 pairs; token F1 0." in result.output
    kept = json.loads(next(tmp_path.rglob("agreement.json")).read_text(encoding="utf-8"))
    assert kept[0]["votes"] == "human_pairs.jsonl.gz"
    assert shared
