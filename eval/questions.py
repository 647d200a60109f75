"""Question sets: what the fields of a row mean. The grammar of the files is in `eval.formats`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import formats
from eval.errors import BadRow
from rag.errors import QuestionSetError

FIELDS = frozenset({"id", "question", "kind", "answer", "key_facts", "papers", "answerable", "turns", "tags"})
TRUE, FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


@dataclass(frozen=True, slots=True)
class PaperRef:
    """A paper as a question names it; at least one field is given. `opening` is the beginning of its abstract."""

    id: str | None = None
    title: str | None = None
    opening: str | None = None

    @property
    def label(self) -> str:
        """What to call it in a message."""
        return self.title or self.id or self.opening or ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing the user says and what a good answer to it holds. `standalone` is the question free of the history."""

    question: str
    answer: str | None = None
    key_facts: tuple[str, ...] = ()
    papers: tuple[PaperRef, ...] = ()
    answerable: bool = True
    standalone: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One row of a set. A dialogue has `turns`; its other fields but `id`, `kind` and `tags` then repeat the first turn.

    `answerable` False means that a refusal is the right answer. `line` is where the row begins in its file.
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

    @property
    def asked(self) -> tuple[Turn, ...]:
        """What is asked, in order: the turns of a dialogue, or the question itself as its only turn."""
        return self.turns or (Turn(self.question, self.answer, self.key_facts, self.papers, self.answerable),)

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

    def __len__(self) -> int:
        return len(self.questions)

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)


class _Unusable(Exception):
    """A field does not hold what it should; becomes a BadRow once file and line are known."""

    def __init__(self, found: str, expected: str) -> None:
        self.found, self.expected = found, expected
        super().__init__(found)


def load_questions(path: str | Path) -> QuestionSet:
    """Read a question set.

    Only `question` (or `turns`) is required. Rows that cannot be used are returned as `errors` and the rest is used. In
    CSV a list is written in one cell: facts, papers and tags with `|` between them (facts and tags also with `;`), or as
    a JSON list. Raises QuestionSetError where the file as a whole cannot be read, is empty or has no `question` column.
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
            question = _question(row, position, line)
            if question.id in questions:
                first = questions[question.id].line
                raise _Unusable(f"the id {formats.shown(question.id)} of line {first} again", "an id of its own")
        except _Unusable as problem:
            errors.append(BadRow(str(path), line, problem.found, expected=problem.expected))
            continue
        questions[question.id] = question
        unused.update(dict.fromkeys(sorted(row.keys() - FIELDS)))
    return QuestionSet(path, digest, tuple(questions.values()), tuple(errors), tuple(unused))


def require_questions(questions: QuestionSet) -> None:
    """Raise QuestionSetError where no row can be used."""
    if not questions.questions:
        first = f" The first problem: {questions.errors[0]}" if questions.errors else ""
        raise QuestionSetError(
            f"{questions.path}: none of its {len(questions.errors)} rows is a question.{first}",
            remedy="Every row needs a `question`.",
        )


def _question(row: Mapping[str, Any], position: int, line: int) -> Question:
    turns = tuple(_turn(value, number) for number, value in enumerate(_list(row, "turns", separators=""), start=1))
    kind = _text(row, "kind") or ("dialogue" if turns else "question")
    first = turns[0] if turns else _turn(row, None, answerable=kind != "unanswerable")
    return Question(
        id=_id(row) or _default_id(position, first.question),
        question=first.question,
        kind=kind,
        answer=first.answer,
        key_facts=first.key_facts,
        papers=first.papers,
        answerable=first.answerable,
        turns=turns,
        tags=tuple(_strings(row, "tags", separators="|;")),
        line=line,
    )


def _turn(row: Any, number: int | None, *, answerable: bool = True) -> Turn:
    """A turn, or with no `number` a whole row, as what is asked."""
    if not isinstance(row, Mapping):
        raise _Unusable(f"turn {number} is {formats.shown(str(row))}", "an object with `user`")
    where = "" if number is None else f" in turn {number}"
    text = _text(row, "question") or (_text(row, "user") if number is not None else None)
    if not text:
        raise _Unusable(f"no question{where}", "a text in " + ("`question`" if number is None else "`user` or `question`"))
    return Turn(
        question=text,
        answer=_text(row, "answer"),
        key_facts=tuple(_facts(row)),
        papers=tuple(_papers(row)),
        answerable=_flag(row, "answerable", answerable),
        standalone=_text(row, "standalone"),
    )


def _default_id(position: int, question: str) -> str:
    """`q007-1a2b3c4d`: the row's position and its text, so that an edited question is a new one."""
    return f"q{position:03d}-{hashlib.sha256(question.encode()).hexdigest()[:8]}"


def _id(row: Mapping[str, Any]) -> str | None:
    value = row.get("id")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(row, "id")


def _text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _Unusable(f"`{name}` is {formats.shown(json.dumps(value))}", "a text")
    _require_unicode(name, value)
    return value.strip() or None


def _require_unicode(name: str, value: str) -> None:
    """JSON can spell half a surrogate pair, which no file can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _Unusable(f"`{name}` holds half a surrogate pair", "valid Unicode") from None


def _flag(row: Mapping[str, Any], name: str, default: bool) -> bool:
    value = row.get(name)
    word = str(value).strip().lower()
    if value is None or word == "":
        return default
    if word not in TRUE | FALSE:
        raise _Unusable(f"`{name}` is {formats.shown(str(value))}", "true or false")
    return word in TRUE


def _list(row: Mapping[str, Any], name: str, *, separators: str) -> list[Any]:
    """The items of a list field; a text is a CSV cell, split at the first of `separators` that occurs in it."""
    value = row.get(name)
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, str) and value.startswith("["):
        try:
            parsed = json.loads(value)
        except ValueError:
            parsed = None
        if isinstance(parsed, list):
            return parsed
    if not isinstance(value, str) or not separators:
        raise _Unusable(f"`{name}` is {formats.shown(value if isinstance(value, str) else json.dumps(value))}", "a list")
    separator = next((s for s in separators if s in value), separators[0])
    return [part.strip() for part in value.split(separator) if part.strip()]


def _strings(row: Mapping[str, Any], name: str, *, separators: str) -> Iterator[str]:
    for item in _list(row, name, separators=separators):
        if not isinstance(item, str) or not item.strip():
            raise _Unusable(f"`{name}` holds {formats.shown(json.dumps(item))}", "texts")
        _require_unicode(name, item)
        yield item.strip()


def _facts(row: Mapping[str, Any]) -> Iterator[str]:
    for fact in _strings(row, "key_facts", separators="|;"):
        # Such a fact would be found in every answer.
        if not re.search(r"[^\W_]", fact):
            raise _Unusable(f"the key fact {formats.shown(fact)} holds no letter or digit", "words or numbers to look for")
        yield fact


def _papers(row: Mapping[str, Any]) -> Iterator[PaperRef]:
    for item in _list(row, "papers", separators="|"):
        if isinstance(item, str) and item.strip():
            # One text may be any of the three; the library tells which.
            yield PaperRef(item.strip(), item.strip(), item.strip())
            continue
        ref = PaperRef(*(_text(item, name) for name in ("id", "title", "opening"))) if isinstance(item, Mapping) else PaperRef()
        if ref == PaperRef():
            raise _Unusable(f"`papers` holds {formats.shown(json.dumps(item))}", "`id`, `title` or `opening` for each paper")
        yield ref
