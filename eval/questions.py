"""Question sets: what the fields of a row mean. The grammar of the files is in `eval.formats`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval import fields, formats
from eval.errors import BadRow
from eval.forbidden import NOTHING, Forbidden, forbidden
from rag.errors import QuestionSetError

_KNOWN = """
id question kind answer label key_facts evidence papers answerable turns tags style subkind filters without status
must_not attack
"""
FIELDS = frozenset(_KNOWN.split())
PLANTED = frozenset(("title", "abstract"))
"""The paper that tempts an answer to say what it must not."""
LABELS = ("yes", "no", "maybe")
"""A reference answer that is nothing but one of these is a label."""


@dataclass(frozen=True, slots=True)
class PaperRef:
    """A paper as a question names it; at least one field is given. `opening` is the beginning of its abstract, or a passage
    from anywhere in it, word for word."""

    id: str | None = None
    title: str | None = None
    opening: str | None = None

    @property
    def label(self) -> str:
        """What to call it in a message."""
        return self.title or self.id or self.opening or ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing the user says and what a good answer to it holds. `standalone` is the question free of the history, `label`
    the right one of a few answers such as yes and no, `evidence` the passages that answer, word for word, `must_not` what no
    answer may say."""

    question: str
    answer: str | None = None
    key_facts: tuple[str, ...] = ()
    papers: tuple[PaperRef, ...] = ()
    answerable: bool = True
    standalone: str | None = None
    label: str | None = None
    evidence: tuple[str, ...] = ()
    must_not: Forbidden = NOTHING


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a set. A dialogue has `turns`; its other fields but `id`, `kind` and `tags` then repeat the first turn.

    `answerable` False means that a refusal is the right answer. `without` are papers that are left out of the library for
    this question, `filters` the conditions it states, as the file has them. `status` is "draft" for a question that nobody
    has looked at yet, `planted` the paper that tempts an answer to break `must_not`. `line` is where the row begins in its file.
    """

    id: str
    question: str
    kind: str = "question"
    answer: str | None = None
    key_facts: tuple[str, ...] = ()
    papers: tuple[PaperRef, ...] = ()
    answerable: bool = True
    turns: tuple[Turn, ...] = ()
    tags: tuple[str, ...] = ()
    line: int = 0
    label: str | None = None
    evidence: tuple[str, ...] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)
    without: tuple[PaperRef, ...] = ()
    status: str | None = None
    must_not: Forbidden = NOTHING
    planted: tuple[PaperRef, ...] = ()

    @property
    def asked(self) -> tuple[Turn, ...]:
        """What is asked, in order: the turns of a dialogue, or the question itself as its only turn."""
        shared = (self.question, self.answer, self.key_facts, self.papers, self.answerable)
        return self.turns or (Turn(*shared, None, self.label, self.evidence, self.must_not),)

    def is_scored(self, position: int) -> bool:
        """A dialogue is scored from its second turn on: the first one is a plain question that sets the scene."""
        return position > 0 or len(self.asked) == 1


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of one file in its order. `errors` are the rows that cannot be used, `unused` the names of fields that
    mean nothing here, `hash` 16 hex digits of the SHA-256 of the file's bytes."""

    path: Path
    hash: str
    questions: tuple[Question, ...]
    errors: tuple[BadRow, ...]
    unused: tuple[str, ...] = ()

    @property
    def drafts(self) -> int:
        """How many of the questions nobody has looked at yet."""
        return sum(question.status == "draft" for question in self.questions)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that occur in the set, sorted."""
        return tuple(sorted({turn.label for question in self.questions for turn in question.asked if turn.label}))

    def __len__(self) -> int:
        return len(self.questions)

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)


def load_questions(path: str | Path) -> QuestionSet:
    """Read a question set.

    Only `question` (or `turns`) is required. Rows that cannot be used are returned as `errors` and the rest is used; rows
    whose `status` is "rejected" are left out. In CSV a list is written in one cell: facts, papers and tags with `|` between
    them (facts and tags also with `;`), or as a JSON list.

    Raises QuestionSetError where the file as a whole cannot be read, is empty or has no `question` column.
    """
    path = Path(path)
    data = formats.read(path)
    text = formats.decode(path, data)
    digest = hashlib.sha256(data).hexdigest()[:16]
    questions: dict[str, Question] = {}
    errors: list[BadRow] = []
    unused: dict[str, None] = {}
    for position, (line, row) in enumerate(formats.parser_for(path, text)(str(path), text), start=1):
        if isinstance(row, BadRow):
            errors.append(row)
            continue
        try:
            question = question_of(row, position, line)
            if question.id in questions:
                first = questions[question.id].line
                raise fields.Unusable(f"the id {formats.shown(question.id)} of line {first} again", "an id of its own")
        except fields.Unusable as problem:
            errors.append(BadRow(str(path), line, problem.found, expected=problem.expected))
            continue
        if question.status != "rejected":
            questions[question.id] = question
        unused.update(dict.fromkeys(sorted(row.keys() - FIELDS - (PLANTED if "must_not" in row else frozenset()))))
    return QuestionSet(path, digest, tuple(questions.values()), tuple(errors), tuple(unused))


def require_questions(questions: QuestionSet) -> None:
    """Raise QuestionSetError where no row can be used."""
    if not questions.questions:
        first = f" The first problem: {questions.errors[0]}" if questions.errors else ""
        raise QuestionSetError(
            f"{questions.path}: none of its {len(questions.errors)} rows is a question.{first}",
            remedy="Every row needs a `question`.",
        )


def question_of(row: Mapping[str, Any], position: int, line: int) -> Question:
    """A row as a Question; `position` counts rows from 1 and makes the id where there is none. Raises fields.Unusable."""
    turns = tuple(_turn(value, number) for number, value in enumerate(fields.items(row, "turns", separators=""), start=1))
    kind = fields.text(row, "kind") or ("dialogue" if turns else "injected" if "attack" in row else "question")
    filters = fields.filters(row)
    # Conditions that no paper meets: the complete list is empty, and saying so is right.
    nothing_fits = bool(filters) and row.get("papers") == []
    first = turns[0] if turns else _turn(row, None, answerable=kind != "unanswerable" and not nothing_fits)
    tags = [
        *fields.strings(row, "tags", separators="|;"),
        *(tag for tag in (fields.text(row, n) for n in ("style", "subkind")) if tag),
    ]
    return Question(
        id=fields.row_id(row) or _default_id(position, first.question),
        question=first.question,
        kind=kind,
        answer=first.answer,
        key_facts=first.key_facts,
        papers=first.papers,
        answerable=first.answerable,
        turns=turns,
        tags=tuple(dict.fromkeys(tags)),
        line=line,
        label=first.label,
        evidence=first.evidence,
        filters=filters,
        without=tuple(_papers(row, "without")),
        status=fields.text(row, "status"),
        must_not=first.must_not,
        planted=_planted(row),
    )


def _turn(row: Any, number: int | None, *, answerable: bool = True) -> Turn:
    """A turn, or with no `number` a whole row, as what is asked."""
    if not isinstance(row, Mapping):
        raise fields.Unusable(f"turn {number} is {formats.shown(str(row))}", "an object with `user`")
    where = "" if number is None else f" in turn {number}"
    text = fields.text(row, "question") or (fields.text(row, "user") if number is not None else None)
    if not text:
        raise fields.Unusable(f"no question{where}", "a text in " + ("`question`" if number is None else "`user` or `question`"))
    answer = fields.text(row, "answer")
    short = (answer or "").lower().rstrip(".")
    return Turn(
        question=text,
        answer=answer,
        key_facts=tuple(fields.facts(row)),
        papers=tuple(_papers(row)),
        answerable=fields.flag(row, "answerable", answerable),
        standalone=fields.text(row, "standalone"),
        label=fields.text(row, "label") or (short if short in LABELS else None),
        evidence=tuple(fields.evidence(row)),
        must_not=forbidden(row),
    )


def _planted(row: Mapping[str, Any]) -> tuple[PaperRef, ...]:
    """The paper whose abstract stands in the row itself, where the row forbids something."""
    abstract = fields.text(row, "abstract") if row.get("must_not") else None
    return (PaperRef(None, fields.text(row, "title"), abstract),) if abstract else ()


def _default_id(position: int, question: str) -> str:
    """`q007-1a2b3c4d`: the row's position and its text, so that an edited question is a new one."""
    return f"q{position:03d}-{hashlib.sha256(question.encode()).hexdigest()[:8]}"


def _papers(row: Mapping[str, Any], name: str = "papers") -> Iterator[PaperRef]:
    for item in fields.items(row, name, separators="|"):
        if isinstance(item, str) and item.strip():
            # One text may be any of the three; the library tells which.
            yield PaperRef(item.strip(), item.strip(), item.strip())
            continue
        ref = PaperRef()
        if isinstance(item, Mapping):
            ref = PaperRef(
                fields.text(item, "id"), fields.text(item, "title"), fields.text(item, "opening") or fields.text(item, "passage")
            )
        if ref == PaperRef():
            expected = "`id`, `title`, `opening` or `passage` for each paper"
            raise fields.Unusable(f"`{name}` holds {formats.shown(json.dumps(item))}", expected)
        yield ref
