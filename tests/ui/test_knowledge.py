"""What a model writes from is chosen in the chat, question by question, and what it adds itself is marked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.llm_server import LLMServer, Request, Say
from tests.ui.test_chat_view import QUESTION, answers, ask, html

Run = Callable[[str], Any]
FAKE = "openai-compatible:fake"
OWN = "Radar was invented in the nineteen-thirties."


def quotes_and_adds(request: Request) -> Say:
    """The first passage word for word; then what it knows itself, if the rules give it a mark for that."""
    key, said = re.findall(r"^\[([a-z0-9]{5})\] (.*?\.)\s", request.prompt, re.MULTILINE)[0]
    outside = re.findall(r"end each of those with \[(\w{5})\]", request.prompt)
    return Say(f"{said} [{key}]." + (f" {OWN[:-1]} [{outside[0]}]." if outside else ""))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Any:
    with LLMServer(quotes_and_adds) as started:
        monkeypatch.setenv("VOUCH_LLM_CHOICES", FAKE)
        monkeypatch.setenv("VOUCH_LLM_BASE_URL", started.base_url(FAKE))
        yield started


def test_it_is_offered_beside_a_model_and_shapes_the_next_answer(home: Path, run_page: Run, server: LLMServer) -> None:
    at = run_page("chat")
    assert [box.label for box in at.selectbox] == ["Answers by"]  # quoting has no knowledge of its own
    at.selectbox[0].set_value(FAKE).run()
    assert at.selectbox[1].label == "Written from"
    assert at.selectbox[1].value == "papers"
    first = ask(at, QUESTION)
    assert first.settings["knowledge"] == "papers"
    assert not any(sentence.outside for sentence in first.sentences)
    at.selectbox[1].set_value("papers-first").run()
    assert "marked “not from your library”" in html(at).text
    second = ask(at, "What does SkyLedger measure with radar?")
    assert [sentence.text for sentence in second.sentences if sentence.outside] == [OWN]
    marked = html(at).all("span", "v-sentence")[-1]
    assert OWN in marked.text
    assert "not from your library" in marked.text
    assert answers(at)[0].settings["knowledge"] == "papers"
    assert second.settings_fingerprint != first.settings_fingerprint


def test_the_setting_comes_first_and_an_answer_is_asked_again_from_the_same(
    home: Path, run_page: Run, server: LLMServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOUCH_LLM", FAKE)
    monkeypatch.setenv("VOUCH_KNOWLEDGE", "papers-first")
    at = run_page("chat")
    assert at.selectbox[1].value == "papers-first"
    at.selectbox[1].set_value("papers").run()
    assert ask(at, QUESTION).settings["knowledge"] == "papers"
    at.selectbox[1].set_value("papers-first").run()
    talk = at.session_state.conversation
    talk.ask_again(talk.turns[0].id, FAKE)  # as "Try again" and the chips do
    assert answers(at)[0].settings["knowledge"] == "papers"
    talk.ask_again(talk.turns[0].id, FAKE, beside=True, knowledge="papers-first")  # as the menu does
    assert answers(at)[0].settings["knowledge"] == "papers-first"
    assert [heading.text for heading in html(at).all("h3", "v-by")] == [FAKE, f"{FAKE} and its own knowledge"]
