"""The settings page tells what is set and from where, never a key; and whether things work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.settings import Settings
from tests.fakes.llm_server import LLMServer, Say, Status
from tests.ui.test_chat_view import html
from ui import health

Run = Callable[[str], Any]
SECRET = "sk-nobody-may-see-this"


def test_where_a_value_came_from(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("VOUCH_ANSWER_WORDS=50\nVOUCH_LLM_RETRIES=1\nVOUCH_LLM_CHOICES=\n")
    monkeypatch.setenv("VOUCH_LLM_RETRIES", "2")
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    told = {row.variable: (row.value, row.origin) for row in health.told_settings(Settings.load())}
    assert told["VOUCH_HOME"] == (str(home), "environment")
    assert told["VOUCH_ANSWER_WORDS"] == ("50", ".env")
    assert told["VOUCH_LLM_RETRIES"] == ("2", "environment")
    assert told["VOUCH_LLM_CHOICES"] == ("not set", "default")
    assert told["OPENAI_API_KEY"] == ("set", "environment")
    assert told["VOUCH_ANTHROPIC_API_KEY"] == ("not set", "default")


def test_a_password_in_an_address_is_not_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_LLM_BASE_URL", "https://me:hidden@models.example/v1")
    told = {row.variable: row.value for row in health.told_settings(Settings.load())}
    assert told["VOUCH_LLM_BASE_URL"] == "https://…@models.example/v1"


def test_the_page_shows_no_key_and_checks_everything(home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_LLM_CHOICES", "openai:gpt-4o-mini,anthropic:claude-haiku-4-5")
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    at = run_page("settings")
    shown = html(at).text
    assert "6" in html(at).all("dl", "v-facts-list")[0].text
    assert "anthropic needs a key" in shown
    at.button[0].click().run()
    while not at.session_state.checked.done:
        assert at.session_state.checked.wait(60)
    at.run()
    assert "catalogue, Chroma and tantivy agree" in html(at).text
    assert "SHA-256 as published" in html(at).text
    assert SECRET not in html(at).text + str(at.dataframe[0].value)


def test_a_back_end_is_tested(home: Path, run_page: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with LLMServer(Say("ready"), Status(401)) as server:
        monkeypatch.setenv("VOUCH_LLM_CHOICES", "openai-compatible:fake")
        monkeypatch.setenv("VOUCH_LLM_BASE_URL", server.base_url("openai-compatible"))
        monkeypatch.setenv("VOUCH_LLM_RETRIES", "0")
        at = run_page("settings")
        for expected in ("It said: ready", "refused the request"):
            at.button(key="test-openai-compatible:fake").click().run()
            assert at.session_state.probes["openai-compatible:fake"].wait(30)
            at.run()
            assert expected in html(at).text
    assert [request.prompt.strip() for request in server.requests] == [health.PROBE] * 2


def test_only_what_was_changed(home: Path, run_page: Run) -> None:
    at = run_page("settings")
    at.toggle[0].set_value(True).run()
    assert list(at.dataframe[0].value["Setting"]) == ["VOUCH_HOME"]
