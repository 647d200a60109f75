"""Settings: where values come from, which one wins, and what a mistake is answered with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from rag.errors import SettingsError
from rag.settings import Settings, refuse_unknown_names, variable_names

KEY = "sk-very-secret-123"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in, without variables."""
    for name in [*variable_names(), "OPENAI_API_KEY", "ANTHROPIC_API_KEY"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def dotenv(folder: Path) -> Callable[[str], None]:
    """Writes a `.env` into the folder."""

    def write(text: str) -> None:
        (folder / ".env").write_text(text, encoding="utf-8")

    return write


def test_without_anything_set_it_works_offline() -> None:
    settings = Settings.load()
    assert settings.llm == "extractive"
    assert settings.home == Path.home() / ".vouch"
    assert settings.openai_api_key is None


def test_the_environment_wins_over_the_file_and_the_caller_over_both(
    monkeypatch: pytest.MonkeyPatch, dotenv: Callable[[str], None]
) -> None:
    dotenv("VOUCH_LLM=ollama:file\nVOUCH_PORT=9001\nVOUCH_THREADS=3\n")
    assert (Settings.load().llm, Settings.load().port) == ("ollama:file", 9001)
    monkeypatch.setenv("VOUCH_LLM", "ollama:environment")
    monkeypatch.setenv("VOUCH_PORT", "9002")
    assert (Settings.load().llm, Settings.load().port) == ("ollama:environment", 9002)
    settings = Settings.load(llm="ollama:caller")
    assert (settings.llm, settings.port, settings.threads) == ("ollama:caller", 9002, 3)


def test_the_caller_wins_with_keys_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "from-environment")
    monkeypatch.setenv("VOUCH_ANTHROPIC_API_KEY", "from-environment")
    settings = Settings.load(openai_api_key="mine", anthropic_api_key="mine")
    assert settings.openai_api_key == settings.anthropic_api_key == SecretStr("mine")


def test_keys_set_up_for_other_tools_work_and_our_own_name_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "common")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "common")
    assert Settings.load().openai_api_key == Settings.load().anthropic_api_key == SecretStr("common")
    monkeypatch.setenv("VOUCH_OPENAI_API_KEY", "ours")
    assert Settings.load().openai_api_key == SecretStr("ours")


def test_a_name_may_be_written_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("vouch_llm", "ollama:small")
    assert Settings.load().llm == "ollama:small"


def test_an_empty_value_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_PORT", "")
    monkeypatch.setenv("VOUCH_HOME", "")
    assert (Settings.load().port, Settings.load().home) == (8501, Path.home() / ".vouch")


def test_a_tilde_means_the_users_folder(dotenv: Callable[[str], None]) -> None:
    dotenv("VOUCH_HOME=~/papers\n")
    assert Settings.load().home == Path.home() / "papers"


@pytest.mark.parametrize(
    ("misspelt", "nearest"),
    [("VOUCH_HOEM", "VOUCH_HOME"), ("VOUCH_LLM_BASEURL", "VOUCH_LLM_BASE_URL"), ("vouch_llm_modle", "VOUCH_LLM")],
)
def test_a_misspelt_name_is_answered_with_the_nearest(
    monkeypatch: pytest.MonkeyPatch, dotenv: Callable[[str], None], misspelt: str, nearest: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv(misspelt, "x")
        with pytest.raises(SettingsError, match=f"{misspelt} is not a setting") as refused:
            Settings.load()
        assert nearest in refused.value.remedy
    dotenv(f"{misspelt}=x\n")
    with pytest.raises(SettingsError, match=misspelt):
        Settings.load()


def test_names_of_others_are_none_of_our_business(monkeypatch: pytest.MonkeyPatch, dotenv: Callable[[str], None]) -> None:
    monkeypatch.setenv("VOUCHER_ID", "x")
    dotenv("HOME_VOUCH=x\nOTHER=y\n")
    Settings.load()
    refuse_unknown_names(["VOUCH", "PATH", "VOUCH_LLM"])


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("VOUCH_PORT", "eighty"),
        ("VOUCH_PORT", "70000"),
        ("VOUCH_LLM_RETRIES", "-1"),
        ("VOUCH_LLM_TEMPERATURE", "3"),
        ("VOUCH_ANSWER_WORDS", "5"),
        ("VOUCH_LLM_TIMEOUT", "0"),
    ],
)
def test_a_bad_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refused:
        Settings.load()
    assert refused.value.message.startswith(f"{variable} is '{value}': ")
    assert refused.value.remedy
    assert refused.value.__cause__ is None


def test_a_file_that_is_no_text_is_named(folder: Path) -> None:
    (folder / ".env").write_bytes("VOUCH_LLM=größe\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env"):
        Settings.load()


def test_secrets_are_shown_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in variable_names():
        if name.endswith("_KEY"):
            monkeypatch.setenv(name, KEY)
    settings = Settings.load()
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == KEY
    shown = [repr(settings), str(settings), settings.fingerprint(), settings.model_dump_json(), repr(settings.model_dump())]
    assert not [text for text in shown if "secret" in text]
    assert settings.fingerprint() == Settings.load(openai_api_key=None).fingerprint()


def test_a_bad_secret_is_not_repeated_in_the_message() -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.load(openai_api_key=[KEY])
    assert "OPENAI_API_KEY" in refused.value.message
    assert "secret" not in str(refused.value)


def test_the_fingerprint_changes_with_what_shapes_an_answer() -> None:
    base = Settings.load(home="/a")
    assert base.fingerprint() == Settings.load(home="/b", port=9000, llm_timeout=5, threads=2).fingerprint()
    others = [
        Settings.load(llm="ollama:x"),
        Settings.load(answer_words=120),
        Settings.load(llm_temperature=1),
        Settings.load(llm_max_tokens=50),
        Settings.load(llm_context_tokens=500),
        Settings.load(llm_base_url="http://localhost:1"),
    ]
    prints = {base.fingerprint(), *(settings.fingerprint() for settings in others)}
    assert len(prints) == 7
    assert {len(fingerprint) for fingerprint in prints} == {12}


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings.load().port = 1


def test_choices_begin_with_the_back_end_in_use_and_always_hold_quoting() -> None:
    assert Settings.load().choices == ("extractive",)
    settings = Settings.load(llm="ollama:a", llm_choices=" openai:b, ,ollama:a,extractive ,c")
    assert settings.choices == ("ollama:a", "openai:b", "extractive", "c")


def test_every_setting_has_its_variable() -> None:
    assert set(variable_names().values()) == set(Settings.model_fields)
    assert all(variable == f"VOUCH_{name.upper()}" for variable, name in variable_names().items())
