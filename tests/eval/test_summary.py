"""From rows to means, counts and intervals."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from eval.questions import Turn
from eval.scoring import FIGURES, score
from eval.summary import Figure, Summary, summarise
from rag.answering.record import Answer

Make = Callable[..., Answer]


def row(
    name: str, scores: Mapping[str, float] | None = None, *, kind: str = "single", error: str | None = None
) -> dict[str, Any]:
    base = {"words": 10.0, "answered": 1.0, "abstained": 0.0}
    failure = None if error is None else {"type": "BackendBusy", "message": error}
    return {"id": name, "kind": kind, "error": failure, "unresolved": [], "scores": None if error else {**base, **(scores or {})}}


def test_scores_of_an_answer(make_answer: Make) -> None:
    answer = make_answer("It has three stages. [1][2]", retrieved=["a", "x", "b"], cited=["a", "x"])
    scores = score(Turn("How many stages?", key_facts=("three stages", "70B")), ["a", "b"], answer)
    assert scores["hit@1"] == 1
    assert scores["recall@5"] == 1
    assert scores["citation_precision"] == 0.5
    assert scores["citation_recall"] == 0.5
    assert scores["fact_recall"] == 0.5
    assert scores["words"] == 4
    assert scores["wrongly_refused"] == 0
    assert "rightly_refused" not in scores
    assert scores.keys() <= FIGURES.keys()


def test_figures_that_do_not_apply_are_absent(make_answer: Make) -> None:
    scores = score(Turn("Which GPU?", answerable=False), [], make_answer("Nothing here.", retrieved=["a"], abstained=True))
    assert scores == {"words": 2, "answered": 0, "abstained": 1, "rightly_refused": 1, "right": 1}


def test_means_counts_and_kinds() -> None:
    rows = [
        row("1", {"hit@1": 1.0, "fact_recall": 0.5}),
        row("2", {"hit@1": 0.0}),
        row("3", {"answered": 0.0, "abstained": 1.0, "rightly_refused": 1.0}, kind="unanswerable"),
        row("4", {"rightly_refused": 0.0}, kind="unanswerable"),
        row("5", {"rightly_refused": 0.0}, kind="unanswerable"),
    ]
    summary = summarise(rows)
    overall = summary.overall
    assert (overall.questions, overall.answers, overall.answered, overall.abstained, overall.failures) == (5, 5, 4, 1, 0)
    assert overall.figures["hit@1"] == Figure(0.5, 2, 0.0, 1.0)
    assert overall.figures["fact_recall"] == Figure(0.5, 1, 0.5, 0.5)
    assert overall.figures["rightly_refused"].value == pytest.approx(1 / 3, abs=1e-6)
    assert overall.figures["rightly_refused"].n == 3
    assert list(summary.kinds) == ["single", "unanswerable"]
    assert "rightly_refused" not in summary.kinds["single"].figures
    assert "hit@1" not in summary.kinds["unanswerable"].figures


def test_failures_are_counted_and_shown_but_not_averaged_in() -> None:
    summary = summarise([row("1", {"hit@1": 1.0}), row("2", error="The server is busy.")])
    assert (summary.overall.questions, summary.overall.answers, summary.overall.failures) == (2, 1, 1)
    assert summary.overall.figures["hit@1"] == Figure(1.0, 1, 0.206549, 1.0)  # 1 of 1: 1 / (1 + 1.96^2) and more
    assert summary.errors == (("2", "The server is busy."),)
    assert "failed: 2: The server is busy." in summary.table()


def test_a_run_in_which_every_question_failed() -> None:
    summary = summarise([row("1", error="No server."), row("2", error="No server.")])
    assert (summary.overall.failures, summary.overall.answers, summary.overall.figures) == (2, 0, {})
    assert "2 failures" in summary.table()


def test_no_rows_at_all() -> None:
    summary = summarise([])
    assert (summary.overall.questions, summary.kinds) == (0, {})
    assert summary.table()


def test_turns_of_a_dialogue_count_as_answers_from_the_second_on() -> None:
    turns = [row("", {"hit@1": value}) for value in (1.0, 0.0)]
    opening = {**row(""), "scores": None}
    dialogue = {"id": "d", "kind": "dialogue", "error": None, "turns": [opening, *turns]}
    group = summarise([dialogue]).kinds["dialogue"]
    assert (group.questions, group.answers) == (1, 2)
    # One dialogue: every resample is the dialogue itself.
    assert group.figures["hit@1"] == Figure(0.5, 2, 0.5, 0.5)


def test_the_order_of_the_rows_does_not_show() -> None:
    rows = [row(str(i), {"hit@1": float(i % 3 == 0), "fact_recall": i / 40}, kind="ab"[i % 2]) for i in range(40)]
    text = summarise(rows).to_json()
    random.Random(1).shuffle(rows)
    assert summarise(rows).to_json() == text
    assert "NaN" not in text


def test_a_summary_survives_json() -> None:
    rows = [
        row("1", {"hit@1": 1.0}),
        row("2", kind="other", error="No [server]."),
        {**row("3"), "unresolved": ["A title (absent)"]},
    ]
    summary = summarise(rows)
    assert Summary.from_dict(json.loads(summary.to_json())) == summary
    assert summary.unresolved == (("3", "A title (absent)"),)
    assert "not resolved: 3: A title (absent)" in summary.table()


def test_the_table_shows_every_figure_with_interval_and_count() -> None:
    text = summarise([row("1", {"hit@1": 1.0}), row("2", {"hit@1": 0.0})]).table()
    assert "single: 2 questions, 2 answered, 0 abstained, 0 failures" in text
    (line,) = [line for line in text.splitlines() if "hit@1" in line]
    assert line.split() == ["hit@1", "0.500", "0.000", "to", "1.000", "2"]
    (words,) = [line for line in text.splitlines() if "words an answer" in line]
    assert words.split()[3:] == ["10.0", "10.0", "to", "10.0", "2"]


def test_control_sequences_of_a_question_file_do_not_reach_the_terminal() -> None:
    summary = summarise([row("\x1b[2J1", kind="\x1b]0;x\x07kind", error="bad\x1b[31m")])
    assert "\x1b" not in summary.table()
