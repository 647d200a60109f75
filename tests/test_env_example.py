"""`.env.example` lists every setting of `rag/settings.py`, with its default and one comment, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from rag.settings import Settings, variable_names

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / ".env.example"


def blocks() -> list[list[str]]:
    """The blocks of lines between blank lines, after the introduction."""
    introduction, *rest = EXAMPLE.read_text(encoding="utf-8").strip().split("\n\n")
    assert introduction.startswith("# Every setting")
    return [block.splitlines() for block in rest]


def listed() -> dict[str, str]:
    """Variable -> value, as written."""
    return dict(block[-1].split("=", 1) for block in blocks())


def without_environment(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in [*variable_names(), "OPENAI_API_KEY", "ANTHROPIC_API_KEY"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(folder)


def test_each_setting_is_one_comment_and_one_assignment() -> None:
    for block in blocks():
        comment, assignment = block
        assert comment.startswith("# ")
        assert re.fullmatch(r"VOUCH_[A-Z_]+=\S*", assignment)


def test_the_names_are_those_of_the_settings_in_the_same_order() -> None:
    assert list(listed()) == list(variable_names())


def test_the_comment_is_the_description_of_the_setting() -> None:
    described = {block[-1].split("=", 1)[0]: block[0].removeprefix("# ") for block in blocks()}
    for variable, name in variable_names().items():
        description = Settings.model_fields[name].description
        assert description, f"{name} has no description"
        assert described[variable].startswith(description), variable


def test_the_values_are_the_defaults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_environment(monkeypatch, tmp_path)
    defaults = Settings.load()
    for variable, name in variable_names().items():
        default = getattr(defaults, name)
        if name == "home" or default is None:
            assert not listed()[variable], f"{variable} has no default that fits every machine and is left empty"
        else:
            assert type(default)(listed()[variable]) == default, variable


def test_a_copy_of_the_file_changes_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_environment(monkeypatch, tmp_path)
    defaults = Settings.load()
    (tmp_path / ".env").write_bytes(EXAMPLE.read_bytes())
    assert Settings.load() == defaults


def test_an_empty_key_in_the_file_does_not_hide_the_key_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_environment(monkeypatch, tmp_path)
    (tmp_path / ".env").write_bytes(EXAMPLE.read_bytes())
    monkeypatch.setenv("OPENAI_API_KEY", "from-the-environment")
    assert Settings.load().openai_api_key == SecretStr("from-the-environment")


def test_secrets_are_empty() -> None:
    assert {value for name, value in listed().items() if name.endswith("_KEY")} == {""}
