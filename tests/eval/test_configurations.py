"""Back ends crossed with settings, and where their runs go."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.configurations import Configuration, configurations, folders
from eval.questions import QuestionSet
from rag.errors import SettingsError


def named(name: str) -> QuestionSet:
    return QuestionSet(Path(name), "0" * 16, (), ())


def test_every_back_end_meets_every_combination() -> None:
    found = configurations(["openai:a", "ollama:b"], ["answer_words=60", "VOUCH_ANSWER_WORDS=90", "llm_temperature=0.5"])
    assert [config.label for config in found] == [
        "openai:a answer_words=60 llm_temperature=0.5",
        "openai:a answer_words=90 llm_temperature=0.5",
        "ollama:b answer_words=60 llm_temperature=0.5",
        "ollama:b answer_words=90 llm_temperature=0.5",
    ]
    assert configurations([], []) == [Configuration()]
    settings = found[0].settings(Path("/somewhere"))
    assert (settings.llm, settings.answer_words, settings.llm_temperature) == ("openai:a", 60, 0.5)
    assert settings.home == Path("/somewhere")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("answer_word=60", "answer_word is not a setting. The nearest one is answer_words"),
        ("answer_words", "has no value"),
        ("home=/x", "Use --home"),
        ("llm=openai:x", "Use --llm"),
        ("OPENAI_API_KEY=x", "would write a secret down"),
    ],
)
def test_settings_that_cannot_be_given(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        configurations([], [text])


def test_a_value_out_of_range_names_its_option() -> None:
    (config,) = configurations([], ["answer_words=3"])
    with pytest.raises(SettingsError, match=r"--setting answer_words=3: .*Correct it on the command line"):
        config.settings()


def test_one_run_has_the_folder_itself_and_several_have_one_each() -> None:
    one, two = Configuration("openai:a"), Configuration("ollama:b/c")
    out = Path("out")
    assert folders(out, [(named("s.jsonl"), one)]) == [out]
    assert folders(None, [(named("s.jsonl"), one), (named("s.jsonl"), two)]) == [None, None]
    assert folders(out, [(named("s.jsonl"), one), (named("m.jsonl"), one)]) == [out / "s", out / "m"]
    assert folders(out, [(named("s.jsonl"), one), (named("s.jsonl"), two)]) == [out / "s-openai-a", out / "s-ollama-b-c"]
    assert folders(out, [(named("x/s.jsonl"), one), (named("y/s.jsonl"), one)]) == [out / "s", out / "s-2"]
