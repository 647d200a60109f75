"""Drafts of questions, written to a file as they are made; run again, it goes on and proposes nothing twice."""

from __future__ import annotations

import heapq
import json
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import drafts, formats, proposals
from eval.errors import RunError
from eval.pool import in_parallel
from rag.errors import LibraryError, QuestionSetError
from rag.paper import Paper
from rag.request import EXTRACTIVE

if TYPE_CHECKING:
    from eval.runner import Assistant

WITHOUT_MODEL = ("single", "unanswerable")
NEAR = 3


@dataclass(frozen=True, slots=True)
class Generated:
    """How many rows the file holds, how many are new, and the proposals that were dropped, by reason."""

    rows: int
    new: int
    dropped: Mapping[str, int]


def generate(
    assistant: Assistant,
    out: Path,
    *,
    llm: str,
    kinds: Collection[str],
    count: int,
    seed: int = 0,
    concurrency: int = 4,
    progress: Callable[[int, int], None] | None = None,
) -> Generated:
    """Propose `count` questions about the library and append them to `out` as JSON lines, each a draft with its evidence.

    `llm` is a back end, or `extractive` for questions from salient sentences. Papers are drawn by `seed`; a model gets half
    as many papers more, because some of its proposals do not hold. Raises LibraryError where there is no paper,
    QuestionSetError for a kind that cannot be made, RunError where `out` cannot be written.
    """
    possible = WITHOUT_MODEL if llm == EXTRACTIVE else proposals.KINDS
    if wrong := sorted(set(kinds) - set(possible)):
        remedy = f"Without a model there are {' and '.join(WITHOUT_MODEL)}; name one with --llm for {', '.join(proposals.KINDS)}."
        raise QuestionSetError(f"Questions of the kind {wrong[0]!r} cannot be made.", remedy=remedy)
    if not assistant.count():
        raise LibraryError(f"The library in {assistant.settings.home} holds no paper.", remedy="Load papers: vouch ingest FILES.")
    known = _known(out)
    dropped: Counter[str] = Counter()
    new = 0
    tell = progress or (lambda _done, _total: None)
    if llm == EXTRACTIVE:
        for row in drafts.draft_rows(assistant.papers(), count, seed, kinds=kinds):
            if row["id"] not in known:
                _append(out, row)
                new += 1
                tell(new, count)
        return Generated(len(known) + new, new, {})
    from rag.backends import open_backend

    backend = open_backend(llm, assistant.settings)
    papers = heapq.nsmallest(count + count // 2, assistant.papers(), key=lambda paper: drafts.order_of(seed, paper.id))
    proposer = proposals.Proposer(backend, lambda paper: _near(assistant, paper))
    items = list(proposals.plan(papers, kinds, len(papers), known))
    wanted = max(0, count - len(known))
    asked = in_parallel(lambda item: proposer.propose(*item), items if wanted else [], concurrency, threading.Event())
    with closing(asked) as results:
        for proposal in results:
            if proposal.row is None:
                dropped[proposal.reason] += 1
                continue
            _append(out, proposal.row)
            new += 1
            tell(new, wanted)
            if new >= wanted:
                break
    return Generated(len(known) + new, new, dict(dropped.most_common()))


def _near(assistant: Assistant, paper: Paper) -> list[Paper]:
    """Papers on the same subject."""
    hits = assistant.search(paper.title or paper.abstract[:300], limit=NEAR + 1)
    return [hit.paper for hit in hits if hit.paper.id != paper.id][:NEAR]


def _known(out: Path) -> set[str]:
    """The ids of the drafts that the file holds already."""
    if not out.exists() or not out.stat().st_size:
        return set()
    rows = (row for _, row in formats.parse_jsonl(str(out), formats.decode(out, formats.read(out))))
    return {str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row}


def _append(out: Path, row: Mapping[str, Any]) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("a", encoding="utf-8", newline="\n") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    except OSError as error:
        raise RunError(f"{out} cannot be written: {error.strerror}.", remedy="Choose another --out.") from error
