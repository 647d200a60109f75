"""The chat page's logic over a real library, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from rag.answering.record import Answer
from rag.terminal.serve import app_file
from tests.fakes.llm_server import LLMServer, Say, Status
from tests.ui.html_tree import Element, parse

Run = Callable[[str], Any]
QUESTION = "What does SkyLedger estimate from radar?"


def html(at: AppTest) -> Element:
    """All HTML of the page as one tree; nothing failed on the way."""
    assert not at.exception
    return parse("".join(element.body for element in at.html if not element.body.startswith(("<style", "<script"))))


def button(at: AppTest, words: str) -> Any:
    (found,) = [b for b in at.button if words in b.label]
    return found


def ask(at: AppTest, question: str) -> Answer:
    """Ask, and the answer that came."""
    at.chat_input[0].set_value(question).run()
    return answers(at)[-1]


def answers(at: AppTest) -> list[Answer]:
    """The latest answer of each turn, once all of them are there."""
    talk = at.session_state.conversation
    while job := talk.advance():
        assert job.wait(60)
    at.run()
    return [turn.replies[-1].answer for turn in talk.turns]


def test_a_question_is_answered_with_passages_of_the_library(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    answer = ask(at, QUESTION)
    tree = html(at)
    assert tree.one("div", "v-question").text == "What does SkyLedger estimate from radar?"
    panel = tree.all("section", "v-panel")[0]
    assert panel.one("div", "v-abstract").text == answer.sources[0].paper.abstract
    assert [mark.text for mark in panel.all("mark")] == [
        passage.text for passage in sorted(answer.sources[0].passages, key=lambda passage: passage.start)
    ]
    shown = [item.one("span", "v-sentence").text for item in tree.one("ul", "v-quotes").all("li")]
    assert shown == [f"{sentence.text} {sentence.citations[0]}✓ supported" for sentence in answer.sentences]
    assert "2 Oct 2024" in tree.all("div", "v-card")[0].text
    assert "papers.jsonl, line 1" in tree.all("div", "v-card")[0].text


def test_a_follow_up_is_asked_with_the_answers_before_it(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    ask(at, QUESTION)
    second = ask(at, "When does it fail?")
    assert "heavy rain" in second.text
    assert "SkyLedger" in second.standalone


def test_a_rerun_asks_nothing_again(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    before = ask(at, QUESTION)
    at.run()
    assert [answer is before for answer in answers(at)] == [True]


def test_nothing_relevant_is_a_state_of_its_own(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    ask(at, "Which tax applies to imported bicycles in Portugal?")
    tree = html(at)
    assert "No answer in the library" in tree.text
    assert "Closest papers" in tree.text
    assert tree.all("div", "v-card")


def test_first_questions_are_offered_and_can_be_clicked(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    offered = [b for b in at.button if b.key and b.key.startswith("first-")]
    assert offered
    offered[0].click().run()
    (answer,) = answers(at)
    assert not answer.abstained


def test_a_hostile_title_is_plain_text_on_a_button(home: Path, run_page: Run) -> None:
    labels = [b.label for b in run_page("chat").button]
    assert not any(":red[" in label or "<script>" in label for label in labels)


def test_a_new_conversation_forgets(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    assert button(at, "New conversation").disabled
    ask(at, QUESTION)
    button(at, "New conversation").click().run()
    assert at.session_state.conversation.turns == ()
    assert "c" not in at.query_params
    assert "Ask your library" in html(at).text


def test_without_a_model_the_page_says_that_it_quotes(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    assert "No language model is set up" in html(at).text
    assert not at.selectbox


def test_a_missing_key_is_told_and_quoting_is_offered(home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_LLM", "openai:gpt-4o-mini")
    at = run_page("chat")
    ask(at, QUESTION)
    notice = html(at).one("div", "v-bad").text
    assert "not set up" in notice
    assert "OPENAI_API_KEY" in notice
    button(at, "Answer by quoting instead").click().run()
    (answer,) = answers(at)
    assert answer.model == "extractive"
    assert "radar" in answer.text


def test_the_back_end_can_be_changed_and_tried_again(home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with LLMServer(Status(500), Say("Flocks are estimated from radar.")) as server:
        monkeypatch.setenv("VOUCH_LLM_CHOICES", "openai-compatible:fake")
        monkeypatch.setenv("VOUCH_LLM_BASE_URL", server.base_url("openai-compatible"))
        monkeypatch.setenv("VOUCH_LLM_RETRIES", "0")
        at = run_page("chat")
        at.selectbox[0].set_value("openai-compatible:fake").run()
        ask(at, QUESTION)
        assert "busy" in html(at).one("div", "v-bad").text
        button(at, "Try again").click().run()
        answers(at)
        tree = html(at)
    assert "Flocks are estimated from radar." in tree.one("span", "v-sentence").text
    assert tree.one("span", "v-verdict").text
    assert "openai-compatible:fake" in tree.one("details", "v-footer").text


def test_an_empty_library_offers_the_sample(empty_home: Path, run_page: Run) -> None:
    at = run_page("chat")
    assert "Your library is empty" in html(at).text
    button(at, "Load the sample library").click().run()
    assert "60 papers" in html(at).text
    assert not ask(at, "What is attention sink?").abstained


def test_the_frame_shows_a_settings_error_in_words(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_LMM", "openai:gpt-4o-mini")
    at = AppTest.from_file(app_file().with_name("app.py"), default_timeout=60).run()
    notice = html(at).one("div", "v-bad").text
    assert "VOUCH_LMM is not a setting" in notice
    assert "VOUCH_LLM" in notice


def test_the_frame_draws_the_chat_first(home: Path) -> None:
    at = AppTest.from_file(app_file().with_name("app.py"), default_timeout=60).run()
    assert "Ask your library" in html(at).text
