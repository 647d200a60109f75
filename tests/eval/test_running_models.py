"""Runs with a model on the loopback interface: several questions in flight, retries, a budget, samples, settings."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from eval import asking, results, runner, runs
from eval.asking import Price
from eval.budget import GROPING, Budget, feeling_the_way
from eval.errors import RunChanged, RunError
from eval.questions import QuestionSet, load_questions
from eval.runner import Plan, RunProgress
from rag.settings import Settings
from tests.fakes.llm_server import LLMServer, Reply, Request, Say, Status

Write = Callable[[str, str | bytes], Path]
DECLINE = Say("NOT-IN-LIBRARY")  # 11 tokens in, 7 out


@pytest.fixture
def many(write: Write) -> QuestionSet:
    """Twelve questions that the library has papers for."""
    asked = ["How do honeybees find their way home?", "Does medieval window glass flow downwards?"]
    rows = [{"id": f"q{n}", "question": asked[n % 2], "tags": ["even" if n % 2 == 0 else "odd"]} for n in range(12)]
    return load_questions(write("many.jsonl", "\n".join(map(json.dumps, rows))))


@contextmanager
def opened(home: Path, reply: Callable[[Request], Reply], **values: Any) -> Iterator[tuple[Any, LLMServer]]:
    with LLMServer(reply) as server:
        given = {"llm": "openai-compatible:m", "llm_base_url": f"http://name:secret@{server.url[7:]}/v1", "llm_retries": 0}
        with runner.open_assistant(Settings.load(home=home, **(given | values))) as assistant:
            yield assistant, server


def test_so_many_questions_are_in_flight_and_the_report_is_the_same(home: Path, many: QuestionSet, tmp_path: Path) -> None:
    together = threading.Barrier(4, timeout=60)

    def reply(_: Request) -> Reply:
        together.wait()  # nothing is answered unless four questions are there at once
        return DECLINE

    with opened(home, reply) as (assistant, _):
        summary = runner.run(many, assistant, tmp_path / "four", plan=Plan(concurrency=4))
    with opened(home, lambda _: DECLINE) as (assistant, server):
        alone = runner.run(many, assistant, tmp_path / "one", plan=Plan(concurrency=1))
        assert len(server.requests) == 12
    assert summary == alone
    assert (tmp_path / "four" / runs.SUMMARY).read_bytes() == (tmp_path / "one" / runs.SUMMARY).read_bytes()
    rows, _ = runs.load_run(tmp_path / "four")
    assert [row["id"] for row in rows] == [f"q{n}" for n in range(12)]  # in the order of the set
    assert [summary.tags[tag].questions for tag in ("even", "odd")] == [6, 6]
    assert "secret" not in (tmp_path / "four" / runs.MANIFEST).read_text()


def test_the_model_has_as_many_requests_as_it_may_have_while_others_are_read_for(
    home: Path, many: QuestionSet, tmp_path: Path
) -> None:
    under_way, most, lock = [0], [0], threading.Lock()
    both = threading.Barrier(2, timeout=60)

    def reply(_: Request) -> Reply:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        both.wait()
        with lock:
            under_way[0] -= 1
        return DECLINE

    with LLMServer(reply) as server:
        settings = Settings.load(home=home, llm="openai-compatible:m", llm_base_url=f"{server.url}/v1")
        with runner.open_assistant(settings, at_once=2) as assistant:
            assert assistant.settings.fingerprint() == settings.fingerprint()
            summary = runner.run(many, assistant, tmp_path / "out", plan=Plan(concurrency=2))
    assert (summary.overall.questions, summary.overall.failures, most) == (12, 0, [2])


def test_errors_that_may_pass_are_tried_again_with_their_history(
    home: Path, many: QuestionSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "FIRST_PAUSE", 0.0)
    answers: list[Reply] = [Status(503), Status(429), DECLINE]

    def reply(_: Request) -> Reply:
        return answers.pop(0) if answers else DECLINE

    with opened(home, reply) as (assistant, server):
        runner.run(many, assistant, tmp_path / "out", plan=Plan(limit=1, retries=2))
        assert len(server.requests) == 3
    (row,) = results.read_rows(tmp_path / "out")
    assert row["error"] is None
    assert [attempt["type"] for attempt in row["attempts"]] == ["BackendBusy", "BackendBusy"]
    assert all(attempt["seconds"] >= 0 and attempt["at"] for attempt in row["attempts"])


def test_a_question_asked_again_later_keeps_its_failures(home: Path, many: QuestionSet, tmp_path: Path) -> None:
    out = tmp_path / "out"
    down = True
    with opened(home, lambda _: Status(500) if down else DECLINE) as (assistant, _):
        summary = runner.run(many, assistant, out, plan=Plan(limit=3))
        assert (summary.overall.failures, summary.overall.blame) == (3, {"failed": 3})
        runner.run(many, assistant, out, plan=Plan(limit=3, retry_failed=True))
        down = False
        repaired = runner.run(many, assistant, out, plan=Plan(limit=3, retry_failed=True))
    assert repaired.overall.failures == 0
    assert [len(row["attempts"]) for row in results.read_rows(out)] == [2, 2, 2]


def test_an_error_of_any_kind_is_a_row(home: Path, many: QuestionSet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with runner.open_assistant(Settings.load(home=home)) as assistant:
        ask = assistant.ask

        def faulty(question: str, **rest: Any) -> Any:
            if "glass" in question:
                raise RuntimeError("a fault nobody foresaw")
            return ask(question, **rest)

        monkeypatch.setattr(assistant, "ask", faulty)
        summary = runner.run(many, assistant, tmp_path / "out")
    assert (summary.overall.questions, summary.overall.failures) == (12, 6)
    assert summary.errors[0][1] == "a fault nobody foresaw"


def test_a_budget_is_not_overspent_and_a_larger_one_goes_on(home: Path, many: QuestionSet, tmp_path: Path) -> None:
    out = tmp_path / "out"
    price = Price(prompt=0.0, completion=1e6 / 7)  # seven tokens: one dollar an answer
    seen: list[RunProgress] = []
    with opened(home, lambda _: DECLINE) as (assistant, server):
        runner.run(many, assistant, out, plan=Plan(concurrency=1, budget=Budget(3.5), price=price), progress=seen.append)
        assert len(server.requests) == 3
        assert (seen[-1].done, seen[-1].cost) == (3, pytest.approx(3.0))
        assert "budget of $3.5" in seen[-1].stopped
        assert not (out / runs.SUMMARY).exists()
        # What was spent before counts: four dollars in all leave room for one more.
        runner.run(many, assistant, out, plan=Plan(concurrency=4, budget=Budget(4.0), price=price))
        assert len(server.requests) == 4
        summary = runner.run(many, assistant, out, plan=Plan(budget=Budget(100.0), price=price))
    assert summary.overall.cost == pytest.approx(12.0)
    assert summary.overall.completion_tokens == 84


def test_the_first_answer_tells_how_many_more_a_budget_allows(home: Path, many: QuestionSet, tmp_path: Path) -> None:
    price = Price(prompt=0.0, completion=1e6 / 7)  # one dollar an answer
    with opened(home, lambda _: DECLINE) as (assistant, server):
        runner.run(many, assistant, tmp_path / "out", plan=Plan(concurrency=8, budget=Budget(3.5), price=price))
        assert len(server.requests) == 3


def test_answers_that_cost_nothing_are_not_asked_one_by_one_for_ever() -> None:
    asked = iter(range(30))
    together = threading.Barrier(4, timeout=60)

    def work(number: int) -> int:
        if number >= GROPING:
            together.wait()
        return number

    answers = feeling_the_way(work, asked, 4, threading.Event(), Budget(1.0))
    assert sorted(answers) == list(range(30))


def test_a_budget_needs_a_price(home: Path, many: QuestionSet, tmp_path: Path) -> None:
    with opened(home, lambda _: DECLINE) as (assistant, server):
        with pytest.raises(RunError, match="No price is known for openai-compatible:m"):
            runner.run(many, assistant, tmp_path / "out", plan=Plan(budget=Budget(1.0)))
        assert not server.requests


def test_a_sample_is_drawn_by_its_seed_and_can_be_widened(assistant: Any, many: QuestionSet, tmp_path: Path) -> None:
    def ids(plan: Plan) -> list[str]:
        return [question.id for _, question in runner.chosen(many, plan)]

    small, large = ids(Plan(sample=4)), ids(Plan(sample=8))
    assert len(small) == 4
    assert set(small) < set(large)
    assert small == ids(Plan(sample=4)) != ids(Plan(sample=4, seed=1))
    out = tmp_path / "out"
    runner.run(many, assistant, out, plan=Plan(sample=4))
    assert runner.run(many, assistant, out, plan=Plan(sample=8)).overall.questions == 8
    with pytest.raises(RunChanged, match=r"another sample \(then seed 0; now seed 1\)"):
        runner.run(many, assistant, out, plan=Plan(sample=8, seed=1))


def test_a_changed_setting_or_prompt_is_named(home: Path, many: QuestionSet, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with opened(home, lambda _: DECLINE) as (assistant, _):
        runner.run(many, assistant, out, plan=Plan(limit=1))
        manifest = runs.read_manifest(out)
        assert manifest is not None
        assert set(manifest.prompts) >= {"system", "question"}
        address = assistant.settings.llm_base_url
    with (
        opened(home, lambda _: DECLINE, answer_words=40, llm_base_url=address) as (assistant, _),
        pytest.raises(RunChanged, match="answer_words was 90 and is 40"),
    ):
        runner.run(many, assistant, out)
    prompt = home / "prompts" / "question.md"
    prompt.parent.mkdir()
    try:
        prompt.write_text("$evidence\n$question")
        with (
            opened(home, lambda _: DECLINE, llm_base_url=address) as (assistant, _),
            pytest.raises(RunChanged, match=r"another prompt \(then "),
        ):
            runner.run(many, assistant, out)
    finally:
        prompt.unlink()
        prompt.parent.rmdir()


def test_hidden_papers_are_not_found(assistant: Any, write: Write, tmp_path: Path) -> None:
    asked = "How do honeybees find their way home?"
    bees = assistant.search(asked)[0].paper.id
    row = {"id": "b", "question": asked, "answerable": False, "without": [{"id": bees}]}
    runner.run(load_questions(write("hidden.jsonl", json.dumps(row))), assistant, tmp_path / "out")
    (found,) = results.read_rows(tmp_path / "out")
    assert bees not in [hit["paper"]["id"] for hit in found["answer"]["retrieved"]]
