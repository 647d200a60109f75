"""Drafts of questions in VOUCH_HOME/drafts, and what becomes of them: a question of a set, or dropped.

Every row stays in its file with its status, so that nothing is proposed twice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import RunError
from eval.fields import Unusable
from eval.questions import question_of
from eval.results import replace_file
from rag.errors import QuestionSetError
from ui.question_sets import FOLDER as SETS
from ui.uploads import safe_name

FOLDER = "drafts"  # under VOUCH_HOME
DRAFT, ACCEPTED, REJECTED = "draft", "accepted", "rejected"


@dataclass(frozen=True, slots=True)
class Draft:
    """A row that nobody has reviewed, and its file."""

    file: Path
    row: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.row.get("id", ""))


def drafts(home: Path) -> list[Draft]:
    """All that wait for a review: what readers found wrong first, then the rest by file."""
    files = sorted((home / FOLDER).glob("*.jsonl"), key=lambda path: (path.stem != "feedback", path.name))
    return [Draft(path, row) for path in files for row in rows(path) if row.get("status") == DRAFT]


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of drafts or of a set; lines that are none are left out."""
    if not path.exists():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            found.append(row)
    return found


def accept(home: Path, draft: Draft, set_name: str, changed: Mapping[str, Any]) -> Path:
    """Put the draft, with what was `changed` in it, into `VOUCH_HOME/sets/<set_name>.jsonl`; returns that file.

    Raises QuestionSetError where it is no question any more or cannot be written.
    """
    row = {**draft.row, **changed, "status": ACCEPTED}
    try:
        question_of(row, 1, 1)
    except Unusable as problem:
        raise QuestionSetError(
            f"The question cannot be used: {problem.found}; expected {problem.expected}.", remedy="Mend it, then accept it."
        ) from None
    path = set_file(home, set_name)
    # First the set, then the draft: a kill in between costs a second look, not a question.
    _write(path, [*(other for other in rows(path) if other.get("id") != row.get("id")), row])
    _mark(draft, ACCEPTED)
    return path


def drop(draft: Draft) -> None:
    """Not a question for any set. Raises QuestionSetError where that cannot be written."""
    _mark(draft, REJECTED)


def set_file(home: Path, set_name: str) -> Path:
    """Where a set of that name is."""
    return home / SETS / f"{safe_name(set_name.strip().removesuffix('.jsonl') or 'reviewed')}.jsonl"


def _mark(draft: Draft, status: str) -> None:
    there = rows(draft.file)
    _write(draft.file, [{**row, "status": status} if row.get("id") == draft.id else row for row in there])


def _write(path: Path, given: list[dict[str, Any]]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, (json.dumps(row, ensure_ascii=False) + "\n" for row in given))
    except (OSError, RunError) as error:
        raise QuestionSetError(f"{path} cannot be written.", remedy="Make room, then try again.") from error
