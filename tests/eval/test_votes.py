"""Blind votes: what a voter sees, what is kept, what counts."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from eval import votes
from eval.bradley_terry import standings
from eval.cli import app
from eval.errors import RunError
from rag.answering.record import Answer, Tokens
from tests.eval.made_runs import row, with_answer, write_run

QUESTIONS = 40
Make = Callable[..., Answer]


@pytest.fixture
def two(tmp_path: Path, make_answer: Make) -> tuple[Path, Path]:
    """Two runs of forty questions; a tells more about itself than a voter may know. q0 has equal answers, q1 failed in b."""

    def answer(name: str, n: int) -> Answer:
        text = "The same." if n == 0 else f"{name} says {n}."
        made = make_answer(text, cited=["p"])
        return replace(made, model=f"openai:{name}", cost=0.7321, tokens=Tokens(9, 9, "server"), notes=("A model wrote it.",))

    for name in ("alpha", "beta"):
        rows = [with_answer(row(f"q{n}", {"words": 2.0}), answer(name, n)) for n in range(QUESTIONS)]
        if name == "beta":
            rows[1] = row("q1", None)
        write_run(tmp_path / name, rows)
    return tmp_path / "alpha", tmp_path / "beta"


def test_a_ballot_tells_nothing_of_the_runs(two: tuple[Path, Path]) -> None:
    found = votes.pairing(*two)
    assert (len(found.ballots), found.same, found.failed) == (QUESTIONS - 2, 1, 1)
    for ballot in found.ballots:
        (turn,) = ballot.turns
        shown = json.dumps([turn.left.to_dict(), turn.right.to_dict()]).replace(turn.left.text, "").replace(turn.right.text, "")
        assert not any(word in shown for word in ("alpha", "beta", "openai", "0.7321", "A model"))
        assert not any(name in repr(ballot).replace("alpha says", "").replace("beta says", "") for name in ("alpha", "beta"))


def test_sides_and_order_are_random_but_do_not_change(two: tuple[Path, Path]) -> None:
    found = votes.pairing(*two, voter="ann")
    on_the_left = sum(ballot.runs[0] == "alpha" for ballot in found.ballots)
    assert 10 <= on_the_left <= 28
    assert [b.question for b in found.ballots] != sorted(b.question for b in found.ballots)
    assert votes.pairing(*two, voter="ann") == found
    assert [(b.question, b.runs) for b in votes.pairing(two[1], two[0], "ann").ballots] == [
        (b.question, b.runs) for b in found.ballots
    ]
    assert [b.runs for b in votes.pairing(*two, voter="bob").ballots] != [b.runs for b in found.ballots]


def test_votes_are_kept_and_not_asked_for_again(two: tuple[Path, Path], tmp_path: Path) -> None:
    found = votes.pairing(*two, voter="ann")
    first, second = found.ballots[:2]
    kept = votes.cast(tmp_path, first, "left", "ann")
    assert (kept.winner, kept.left, kept.question) == (first.runs[0], first.runs[0], first.question)
    assert votes.cast(tmp_path, second, "tie", "ann").winner is None
    assert [vote.vote for vote in votes.read_votes(tmp_path)] == ["left", "tie"]
    left = votes.pending(found, votes.read_votes(tmp_path), "ann")
    assert len(left) == len(found.ballots) - 2
    assert len(votes.pending(found, votes.read_votes(tmp_path), "bob")) == len(found.ballots)


def test_a_second_vote_on_the_same_pair_replaces_the_first(two: tuple[Path, Path], tmp_path: Path) -> None:
    ballot = votes.pairing(*two, voter="ann").ballots[0]
    for choice in ("left", "right"):
        votes.cast(tmp_path, ballot, choice, "ann")
    votes.cast(tmp_path, ballot, "right", "bob")
    assert len(votes.read_votes(tmp_path)) == 3
    assert [(v.voter, v.vote) for v in votes.counted(votes.read_votes(tmp_path))] == [("ann", "right"), ("bob", "right")]


def test_the_store_survives_half_a_line_and_two_writers(two: tuple[Path, Path], tmp_path: Path) -> None:
    ballots = votes.pairing(*two).ballots
    votes.cast(tmp_path, ballots[0], "left")
    path = votes.path_of(tmp_path)
    path.write_bytes(path.read_bytes() + b'{"at": "2026')
    writers = [threading.Thread(target=votes.cast, args=(tmp_path, ballot, "right")) for ballot in ballots[1:9]]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(vote.question for vote in votes.read_votes(tmp_path)) == sorted(b.question for b in ballots[:9])


def test_a_vote_is_one_of_three(two: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(RunError, match="one of left, right, tie"):
        votes.cast(tmp_path, votes.pairing(*two).ballots[0], "both")  # type: ignore[arg-type]
    with pytest.raises(RunError, match="with itself"):
        votes.pairing(two[0], two[0])


def test_from_votes_to_strengths(two: tuple[Path, Path], tmp_path: Path) -> None:
    for ballot in votes.pairing(*two).ballots:
        votes.cast(tmp_path, ballot, "left" if ballot.runs[0] == "beta" else "right")
    strong, weak = standings(votes.bouts(votes.read_votes(tmp_path)))
    assert (strong.name, strong.won, weak.lost) == ("beta", QUESTIONS - 2, QUESTIONS - 2)
    shown = CliRunner().invoke(app, ["votes", "--home", str(tmp_path)])
    assert shown.exit_code == 0
    assert "beta" in shown.output.splitlines()[3]
    assert "38 votes, 0 of them ties" in shown.output


def test_votes_are_exported(two: tuple[Path, Path], tmp_path: Path) -> None:
    ballot = replace(votes.pairing(*two).ballots[0], text="=cmd()")
    votes.cast(tmp_path, ballot, "left", "ann")
    for name in ("out.jsonl", "out.csv"):
        result = CliRunner().invoke(app, ["votes", "--home", str(tmp_path), "--export", str(tmp_path / name)])
        assert result.exit_code == 0
    (line,) = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["voter"] == "ann"
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        (cells,) = csv.DictReader(file)
    assert (cells["text"], cells["vote"]) == ("'=cmd()", "left")


def test_no_vote_yet(tmp_path: Path) -> None:
    assert "No votes in" in CliRunner().invoke(app, ["votes", "--home", str(tmp_path)]).output
