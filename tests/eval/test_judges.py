"""LLM judges over a model server: what a reply means, what is counted where it means nothing, and that nothing is paid twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval import judgements
from eval.agreement import NOT_CALIBRATED
from eval.cli import app
from eval.errors import RunError
from eval.judges import METRICS, Case, better, case_from, judge, one_to_five, yes_or_no
from rag.answering.record import Answer
from rag.backends import open_backend
from rag.backends.scripted import Scripted
from rag.errors import BackendBusy, BackendRefused
from rag.settings import Settings
from tests.eval.made_runs import row, with_answer, write_run
from tests.fakes.llm_server import LLMServer, Request, Status

FAKE = "openai-compatible:fake"
CASE = Case("What cools a wall?", "Moss does.", ("Moss cools walls by 5 degrees.",), "Moss.", "Paint does.")
Make = Callable[..., Answer]


@pytest.mark.parametrize(
    ("reply", "score"),
    [("YES", 1), ("No, it is not.", 0), ("**Yes**", 1), ("The answer is: NO", 0), ("No. A yes would be wrong.", 0)],
)
def test_yes_and_no(reply: str, score: float) -> None:
    assert yes_or_no(reply) == score


@pytest.mark.parametrize("reply", ["", "I cannot tell.", "It could be yes or no.", "yesterday", "nothing"])
def test_neither_yes_nor_no(reply: str) -> None:
    assert yes_or_no(reply) is None


@pytest.mark.parametrize(
    ("reply", "score"),
    [
        ("5", 1.0),
        ("1.0\nWrong.", 0.0),
        ("4.5\nClose to 3 mistakes.", 0.875),
        ("Score: 3", 0.5),
        ("**4**\nfine", 0.75),
        ("4/5", 0.75),
    ],
)
def test_one_to_five(reply: str, score: float) -> None:
    assert one_to_five(reply) == score


@pytest.mark.parametrize("reply", ["", "good", "7", "Between 3 and 4", "0.5", "2024"])
def test_no_score_from_one_to_five(reply: str) -> None:
    assert one_to_five(reply) is None


def test_the_last_verdict_of_a_pair_counts() -> None:
    assert [better(reply) for reply in ("[[A]]", "Not [[A]]: [[B]]", "[[C]] tie", "A is better")] == [1.0, 0.0, 0.5, None]


@pytest.mark.parametrize(
    ("metric", "replies", "score"),
    [
        ("faithfulness", ["YES"], 1.0),
        ("faithfulness", ["The context does not say."], None),
        ("relevancy", ["NO"], 0.0),
        ("correctness", ["4\nNearly."], 0.75),
        ("correctness", ["4"], 0.75),
        ("correctness", ["A good answer."], None),
        ("pairwise", ["[[A]]", "[[B]]"], 1.0),
        ("pairwise", ["[[B]]", "[[A]]"], 0.0),
        ("pairwise", ["[[A]]", "[[A]]"], 0.5),  # it prefers what it sees first
        ("pairwise", ["[[C]]", "[[C]]"], 0.5),
        ("pairwise", ["[[A]]", "Both are good."], None),
        ("pairwise", ["Both are good."], None),
    ],
)
def test_a_judge_over_a_server(tmp_path: Path, metric: str, replies: list[str], score: float | None) -> None:
    with LLMServer(*[lambda _, said=said: said for said in replies]) as server:
        settings = Settings(home=tmp_path, llm_base_url=server.base_url(FAKE), llm_retries=0)
        found = judge(METRICS[metric], CASE, open_backend(FAKE, settings))
    assert found.score == score
    assert list(found.replies) == replies
    assert found.tokens.prompt == 11 * len(replies)
    shown = server.requests[0].prompt
    assert "Moss does." in shown
    assert ("Moss cools walls by 5 degrees." in shown) == (metric in ("faithfulness", "relevancy"))
    assert ("Paint does." in shown) == (metric == "pairwise")


def test_a_long_context_is_one_question(tmp_path: Path) -> None:
    """LlamaIndex would otherwise cut it up and ask again for every piece."""
    backend = Scripted("YES")
    judge(METRICS["faithfulness"], replace(CASE, contexts=("Moss cools walls. " * 500,) * 10), backend)
    assert len(backend.heard) == 1


@pytest.fixture
def run(tmp_path: Path, make_answer: Make) -> Path:
    """q0 and q1 have answers with sources, q2 an answer without, q3 is a refusal, q4 failed."""
    rows = [
        with_answer(row("q0", {"words": 2.0}), make_answer("Moss cools.", cited=["p"])),
        with_answer(row("q1", {"words": 2.0}, reference="Ice."), make_answer("Ice cools.", cited=["p"])),
        with_answer(row("q2", {"words": 2.0}, key_facts=[]), make_answer("Wind cools.")),
        with_answer(row("q3", {"words": 2.0}), make_answer("The library does not say.", abstained=True)),
        row("q4", None),
    ]
    return write_run(tmp_path / "run", rows)


def test_what_there_is_to_judge(run: Path) -> None:
    def of(metric: str) -> list[tuple[str, str | None]]:
        return [(task.id, task.case.reference) for task in judgements.tasks(run, [metric])]

    assert [key for key, _ in of("faithfulness")] == ["q0", "q1"]
    assert of("correctness") == [("q0", "It has to say: a fact."), ("q1", "Ice.")]
    with pytest.raises(RunError, match="no judge called 'nonsense'"):
        of("nonsense")
    with pytest.raises(RunError, match="Name it with --against RUN"):
        of("pairwise")
    assert case_from(row("x", None)) is None


def test_pairwise_is_held_against_another_run(run: Path, tmp_path: Path, make_answer: Make) -> None:
    other = write_run(
        tmp_path / "other",
        [
            with_answer(row("q0", {"words": 2.0}), make_answer("Moss cools.")),
            with_answer(row("q1", {"words": 2.0}), make_answer("Snow cools.")),
        ],
    )
    (task,) = judgements.tasks(run, ["pairwise"], other)  # q0 has the same answer in both
    assert (task.id, task.case.answer, task.case.other, task.against) == ("q1", "Ice cools.", "Snow cools.", "other")


def test_judgements_are_kept_and_nothing_is_paid_twice(run: Path) -> None:
    todo = judgements.tasks(run, ["faithfulness", "correctness"])
    first = Scripted("YES", BackendBusy("The server is busy."), "NO", "What a question!")
    judgements.judge_all(run, todo, first, concurrency=1)
    assert len(first.heard) == 4
    again = Scripted("2")
    states: list[judgements.JudgeProgress] = []
    judgements.judge_all(run, todo, again, concurrency=1, progress=states.append)
    assert len(again.heard) == 1  # only where no reply had come
    assert states[0] == judgements.JudgeProgress(done=4, total=4, before=3, unread=1, failed=1, why="The server is busy.")
    assert states[-1].failed == 0
    judgements.judge_all(run, todo, again, retry=True)
    assert len(again.heard) == 2  # and where it could not be read
    judgements.judge_all(run, todo, again)
    assert len(again.heard) == 2
    assert (run / judgements.JUDGEMENTS).read_text(encoding="utf-8").count("\n") == 6


def test_another_answer_is_another_case(run: Path, tmp_path: Path, make_answer: Make) -> None:
    judgements.judge_all(run, judgements.tasks(run, ["faithfulness"]), Scripted("YES"))
    changed = write_run(tmp_path / "again", [with_answer(row("q0", {"words": 1.0}), make_answer("Other words.", cited=["p"]))])
    (changed / judgements.JUDGEMENTS).write_bytes((run / judgements.JUDGEMENTS).read_bytes())
    backend = Scripted("NO")
    judgements.judge_all(changed, judgements.tasks(changed, ["faithfulness"]), backend)
    assert len(backend.heard) == 1


def test_figures_count_what_has_no_score_and_are_never_nan(run: Path) -> None:
    """Four cases: one yes, one no, one unreadable, one error. Mean 1/2; between 1/4 and 3/4 had the lost ones been no or yes."""
    lines = [
        {
            "judge": "j",
            "metric": "faithfulness",
            "id": key,
            "turn": 0,
            "case": key,
            "score": score,
            "problem": problem,
            "cost": cost,
        }
        for key, score, problem, cost in (
            ("a", 1.0, None, 0.25),
            ("b", 0.0, None, 0.25),
            ("c", None, judgements.NOT_READABLE, 0.25),
            ("d", None, {"type": "BackendBusy", "message": "busy"}, 0.0),
        )
    ]
    (one,) = judgements.figures(run, lines)
    assert (one.n, one.unread, one.failed, one.value, one.least, one.most, one.cost) == (2, 1, 1, 0.5, 0.25, 0.75, 0.75)
    (none,) = judgements.figures(run, lines[2:])
    assert (none.n, none.value, none.low) == (0, None, None)
    assert judgements.figures(run) == []


def test_half_a_line_is_left_out(run: Path) -> None:
    todo = judgements.tasks(run, ["faithfulness"])
    judgements.judge_all(run, todo, Scripted("YES"), concurrency=1)
    path = run / judgements.JUDGEMENTS
    path.write_bytes(path.read_bytes()[:-20])
    backend = Scripted("NO")
    judgements.judge_all(run, todo, backend)
    assert len(backend.heard) == 1
    (one,) = judgements.figures(run)
    assert (one.n, one.value) == (2, 0.5)


def test_a_judge_that_can_never_answer_ends_it_at_once(run: Path) -> None:
    todo = judgements.tasks(run, ["faithfulness", "correctness"])
    with pytest.raises(BackendRefused, match="no key"):
        judgements.judge_all(run, todo, Scripted("YES", BackendRefused("There is no key.")), concurrency=1)
    assert len(list(judgements.read_rows(run))) == 1


def test_the_command(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reply(request: Request) -> str | Status:
        if "Ice cools" in request.prompt:
            return Status(400, "not today") if "supported by the context" in request.prompt else "hm"
        return "5\nFine. YES"

    with LLMServer(reply) as server:
        monkeypatch.setenv("VOUCH_LLM_BASE_URL", server.base_url(FAKE))
        monkeypatch.setenv("VOUCH_LLM_RETRIES", "0")
        words = ["judge", str(run), "--llm", FAKE, "--home", str(tmp_path), "--metric", "correctness"]
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, result.output
        before = len(server.requests)
        assert CliRunner().invoke(app, words).exit_code == 0
        assert len(server.requests) == before
    assert f"{FAKE}, correctness: {NOT_CALIBRATED}." in result.output
    assert "1 replies could not be read" in result.output
    assert f"{FAKE} correctness 1.000 0.207 to 1.000 1 1 0.500 to 1.000" in " ".join(result.output.split())
    kept = [json.loads(line) for line in (run / judgements.JUDGEMENTS).read_text(encoding="utf-8").splitlines()]
    assert {(one["id"], one["score"]) for one in kept} == {("q0", 1.0), ("q1", None)}
