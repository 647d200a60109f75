"""What a reader can do with an answer, over a real library, without a browser."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from eval.questions import load_questions
from rag.answering.record import Answer
from tests.fakes.llm_server import LLMServer, Say
from tests.ui.test_chat_view import QUESTION, answers, ask, button, html
from ui import feedback, state, suggestions
from ui.suggestions import lead_on

Run = Callable[[str], Any]


def reply_of(at: AppTest) -> Any:
    return at.session_state.conversation.turns[-1].replies[-1]


def chip(at: AppTest) -> Any:
    """The only chip of what was understood."""
    (found,) = [b for b in at.button if b.key and b.key.startswith("chip-")]
    return found


def test_a_conversation_goes_on_in_another_tab_and_after_a_restart(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    first = ask(at, QUESTION)
    assert at.query_params["c"] in (at.session_state.conversation.id, [at.session_state.conversation.id])
    other = run_page("chat")
    other.query_params["c"] = at.session_state.conversation.id
    other.run()
    assert other.session_state.conversation is at.session_state.conversation
    state.forget()
    later = run_page("chat")
    button(later, "SkyLedger estimate").click().run()
    assert answers(later)[0].to_dict() == {**first.to_dict(), "id": answers(later)[0].id}
    assert "heavy rain" in ask(later, "When does it fail?").text


def test_an_address_of_nothing_is_told(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    at.query_params["c"] = "nothing"
    at.run()
    assert "no conversation at this address" in html(at).text
    assert "Ask your library" in html(at).text


def test_conversations_are_listed_by_day_searched_renamed_and_deleted(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    ask(at, QUESTION)
    button(at, "New conversation").click().run()
    ask(at, "How cool is a wall with moss on it?")
    assert [h.text for h in html(at).all("h2", "v-day")] == ["Today"]
    at.text_input(key="find-conversation").set_value("skyledger").run()
    listed = [b for b in at.button if b.key and b.key.startswith("open-")]
    assert len(listed) == 1
    store, identity = state.talks().store, listed[0].key.removeprefix("open-")
    store.rename(identity, "Cranes")
    at.run()
    assert button(at, "Cranes").key == f"open-{identity}"
    state.talks().delete(identity)
    at.run()
    assert "No conversation holds these words" in html(at).text


def test_what_was_understood_can_be_taken_back(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    first = ask(at, "Which papers from 2024 are about birds?")
    assert first.filters == ("from 2024",)
    chip(at).click().run()
    assert answers(at)[-1].filters == ()
    assert reply_of(at).without == ("from 2024",)
    assert "without" in chip(at).label
    chip(at).click().run()
    assert answers(at)[-1].filters == ("from 2024",)


def test_a_follow_up_can_be_taken_by_itself(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    ask(at, QUESTION)
    assert ask(at, "When does it fail?").standalone != "When does it fail?"
    chip(at).click().run()
    assert answers(at)[-1].standalone == "When does it fail?"
    assert reply_of(at).alone


def test_another_back_end_answers_beside_the_first(home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with LLMServer(Say("Flocks are estimated from radar.")) as server:
        monkeypatch.setenv("VOUCH_LLM_CHOICES", "openai-compatible:fake")
        monkeypatch.setenv("VOUCH_LLM_BASE_URL", server.base_url("openai-compatible"))
        at = run_page("chat")
        ask(at, QUESTION)
        talk = at.session_state.conversation
        talk.ask_again(talk.turns[0].id, "openai-compatible:fake", beside=True)
        answers(at)
        tree = html(at)
    assert [h.text for h in tree.all("h3", "v-by")] == ["quoted sentences, no model", "openai-compatible:fake"]
    assert len(tree.all("details", "v-footer")) == 2


def test_questions_lead_on_from_evidence_that_was_not_used(home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "lead_on", lead_on)
    at = run_page("chat")
    first = ask(at, QUESTION)
    end = time.monotonic() + 60
    while reply_of(at).follow_ups is None and time.monotonic() < end:
        time.sleep(0.05)
    at.run()
    offered = [b for b in at.button if b.key and b.key.startswith("on-")]
    assert offered
    offered[0].click().run()
    second = answers(at)[-1]
    assert not second.abstained
    used = {passage for source in first.sources for passage in source.passages}
    assert any(passage not in used for source in second.sources for passage in source.passages)


def test_a_good_answer_is_kept_and_shown_first_when_its_question_comes_again(home: Path, run_page: Run) -> None:
    at = run_page("chat")
    ask(at, QUESTION)
    at.feedback[0].set_value(1).run()
    button(at, "Keep as a verified answer").click().run()
    assert "Kept as a verified answer" in html(at).text
    button(at, "New conversation").click().run()
    ask(at, "What is estimated from radar by SkyLedger?")
    shown = html(at).one("p", "v-verified").text
    assert f"kept today for “{QUESTION}”" in shown
    button(at, "Keep it no longer").click().run()
    assert not html(at).all("p", "v-verified")


@pytest.mark.parametrize("reason", list(feedback.REASONS))
def test_a_bad_answer_becomes_a_draft_question(home: Path, run_page: Run, reason: str) -> None:
    at = run_page("chat")
    answer = ask(at, QUESTION)
    at.feedback[0].set_value(0).run()
    at.pills(key=f"reason-{reply_of(at).id}").set_value(reason).run()
    assert "A draft question for the evaluation" in html(at).text
    drafts = load_questions(home / feedback.FILE)
    assert not drafts.errors
    assert not drafts.unused
    (row,) = [json.loads(line) for line in (home / feedback.FILE).read_text().splitlines()]
    assert row["question"] == QUESTION
    assert row["answerable"] is (reason != "should have refused")
    assert row["id"] == f"feedback-{answers(at)[0].id}"
    assert answer is not None


def test_a_draft_that_cannot_be_written_is_told(home: Path, run_page: Run) -> None:
    (home / "drafts").write_text("in the way")
    at = run_page("chat")
    ask(at, QUESTION)
    at.feedback[0].set_value(0).run()
    at.pills(key=f"reason-{reply_of(at).id}").set_value("wrong").run()
    assert "draft question could not be written" in html(at).one("div", "v-bad").text


def test_a_draft_stands_alone_and_names_what_was_cited(make_answer: Callable[..., Answer]) -> None:
    answer = make_answer(question="When does it fail?", standalone="When does radar fail?", id="a1")
    assert feedback.draft_question(answer, "incomplete")["question"] == "When does radar fail?"
    assert feedback.draft_question(answer, "should have refused")["kind"] == "unanswerable"


def test_a_place_that_cannot_be_written_is_told_and_the_chat_goes_on(home: Path, run_page: Run) -> None:
    (home / "conversations.sqlite").mkdir()
    at = run_page("chat")
    assert not ask(at, QUESTION).abstained
    assert "could not be saved" in html(at).text
