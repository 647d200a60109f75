"""Recorded answers of other systems become runs like any other: scored, blamed, compared."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import metrics, results, runs
from eval.asking import gold
from eval.errors import BadRow
from eval.provenance import now, package_version, revision, versions
from eval.questions import PaperRef, QuestionSet, Turn
from eval.recorded import Recorded, read_recorded
from eval.resolve import Resolution, resolve_in
from eval.scoring import judge, score
from eval.speed import speed_of
from eval.summary import Summary, summarise
from rag.answering.cited import CitedSentence, Mark, cited_sentences
from rag.answering.record import Answer, AnswerKind, CitedSource, Passage, Sentence, Support, Tokens, Verdict
from rag.errors import QuestionSetError
from rag.paper import Paper, fingerprint

if TYPE_CHECKING:
    from eval.runner import Assistant

MARK = re.compile(r" ?\[(\d+(?:\s*,\s*\d+)*)\]")
NOTE = "An answer that another system recorded."


@dataclass(frozen=True, slots=True)
class Imported:
    """One system of the file: its run, and what it scored."""

    system: str
    folder: Path
    summary: Summary


@dataclass(slots=True)
class _Seen:
    """What the first reading tells of one system: how many rows, the hash of their questions, its papers and labels."""

    rows: int = 0
    digest: Any = field(default_factory=hashlib.sha256)
    ids: set[str] = field(default_factory=set)


def import_runs(
    path: Path,
    out: Path,
    assistant: Assistant | None = None,
    *,
    questions: QuestionSet | None = None,
    names: Mapping[str, str] | None = None,
    beside: bool = False,
) -> tuple[list[Imported], list[BadRow]]:
    """Make a run of every system in the file: in `out` where there is one, else in a folder each below it, or with `beside`
    each in one whose name begins with that of `out`.

    `assistant` resolves named and cited papers and checks sentences against cited passages; without it papers count by the
    names the file gives. `questions` holds the gold where the file does not, found by id, else by the question's words.
    `names` says which field of the file is what. Rows that cannot be used are returned and left out; the same file again
    writes the same runs. Raises QuestionSetError where no row can be used, RunChanged where a folder holds another run.
    """
    labels: set[str] = set()
    refs: dict[PaperRef, None] = {}
    seen: dict[str, _Seen] = {}
    errors: list[BadRow] = []
    for item in _with_gold(read_recorded(path, names), questions):
        if isinstance(item, BadRow):
            errors.append(item)
            continue
        own = seen.setdefault(item.system, _Seen())
        if item.gold.id in own.ids:
            errors.append(BadRow(str(path), item.gold.line, f"the id {item.gold.id!r} again for {item.system}"))
            continue
        own.ids.add(item.gold.id)
        own.rows += 1
        own.digest.update(json.dumps(gold(item.gold.asked[-1], (), ()), sort_keys=True).encode())
        labels.update(turn.label for turn in item.gold.asked if turn.label)
        refs.update(dict.fromkeys((*item.gold.papers, *(c.ref for c in item.citations))))
    if not seen:
        first = f" The first problem: {errors[0]}" if errors else ""
        raise QuestionSetError(f"{path} holds no recorded answer.{first}", remedy="Every row needs `question` and `answer`.")
    resolution = resolve_in(refs, assistant.papers) if assistant and assistant.count() else None
    maker = _Maker(assistant, resolution, tuple(sorted(labels)))
    found = []
    for system, own in seen.items():
        own_name = re.sub(r"[^\w.]+", "-", system).strip("-.")[:80] or "system"
        folder = out if len(seen) == 1 else out.with_name(f"{out.name}-{own_name}") if beside else out / own_name
        manifest = _manifest(path, system, own, assistant)
        earlier = runs.read_manifest(folder)
        if earlier is not None:
            runs.require_same(folder, earlier, manifest)
            manifest = replace(manifest, started=earlier.started)
        folder.mkdir(parents=True, exist_ok=True)
        runs.write_manifest(folder, manifest)
        items = (i for i in _with_gold(read_recorded(path, names), questions) if isinstance(i, Recorded) and i.system == system)
        results.keep_only(folder, maker.rows(items))
        summary = summarise(results.read_rows(folder))
        runs.write_summary(folder, summary)
        results.replace_file(folder / runs.SPEED, [speed_of(results.read_rows(folder)).to_json()])
        found.append(Imported(system, folder, summary))
    return found, errors


def _with_gold(items: Iterator[Recorded | BadRow], questions: QuestionSet | None) -> Iterator[Recorded | BadRow]:
    """The rows with the gold of `questions` in place of their own, where that has the question."""
    if questions is None:
        yield from items
        return
    by_id = {question.id: question for question in questions}
    by_words = {" ".join(question.question.split()).casefold(): question for question in questions}
    for item in items:
        if isinstance(item, Recorded):
            known = by_id.get(item.gold.id) or by_words.get(" ".join(item.gold.question.split()).casefold())
            yield replace(item, gold=known) if known else item
        else:
            yield item


@dataclass(frozen=True, slots=True)
class _Maker:
    """Recorded answers -> rows as `eval.runs` describes them."""

    assistant: Assistant | None
    resolution: Resolution | None
    labels: Sequence[str]

    def rows(self, items: Iterator[Recorded]) -> Iterator[dict[str, Any]]:
        """Each item's row; an id that was there before is left out."""
        ids: set[str] = set()
        for item in items:
            if item.gold.id not in ids:
                yield self._row(item, len(ids))
                ids.add(item.gold.id)

    def _row(self, item: Recorded, position: int) -> dict[str, Any]:
        turn = item.gold.asked[-1]
        relevant, unresolved = self._named(turn)
        answer = self._answer(item, turn)
        said = None
        if turn.label is not None and not item.abstained:
            said = item.said.lower() if item.said else None if item.labelled else metrics.label_of(item.text, self.labels)
        scores = score(turn, relevant, answer, said=said, recorded=True)
        outcome, blame = judge(turn, relevant, answer, scores)
        return {
            "id": item.gold.id,
            "position": position,
            "kind": item.gold.kind,
            "tags": list(item.gold.tags),
            "question": item.gold.question,
            "filters": dict(item.gold.filters),
            "error": None,
            "attempts": [],
            **gold(turn, relevant, unresolved),
            "answer": answer.to_dict(),
            "confidence": item.confidence,
            "said": said,
            "scores": scores,
            "outcome": outcome.value,
            "blame": blame.value,
        }

    def _named(self, turn: Turn) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if self.resolution is None:
            return tuple(dict.fromkeys(_stand_in(ref) for ref in turn.papers)), ()
        return self.resolution.split(turn.papers)

    def _answer(self, item: Recorded, turn: Turn) -> Answer:
        sources: list[CitedSource] = []
        for citation in item.citations:
            known = self.resolution.ids.get(citation.ref) if self.resolution else None
            paper = self.assistant.paper(known) if self.assistant and known else None
            if paper is None:
                name = _stand_in(citation.ref)
                paper = Paper(id=name, abstract=citation.text or citation.ref.opening or "", title=citation.ref.title)
            at = paper.abstract.find(citation.text) if citation.text else 0
            text = citation.text if citation.text and at >= 0 else paper.abstract
            passage = Passage(paper.id, 0, max(at, 0), max(at, 0) + len(text), text)
            sources.append(CitedSource(len(sources) + 1, paper, (passage,)))
        return Answer(
            question=turn.question,
            text=item.text,
            sentences=tuple(self._sentence(own, sources) for own in _sentences(item.text, sources)),
            sources=tuple(sources),
            retrieved=(),
            kind=AnswerKind.REFUSED if item.abstained else AnswerKind.WRITTEN,
            abstained=item.abstained,
            confidence=item.confidence or 0.0,
            model=item.system,
            tokens=Tokens(),
            cost=item.cost,
            timings={"answer": item.seconds} if item.seconds is not None else {},
            notes=(NOTE,),
        )

    def _sentence(self, sentence: CitedSentence, sources: Sequence[CitedSource]) -> Sentence:
        numbers = tuple(int(key) for key in sentence.keys)
        passages = [passage.text for n in numbers for passage in sources[n - 1].passages if passage.text]
        if not passages or self.assistant is None:
            return Sentence(sentence.text, numbers, Verdict.UNCITED)
        support: Support = self.assistant.check_support(sentence.text, passages)
        return Sentence(sentence.text, numbers, support.label, support.probability)


def _sentences(text: str, sources: Sequence[CitedSource]) -> tuple[CitedSentence, ...]:
    """The sentences with the numbers of their sources; where the text has no marks, every sentence cites every source."""
    marks = []
    for match in MARK.finditer(text):
        numbers = tuple(n for n in re.findall(r"\d+", match[1]) if 0 < int(n) <= len(sources))
        if numbers:
            marks.append(Mark(match.start(), match.end(), numbers))
    found = cited_sentences(text, marks)
    if marks or not sources:
        return found
    everything = tuple(str(source.number) for source in sources)
    return tuple(replace(sentence, keys=everything) for sentence in found)


def _stand_in(ref: PaperRef) -> str:
    """An id for a paper that no library tells: its own, else one made of its title or opening."""
    if ref.id and ref.id not in (ref.title, ref.opening):
        return ref.id
    return ref.id if ref.id and len(ref.id) <= 40 else f"named:{fingerprint(ref.label)}"


def _manifest(path: Path, system: str, seen: _Seen, assistant: Assistant | None) -> runs.Manifest:
    held = assistant.count() if assistant else 0
    return runs.Manifest(
        set_name=path.name,
        set_hash=seen.digest.hexdigest()[:16],
        questions=seen.rows,
        llm=system,
        settings="recorded",
        library=assistant.library_fingerprint() if assistant and held else "none",
        papers=held,
        vouch=package_version("vouch"),
        limit=None,
        started=now(),
        versions=versions(),
        git=revision(),
        source=runs.IMPORTED,
        name=system,
    )
