"""What readers think of answers, and the draft questions for an evaluation set that come of bad ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rag.answering.record import Answer
from rag.conversations.verified import asked
from rag.errors import LibraryError

FILE = Path("drafts", "feedback.jsonl")  # under VOUCH_HOME
OPENING = 100  # characters of an abstract that name a paper without a title

REASONS = {
    "wrong": "Wrong",
    "unsupported": "Not supported by its source",
    "wrong paper": "Wrong paper",
    "incomplete": "Incomplete",
    "should have refused": "Should have refused",
}


def draft_question(answer: Answer, reason: str) -> dict[str, Any]:
    """A row of a question set about that answer, for somebody to complete: what was cited is named only where it may be right.

    The question is the one that was searched, so that it stands alone.
    """
    refused = reason == "should have refused"
    right = [] if refused or reason in ("wrong paper", "wrong") else [source.paper for source in answer.sources]
    return {
        "id": f"feedback-{answer.id or answer.asked_at}",
        "status": "draft",
        "kind": "unanswerable" if refused else "question",
        "question": asked(answer),
        "answerable": not refused,
        "papers": [{"title": paper.title, "opening": paper.abstract[:OPENING]} for paper in right],
        "key_facts": [],
        "tags": ["feedback", reason.replace(" ", "-")],
    }


def keep_draft(home: Path, answer: Answer, reason: str) -> Path:
    """Add the draft question to the file of drafts, unless it is there; returns the file.

    Raises LibraryError where it cannot be written.
    """
    path = home / FILE
    row = draft_question(answer, reason)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        there = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        others = [line for line in there if line.strip() and json.loads(line).get("id") != row["id"]]
        beside = path.with_name(f".{path.name}.part")
        beside.write_text("".join(f"{line}\n" for line in [*others, json.dumps(row, ensure_ascii=False)]), encoding="utf-8")
        beside.replace(path)
    except (OSError, ValueError) as error:
        raise LibraryError(
            f"The draft question could not be written to {path} ({type(error).__name__}).",
            remedy="Your judgement is kept with the conversation. Make room, or mend or move the file, and judge again.",
        ) from error
    return path
