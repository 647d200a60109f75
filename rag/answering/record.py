"""Answer: the one immutable record that the terminal prints, the browser draws and the evaluation scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from rag.paper import Paper

OUTSIDE_MARK = "[not from your library]"
"""Stands in an answer's text, where citations stand, behind a sentence from the model's own knowledge."""


class Verdict(StrEnum):
    """Whether the cited passages support a sentence."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    NUMBER_MISMATCH = "number mismatch"
    UNSUPPORTED = "unsupported"
    UNCITED = "uncited"


class AnswerKind(StrEnum):
    """Who worded the answer."""

    QUOTED = "quoted"  # verbatim sentences of the abstracts, no model
    WRITTEN = "written"  # a model's words
    REFUSED = "refused"  # nothing in the library answers


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one abstract: `text == abstract[start:end]`, offsets in characters. `index` counts within the paper."""

    paper_id: str
    index: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One paper found, with its best passage. `score` orders hits within one search, higher first; `parts` shows its
    components (`dense`: cosine, `keyword`: BM25, absent where a leg did not return the paper)."""

    paper: Paper
    passage: Passage
    score: float
    parts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Support:
    """How far passages support a sentence. `probability` in 0..1; `evidence` is the best sentence found, or None."""

    label: Verdict
    probability: float
    evidence: Passage | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, without its marks. `citations` are source numbers; empty means uncited.

    `probability` is the support probability behind the verdict, None where there was nothing to check. `evidence` is the
    best sentence found for it in what it cites. `outside` marks a sentence the model wrote from its own knowledge: it is
    not from the library and is never counted as supported. `judged` is the verdict of a language model, where one was
    asked as well.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    probability: float | None = None
    evidence: Passage | None = None
    outside: bool = False
    judged: Verdict | None = None

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Sentence:
        """The inverse of `asdict`; fields that an earlier version did not know may be missing."""
        values = dict(row)
        values["citations"] = tuple(row["citations"])
        values["verdict"] = Verdict(row["verdict"])
        values["evidence"] = Passage(**row["evidence"]) if row.get("evidence") else None
        values["judged"] = Verdict(row["judged"]) if row.get("judged") else None
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Repair:
    """What became of a sentence that failed its check: `before` with its marks left out, `after` None where it was dropped."""

    before: str
    verdict: Verdict
    after: str | None


@dataclass(frozen=True, slots=True)
class CitedSource:
    """A numbered source of the answer and the exact spans of its abstract that were used as evidence."""

    number: int
    paper: Paper
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of all calls behind one answer; `counted_by` is `server`, `tiktoken` or `none`."""

    prompt: int = 0
    completion: int = 0
    counted_by: str = "none"

    @property
    def total(self) -> int:
        return self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to a back end: which, how many seconds it took, and what came of it, such as `answered`, `status 429`,
    `silent`, `broken off` or `left alone` (not asked, because it had failed too often)."""

    backend: str
    seconds: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Aspect:
    """A row of a comparison: what is compared, and for each column the passage that tells of it, or None."""

    name: str
    cells: tuple[Passage | None, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Papers compared. `columns` are source numbers; each cell is quoted from its column's paper."""

    columns: tuple[int, ...]
    rows: tuple[Aspect, ...]

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Table:
        """The inverse of `asdict`."""
        rows = tuple(Aspect(r["name"], tuple(Passage(**c) if c else None for c in r["cells"])) for r in row["rows"])
        return cls(tuple(row["columns"]), rows)


@dataclass(frozen=True, slots=True)
class StageUse:
    """An optional stage of the search: what it `added` in words, and what that took. `cost` is in US dollars, None where the
    price is unknown. `failed` is True where the search went on without it."""

    name: str
    added: str
    seconds: float
    tokens: Tokens = Tokens()
    cost: float | None = 0.0
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and everything needed to check it later; nothing is recomputed for display.

    `text` carries marks such as [1] that refer to `sources`. `retrieved` are all hits, best first, used or not.
    `confidence` in 0..1 is the chance that the library answers the question. `cost` is in US dollars, None where the
    price is unknown. `timings` are seconds per stage. `invented` lists citation keys the model made up and which were
    removed. `notes` are remarks for the reader, shown beside the answer. `standalone` is the question as it was searched
    after the history was taken into account; `filters` are the conditions read from it, in the user's words.
    `settings_fingerprint` names the settings that shaped the answer, `settings` holds their values (no keys, no addresses).
    `repairs` are the sentences that were rewritten or dropped after checking, in their first wording. `id` is empty until
    the answer is stored; `follows` are the ids of the conversation's earlier answers, oldest first. `attempts` are the
    requests to back ends, in order, the failed ones too. `missing` says what of the question the closest paper does not give.
    `table` sets papers side by side where the question compares them; `left_out` counts papers of a list that are not shown.
    `stages` are the optional stages of the search that were used; `tokens` and `cost` include theirs.
    """

    question: str
    text: str
    sentences: tuple[Sentence, ...]
    sources: tuple[CitedSource, ...]
    retrieved: tuple[Hit, ...]
    kind: AnswerKind
    abstained: bool
    confidence: float
    model: str
    tokens: Tokens
    cost: float | None
    timings: Mapping[str, float]
    standalone: str = ""
    filters: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    settings_fingerprint: str = ""
    asked_at: str = ""
    id: str = ""
    follows: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    repairs: tuple[Repair, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    missing: str = ""
    table: Table | None = None
    left_out: int = 0
    stages: tuple[StageUse, ...] = ()

    @property
    def sureness(self) -> str:
        """How sure it is, in words. Of a refusal the chance that the library answers, which would be read the wrong way round
        as a confidence; one above a half is refused since no paper is surely the one that is meant."""
        if not self.abstained:
            return f"confidence {self.confidence:.0%}"
        if self.confidence > 0.5:
            return "no paper is surely the one that is meant"
        return f"the library is {self.confidence:.0%} likely to answer this"

    @property
    def opening(self) -> str:
        """What a quoted answer says before its first quote, such as how many papers there are; empty where a note says it."""
        if self.kind is not AnswerKind.QUOTED or not self.sentences:
            return ""
        said = self.text[: max(0, self.text.find(self.sentences[0].text))].strip()
        return "" if said in self.notes else said

    def source(self, number: int) -> CitedSource:
        """The source with that number; KeyError where the answer has none."""
        for source in self.sources:
            if source.number == number:
                return source
        raise KeyError(number)

    def to_dict(self) -> dict[str, Any]:
        """A JSON-ready mapping that holds the whole record; `from_dict` gives back an equal answer."""
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        row["sentences"] = [
            {**asdict(s), "citations": list(s.citations), "verdict": s.verdict.value, "judged": s.judged and s.judged.value}
            for s in self.sentences
        ]
        row["sources"] = [
            {"number": s.number, "paper": s.paper.to_dict(), "passages": [asdict(p) for p in s.passages]} for s in self.sources
        ]
        row["retrieved"] = [
            {"paper": h.paper.to_dict(), "passage": asdict(h.passage), "score": h.score, "parts": dict(h.parts)}
            for h in self.retrieved
        ]
        row["kind"] = self.kind.value
        row["tokens"] = asdict(self.tokens)
        row["timings"] = dict(self.timings)
        row["filters"] = list(self.filters)
        row["invented"] = list(self.invented)
        row["notes"] = list(self.notes)
        row["follows"] = list(self.follows)
        row["settings"] = dict(self.settings)
        row["attempts"] = [asdict(a) for a in self.attempts]
        row["stages"] = [asdict(stage) for stage in self.stages]
        row["repairs"] = [{**asdict(r), "verdict": r.verdict.value} for r in self.repairs]
        row["table"] = self.table and {
            "columns": list(self.table.columns),
            "rows": [{"name": r.name, "cells": [c and asdict(c) for c in r.cells]} for r in self.table.rows],
        }
        return row

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Answer:
        """The inverse of `to_dict`; rows of earlier versions, without the later fields, are read too."""
        values = dict(row)
        values["sentences"] = tuple(Sentence.from_dict(s) for s in row["sentences"])
        values["sources"] = tuple(
            CitedSource(s["number"], Paper.from_dict(s["paper"]), tuple(Passage(**p) for p in s["passages"]))
            for s in row["sources"]
        )
        values["retrieved"] = tuple(
            Hit(Paper.from_dict(h["paper"]), Passage(**h["passage"]), h["score"], h["parts"]) for h in row["retrieved"]
        )
        values["kind"] = AnswerKind(row["kind"])
        values["tokens"] = Tokens(**row["tokens"])
        values["filters"] = tuple(row["filters"])
        values["invented"] = tuple(row["invented"])
        values["notes"] = tuple(row["notes"])
        values["follows"] = tuple(row.get("follows", ()))
        values["attempts"] = tuple(Attempt(**a) for a in row.get("attempts", ()))
        values["stages"] = tuple(StageUse(**{**s, "tokens": Tokens(**s["tokens"])}) for s in row.get("stages", ()))
        values["repairs"] = tuple(Repair(r["before"], Verdict(r["verdict"]), r["after"]) for r in row.get("repairs", ()))
        values["table"] = Table.from_dict(row["table"]) if row.get("table") else None
        return cls(**values)
