"""Two small runs with everything that a report can show, and with texts that want to be markup."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval import judgements
from eval.report.gather import Report, gather
from rag.answering.record import Answer, AnswerKind, CitedSource, Hit, Passage, Sentence, Tokens, Verdict
from rag.paper import Paper
from tests.eval.made_runs import row, with_answer, write_run

HOSTILE = "<script>alert(1)</script><img src=http://127.0.0.1:9/x onerror=alert(2)> \x1b[31m\u202eabc & \"q\" 'q' | [a](b) `c`"
RIGHT = "answered right"
WRONG = "answered wrong"


def paper(name: str) -> Paper:
    return Paper(
        id=name, abstract=f"The abstract of {name}. {HOSTILE}", title=f"Title of {name} {HOSTILE}", arxiv_id="2401.00001"
    )


def answer(text: str, *, cited: str, confidence: float, cost: float | None, found: tuple[str, ...]) -> Answer:
    passage = Passage(cited, 0, 0, 9, f"Passage {HOSTILE}")
    return Answer(
        question="What?",
        text=text + " [1]",
        sentences=(Sentence(text, (1,), Verdict.SUPPORTED, 0.9), Sentence("More.", (), Verdict.UNCITED)),
        sources=(CitedSource(1, paper(cited), (passage,)),),
        retrieved=tuple(Hit(paper(name), passage, 1.0, {}) for name in found),
        kind=AnswerKind.WRITTEN,
        abstained=False,
        confidence=confidence,
        model="openai:x",
        tokens=Tokens(10, 5, "server"),
        cost=cost,
        timings={"retrieve": confidence / 10, "answer": confidence},
        notes=(HOSTILE,),
    )


def question(number: int, *, right: bool, cost: float | None) -> dict[str, Any]:
    scores = {"hit@1": float(right), "fact_recall": float(right), "words": 3.0, "answered": 1.0, "abstained": 0.0}
    scores |= {"right": float(right)}
    more = {
        "question": f"Question {number}? {HOSTILE}",
        "tags": ["tag <b>"],
        "relevant": ["p1", "p2"],
        "reference": HOSTILE,
        "outcome": RIGHT if right else WRONG,
        "blame": "none" if right else "cited but wrong or unsupported",
    }
    found = ("p1", "p0", "p2") if right else ("p0", "p2")
    given = answer(f"Answer {number} {HOSTILE}", cited="p1", confidence=0.9 if right else 0.5, cost=cost, found=found)
    return with_answer(row(f"q{number}", scores, **more), given)


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """first: q0 and q1 wrong, q2 and q3 right, q4 failed; second: q0 wrong, the rest right, and a judge's scores."""
    place = tmp_path_factory.mktemp("runs")
    first = [question(n, right=n > 1, cost=0.001) for n in range(4)] + [row("q4", None)]
    second = [question(n, right=n > 0, cost=0.002) for n in range(5)]
    runs = [write_run(place / "first", first), write_run(place / "second", second, name="second <i>")]
    for score, key in ((1.0, "q0"), (0.0, "q1"), (None, "q2")):
        line = {"judge": "openai:j", "metric": "faithfulness", "id": key, "turn": 0, "case": key, "against": None, "score": score}
        judgements.append(runs[1], {**line, "problem": None if score is not None else judgements.NOT_READABLE, "cost": None})
    return runs


@pytest.fixture(scope="session")
def report(folders: list[Path]) -> Report:
    return gather(folders, folders[0].parent)


@pytest.fixture(scope="session")
def one(folders: list[Path]) -> Report:
    """The second run alone."""
    return gather(folders[1:], folders[0].parent)


def without_cost(report: Report) -> Report:
    """The report of runs whose prices are not known."""
    runs = [
        replace(run, asked=tuple(replace(a, said=tuple(replace(s, cost=None) for s in a.said)) for a in run.asked))
        for run in report.runs
    ]
    return replace(report, runs=tuple(runs))
