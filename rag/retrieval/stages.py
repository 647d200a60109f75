"""The optional stages around the search, off by default: what each adds, what it costs, and what happens when it fails.

A stage that fails leaves the plain ranking as it is and says so in a note.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from time import perf_counter
from typing import TypeVar

from rag.answering.record import Answer, Hit, StageUse, Tokens
from rag.backends import Backend, Message, collect
from rag.backends.cohere import MODEL as COHERE_MODEL
from rag.backends.cohere import cohere_scores
from rag.backends.prices import cost
from rag.errors import BackendError, BackendMissing
from rag.retrieval.augment import augment_prompt, condense_prompt, read_queries, read_question
from rag.retrieval.rerank import CROSS_ENCODER, cross_encoder, grading_prompt, read_grades, reorder, text_of
from rag.settings import Settings

T = TypeVar("T")

REMEMBERED = 3  # earlier turns that a follow-up is condensed from
NO_MODEL = "needs a language model, and VOUCH_LLM names none"
READS = {"llm": 10}
"""Papers a reranker is given where the settings leave it open."""


class Stages:
    """The stages of one question. `uses` tells what was done, `notes` what failed; a service is waited for within `away`."""

    def __init__(
        self, settings: Settings, backend: Backend | None, away: Callable[[], AbstractContextManager[None]] = nullcontext
    ) -> None:
        self._settings = settings
        self._backend = backend
        self._away = away
        self.uses: list[StageUse] = []
        self.notes: list[str] = []

    @property
    def tokens(self) -> Tokens:
        """Of all stages together."""
        counted = {use.tokens.counted_by for use in self.uses if use.tokens.total}
        by = "none" if not counted else counted.pop() if len(counted) == 1 else "tiktoken"
        return Tokens(sum(use.tokens.prompt for use in self.uses), sum(use.tokens.completion for use in self.uses), by)

    def condensed(self, question: str, history: Sequence[Answer]) -> str | None:
        """A later turn as a question that stands by itself, where a language model is there to say it."""
        if self._backend is None or not self._settings.condense:
            return None
        turns = [(answer.question, answer.text) for answer in history[-REMEMBERED:]]
        found = self._run(
            "condense", lambda: self._ask(condense_prompt(question, turns)), lambda reply: f"searched as “{read_question(reply)}”"
        )
        return read_question(found) or None if found else None

    def further(self, question: str) -> list[str]:
        """Further queries to search."""
        ways = self._settings.augmentations
        if not ways:
            return []
        if self._backend is None:
            self.notes.append(f"VOUCH_AUGMENT {NO_MODEL}.")
            return []
        queries: list[tuple[str, str]] = []

        def shown(reply: str) -> str:
            queries.extend(read_queries(reply, ways, question))
            return "; ".join(f"{way}: “{query}”" for way, query in queries) or "no further query"

        self._run("augment", lambda: self._ask(augment_prompt(question, ways)), shown)
        return [query for _, query in queries]

    def reranked(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """The hits in the reranker's order."""
        kind, _, model = self._settings.rerank.partition(":")
        if not kind or len(hits) < 2:
            return list(hits)
        if kind == "llm" and self._backend is None:
            self.notes.append(f"VOUCH_RERANK=llm {NO_MODEL}.")
            return list(hits)
        read = list(hits[: READS.get(kind, len(hits))])
        texts = [text_of(hit) for hit in read]
        ways: dict[str, Callable[[], tuple[dict[int, float], Tokens]]] = {
            "llm": lambda: self._graded(question, read),
            "cross-encoder": lambda: (dict(enumerate(cross_encoder(model or CROSS_ENCODER)(question, texts))), Tokens()),
            "cohere": lambda: (dict(enumerate(self._cohere(question, texts, model or COHERE_MODEL))), Tokens()),
        }
        scores = self._run("rerank", ways[kind], lambda found: moved(found, kind))
        return [*reorder(read, scores), *hits[len(read) :]] if scores else list(hits)

    def _cohere(self, question: str, texts: Sequence[str], model: str) -> list[float]:
        with self._away():
            return cohere_scores(question, texts, self._settings, model)

    def _graded(self, question: str, hits: Sequence[Hit]) -> tuple[dict[int, float], Tokens]:
        reply, tokens = self._ask(grading_prompt(question, hits))
        return read_grades(reply, len(hits)), tokens

    def _ask(self, prompt: str) -> tuple[str, Tokens]:
        if self._backend is None:
            raise BackendMissing("No language model is set.", remedy="Set VOUCH_LLM.")
        reply = collect(self._backend.stream([Message("user", prompt)]))
        return reply.text, reply.tokens

    def _run(self, name: str, work: Callable[[], tuple[T, Tokens]], shown: Callable[[T], str]) -> T | None:
        """What the work gives, and its use noted down; None, and a note, where it fails."""
        started = perf_counter()
        try:
            found, tokens = work()
        except BackendError as error:
            self.notes.append(f"The stage {name} failed, and the plain ranking stands: {error}")
            self.uses.append(StageUse(name, "", perf_counter() - started, Tokens(), 0.0, failed=True))
            return None
        self.uses.append(StageUse(name, shown(found), perf_counter() - started, tokens, self._price(name, tokens)))
        return found

    def _price(self, name: str, tokens: Tokens) -> float | None:
        """US dollars; a service whose price is not counted in tokens is unknown."""
        if name == "rerank" and self._settings.rerank.startswith("cohere"):
            return None
        return cost(self._backend.name, tokens, self._settings.home) if tokens.total and self._backend is not None else 0.0


def moved(scores: dict[int, float], kind: str) -> str:
    """How many papers were read, and how many stand elsewhere than before."""
    order = sorted(scores, key=lambda n: -scores[n])
    return f"{kind}: {len(scores)} papers read, {sum(n != place for place, n in enumerate(order))} moved"


def added(one: Tokens, other: Tokens) -> Tokens:
    """Both together; counted by the less exact of the two where both have any."""
    if not (one.total and other.total):
        return one if one.total else other if other.total else one
    by = one.counted_by if one.counted_by == other.counted_by else "tiktoken"
    return Tokens(one.prompt + other.prompt, one.completion + other.completion, by)


def total_cost(*costs: float | None) -> float | None:
    """The sum, unknown where a part is."""
    known = [cost for cost in costs if cost is not None]
    return sum(known) if len(known) == len(costs) else None
