"""The evaluation page's logic over a real run, without a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.questions import load_questions
from eval.runner import open_assistant, run
from eval.summary import Figure
from rag.settings import Settings
from tests.ui.html_tree import Element, parse
from ui.views.evaluation import interval, mean_score, number

Run = Callable[[str], Any]
CRANES = {"title": "SkyLedger: Counting Migrating Cranes from Radar"}
QUESTIONS: list[dict[str, Any]] = [
    {"id": "q1", "question": "What does SkyLedger estimate from radar?", "papers": [CRANES], "key_facts": ["flock sizes"]},
    {"id": "q2", "question": "What is BreadNet <script>?", "papers": [{"title": "No such paper"}], "key_facts": ["crumb"]},
    {"id": "q3", "kind": "unanswerable", "question": "Which tax applies to imported bicycles?", "answerable": False},
]


def html(at: Any) -> Element:
    assert not at.exception
    return parse("".join(element.body for element in at.html))


@pytest.fixture
def with_run(home: Path, tmp_path: Path) -> Path:
    file = tmp_path / "birds.jsonl"
    file.write_text("".join(json.dumps(question) + "\n" for question in QUESTIONS), encoding="utf-8")
    with open_assistant(Settings.load(home=home)) as assistant:
        run(load_questions(file), assistant)
    return home


def test_without_runs_the_page_tells_the_command(home: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    assert "No runs yet" in html(at).text
    assert at.code[0].value.startswith("vouch eval run")


def test_the_command_works_as_it_is_shown() -> None:
    from ui.views.evaluation import COMMAND

    assert (Path(__file__).parents[2] / COMMAND.split()[-1]).is_file()


def test_a_run_shows_its_figures_with_n_and_interval(with_run: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    assert "3 of 3 questions" in html(at).text
    figures = at.dataframe[0].value.set_index("Figure")
    assert figures.loc["hit@1"].to_dict() == {"Value": "1.000", "95 % interval": "1.000 to 1.000", "n": 1}
    assert figures.loc["key-fact recall"]["n"] == 2


def test_the_figures_of_one_kind(with_run: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    at.segmented_control[0].set_value("unanswerable").run()
    assert "1 questions" in html(at).text
    assert "unanswerable, rightly refused" in list(at.dataframe[0].value["Figure"])


def test_every_question_is_listed_and_can_be_filtered(with_run: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    rows = at.dataframe[1].value
    assert list(rows["Id"]) == ["q1", "q2", "q3"]
    assert rows["hit@1"][0] == 1.0
    at.text_input[0].set_value("breadnet").run()
    assert list(at.dataframe[1].value["Id"]) == ["q2"]


def test_a_question_opens_with_its_expectations_and_answer(with_run: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    (folder,) = (with_run / "runs").iterdir()
    at.session_state[f"rows-{folder.name}-opened"] = json.loads((folder / "results.jsonl").read_text().splitlines()[1])
    at.run()
    tree = html(at)
    assert "What is BreadNet <script>?" in [element.text for element in tree.all("div", "v-question")]
    assert "Key facts: crumb" in tree.text
    assert "Not in the library: No such paper" in tree.text
    assert tree.all("article", "v-answer")
    assert tree.all("section", "v-panel")


def test_an_unfinished_run_says_so(with_run: Path, run_page: Run) -> None:
    (folder,) = (with_run / "runs").iterdir()
    results = folder / "results.jsonl"
    results.write_text("".join(results.read_text().splitlines(keepends=True)[:1]), encoding="utf-8")
    (folder / "summary.json").unlink()
    text = html(run_page("evaluation")).text
    assert "1 of 3 questions" in text
    assert "not finished" in text


def test_a_damaged_run_is_told_in_words(with_run: Path) -> None:
    from streamlit.testing.v1 import AppTest

    (folder,) = (with_run / "runs").iterdir()
    results = folder / "results.jsonl"
    results.write_text("no row\n" + results.read_text(), encoding="utf-8")
    script = "from ui.app import guarded\nfrom ui.views import evaluation\nguarded(evaluation.page)\n"
    at = AppTest.from_string(script, default_timeout=60).run()
    assert "no result row" in html(at).one("div", "v-bad").text


def test_figures_as_people_read_them() -> None:
    assert interval("words", Figure(80.04, 5, 70.0, 91.25)) == "70.0 to 91.2"
    assert number("hit@1", 0.9) == "0.900"


def test_a_dialogue_counts_its_scored_turns() -> None:
    row = {"error": None, "turns": [{"scores": None}, {"scores": {"hit@1": 1.0}}, {"scores": {"hit@1": 0.0}}, {"scores": {}}]}
    assert mean_score(row, "hit@1") == 0.5
    assert mean_score(row, "words") is None
