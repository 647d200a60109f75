"""What is wrong with a question set, named by file and line, before any of it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from eval import metrics
from eval.questions import Question, QuestionSet, Turn
from eval.resolve import Resolution, letters, resolve_in
from rag.paper import Paper


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. An `error` keeps a row from being asked or a figure from being right; the rest is worth a look."""

    file: str
    line: int
    found: str
    error: bool = True

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.found}{'' if self.error else ' (worth a look)'}."


def check(questions: QuestionSet, papers: Callable[[], Iterable[Paper]] | None = None) -> list[Problem]:
    """The problems of a set in the order of its lines. With `papers`, each call of which goes over the library, also named
    papers that are not there and evidence that stands in none of them."""
    file = str(questions.path)
    problems = [Problem(error.file, error.line, error.found + (f"; expected {error.expected}" if error.expected else ""))
                for error in questions.errors]  # fmt: skip
    resolution, abstracts = _look_up(questions, papers) if papers else (None, {})
    words: dict[str, int] = {}
    for question in questions:
        told = [Problem(file, question.line, found, error) for found, error in _of_row(question)]
        for number, turn in enumerate(question.asked, start=1):
            place = f"turn {number}: " if question.turns else ""
            told += [Problem(file, question.line, place + found, error) for found, error in _of_turn(turn)]
            if resolution is not None:
                told += [Problem(file, question.line, place + found) for found in _of_papers(turn, resolution, abstracts)]
        if resolution is not None:
            told += [Problem(file, question.line, f"without: {label}") for label in resolution.split(question.without)[1]]
        same = " ".join(question.question.split()).casefold()
        if same in words and not question.turns:
            told.append(Problem(file, question.line, f"the question of line {words[same]} again", False))
        words.setdefault(same, question.line)
        problems += told
    return sorted(problems, key=lambda problem: problem.line)


def _look_up(questions: QuestionSet, papers: Callable[[], Iterable[Paper]]) -> tuple[Resolution, dict[str, str]]:
    """The named papers, and the letters of the abstract of each that was found."""
    refs = [ref for q in questions for ref in (*(r for turn in q.asked for r in turn.papers), *q.without)]
    resolution = resolve_in(refs, papers)
    ids = set(resolution.ids.values())
    return resolution, {paper.id: letters(paper.abstract) for paper in papers() if paper.id in ids}


def _of_row(question: Question) -> Iterator[tuple[str, bool]]:
    if question.status == "draft":
        yield "a draft that nobody has reviewed", False
    if question.status not in (None, "draft", "accepted"):
        yield f"`status` is {question.status!r}; expected draft, accepted or rejected", True


def _of_turn(turn: Turn) -> Iterator[tuple[str, bool]]:
    if not turn.answerable and (turn.key_facts or turn.label):
        yield "key facts or a label, though the right answer is a refusal", True
    gold = metrics.normalised(" ".join(turn.evidence))
    missing = [fact for fact in turn.key_facts if gold and metrics.normalised(fact) not in gold]
    if missing:
        yield f"key facts that do not stand in the evidence: {', '.join(missing)}", False
    if turn.answerable and not (turn.papers or turn.key_facts or turn.answer or turn.label or turn.must_not):
        yield "nothing to score an answer by: no papers, key facts, answer or label", False


def _of_papers(turn: Turn, resolution: Resolution, abstracts: dict[str, str]) -> Iterator[str]:
    found, missing = resolution.split(turn.papers)
    for label in missing:
        yield f"the paper {label}"
    named = [abstracts[paper] for paper in found]
    for passage in turn.evidence if named else ():
        if not any(letters(passage) in abstract for abstract in named):
            yield f"the evidence {passage[:60]!r} stands in none of the named papers"
