"""The evaluation page's logic over a real run, without a browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eval.questions import load_questions
from eval.runner import open_assistant, run
from eval.summary import Figure
from rag.settings import Settings
from tests.ui.html_tree import Element, parse
from ui.evaluation_data import Reading, line, reading
from ui.evaluation_plots import recall_points
from ui.evaluation_report import FORMS, report
from ui.evaluation_run import interval, number

Run = Callable[[str], Any]
CRANES = {"title": "SkyLedger: Counting Migrating Cranes from Radar"}
QUESTIONS: list[dict[str, Any]] = [
    {"id": "q1", "question": "What does SkyLedger estimate from radar?", "papers": [CRANES], "key_facts": ["flock sizes"]},
    {
        "id": "q2",
        "question": "What is BreadNet <script>?",
        "papers": [{"title": "No such paper"}],
        "key_facts": ["crumbs of the moon"],
    },
    {"id": "q3", "kind": "unanswerable", "question": "Which tax applies to imported bicycles?", "answerable": False},
]


def html(at: Any) -> Element:
    assert not at.exception
    return parse("".join(element.body for element in at.html))


def table(at: Any, column: str) -> Any:
    """The values of the table that has the column."""
    return next(frame.value for frame in at.dataframe if column in frame.value)


@pytest.fixture(scope="module")
def runs(stocked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two runs of the same questions: `usual`, and `short` with short answers."""
    place = tmp_path_factory.mktemp("runs")
    home = Path(shutil.copytree(stocked, place / "home"))
    file = place / "birds.jsonl"
    file.write_text("".join(json.dumps(question) + "\n" for question in QUESTIONS), encoding="utf-8")
    for name, words in (("usual", 90), ("short", 20)):
        settings = Settings(home=home, answer_words=words)
        with open_assistant(settings) as assistant:
            run(load_questions(file), assistant, place / "runs" / name)
    return place / "runs"


@pytest.fixture
def with_run(home: Path, runs: Path) -> Path:
    shutil.copytree(runs / "usual", home / "runs" / "usual")
    return home


@pytest.fixture
def with_two(with_run: Path, runs: Path) -> Path:
    shutil.copytree(runs / "short", with_run / "runs" / "short")
    return with_run


@pytest.fixture
def folder(with_run: Path) -> Path:
    return with_run / "runs" / "usual"


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
    figures = table(at, "95 % interval").set_index("Figure")
    assert figures.loc["hit@1"].to_dict() == {"Value": "1.000", "95 % interval": "0.207 to 1.000", "n": 1}
    assert figures.loc["key-fact recall"]["n"] == 2


def test_the_figures_of_one_kind(with_run: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    at.segmented_control(key="kind").set_value("unanswerable").run()
    assert "1 question: " in html(at).text
    assert "unanswerable, rightly refused" in list(table(at, "95 % interval")["Figure"])


def test_every_question_is_listed_and_can_be_filtered(with_run: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    rows = table(at, "Question")
    assert list(rows["Id"]) == ["q1", "q2", "q3"]
    assert rows["hit@1"][0] == 1.0
    at.text_input(key="filter-rows").set_value("breadnet").run()
    assert list(table(at, "Question")["Id"]) == ["q2"]


def test_questions_are_chosen_by_what_is_to_blame(with_run: Path, folder: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    blamed = {one.id: one.blame for one in reading(folder).lines}
    assert blamed["q1"] == ()
    (reason,) = blamed["q2"]
    assert f"{reason}1" in html(at).text  # its bar
    at.button_group(key=f"blame-{folder.name}").set_value([reason]).run()
    assert "q2" in list(table(at, "Question")["Id"])
    assert "q1" not in list(table(at, "Question")["Id"])


def test_a_question_opens_with_its_expectations_and_answer(with_run: Path, folder: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    at.session_state[f"rows-{folder.name}-opened"] = reading(folder).lines[1]
    at.run()
    tree = html(at)
    assert "What is BreadNet <script>?" in [element.text for element in tree.all("div", "v-question")]
    assert "Key facts: crumb" in tree.text
    assert "Not in the library: No such paper" in tree.text
    assert tree.all("article", "v-answer")
    assert tree.all("section", "v-panel")


def test_an_unfinished_run_says_so(with_run: Path, folder: Path, run_page: Run) -> None:
    results = folder / "results.jsonl"
    results.write_text("".join(results.read_text().splitlines(keepends=True)[:1]), encoding="utf-8")
    (folder / "summary.json").unlink()
    text = html(run_page("evaluation")).text
    assert "1 of 3 questions" in text
    assert "not finished" in text


def test_a_damaged_run_is_told_in_words(with_run: Path, folder: Path) -> None:
    from streamlit.testing.v1 import AppTest

    results = folder / "results.jsonl"
    results.write_text("no row\n" + results.read_text(), encoding="utf-8")
    script = "from ui.app import guarded\nfrom ui.views import evaluation\nguarded(evaluation.page)\n"
    at = AppTest.from_string(script, default_timeout=60).run()
    assert "no result row" in html(at).one("div", "v-bad").text


def test_a_run_is_chosen_from_the_table_of_all(with_two: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    assert len(table(at, "Answered by")) == 2
    assert at.selectbox(key="run").value == "short"  # the newest
    at.selectbox(key="run").set_value("usual").run()
    assert html(at).one("h1").text == "Evaluation"


def test_two_runs_are_compared_by_figure_and_kind(with_two: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    at.segmented_control(key="view").set_value("Compare").run()
    assert [box.value for box in at.selectbox] == ["usual", "short", None]
    assert "No difference that the data support" in html(at).text  # three questions support nothing
    effects = table(at, "Difference").set_index("Figure")
    assert effects.loc["hit@1"]["Before"] == "1.000"
    assert effects.loc["hit@1"]["Difference"] == "+0.0 points"
    assert "kind unanswerable" in list(at.dataframe[1].value["Figure"])


def test_one_run_alone_cannot_be_compared(with_run: Path, run_page: Run) -> None:
    at = run_page("evaluation")
    at.segmented_control(key="view").set_value("Compare").run()
    assert "Two runs of one set are needed" in html(at).text


@pytest.mark.parametrize("form", FORMS)
def test_the_report_comes_in_every_form(with_run: Path, folder: Path, form: str) -> None:
    made = report([folder], with_run, form).decode()
    begin = {"html": "<!doctype html>", "md": "# ", "csv": "run,", "json": "{"}
    assert made.lower().startswith(begin[form])
    assert "SkyLedger" in made or form == "md"


def test_figures_as_people_read_them() -> None:
    assert interval("words", Figure(80.04, 5, 70.0, 91.25)) == "70.0 to 91.2"
    assert number("hit@1", 0.9) == "0.900"


def test_a_dialogue_counts_its_scored_turns() -> None:
    turns = [
        {"scores": None},
        {"scores": {"hit@1": 1.0}, "outcome": "answered right", "blame": "none"},
        {"scores": {"hit@1": 0.0}, "outcome": "answered wrong", "blame": "not retrieved"},
    ]
    one = line({"id": "d", "kind": "dialogue", "question": "And?", "error": None, "turns": turns})
    assert one.scores == {"hit@1": 0.5}
    assert (one.outcome, one.blame) == ("answered wrong", ("not retrieved",))


def test_recall_by_k_is_the_mean_share_of_named_papers() -> None:
    from eval.summary import summarise

    # Two questions: one names 1 paper, found first; one names 2, of which one is found third.
    found = Reading((), summarise([]), (((1,), 1, 4), ((3,), 2, 4)))
    assert recall_points(found) == [0.5, 0.5, 0.75, 0.75]
