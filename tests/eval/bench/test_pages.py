"""The benchmark of the pages: figures worked out on paper, and one real question asked without a browser."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from eval.bench import pages
from eval.bench.browser import vouch_pages
from eval.bench.page_jobs import answers
from eval.bench.process import BenchError

SEEN = pages.Seen(
    bare=[1.0, 2.0],
    first=[1.5, 3.0],
    again=[0.5, 1.0],
    presses=[0.04, 0.05, 0.06],
    steps={"open a citation": [0.9, 0.1, 0.2]},
    waited=[[0.1] * 18 + [0.4, 2.0], [0.2] * 20],
    in_a_row=[1.0, 2.0],
    crossed=0,
    papers=217,
)


def test_figures_are_medians_of_rounds_and_the_first_interaction_stands_apart() -> None:
    outcome = pages.summarise(SEEN)
    by_name = {figure.name: figure for figure in outcome.figures}
    paint = by_name["first paint of the chat, new server"]
    assert (paint.value, paint.ratio, paint.met) == (2.25, 1.5, False)
    assert by_name["first paint of the chat, second reader"].met
    opened = by_name["open a citation"]
    assert opened.runs == pytest.approx((100.0, 200.0))
    assert opened.ratio == pytest.approx(2.0)  # the faster half of two is 100 ms, a press in a bare page 50 ms
    assert opened.met
    waited = by_name["20 sessions at once, p95"]
    assert waited.runs == (0.4, 0.2)
    assert waited.ratio == pytest.approx((0.4 + 0.1) / 2)
    assert "took 900 ms" in outcome.notes[1]
    assert outcome.notes[-1].startswith("No session saw")


def test_an_answer_of_another_session_is_told() -> None:
    assert "3 times a session showed" in pages.summarise(replace(SEEN, crossed=3)).notes[-1]


def test_three_sessions_at_once_each_get_their_own_answer(home: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(home, tmp_path / "home"))
    questions = ["What is studied first?", "What is studied second?", "Is there a dataset?"]
    with vouch_pages(copy) as address:
        got = pages.ask_at_once(address, questions)
    assert [one["asked"] for one in got] == [[question] for question in questions]
    file = tmp_path / "got.json"
    file.write_text(json.dumps(got), encoding="utf-8")
    checked = answers(lambda done, total: None, home=str(copy), got=str(file))
    assert checked.counts["own"] == 3
    assert len(checked.seconds["ask"]) == 3


def test_a_server_that_is_not_there_is_one_message() -> None:
    with pytest.raises(BenchError, match="no answer"):
        pages.ask_at_once("http://127.0.0.1:9", ["What?"])
