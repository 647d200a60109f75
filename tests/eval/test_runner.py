"""Whole runs over a small library written here: asked once, resumed, refused, repeated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval import results, runner, runs
from eval.errors import RunBusy, RunChanged
from eval.questions import QuestionSet, load_questions
from eval.runner import RunProgress
from rag.errors import BackendUnknown, LibraryError
from rag.settings import Settings
from tests.fakes.llm_server import LLMServer, Reply, Request, Say, Status

Write = Callable[[str, str | bytes], Path]

DATA = Path(__file__).parent / "data"


def ids(folder: Path) -> list[str]:
    return [row["id"] for row in results.read_rows(folder)]


def test_a_run_answers_scores_and_writes_everything(questions: QuestionSet, assistant: Any, tmp_path: Path) -> None:
    seen: list[RunProgress] = []
    summary = runner.run(questions, assistant, tmp_path / "out", progress=seen.append)
    rows, reread = runs.load_run(tmp_path / "out")
    assert [row["id"] for row in rows] == ["q1", "q2", "q3", "q4", "u1", "d1"]
    assert [(state.done, state.total) for state in seen] == [(done, 6) for done in range(7)]
    assert reread == summary == runs.read_summary(tmp_path / "out")
    single = summary.kinds["single"].figures
    assert single["hit@1"].value == 1
    assert single["fact_recall"].value == 1
    assert single["citation_recall"].value == 1
    assert summary.unresolved == ()
    manifest = runs.read_manifest(tmp_path / "out")
    assert manifest is not None
    assert (manifest.questions, manifest.papers, manifest.llm) == (6, 4, "extractive")


def test_a_dialogue_is_one_row_with_its_turns(questions: QuestionSet, assistant: Any, tmp_path: Path) -> None:
    runner.run(questions, assistant, tmp_path / "out")
    (row,) = [row for row in results.read_rows(tmp_path / "out") if row["id"] == "d1"]
    first, second = row["turns"]
    assert first["scores"] is None
    assert second["scores"]["hit@1"] == 1
    assert second["answer"]["question"] == "And what about coffee?"
    assert second["answer"]["retrieved"]


def test_the_same_run_again_asks_nothing_and_gives_the_same_bytes(questions: QuestionSet, assistant: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    runner.run(questions, assistant, out)
    before = {name: (out / name).read_bytes() for name in (results.RESULTS, runs.SUMMARY, runs.MANIFEST)}
    seen: list[RunProgress] = []
    runner.run(questions, assistant, out, progress=seen.append)
    assert [(state.done, state.before) for state in seen] == [(6, 6)]
    assert {name: (out / name).read_bytes() for name in before} == before
    runner.run(questions, assistant, tmp_path / "other")
    assert (tmp_path / "other" / runs.SUMMARY).read_bytes() == before[runs.SUMMARY]


def test_a_limit_is_widened_later(questions: QuestionSet, assistant: Any, home: Path) -> None:
    first = runner.run(questions, assistant, limit=2)
    assert first.overall.questions == 2
    (info,) = [run for run in runs.list_runs(home) if run.manifest.set_name == "questions.jsonl"]
    assert (info.done, info.finished) == (2, True)
    assert runner.run(questions, assistant).overall.questions == 6
    (info,) = [run for run in runs.list_runs(home) if run.manifest.set_name == "questions.jsonl"]
    assert (info.done, info.finished, info.manifest.limit) == (6, True, None)
    # A narrower one neither asks nor forgets anything.
    assert runner.run(questions, assistant, limit=1).overall.questions == 6
    (info,) = [run for run in runs.list_runs(home) if run.manifest.set_name == "questions.jsonl"]
    assert (info.done, info.finished) == (6, True)


def test_an_interrupted_run_goes_on_where_it_stopped(questions: QuestionSet, assistant: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    whole = runner.run(questions, assistant, tmp_path / "whole")

    def interrupt(state: RunProgress) -> None:
        if state.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runner.run(questions, assistant, out, progress=interrupt)
    assert ids(out) == ["q1", "q2", "q3"]
    # What a kill in the middle of writing leaves behind:
    with (out / results.RESULTS).open("ab") as file:
        file.write(b'{"id": "q4", "kind": "sin')
    assert runner.run(questions, assistant, out) == whole
    assert ids(out) == ["q1", "q2", "q3", "q4", "u1", "d1"]
    assert (out / runs.SUMMARY).read_bytes() == (tmp_path / "whole" / runs.SUMMARY).read_bytes()


def test_another_set_or_back_end_is_refused(questions: QuestionSet, assistant: Any, write: Write, tmp_path: Path) -> None:
    out = tmp_path / "out"
    runner.run(questions, assistant, out, limit=1)
    with pytest.raises(RunChanged, match="another question set"):
        runner.run(load_questions(write("other.jsonl", '{"question": "Why?"}')), assistant, out)
    with pytest.raises(RunChanged, match=r"another back end \(then extractive; now openai:gpt-4o-mini\), other settings"):
        runner.run(questions, assistant, out, llm="openai:gpt-4o-mini")
    assert ids(out) == ["q1"]


def test_a_grown_library_is_refused(questions: QuestionSet, tmp_path: Path) -> None:
    whole = (DATA / "abstracts.txt").read_text()
    dump = tmp_path / "dump.txt"
    dump.write_text("".join(whole.splitlines(keepends=True)[:2]))
    with runner.open_assistant(Settings.load(home=tmp_path / "home")) as assistant:
        with pytest.raises(LibraryError, match="holds no paper"):
            runner.run(questions, assistant, tmp_path / "out")
        assistant.ingest([dump])
        summary = runner.run(questions, assistant, tmp_path / "out", limit=4)
        assert [question for question, _ in summary.unresolved] == ["q3", "q4"]
        assert summary.overall.figures["hit@1"].n == 2
        dump.write_text(whole)
        assistant.ingest([dump])
        with pytest.raises(RunChanged, match=r"another library \(then 2 papers, \w+; now 4 papers"):
            runner.run(questions, assistant, tmp_path / "out")


def test_two_runs_do_not_share_a_folder(questions: QuestionSet, assistant: Any, tmp_path: Path) -> None:
    def second(_: RunProgress) -> None:
        runner.run(questions, assistant, tmp_path / "out")

    with pytest.raises(RunBusy, match="being written by another run"):
        runner.run(questions, assistant, tmp_path / "out", progress=second)


def test_a_back_end_that_cannot_exist_leaves_no_run(questions: QuestionSet, assistant: Any, home: Path) -> None:
    before = runs.list_runs(home)
    with pytest.raises(BackendUnknown):
        runner.run(questions, assistant, llm="nonsense:model")
    assert runs.list_runs(home) == before


def test_failed_questions_are_rows_and_are_asked_again_only_when_told(questions: QuestionSet, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    broken = {"How do honeybees find their way home?", "And what about coffee?"}

    def reply(request: Request) -> Reply:
        return Status(500) if any(question in request.prompt for question in broken) else Say("The sources do not say.")

    with LLMServer(reply) as server:
        settings = Settings.load(home=home, llm="openai-compatible:m", llm_base_url=f"{server.url}/v1", llm_retries=0)
        with runner.open_assistant(settings) as assistant:
            summary = runner.run(questions, assistant, out)
            assert (summary.overall.questions, summary.overall.failures) == (6, 2)
            assert [question for question, _ in summary.errors] == ["d1", "q2"]
            rows = {row["id"]: row for row in results.read_rows(out)}
            assert rows["q2"]["error"]["type"] == "BackendBusy"
            assert rows["q2"]["answer"] is None
            first, second = rows["d1"]["turns"]
            assert first["answer"] is not None
            assert second["answer"] is None
            assert summary.kinds["dialogue"].figures == {}

            broken.clear()
            before = len(server.requests)
            assert runner.run(questions, assistant, out) == summary
            assert len(server.requests) == before
            repaired = runner.run(questions, assistant, out, retry_failed=True)
            assert repaired.overall.failures == 0
            assert sorted(ids(out)) == ["d1", "q1", "q2", "q3", "q4", "u1"]
            # The honeybees, and both turns about the surgeons.
            assert len(server.requests) == before + 3
