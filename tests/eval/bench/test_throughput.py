"""The share of the ideal from runs made up so that it can be worked out on paper; and one real run of three questions."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.bench import loopback, throughput
from eval.bench.process import BenchError
from eval.bench.throughput import LONG, SHORT, Run

EVIDENCE = "Passages:\n[a1] Bees dance where the food is.\n[b2] Rain keeps them in.\n[c3] Never cited."


def test_a_share_is_the_least_time_by_the_time_taken() -> None:
    run = Run(questions=70, answered=64, seconds=(2.5, 4.0, 8.0))
    assert run.ideal == 2.0  # four rounds of sixteen, half a second each
    assert run.shares == (0.8, 0.5, 0.25)


def test_each_length_has_its_three_figures() -> None:
    short = [Run(16, 16, (1.0, 1.0, 2.0)), Run(16, 16, (0.5, 1.0, 4.0))]
    outcome = throughput.summarise({SHORT: short, LONG: [Run(64, 64, (2.0, 4.0, 8.0))]})
    assert [figure.runs for figure in outcome.figures] == [(0.5, 1.0), (0.5, 0.5), (0.25, 0.125), (1.0,), (0.5,), (0.25,)]
    assert [figure.met for figure in outcome.figures] == [False, None, None, True, None, None]
    assert outcome.notes[0] == "16 questions, 16 of which reach the model: at best 0.5 s."


def test_no_question_is_asked_twice_in_the_same_words() -> None:
    assert throughput.reworded(["Why?", "How?"], SHORT)[:3] == ["Why?", "How?", "Why? Please answer briefly."]
    every = throughput.reworded(["Why?", "How?"], LONG)
    assert len(set(every)) == len(every) == 32


def test_the_model_cites_without_quoting() -> None:
    assert loopback.reply(EVIDENCE) == "Bees dance where food is. [a1] Rain keeps them [b2]"
    assert loopback.reply("Nothing to read.") == "NOT-IN-LIBRARY"


def test_a_real_run(home: Path, tmp_path: Path) -> None:
    asked = [f"How do honeybees find their way home{end}" for end in ("?", ", in short?", ", please?")]
    run = throughput.one_run(asked, home, tmp_path / "out")
    assert (run.questions, run.answered) == (3, 3)
    assert all(share > 0 for share in run.shares)
    assert run.seconds[0] >= throughput.SECONDS  # the first request and the last reply are not of different runs


def test_a_run_that_never_asks_its_model_is_no_measurement(home: Path, tmp_path: Path) -> None:
    with pytest.raises(BenchError, match=r"Of 1 questions 1 have a row, and 0 reached the model\."):
        throughput.one_run(["Which treaty ended the war of the Spanish succession?"], home, tmp_path / "out")
