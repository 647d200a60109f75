"""`vouch answers`: what was answered is shown, asked again and exported from its record."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner, Result

from rag.answering.record import Answer, Verdict
from rag.answers import AnswerStore
from rag.assistant import Assistant
from rag.cli import app
from rag.terminal.answers import Format, differences, exported

QUESTION = "How many dances were filmed?"


@pytest.fixture
def home(small_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(small_home, tmp_path / "home"))
    monkeypatch.setenv("VOUCH_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def answer(small: Assistant) -> Answer:
    return small.ask(QUESTION)


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["answers", *args], catch_exceptions=False)


def test_asking_keeps_the_answer_and_showing_it_prints_the_same_bytes(home: Path) -> None:
    asked = CliRunner().invoke(app, ["ask", QUESTION], catch_exceptions=False)
    shown = run("show", "last").stdout
    assert shown == f"{QUESTION}\n\n{asked.stdout}"
    assert run("show", "last").stdout == shown
    assert run("list").stdout.endswith(f"quoted    {QUESTION}\n".replace("    ", " "))
    assert run("list", "waggle").stdout == ""


def test_the_record_as_json_is_the_one_that_was_printed(home: Path) -> None:
    asked = CliRunner().invoke(app, ["ask", QUESTION, "--json"], catch_exceptions=False).stdout
    assert run("show", json.loads(asked)["id"], "--json").stdout == asked


def test_asked_again_it_is_the_same_answer(home: Path, answer: Answer) -> None:
    answer_id = AnswerStore(home).add(answer)
    assert run("replay", answer_id).stdout == "The same answer.\n"
    assert len(AnswerStore(home).list()) == 1


def test_asked_again_with_the_settings_of_then(home: Path, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_id = AnswerStore(home).add(answer)
    monkeypatch.setenv("VOUCH_ANSWER_WORDS", "20")
    assert run("replay", answer_id).stdout == "The same answer.\n"


def test_what_differs_is_told(answer: Answer) -> None:
    first = answer.sentences[0]
    other = replace(answer, sentences=(replace(first, verdict=Verdict.PARTLY), *answer.sentences[1:]), confidence=0.12)
    lines = differences(answer, other)
    assert f"-{first.text} [{answer.sources[0].paper.id}] supported" in lines
    assert f"+{first.text} [{answer.sources[0].paper.id}] partly" in lines
    assert lines[-1] == f"confidence: {answer.confidence:.2f} before, 0.12 now"
    assert differences(answer, replace(answer, timings={"answer": 9.0}, asked_at="later")) == []


def test_markdown_has_the_quotes_and_the_verdicts(answer: Answer) -> None:
    text = exported(answer, Format.MARKDOWN)
    assert text.startswith(f"# {QUESTION}\n")
    assert "We filmed 120 dances in 14 hives. \\[1\\] — *supported (1.00)*" in text
    assert "\\[1\\] **Waggle dances of honey bees**" in text
    assert "> We filmed 120 dances in 14 hives." in text


@pytest.mark.parametrize(
    ("form", "words"), [("bibtex", "title = {Waggle"), ("ris", "TI  - Waggle"), ("csl-json", '"title": "Waggle')]
)
def test_references_are_those_that_were_cited(answer: Answer, form: str, words: str) -> None:
    text = exported(answer, Format(form))
    assert words in text
    assert "turbines" not in text


def test_an_export_goes_to_a_file_of_the_kind_that_its_name_says(home: Path, answer: Answer, tmp_path: Path) -> None:
    answer_id = AnswerStore(home).add(answer)
    assert run("export", answer_id, "-o", str(tmp_path / "refs.ris")).exit_code == 0
    assert (tmp_path / "refs.ris").read_text(encoding="utf-8").startswith("TY  - GEN")


def test_foreign_words_are_no_markdown(answer: Answer) -> None:
    hostile = "1. ![i](http://evil.example/x) <script> [a](b) $x$ `c` | www.evil.example"
    said = replace(answer.sentences[0], text=hostile)
    text = exported(replace(answer, question=hostile, sentences=(said,), notes=(hostile,)), Format.MARKDOWN)
    blocks = MarkdownIt("gfm-like", {"html": True}).disable("linkify").parse(text)
    tokens = [token for block in blocks for token in (block, *(block.children or []))]
    assert not {t.type for t in tokens} & {"image", "link_open", "html_inline", "html_block", "code_inline", "ordered_list_open"}
    assert "http://" not in text
    assert " $x" not in text


def test_an_answer_that_cannot_be_kept_is_still_shown(home: Path) -> None:
    (home / "answers.sqlite").write_text("Not a database, but long enough to be looked at. " * 50)
    asked = CliRunner().invoke(app, ["ask", QUESTION], catch_exceptions=False)
    assert "We filmed 120 dances" in asked.stdout
    assert "The answer was not kept" in asked.stderr
