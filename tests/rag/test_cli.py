"""The command line end to end over the bundled sample library: real stores, real weights, no network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag.answering.record import Answer
from rag.paper import Paper
from rag.settings import variable_names
from rag.terminal.clean import clean

SAMPLE_PAPERS = 60


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Vouch:
    """Runs `vouch` in its own process, in an empty folder, over one library, with no settings but those given."""

    home: Path
    folder: Path

    def __call__(self, *args: str | Path, typed: str = "", **settings: str) -> Result:
        mine = {*variable_names(), "OPENAI_API_KEY", "ANTHROPIC_API_KEY"}
        values = {name: value for name, value in os.environ.items() if name not in mine}
        values |= {"VOUCH_HOME": str(self.home), "NO_COLOR": "1", "COLUMNS": "100", **settings}
        command = [sys.executable, "-P", "-m", "rag.cli", *map(str, args)]
        run = subprocess.run(command, cwd=self.folder, env=values, input=typed, capture_output=True, text=True, check=False)
        assert "Traceback" not in run.stderr, run.stderr
        return Result(run.returncode, run.stdout, run.stderr)


@pytest.fixture(scope="module")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with the sample in it, for tests that only read."""
    folder = tmp_path_factory.mktemp("sample")
    result = Vouch(folder / "home", folder)("ingest", "--sample")
    assert result.code == 0, result.err
    assert f"The library holds {SAMPLE_PAPERS} papers" in result.out
    return folder / "home"


@pytest.fixture
def vouch(sample_home: Path, tmp_path: Path) -> Vouch:
    return Vouch(sample_home, tmp_path)


@pytest.fixture
def empty(tmp_path: Path) -> Vouch:
    """`vouch` over a library that does not exist yet."""
    return Vouch(tmp_path / "home", tmp_path)


@pytest.fixture(scope="module")
def known(sample_home: Path) -> Paper:
    """Some paper of the sample."""
    rows = Vouch(sample_home, sample_home.parent)("papers", "--json", "--limit", "1").rows
    return Paper.from_dict(rows[0])


# --- the command line itself


def test_help_loads_nothing_heavy() -> None:
    heavy = ("rag.settings", "rag.assistant", "pydantic", "rich", "llama_index", "chromadb", "openvino", "streamlit", "numpy")
    program = f"""
import sys
from rag.cli import main
try:
    main(["--help"])
except SystemExit:
    print("LOADED", [name for name in {heavy} if name in sys.modules])
"""
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    for command in ("ingest", "fetch", "enrich", "search", "ask", "chat", "papers", "serve", "eval", "doctor"):
        assert re.search(rf"^  {command} +[A-Z]", shown, re.MULTILINE)
    assert shown.endswith("LOADED []\n")


def test_version(empty: Vouch) -> None:
    assert re.fullmatch(r"vouch \d+\.\d+\.\d+\n", empty("--version").out)


@pytest.mark.parametrize(
    "args",
    [
        ("nonsense",),
        ("ask",),
        ("ask", " "),
        ("search", "x", "--limit", "0"),
        ("ingest",),
        ("ingest", "a.txt", "--sample"),
        ("eval", "nonsense"),
    ],
)
def test_a_command_that_is_not_understood_leaves_with_2(empty: Vouch, args: tuple[str, ...]) -> None:
    result = empty(*args)
    assert result.code == 2
    assert "Error" in result.err
    assert result.out == ""


def test_a_misspelt_setting_is_one_message_that_names_the_nearest(empty: Vouch) -> None:
    result = empty("papers", VOUCH_LMM="extractive")
    assert (result.code, result.out) == (1, "")
    assert result.err == "vouch: VOUCH_LMM is not a setting. The nearest one is VOUCH_LLM; see .env.example for all.\n"


def test_home_can_be_given_before_the_command(sample_home: Path, empty: Vouch) -> None:
    assert len(empty("--home", sample_home, "papers", "--json").rows) == SAMPLE_PAPERS


def test_a_home_that_cannot_be_made_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = Vouch(tmp_path / "file" / "home", tmp_path)("papers")
    assert result.code == 1
    assert result.err.startswith("vouch: ")
    assert len(result.err.splitlines()) == 1


def test_a_reader_that_goes_away_is_no_error(vouch: Vouch) -> None:
    program = f"{sys.executable} -P -m rag.cli papers --json | head -c 10"
    run = subprocess.run(
        ["bash", "-c", program], env=os.environ | {"VOUCH_HOME": str(vouch.home)}, capture_output=True, text=True, check=True
    )
    assert "Traceback" not in run.stderr


# --- ingest


def test_ingest_reports_and_repeats_without_work(empty: Vouch, tmp_path: Path) -> None:
    dump = tmp_path / "dump.txt"
    dump.write_text(
        "Abstract: We prune a small network and halve its memory while accuracy falls by one point only.\n" * 1, encoding="utf-8"
    )
    first = empty("ingest", dump)
    assert first.code == 0
    assert "1 records from 1 files: 1 new papers" in first.out
    again = empty("ingest", dump)
    assert again.code == 0
    assert "1 unchanged" in again.out
    assert "0 passages embedded" in again.out


def test_ingest_of_nothing_readable_leaves_with_1_and_says_why(empty: Vouch, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    result = empty("ingest", tmp_path / "empty.txt", tmp_path / "absent.txt")
    assert result.code == 1
    assert "empty.txt" in result.out
    assert "absent.txt" in result.out


def test_ingest_goes_on_after_a_file_that_cannot_be_read(empty: Vouch, tmp_path: Path) -> None:
    (tmp_path / "bad\x1b[31m.txt").write_bytes(b"\xff\xfe\x00\x01" * 50)
    (tmp_path / "good.txt").write_text(
        "Abstract: Sparse models run fast on phones because most weights are zero.\n", encoding="utf-8"
    )
    result = empty("ingest", tmp_path / "bad\x1b[31m.txt", tmp_path / "good.txt")
    assert result.code == 0
    assert "1 skipped" in result.out
    assert clean(result.out) == result.out


# --- papers, search


def test_papers_are_one_line_each(vouch: Vouch) -> None:
    result = vouch("papers")
    assert len(result.out.splitlines()) == SAMPLE_PAPERS
    assert result.err == f"{SAMPLE_PAPERS} of {SAMPLE_PAPERS} papers\n"


def test_papers_can_be_filtered_and_limited(vouch: Vouch, known: Paper) -> None:
    rows = vouch("papers", known.label, "--json").rows
    assert known in [Paper.from_dict(row) for row in rows]
    assert len(vouch("papers", "--limit", "3").out.splitlines()) == 3
    assert vouch("papers", "nosuchwordanywhere", "--json").rows == []


def test_search_finds_a_paper_by_its_title(vouch: Vouch, known: Paper) -> None:
    rows = vouch("search", known.label, "--limit", "2", "--json").rows
    assert [set(row) for row in rows] == [{"paper", "passage", "score", "parts"}] * 2
    assert Paper.from_dict(rows[0]["paper"]) == known
    shown = vouch("search", known.label).out
    assert shown.startswith("1. ")
    assert known.id in shown


# --- ask, chat


def test_ask_shows_a_cited_judged_answer(vouch: Vouch, known: Paper) -> None:
    shown = vouch("ask", f"What does the paper {known.label} find?").out
    assert re.search(r"\[1\]", shown)
    assert "✓" in shown
    assert "\nSources\n[1] " in shown
    assert re.search(r"^extractive · confidence \d\.\d\d · no tokens · \d+\.\d\d s$", shown.rstrip().splitlines()[-1])


def test_ask_as_json_is_the_whole_record(vouch: Vouch, known: Paper) -> None:
    answer = Answer.from_dict(vouch("ask", f"What does {known.label} find?", "--json").rows)
    assert answer.sources
    for source in answer.sources:
        for passage in source.passages:
            assert source.paper.abstract[passage.start : passage.end] == passage.text


def test_an_abstention_is_an_answer(vouch: Vouch) -> None:
    result = vouch("ask", "Which team won the football world cup in 1954?")
    assert result.code == 0
    assert "\nSources\n" not in result.out


@pytest.mark.parametrize(("llm", "said"), [("nobody:m", "nobody"), ("openai:gpt-4o-mini", "key")])
def test_a_back_end_that_cannot_answer_is_one_message(vouch: Vouch, llm: str, said: str) -> None:
    result = vouch("ask", "What is pruning?", "--llm", llm)
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("vouch: ")
    assert said in result.err


def test_chat_answers_until_the_input_ends(vouch: Vouch, known: Paper) -> None:
    result = vouch("chat", typed=f"What does {known.label} find?\n/sources\n/new\n/help\n")
    assert result.code == 0
    assert result.out.count("\nSources\n") == 2
    assert result.out.endswith("Goodbye.\n")


def test_chat_offers_quotations_where_the_model_fails(vouch: Vouch, known: Paper) -> None:
    result = vouch("chat", "--llm", "openai:gpt-4o-mini", typed=f"What does {known.label} find?\n/quote\n/quit\n")
    assert result.code == 0
    assert "Type /quote" in result.out
    assert "\nSources\n" in result.out


def test_no_network_is_touched_without_a_model(vouch: Vouch) -> None:
    """Some libraries report their own use; forked children are watched too."""
    program = """
import os, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "urllib.Request"):
        os.write(2, f"NETWORK {event} {arguments[-1]}\\n".encode())
sys.addaudithook(watch)
from rag.cli import main
main(["ask", "What is pruning?"])
"""
    values = {name: value for name, value in os.environ.items() if name != "CI"} | {"VOUCH_HOME": str(vouch.home)}
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=vouch.folder, env=values, capture_output=True, text=True, check=True
    )
    assert "extractive" in run.stdout
    assert "NETWORK" not in run.stderr


# --- eval, doctor, serve


def test_eval_is_handed_over(empty: Vouch) -> None:
    result = empty("eval", "--help")
    assert result.code == 0
    assert "Usage: vouch eval" in result.out
    assert re.search(r"^  run +[A-Z]", result.out, re.MULTILINE)


def test_doctor_finds_nothing_wrong(vouch: Vouch) -> None:
    result = vouch("doctor", "--json")
    assert result.code == 0, result.out
    states = {check["name"]: check["state"] for check in result.rows}
    assert states["library"] == states["model file"] == states["back end extractive"] == "ok"


def test_doctor_over_no_library_creates_none(empty: Vouch) -> None:
    assert empty("doctor").code == 0
    assert not empty.home.exists()


def test_doctor_names_every_problem_and_what_to_do(empty: Vouch) -> None:
    result = empty("doctor", VOUCH_PORT="0", VOUCH_PRT="1")
    assert result.code == 1
    assert "VOUCH_PRT is not a setting." in result.out
    assert "VOUCH_PORT is '0'" in result.out
    assert result.out.count("→") == 2


def test_doctor_never_shows_a_key(empty: Vouch) -> None:
    key = "sk-thekeyitself"
    settings = {"VOUCH_LLM": "openai:m", "VOUCH_LLM_BASE_URL": f"http://user:{key}@127.0.0.1:9/v1", "OPENAI_API_KEY": key}
    result = empty("doctor", **settings)
    assert result.code == 1
    assert "server 127.0.0.1:9" in result.out
    assert "key set" in result.out
    assert key not in result.out + result.err


def test_doctor_sees_an_index_that_lost_papers(vouch: Vouch, tmp_path: Path) -> None:
    home = tmp_path / "damaged"
    shutil.copytree(vouch.home, home)
    for folder in home.rglob("*"):
        if folder.is_dir() and any(child.name == "meta.json" for child in folder.iterdir()):
            shutil.rmtree(folder)  # the keyword index
            break
    result = Vouch(home, tmp_path)("doctor", "--json")
    assert result.code == 1
    assert [check["name"] for check in result.rows if check["state"] == "broken"] == ["library"]


def test_serve_refuses_a_port_that_is_taken(vouch: Vouch) -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = vouch("serve", "--port", str(port))
    assert result.code == 1
    assert f"port {port}" in result.err
