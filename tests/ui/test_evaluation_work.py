"""What the evaluation page does beside showing results: starting runs, voting, reviewing drafts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval import background, votes
from eval.background import Launch
from eval.expected import Expected
from eval.questions import load_questions
from eval.watching import Seen
from rag.answering.record import Tokens
from rag.errors import QuestionSetError
from tests.eval.made_runs import row, with_answer, write_run
from tests.ui.html_tree import Element, parse
from ui import question_sets
from ui.draft_questions import Draft, accept, drafts, drop, rows
from ui.evaluation_progress import duration, told
from ui.evaluation_start import cost_words
from ui.uploads import Upload

Run = Callable[[str], Any]
DRAFT = {"id": "d1", "status": "draft", "kind": "single", "question": "What of <b>moss</b>?", "key_facts": ["wall"], "papers": []}


def html(at: Any) -> Element:
    assert not at.exception
    return parse("".join(element.body for element in at.html))


def button(at: Any, label: str) -> Any:
    return next(one for one in at.button if one.label == label)


def show(run_page: Run, view: str) -> Any:
    return run_page("evaluation").segmented_control(key="view").set_value(view).run()


# --- a new run -------------------------------------------------------------------------------------------------------


def test_every_choice_of_a_new_run_becomes_a_process(home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Launch] = []
    monkeypatch.setattr(background, "start", lambda _home, _folder, launch: started.append(launch))
    at = show(run_page, "New run")
    assert at.selectbox(key="run-set").options[0].startswith("sample.jsonl")
    assert "30 questions can be asked" in html(at).text
    assert "no cost" in html(at).text
    at.number_input[0].set_value(5)
    at.text_area(key="run-settings").set_value("answer_words=60\nanswer_words=90").run()
    button(at, "Start 2 runs").click().run()
    assert [(one.llm, one.total, one.sample, one.settings) for one in started] == [
        ("extractive", 5, 5, ("answer_words=60",)),
        ("extractive", 5, 5, ("answer_words=90",)),
    ]


def test_what_is_no_setting_is_told_before_the_start(home: Path, run_page: Run) -> None:
    at = show(run_page, "New run")
    at.text_area(key="run-settings").set_value("openai_api_key=x").run()
    assert "would write a secret down" in html(at).text
    assert not [one for one in at.button if one.label.startswith("Start")]


def test_the_lines_of_a_set_that_cannot_be_used_are_named(home: Path, run_page: Run) -> None:
    question_sets.keep(home, Upload("mine.jsonl", b'{"question": "Why?"}\nnot json\n'))
    at = show(run_page, "New run")
    assert "1 error" in html(at).text
    problems = at.dataframe[0].value
    assert (problems["File"][0], problems["Line"][0]) == ("mine.jsonl", 2)


def test_an_upload_stays_among_the_sets_and_takes_nobody_elses_name(home: Path) -> None:
    first = question_sets.keep(home, Upload("../../a.jsonl", b"one"))
    assert first == home / "sets" / "a.jsonl"
    assert question_sets.keep(home, Upload("a.jsonl", b"one")) == first
    assert question_sets.keep(home, Upload("a.jsonl", b"two")).name == "a-2.jsonl"
    with pytest.raises(QuestionSetError, match="no file of questions"):
        question_sets.keep(home, Upload("a.exe", b"x"))


def test_costs_in_words() -> None:
    assert cost_words(Expected(0.0, Tokens(), measured=True), 5) == "no cost"
    words = cost_words(Expected(0.01234, Tokens(2500, 200), measured=False, as_of="2026-11"), 5)
    assert words.startswith("about $0.012 (5 questions, 2,500 + 200 tokens")
    assert cost_words(Expected(None, Tokens(2500, 200), measured=False), 5).startswith("price unknown")


# --- a run under way -------------------------------------------------------------------------------------------------


def test_progress_in_words() -> None:
    launch = Launch("a.jsonl", "openai:x", 30, before=2, started="2026-11-20T12:00:00+00:00")
    later = dt.datetime(2026, 11, 20, 12, 0, 20, tzinfo=dt.UTC)
    # 10 fresh rows in 20 s: 2 s each, 18 are left.
    assert told(launch, Seen(12, 1, 0.5), now=later) == "12 of 30 questions · 1 failed · $0.5000 · 2.0 s each · 36 s left"
    assert [duration(s) for s in (40, 720, 12_600)] == ["40 s", "12 min", "3.5 h"]


def test_a_run_that_failed_says_why_and_can_be_tried_again(home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = home / "runs" / "mine"
    folder.mkdir(parents=True)
    launch = {"questions": "/sets/mine.jsonl", "llm": "openai:x", "total": 3}
    (folder / background.LAUNCH).write_text(json.dumps(launch), encoding="utf-8")
    (folder / background.LOG).write_text("vouch: No key <b>for</b> openai.\n", encoding="utf-8")
    started: list[Path] = []
    monkeypatch.setattr(background, "start", lambda _home, folder, _launch, **_: started.append(folder))
    at = run_page("evaluation")
    assert html(at).one("div", "v-bad").text == "No key <b>for</b> openai."
    button(at, "Try again").click().run()
    assert started == [folder]
    button(at, "Discard this run").click().run()
    assert not folder.exists()


# --- votes -----------------------------------------------------------------------------------------------------------


def test_votes_are_blind_and_give_strengths(home: Path, run_page: Run, make_answer: Callable[..., Any]) -> None:
    one, other = (make_answer(text=said, model=f"openai:{said}") for said in ("Yes.", "No."))
    write_run(home / "runs" / "one", [with_answer(row("q1", {"right": 1.0}), one)])
    write_run(home / "runs" / "other", [with_answer(row("q1", {"right": 0.0}), other)])
    at = show(run_page, "Vote")
    shown = [article.text for article in html(at).all("article", "v-answer")]
    assert len(shown) == 2
    assert not [text for text in shown if "openai" in text]
    button(at, "A is better").click().run()
    (cast,) = votes.read_votes(home)
    assert cast.vote == "left"
    assert "There is nothing left to vote on" in html(at).text
    assert list(at.dataframe[-1].value["Won"]) == [1, 0]


# --- drafts ----------------------------------------------------------------------------------------------------------


def draft(home: Path, **changed: Any) -> Draft:
    file = home / "drafts" / "feedback.jsonl"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps({**DRAFT, **changed}) + "\n")
    return drafts(home)[-1]


def test_an_accepted_draft_becomes_a_question_of_a_set(tmp_path: Path) -> None:
    one = draft(tmp_path)
    path = accept(tmp_path, one, "mine", {"question": "What of moss?"})
    (question,) = load_questions(path)
    assert (path.name, question.question, question.status) == ("mine.jsonl", "What of moss?", "accepted")
    assert drafts(tmp_path) == []
    assert accept(tmp_path, one, "mine", {}) == path  # once more, after a kill in between
    assert len(rows(path)) == 1


def test_a_dropped_draft_stays_known(tmp_path: Path) -> None:
    drop(draft(tmp_path))
    assert drafts(tmp_path) == []
    assert [row["status"] for row in rows(tmp_path / "drafts" / "feedback.jsonl")] == ["rejected"]


def test_a_draft_without_a_question_is_not_accepted(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match="no question"):
        accept(tmp_path, draft(tmp_path), "mine", {"question": ""})


def test_drafts_are_reviewed_one_by_one(home: Path, run_page: Run) -> None:
    draft(home)
    draft(home, id="d2", question="What of glaciers?")
    at = show(run_page, "Drafts")
    assert at.text_area[0].value == "What of <b>moss</b>?"
    button(at, "Later").click().run()
    assert at.text_area[0].value == "What of glaciers?"
    button(at, "Drop").click().run()
    at.text_area[0].set_value("What does moss do?")
    button(at, "Accept").click().run()
    assert "No drafts to review" in html(at).text
    (question,) = load_questions(home / "sets" / "reviewed.jsonl")
    assert question.question == "What does moss do?"


def test_the_library_proposes_drafts(home: Path, run_page: Run) -> None:
    at = show(run_page, "Drafts")
    at.number_input(key="propose-count").set_value(2).run()
    button(at, "Propose").click().run()
    assert len(drafts(home)) == 2
    button(at, "Propose").click().run()
    assert len(drafts(home)) == 4  # others than before
