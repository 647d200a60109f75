"""Questions proposed from abstracts: with their evidence, checked, and never twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval import drafts, proposals
from eval.checking import check
from eval.generating import generate
from eval.proposals import Unfit
from eval.questions import load_questions
from rag.backends.scripted import Scripted
from rag.errors import BackendBusy, QuestionSetError
from rag.paper import Paper

PAPER = Paper(
    id="arxiv:1",
    title="DriftNet: Steady Training",
    abstract="Training large networks is hard. We introduce DriftNet, which rescales gradients by their drift. "
    "On four image benchmarks DriftNet raises top accuracy from 71.2% to 74.9% at the same training cost. Code is available.",
)
OTHER = Paper(id="arxiv:2", title="Slow Starts", abstract="Warm-up lowers the loss by 3% in every network that we tried so far.")
FINDING = "On four image benchmarks DriftNet raises top accuracy from 71.2% to 74.9% at the same training cost."


def reply(**changes: Any) -> str:
    good = {
        "question": "How far does it raise accuracy?",
        "answer": "By 3.7 points.",
        "key_facts": ["74.9%"],
        "evidence": [FINDING],
    }
    return json.dumps(good | changes)


def test_a_draft_asks_about_the_finding_and_names_the_paper() -> None:
    row = drafts.draft(PAPER)
    assert row is not None
    assert row["evidence"] == [FINDING]
    assert row["key_facts"] == ["71.2%", "74.9%"]
    assert row["question"].startswith("Which figures does DriftNet report for ")
    assert row["papers"] == [{"id": "arxiv:1", "title": PAPER.title, "opening": PAPER.abstract[:100]}]
    assert row["status"] == "draft"


def test_phrases_by_rake() -> None:
    # Two runs: "image benchmarks" (each word beside 2, once: 4.0) and "accuracy" (1.0); "four" and "on" cut.
    assert drafts.key_phrases("On 4 image benchmarks, the accuracy.") == ["image benchmarks", "accuracy"]


def test_a_paper_without_a_sentence_to_ask_about_gives_none() -> None:
    assert drafts.draft(Paper(id="x", abstract="Too short.")) is None


def test_generated_sets_run_and_are_not_made_twice(assistant: Any, tmp_path: Path) -> None:
    out = tmp_path / "drafts.jsonl"
    made = generate(assistant, out, llm="extractive", kinds=["single", "unanswerable"], count=4)
    again = generate(assistant, out, llm="extractive", kinds=["single", "unanswerable"], count=4)
    assert (made.rows, again.new) == (made.new, 0)
    questions = load_questions(out)
    assert (len(questions), questions.drafts, questions.errors) == (made.new, made.new, ())
    assert not [problem for problem in check(questions, assistant.papers) if problem.error]
    removed = [question for question in questions if question.kind == "unanswerable"]
    assert all(not question.answerable and question.without for question in removed)
    with pytest.raises(QuestionSetError, match="'dialogue' cannot be made"):
        generate(assistant, out, llm="extractive", kinds=["dialogue"], count=1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I would rather not.", "no JSON object in the reply"),
        (reply(question=" "), "no question"),
        (reply(evidence=["DriftNet raises accuracy by 10%."]), "evidence that stands in no abstract"),
        (reply(evidence=[]), "no evidence"),
        (reply(key_facts=["75.0%"]), "no key fact that stands in the evidence"),
    ],
)
def test_proposals_that_do_not_hold_are_dropped_with_the_reason(text: str, reason: str) -> None:
    proposal = proposals.Proposer(Scripted(text), lambda _: []).propose("single", PAPER)
    assert (proposal.row, proposal.reason) == (None, reason)


def test_a_proposal_that_holds(tmp_path: Path) -> None:
    backend = Scripted("Here it is:\n" + reply(key_facts=["74.9%", "made up"]) + "\nGood luck!")
    row = proposals.Proposer(backend, lambda _: []).propose("single", PAPER).row
    assert row is not None
    assert (row["key_facts"], row["made_by"], row["status"]) == (["74.9%"], "scripted", "draft")
    fence = next(line for line in backend.heard[0][1].text.splitlines() if line.startswith("==="))
    assert fence in backend.heard[0][0].text


def test_a_question_over_several_papers_rests_on_two() -> None:
    both = reply(evidence=[FINDING, OTHER.abstract])
    row = proposals.Proposer(Scripted(both), lambda _: [OTHER]).propose("multi", PAPER).row
    assert row is not None
    assert [paper["id"] for paper in row["papers"]] == ["arxiv:1", "arxiv:2"]
    assert (
        proposals.Proposer(Scripted(reply()), lambda _: [OTHER]).propose("multi", PAPER).reason == "evidence from one paper only"
    )
    assert proposals.Proposer(Scripted(both), lambda _: []).propose("multi", PAPER).reason == "no second paper that is near"


def test_unanswerable_by_removal_and_a_dialogue() -> None:
    row = proposals.Proposer(Scripted(reply()), lambda _: []).propose("unanswerable", PAPER).row
    assert row is not None
    assert (row["answerable"], [paper["id"] for paper in row["without"]]) == (False, ["arxiv:1"])
    assert "key_facts" not in row
    turn = {**json.loads(reply()), "user": "And how far?", "standalone": "How far does DriftNet go?"}
    value = {"turns": [turn, turn]}
    made = proposals.row_of("dialogue", value, [PAPER])
    assert [t["standalone"] for t in made["turns"]] == ["How far does DriftNet go?"] * 2
    with pytest.raises(Unfit, match="no conversation"):
        proposals.row_of("dialogue", {"turns": [turn]}, [PAPER])


def test_a_server_that_fails_is_counted_not_raised() -> None:
    proposal = proposals.Proposer(Scripted(BackendBusy("Too busy.")), lambda _: []).propose("single", PAPER)
    assert proposal.reason == "BackendBusy: Too busy."


def test_the_check_names_the_line_of_what_is_wrong(assistant: Any, tmp_path: Path) -> None:
    rows = [
        {"question": "Fine?", "papers": [{"opening": "hives by", "title": "None such"}]},
        {"question": "Why?", "answerable": False, "key_facts": ["5"]},
        {"question": "why?", "papers": [{"opening": "Honeybees find their way home by landmarks. We move hives by"}],
         "evidence": "Bees vote."},
        {"question": "How?", "status": "maybe", "key_facts": ["7"], "evidence": "Six."},
    ]  # fmt: skip
    file = tmp_path / "set.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)) + "\nbroken\n")
    told = [(problem.line, problem.error, problem.found) for problem in check(load_questions(file), assistant.papers)]
    assert [(line, error) for line, error, _ in told] == [
        (1, True),
        (2, True),
        (3, True),
        (3, False),
        (4, True),
        (4, False),
        (5, True),
    ]
    said = [found for _, _, found in told]
    assert said[0] == "the paper None such (not in the library)"
    assert said[2] == "the evidence 'Bees vote.' stands in none of the named papers"
    assert said[3] == "the question of line 2 again"
