"""The one repair round: sentences that failed their check are given back to the model, to be put right or dropped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answering import prompts
from rag.answering.citations import Resolved
from rag.answering.labelled import label, read
from rag.answering.language import another_language
from rag.answering.messages import Task
from rag.answering.packing import inert_line
from rag.answering.pen import Pen
from rag.answering.record import Repair, Sentence, Tokens, Verdict
from rag.answering.revising import Revised
from rag.answering.verify import Verifier, failed
from rag.backends import Backend, Message, collect
from rag.backends.base import never
from rag.errors import BackendError

REASONS = {
    Verdict.UNSUPPORTED: "the sentences it cites do not say it",
    Verdict.CONTRADICTED: "the sentences it cites say otherwise",
    Verdict.NUMBER_MISMATCH: "the sentences it cites give another number",
    Verdict.UNCITED: "it cites no sentence",
}
LANGUAGE = "it is not in the language of the question"
NEAREST = 3  # papers shown again where a sentence cites none, or the wrong one

_DROP = re.compile(r"\W*drop(?:ped)?\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Repaired:
    """The text after the round, its sentences judged, what became of each sentence that was changed, what it took, and the
    citations that were made up on the way."""

    text: Revised
    judged: tuple[Sentence, ...]
    repairs: tuple[Repair, ...] = ()
    tokens: Tokens | None = None
    note: str = ""
    invented: tuple[str, ...] = ()


def repair(
    task: Task,
    text: Revised,
    judged: Sequence[Sentence],
    verifier: Verifier,
    backend: Backend,
    *,
    cancelled: Callable[[], bool] = never,
) -> Repaired:
    """Ask once for the sentences that failed. A new wording is taken only where it passes the check that the old one failed;
    a sentence that stays wrong stays, with its verdict. No error of the back end loses the answer."""
    foreign = another_language(task.question, " ".join(s.text for s in judged))
    reasons = {n: LANGUAGE if foreign else REASONS[s.verdict] for n, s in enumerate(judged) if foreign or failed(s)}
    same = Repaired(text, tuple(judged))
    if not reasons:
        return same
    try:
        reply = collect(backend.stream(_messages(task, text, reasons), cancelled=cancelled))
    except BackendError as error:
        note = f"What failed its check could not be given back to the model: {error.message}"
        return Repaired(text, tuple(judged), note=note)
    said = read(reply.text, [n + 1 for n in reasons])
    if not said and len(reasons) == 1:  # small models leave the label out
        said = {next(iter(reasons)) + 1: reply.text}
    changes: dict[int, str | None] = {}
    repairs: list[Repair] = []
    invented: list[str] = []
    for n in reasons:
        if (line := said.get(n + 1)) is None:
            continue
        written = _written(task, line)
        keyed = None if written is None else Revised.first(written).keyed(0, len(written.text))
        if written is not None and not _better(written, judged[n], verifier, foreign=foreign, question=task.question):
            continue
        changes[n] = keyed
        invented += () if written is None else written.invented
        repairs.append(Repair(judged[n].text, judged[n].verdict, None if written is None else written.text))
    if not changes:
        note = "" if said else "The model was asked to put right what failed its check; its reply could not be read."
        return Repaired(text, tuple(judged), tokens=reply.tokens, note=note)
    revised = text.change(changes, task.packed.keys, task.outside)
    again = tuple(verifier.judge(sentence, revised.said.papers) for sentence in revised.said.sentences)
    return Repaired(revised, again, tuple(repairs), reply.tokens, invented=tuple(invented))


def _messages(task: Task, text: Revised, reasons: dict[int, str]) -> tuple[Message, ...]:
    packed = task.packed
    cited = {packed.keys[key].paper_id for n in reasons for key in text.said.sentences[n].keys if key in packed.keys}
    papers = [paper for rank, paper in enumerate(packed.blocks) if paper in cited or rank < NEAREST]
    lines = [
        f"{label(n + 1)}: {inert_line(text.keyed(sentence.start, sentence.end))} ({reasons[n]})"
        for n, sentence in enumerate(text.said.sentences)
        if n in reasons
    ]
    asked = prompts.render(
        "repair",
        task.settings.home,
        evidence="\n\n".join(packed.blocks[paper] for paper in papers),
        question=task.question.strip(),
        sentences=packed.fenced(lines),
        first=next(iter(packed.keys)),
    )
    return task.system(), Message("user", asked)


def _written(task: Task, line: str) -> Resolved | None:
    """The new wording as any text of a model is read; None where the sentence is to be dropped."""
    if _DROP.fullmatch(line):
        return None
    pen = Pen(task)
    pen.write(line)
    pen.close()
    said = pen.said()
    return None if pen.refused or not said.sentences else said


def _better(written: Resolved, before: Sentence, verifier: Verifier, *, foreign: bool, question: str) -> bool:
    """Whether every sentence of the new wording passes, or is marked as not from the library."""
    if foreign:
        return not another_language(question, written.text)
    if written.text.casefold() == before.text.casefold() and not written.keys:
        return False
    return not any(failed(verifier.judge(sentence, written.papers)) for sentence in written.sentences)
