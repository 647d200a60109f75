"""Recorded answers of other systems: what a row of their file says, under whatever names it says it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import fields, formats
from eval.errors import BadRow
from eval.questions import LABELS, PaperRef, Question, question_of
from rag.errors import QuestionSetError, SettingsError

ALIASES: dict[str, tuple[str, ...]] = {
    "system": ("system", "model", "run"),
    "id": ("id", "question_id", "qid", "_id"),
    "question": ("question", "query", "user_input", "input"),
    "answer": ("answer", "output", "response", "prediction", "generated_answer"),
    "said": ("said", "choice", "predicted_label"),
    "label": ("label", "gold", "gold_label"),
    "reference": ("reference", "reference_answer", "ground_truth", "expected", "gold_answer"),
    "citations": ("citations", "cited", "sources"),
    "confidence": ("confidence",),
    "abstained": ("abstained", "refused"),
    "cost": ("cost",),
    "seconds": ("seconds", "latency"),
}
"""What is read from a row, and the names under which it is looked for, the first one that is there."""
GOLD = ("kind", "tags", "papers", "key_facts", "evidence", "answerable")
"""Fields that mean what they mean in a question set."""
ONE_SYSTEM = "recorded"
_CANNOT = r"(?:cannot|can['’]t|could not|couldn['’]t|unable to) (?:be )?(?:answer(?:ed)?|determined?|find|found)"
_DECLINES = re.compile(
    rf"\b(?:i (?:do not|don['’]t) know|{_CANNOT}|no (?:relevant |specific )?information"
    r"|(?:is|are) not (?:mentioned|provided|stated|available|reported))\b",
    re.IGNORECASE,
)
SHORT = 60  # words; a longer answer that says so somewhere is still an answer


@dataclass(frozen=True, slots=True)
class Citation:
    """One citation as recorded: the paper it names, and the passage where the file gives one."""

    ref: PaperRef
    text: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded answer and the gold of its question. `confidence`, `cost` and `seconds` are None where not recorded.

    `said` is the label the system gave; where the file has no such field at all (`labelled` is False) it is looked for in
    the text.
    """

    system: str
    gold: Question
    text: str
    said: str | None
    labelled: bool
    citations: tuple[Citation, ...]
    abstained: bool
    confidence: float | None
    cost: float | None
    seconds: float | None


def read_recorded(path: Path, names: Mapping[str, str] | None = None) -> Iterator[Recorded | BadRow]:
    """The rows of a JSON Lines file, packed or not, one at a time. `names` gives the field of the file for one of ALIASES.

    Raises QuestionSetError where the file cannot be read.
    """
    if unknown := sorted((names or {}).keys() - ALIASES.keys()):
        known = ", ".join(ALIASES)
        raise SettingsError(f"--map {unknown[0]} is nothing that a recorded answer has.", remedy=f"It has {known}.")
    wanted = {**ALIASES, **{name: (own,) for name, own in (names or {}).items()}}
    for position, (line, row) in enumerate(_lines(path), start=1):
        if isinstance(row, BadRow):
            yield row
            continue
        try:
            yield _recorded(row, wanted, position, line)
        except fields.Unusable as problem:
            yield BadRow(str(path), line, problem.found, expected=problem.expected)


def _lines(path: Path) -> Iterator[formats.Parsed]:
    try:
        with formats.open_unpacked(path) as file:
            for line, data in enumerate(file, start=1):
                text = data.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")
                for _, row in formats.parse_jsonl(str(path), text.rstrip("\n")):
                    # It has seen one line and takes it for the first.
                    yield line, BadRow(str(path), line, row.found, expected=row.expected) if isinstance(row, BadRow) else row
    except (OSError, EOFError) as error:
        raise QuestionSetError(f"{path} cannot be read: {error}.", remedy="Check the path.") from error


def _recorded(row: Mapping[str, Any], names: Mapping[str, Iterable[str]], position: int, line: int) -> Recorded:
    got = {field: next((row[name] for name in own if row.get(name) is not None), None) for field, own in names.items()}
    if not isinstance(got["answer"], str) and got["said"] is None and not got["abstained"]:
        raise fields.Unusable("no answer", f"a text in one of {', '.join(names['answer'])}")
    label, reference = fields.text(got, "label"), fields.text(got, "reference")
    if label is not None and reference is None and len(label.split()) > 3 and label.lower() not in LABELS:
        label, reference = None, label  # `gold` may be either
    gold = {name: row[name] for name in GOLD if name in row}
    question = question_of(
        {**gold, "id": got["id"], "question": got["question"], "answer": reference, "label": label}, position, line
    )
    text, said = fields.text(got, "answer") or "", fields.text(got, "said")
    return Recorded(
        system=fields.text(got, "system") or ONE_SYSTEM,
        gold=question,
        text=text,
        said=said,
        labelled=any(name in row for name in names["said"]),
        citations=tuple(_citations(got)),
        abstained=fields.flag(got, "abstained", said is None and declines(text)),
        confidence=_number(got, "confidence", 0.0, 1.0),
        cost=_number(got, "cost", 0.0, float("inf")),
        seconds=_number(got, "seconds", 0.0, float("inf")),
    )


def declines(text: str) -> bool:
    """Whether a short answer says that there is none."""
    return not text.strip() or (len(text.split()) <= SHORT and _DECLINES.search(text) is not None)


def _citations(row: Mapping[str, Any]) -> Iterator[Citation]:
    for item in fields.items(row, "citations", separators="|"):
        if isinstance(item, str) and item.strip():
            yield Citation(PaperRef(item.strip(), item.strip(), item.strip()), None)
        elif isinstance(item, Mapping):
            text = fields.text(item, "text")
            opening = fields.text(item, "opening") or fields.text(item, "passage") or text
            yield Citation(PaperRef(fields.text(item, "id"), fields.text(item, "title"), opening), text)
        else:
            raise fields.Unusable(f"`citations` holds {formats.shown(str(item))}", "texts or objects")


def _number(row: Mapping[str, Any], name: str, low: float, high: float) -> float | None:
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise fields.Unusable(f"`{name}` is {formats.shown(str(value))}", f"a number from {low:g} to {high:g}")
    return float(value)
