"""Test collections: queries, and which papers of a library are relevant to each."""

from __future__ import annotations

import gzip
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.inputs import SHARED
from eval.bench.process import BenchError
from eval.questions import Question, load_questions
from eval.resolve import opening_key, resolve
from rag.paper import Paper

Qrels = Mapping[str, Mapping[str, int]]
"""query id -> paper id -> grade; 0 is not relevant."""

UNREAD = "unread:"
"""Before the id of a judged document that is no paper of the library: nobody can find it, and it counts as missed."""


@dataclass(frozen=True, slots=True)
class JudgedSet(ABC):
    """`library` names the papers: sets of one name share a library, read from `files`."""

    name: str
    library: str
    files: tuple[Path, ...]
    folder: Path

    @abstractmethod
    def queries(self) -> dict[str, str]:
        """Query id -> text, of the queries that have a judgement."""

    @abstractmethod
    def judge(self, papers: Sequence[Paper]) -> Qrels:
        """The judgements in terms of the library's papers."""


@dataclass(frozen=True, slots=True)
class BeirSet(JudgedSet):
    """A folder in BEIR's form: `corpus.jsonl.gz`, `queries.jsonl` and `qrels.tsv` with a line of headings."""

    def queries(self) -> dict[str, str]:
        judged = self.grades()
        rows = [json.loads(line) for line in (self.folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()]
        return {row["_id"]: row["text"] for row in rows if row["_id"] in judged}

    def judge(self, papers: Sequence[Paper]) -> Qrels:
        """A document is the paper read from its line, or else the one whose abstract begins alike: the library holds an
        abstract that comes twice once. Of two grades such a paper gets, the higher one counts."""
        by_line = {source.line: paper.id for paper in papers for source in paper.sources}
        by_opening: dict[str, str] = {}
        for paper in papers:
            by_opening.setdefault(opening_key(paper.abstract), paper.id)
        paper_of: dict[str, str] = {}
        with gzip.open(self.files[0], "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                row = json.loads(line)
                found = by_line.get(number) or by_opening.get(opening_key(row["text"]) if row["text"].strip() else "-")
                paper_of[row["_id"]] = found or f"{UNREAD}{row['_id']}"
        qrels: dict[str, dict[str, int]] = {}
        for query, grades in self.grades().items():
            own = qrels.setdefault(query, {})
            for document, grade in grades.items():
                paper_id = paper_of.get(document, f"{UNREAD}{document}")
                own[paper_id] = max(grade, own.get(paper_id, 0))
        return qrels

    def grades(self) -> dict[str, dict[str, int]]:
        """Query -> document -> grade, of the queries for which something is relevant."""
        grades: dict[str, dict[str, int]] = {}
        for line in (self.folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            query, document, grade = line.split("\t")
            grades.setdefault(query, {})[document] = int(grade)
        return {query: own for query, own in grades.items() if any(grade > 0 for grade in own.values())}


@dataclass(frozen=True, slots=True)
class QuestionFile(JudgedSet):
    """A question set in Vouch's own form; a paper that a question names is relevant to it."""

    def queries(self) -> dict[str, str]:
        return {question.id: question.question for question in self._questions()}

    def judge(self, papers: Sequence[Paper]) -> Qrels:
        questions = self._questions()
        resolution = resolve((ref for question in questions for ref in question.papers), papers)
        qrels: dict[str, dict[str, int]] = {}
        for question in questions:
            found, missing = resolution.split(question.papers)
            qrels[question.id] = dict.fromkeys([*found, *(f"{UNREAD}{label}" for label in missing)], 1)
        return qrels

    def _questions(self) -> list[Question]:
        return [question for question in load_questions(self.folder / f"{self.name}.jsonl") if question.papers]


SETS = ("scifact", "cranfield", "single", "multi")


def find_sets(names: Sequence[str], shared: Path = SHARED) -> list[JudgedSet]:
    """The sets of those names, in that order. Raises BenchError where one is not there."""
    sets = [open_set(name, shared) for name in names]
    for judged in sets:
        needed = [*judged.files, judged.folder] if judged.files else [shared / "corpus" / "*.txt"]
        absent = [str(path) for path in needed if not path.exists()]
        if absent:
            raise BenchError(
                f"The set {judged.name!r} is not there: {', '.join(absent)} is missing.",
                remedy=f"Put the data beside the project, in {shared}, or name other sets.",
            )
    return sets


def open_set(name: str, shared: Path) -> JudgedSet:
    """The set of that name under the folder `shared`; nothing is read yet."""
    if name in ("single", "multi"):
        return QuestionFile(name, "corpus", tuple(sorted((shared / "corpus").glob("*.txt"))), shared / "questions")
    folder = shared / "bench" / name
    return BeirSet(name, name, (folder / "corpus.jsonl.gz",), folder)


def present(shared: Path = SHARED) -> list[str]:
    """Names of the sets that are there."""

    def is_there(name: str) -> bool:
        judged = open_set(name, shared)
        return bool(judged.files) and judged.folder.is_dir() and all(path.is_file() for path in judged.files)

    return [name for name in SETS if is_there(name)]
