"""Two runs compared: figures worked out by hand, and the verdicts on real recorded answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval.cli import app
from eval.compare import Run, compare, compare_all, read_run, read_runs, run_names
from eval.errors import RunError
from tests.eval.made_runs import SYSTEMS, pubmedqa_runs, row, run_of, write_run


@pytest.fixture(scope="module")
def recorded(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return pubmedqa_runs(shared, tmp_path_factory.mktemp("recorded"))


def two(folder: Path, first: list[float | None], second: list[float | None], figure: str = "right") -> tuple[Run, Run]:
    return read_run(run_of(folder / "a", first, figure)), read_run(run_of(folder / "b", second, figure))


def test_difference_means_and_flips(tmp_path: Path) -> None:
    """Of four questions one is gained, one lost, none else changes: the difference is 0 and p is 1."""
    found = compare(*two(tmp_path, [0, 1, 1, 0], [1, 0, 1, 0]))
    assert (found.headline.name, found.headline.n) == ("right", 4)
    assert (found.headline.first, found.headline.second, found.headline.difference) == (0.5, 0.5, 0.0)
    assert (found.headline.test, found.headline.p, found.headline.significant) == ("exact McNemar", 1.0, False)
    assert [flip.id for flip in found.gained] == ["q0"]
    assert [flip.id for flip in found.lost] == ["q1"]
    assert found.bounds is None


def test_questions_that_failed_are_in_no_figure_and_bound_the_difference(tmp_path: Path) -> None:
    """q2 failed in the second run only, where the first was right: at worst -1, at best 0. q3 failed in both: -1 to +1."""
    found = compare(*two(tmp_path, [0, 1, 1, None], [1, 1, None, None]))
    assert found.headline.n == 2
    assert found.headline.difference == 0.5
    assert found.failures == (1, 2)
    assert found.bounds == ((1 - 1 - 1) / 4, (1 + 0 + 1) / 4)


def test_questions_are_paired_by_id_whatever_their_order(tmp_path: Path) -> None:
    rows = [row("x", {"right": 1.0}), row("y", {"right": 0.0}), row("z", {"right": 1.0})]
    other = [row("y", {"right": 0.0}), row("x", {"right": 1.0}, question="Other words?"), row("new", {"right": 1.0})]
    found = compare(read_run(write_run(tmp_path / "a", rows)), read_run(write_run(tmp_path / "b", other)))
    assert (found.headline.n, found.headline.difference, found.unpaired, found.reworded) == (2, 0.0, 2, 1)


def test_groups_by_kind_and_tag(tmp_path: Path) -> None:
    def rows(values: tuple[float, float, float]) -> list[dict[str, object]]:
        return [
            row("x", {"right": values[0]}, kind="single", tags=["hard"]),
            row("y", {"right": values[1]}, kind="multi", tags=["hard", "hard"]),
            row("z", {"right": values[2]}, kind="multi"),
        ]

    first, second = (read_run(write_run(tmp_path / name, rows(v))) for name, v in (("a", (0, 0, 1)), ("b", (1, 1, 1))))
    groups = {one.name: (one.n, one.difference) for one in compare(first, second).groups}
    assert groups == {"kind multi": (2, 0.5), "kind single": (1, 1.0), "tag hard": (2, 1.0)}


def test_figures_that_are_no_numbers_are_absent_and_the_headline_can_be_chosen(tmp_path: Path) -> None:
    for name in ("a", "b"):
        scores = {"fact_recall": 0.5, "hit@1": 1.0, "words": 10.0, "mrr@10": float("nan"), "outcome": "right"}
        write_run(tmp_path / name, [row(f"q{n}", scores) for n in range(2)])  # type: ignore[arg-type]
    first, second = read_run(tmp_path / "a"), read_run(tmp_path / "b")
    assert second.figures == ("hit@1", "fact_recall", "words")
    assert compare(first, second).headline.name == "fact_recall"
    assert compare(first, second, "hit@1").headline.name == "hit@1"
    with pytest.raises(RunError, match=r"'nonsense' in common\. Choose one of: hit@1, fact_recall, words"):
        compare(first, second, "nonsense")


def test_a_dialogue_is_one_question_of_several_turns(tmp_path: Path) -> None:
    def dialogue(key: str, values: list[float]) -> dict[str, object]:
        turns = [row(key, None)] + [row(key, {"fact_recall": value}) for value in values]
        return row(key, {}, turns=[{"scores": turn["scores"]} for turn in turns])

    first = write_run(tmp_path / "a", [dialogue("x", [0.0, 0.5]), dialogue("y", [1.0])])
    second = write_run(tmp_path / "b", [dialogue("x", [1.0, 0.5]), dialogue("y", [0.5])])
    found = compare(read_run(first), read_run(second))
    assert found.headline.n == 2
    assert found.headline.difference == pytest.approx((1.0 + 0.0 - 0.5) / 3)
    assert {flip.id: (flip.before, flip.after) for flip in (*found.gained, *found.lost)} == {"x": (0.25, 0.75), "y": (1.0, 0.5)}


def test_runs_get_names_that_differ(tmp_path: Path) -> None:
    folders = [run_of(tmp_path / "one" / "run", [1]), run_of(tmp_path / "two" / "run", [1])]
    assert run_names(folders) == ["one/run", "two/run"]
    named = [write_run(tmp_path / name, [row("q", {"right": 1.0})], name=name.upper()) for name in ("x", "y")]
    assert [run.name for run in read_runs(named)] == ["X", "Y"]
    with pytest.raises(RunError, match="named twice"):
        run_names([folders[0], folders[0]])


def test_runs_without_a_question_in_common(tmp_path: Path) -> None:
    rows = [row("other", {"right": 1.0})]
    with pytest.raises(RunError, match="no scored question in common"):
        compare(read_run(run_of(tmp_path / "a", [1, 0])), read_run(write_run(tmp_path / "b", rows)))
    # A report of runs over different sets compares those that can be compared.
    three = [read_run(tmp_path / "a"), read_run(tmp_path / "b"), read_run(run_of(tmp_path / "c", [1, 1]))]
    assert [(one.first, one.second) for one in compare_all(three, where_possible=True)] == [("a", "c")]


def test_the_verdicts_on_recorded_answers(recorded: dict[str, Path]) -> None:
    """With retrieval GPT-4 is 3.0 points above GPT-3.5: 58 questions gained, 43 lost, which a coin does in 16 % of cases.
    Retrieval gives GPT-4 30.8 points: 189 against 35."""
    without, with_35, with_4 = (read_run(recorded[system]) for system in SYSTEMS[1:])
    newer = compare(with_35, with_4)
    assert newer.headline.difference == pytest.approx(0.030)
    assert (len(newer.gained), len(newer.lost)) == (58, 43)
    assert newer.headline.p == pytest.approx(0.163, abs=0.001)
    assert not newer.headline.significant
    assert newer.headline.low < 0 < newer.headline.high
    retrieval = compare(without, with_4)
    assert retrieval.headline.difference == pytest.approx(0.308)
    assert retrieval.headline.p < 1e-25
    assert retrieval.headline.significant


def test_several_comparisons_are_adjusted(recorded: dict[str, Path]) -> None:
    """Six pairs of four systems; the two without retrieval have p 0.13, the two with it 0.16, the largest two of the six."""
    found = compare_all([read_run(recorded[system]) for system in SYSTEMS])
    assert len(found) == 6
    decided = [one.headline for one in found]
    smaller, larger = sorted(one.p for one in decided)[-2:]
    assert sorted(one.adjusted for one in decided)[-2:] == pytest.approx([2 * smaller, 2 * smaller])
    assert larger < 2 * smaller
    assert sum(one.significant for one in decided) == 4


def test_the_command_says_it(recorded: dict[str, Path]) -> None:
    first, second = (str(recorded[system]) for system in SYSTEMS[2:])
    result = CliRunner().invoke(app, ["compare", first, second])
    assert result.exit_code == 0
    assert "rag_32-gpt-4-32k against rag_32-gpt-35-turbo-16k" in result.output
    assert "label_accuracy +3.0 points (0.674 to 0.704), 95 % interval" in result.output
    assert "not significant (exact McNemar p = 0.16)" in result.output
    assert "58 questions gained" in result.output
    (one,) = json.loads(CliRunner().invoke(app, ["compare", first, second, "--json"]).output)
    assert one["headline"]["significant"] is False
    assert len(one["lost"]) == 43


def test_the_command_needs_two_runs_that_exist(tmp_path: Path) -> None:
    one = str(run_of(tmp_path / "a", [1]))
    assert "takes two runs" in CliRunner().invoke(app, ["compare", one]).output
    result = CliRunner().invoke(app, ["compare", one, str(tmp_path / "absent")])
    assert result.exit_code == 1
    assert "holds no run.json" in result.output


def test_terminal_sequences_in_names_do_not_reach_the_terminal(tmp_path: Path) -> None:
    for name, value in (("a", 0.0), ("b", 1.0)):
        write_run(tmp_path / name, [row("q\x1b[31m", {"right": value}, question="Red\x1b]0;title\x07?", kind="k\x1b[2J")])
    output = CliRunner().invoke(app, ["compare", str(tmp_path / "a"), str(tmp_path / "b")]).output
    assert "\x1b" not in output
    assert "Red?" in output
