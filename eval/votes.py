"""Blind votes between the answers of two runs: which pairs to show, in which order, and the votes that were cast.

A voter sees two answers without names, model, cost or time, in an order that chance decides anew for every pair and voter (from
a fixed seed, so that a page drawn twice shows the same). Votes are appended to `<home>/runs/votes.jsonl`, one object a line:

    at, voter, set                 UTC time, who voted, the set's hash
    question, text                 the question's id and words
    left, right                    the runs, by the names of their folders
    left_answer, right_answer      digests of the answers shown
    vote                           "left", "right" or "tie"
    winner                         the run that was preferred, null for a tie
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from eval import results
from eval.bradley_terry import Bout
from eval.errors import RunError
from eval.runs import RUNS, open_run
from eval.summary import exchanges
from rag.answering.record import Answer, AnswerKind, Tokens

VOTES = "votes.jsonl"
Choice = Literal["left", "right", "tie"]
CHOICES: tuple[Choice, ...] = ("left", "right", "tie")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and the two answers to it, stripped of everything that could tell who gave them."""

    question: str
    left: Answer
    right: Answer


@dataclass(frozen=True, slots=True)
class Ballot:
    """A pair to vote on; `turns` has more than one exchange for a dialogue. The runs are known to the program alone."""

    question: str
    text: str
    turns: tuple[Exchange, ...]
    runs: tuple[str, str] = field(repr=False)
    digests: tuple[str, str] = field(repr=False)
    set_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Vote:
    """One line of votes.jsonl."""

    at: str
    voter: str
    set: str
    question: str
    text: str
    left: str
    right: str
    left_answer: str
    right_answer: str
    vote: Choice
    winner: str | None


@dataclass(frozen=True, slots=True)
class Pairing:
    """The ballots of two runs for one voter, in the order in which to show them. `same` questions have equal answers in both
    runs and `failed` ones none in one of them; nobody is asked about those."""

    ballots: tuple[Ballot, ...]
    same: int
    failed: int


def pairing(first: Path, second: Path, voter: str = "", seed: int = 0) -> Pairing:
    """Every question that both runs answered, differently. Raises RunError where the runs share none."""
    names = run_keys(first, second)
    one, other = open_run(first), open_run(second)
    answered = {row["id"]: row for row in other.rows()}
    ballots, same, failed = [], 0, 0
    for row in one.rows():
        partner = answered.get(row["id"])
        if partner is None:
            continue
        answers = [answers_of(row), answers_of(partner)]
        if answers[0] is None or answers[1] is None or len(answers[0]) != len(answers[1]):
            failed += 1
        elif [a.text for a in answers[0]] == [a.text for a in answers[1]]:
            same += 1
        else:
            swapped = chance("side", seed, voter, *sorted(names), row["id"])[0] % 2 == 1
            ballots.append(ballot(row, (answers[0], answers[1]), names, one.manifest.set_hash, swapped=swapped))
    if not ballots and not same and not failed:
        raise RunError(f"{names[0]} and {names[1]} share no question.", remedy="Compare runs of the same question set.")
    ballots.sort(key=lambda one: chance("order", seed, voter, *sorted(one.runs), one.question))
    return Pairing(tuple(ballots), same, failed)


def ballot(
    row: Mapping[str, Any],
    answers: tuple[Sequence[Answer], Sequence[Answer]],
    names: tuple[str, str],
    set_hash: str,
    *,
    swapped: bool,
) -> Ballot:
    """The pair with its sides: in the order of the runs' names, or `swapped`."""
    # Which run is named first must not decide it: the same pair the other way round shows the same.
    order = (1, 0) if swapped != (names[0] > names[1]) else (0, 1)
    left, right = (answers[n] for n in order)
    asked = [exchange["question"] for exchange in exchanges(row)]
    turns = tuple(Exchange(q, blind(a), blind(b)) for q, a, b in zip(asked, left, right, strict=True))
    sides = (names[order[0]], names[order[1]])
    return Ballot(row["id"], row["question"], turns, sides, (digest(left), digest(right)), set_hash)


def pending(found: Pairing, cast: Sequence[Vote], voter: str) -> list[Ballot]:
    """The ballots on which this voter has not voted yet, for the answers as they are now."""
    done = {(vote.question, frozenset((vote.left_answer, vote.right_answer))) for vote in cast if vote.voter == voter}
    return [one for one in found.ballots if (one.question, frozenset(one.digests)) not in done]


def cast(home: Path, on: Ballot, choice: Choice, voter: str = "") -> Vote:
    """Append a vote. Voting again on the same pair replaces the earlier vote when votes are counted. RunError where the
    store cannot be written."""
    if choice not in CHOICES:
        raise RunError(f"A vote is one of {', '.join(CHOICES)}, not {choice!r}.")
    winner = {"left": on.runs[0], "right": on.runs[1], "tie": None}[choice]
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    vote = Vote(now, voter, on.set_hash, on.question, on.text, *on.runs, *on.digests, choice, winner)
    append(home, vote)
    return vote


def path_of(home: Path) -> Path:
    """Where the votes are."""
    return home / RUNS / VOTES


def append(home: Path, vote: Vote) -> None:
    """Add one line and wait until it is on the disk; several processes may vote at once."""
    from filelock import FileLock

    path = path_of(home)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{path}.lock"), path.open("ab+") as file:
            torn = file.tell() > 0 and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n"
            # A kill may have left half a line; it must not take this one with it.
            file.write((b"\n" if torn else b"") + json.dumps(asdict(vote), ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise RunError(f"{path} cannot be written: {error.strerror}.", remedy="Make room, then vote again.") from error


def read_votes(home: Path) -> list[Vote]:
    """All votes in the order in which they were cast; half-written lines are left out."""
    path = path_of(home)
    if not path.exists():
        return []
    found = []
    for line in path.read_bytes().split(b"\n"):
        try:
            row = json.loads(line)
            found.append(Vote(**{f.name: row[f.name] for f in fields(Vote)}))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def counted(votes: Sequence[Vote]) -> list[Vote]:
    """The votes that count: of one voter's on one pair of answers the last."""
    last = {(v.voter, v.question, frozenset((v.left_answer, v.right_answer))): v for v in votes}
    return list(last.values())


def bouts(votes: Sequence[Vote]) -> list[Bout]:
    """The votes that count, for `bradley_terry.standings`."""
    return [Bout(f"{vote.set}/{vote.question}", vote.left, vote.right, vote.winner) for vote in counted(votes)]


def export(votes: Sequence[Vote], path: Path) -> None:
    """Write votes as JSON lines, or as CSV where the file's name ends so."""
    rows = [asdict(vote) for vote in votes]
    if path.suffix.lower() != ".csv":
        results.replace_file(path, (json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        return
    text = io.StringIO()
    writer = csv.DictWriter(text, [f.name for f in fields(Vote)], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: harmless(value) for name, value in row.items()} for row in rows)
    results.replace_file(path, [text.getvalue()])


def harmless(value: Any) -> Any:
    """A cell that a spreadsheet would take for a formula, made a text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def answers_of(row: Mapping[str, Any]) -> list[Answer] | None:
    """The answers of a row, or None where one is missing."""
    found = [exchange["answer"] for exchange in exchanges(row)]
    if row["error"] is not None or any(answer is None for answer in found):
        return None
    return [Answer.from_dict(answer) for answer in found]


def blind(answer: Answer) -> Answer:
    """The answer without what could tell who gave it."""
    return replace(
        answer,
        kind=AnswerKind.REFUSED if answer.abstained else AnswerKind.WRITTEN,
        model="",
        tokens=Tokens(),
        cost=None,
        timings={},
        notes=(),  # they say whether a model was used
        invented=(),
        repairs=(),
        settings={},
        settings_fingerprint="",
        asked_at="",
        id="",
        follows=(),
    )


def digest(answers: Sequence[Answer]) -> str:
    """12 hex digits of the texts shown."""
    return hashlib.sha256(json.dumps([answer.text for answer in answers]).encode()).hexdigest()[:12]


def run_keys(first: Path, second: Path) -> tuple[str, str]:
    """The names of the runs in votes: those of their folders, or whole paths where these are equal."""
    one, other = first.resolve(), second.resolve()
    if one == other:
        raise RunError(f"{first} cannot be compared with itself.", remedy="Name two different runs.")
    return (one.name, other.name) if one.name != other.name else (str(one), str(other))


def chance(*parts: object) -> bytes:
    """Bytes that look random and depend on nothing but `parts`."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).digest()
