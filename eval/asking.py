"""One question -> its row in results.jsonl; `eval.runs` says what is in it."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from eval import forbidden, metrics
from eval.blame import Blame, Outcome
from eval.questions import Question, Turn
from eval.resolve import Resolution
from eval.scoring import judge, score
from rag.answering.record import Answer
from rag.errors import (
    BackendBusy,
    BackendError,
    BackendGarbled,
    BackendMissing,
    BackendTimeout,
    BackendUnknown,
    BackendUnreachable,
    LibraryError,
    ModelError,
    SettingsError,
)

if TYPE_CHECKING:
    from eval.runner import Assistant

PASSING = (BackendBusy, BackendGarbled, BackendTimeout, BackendUnreachable)
"""Errors that may be gone a moment later."""
SAME_FOR_ALL = (BackendMissing, BackendUnknown, SettingsError, LibraryError, ModelError)
"""Errors that no other question would escape: they end the run."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds before a question is asked again; doubled each time

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, for a back end whose price Vouch does not know."""

    prompt: float
    completion: float

    def of(self, answer: Answer) -> float:
        """What the answer cost."""
        return (answer.tokens.prompt * self.prompt + answer.tokens.completion * self.completion) / 1e6


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks questions of an assistant; safe to use from several threads. `labels` are those of the whole set, `retries` how
    often a question is asked again after an error that may pass; once `stop` is set nothing is waited for."""

    assistant: Assistant
    resolution: Resolution
    llm: str
    labels: Collection[str] = ()
    retries: int = 0
    price: Price | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def row(self, position: int, question: Question, attempts: Sequence[Mapping[str, Any]] = ()) -> Row:
        """The row of one question. In a dialogue every turn sees the answers before it; an error ends it.

        `attempts` are the failed ones of earlier starts. Raises what every other question would raise too.
        """
        history: list[Answer] = []
        exchanges: list[Row] = []
        tried = [dict(attempt) for attempt in attempts]
        hidden, _ = self.resolution.split(question.without)
        _, lost = self.resolution.split(question.planted)
        failure: Row | None = None
        for number, turn in enumerate(question.asked):
            relevant, unresolved = self.resolution.split(turn.papers)
            exchange = gold(turn, relevant, [*unresolved, *lost])
            exchanges.append(exchange)
            answer = self._answer(turn.question, history, hidden, tried)
            if not isinstance(answer, Answer):
                failure = answer
                exchange |= {"outcome": Outcome.FAILED.value, "blame": Blame.FAILED.value}
                break
            history.append(answer)
            exchange |= given(turn, relevant, answer, self.labels, scored=question.is_scored(number))
        head = {
            "id": question.id,
            "position": position,
            "kind": question.kind,
            "tags": list(question.tags),
            "question": question.question,
            "filters": dict(question.filters),
            "error": failure,
            "attempts": tried,
        }
        return {**head, **({"turns": exchanges} if question.turns else exchanges[0])}

    def _answer(self, question: str, history: Sequence[Answer], hidden: Collection[str], tried: list[Row]) -> Answer | Row:
        """The answer, or the error of the last attempt; earlier ones are added to `tried`."""
        for attempt in range(self.retries + 1):
            began, at = time.perf_counter(), dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            try:
                answer = self.assistant.ask(
                    question, history=tuple(history), llm=self.llm, hidden=hidden, cancelled=self.stop.is_set
                )
            except SAME_FOR_ALL:
                raise
            except Exception as error:
                # Whatever it is, the other questions deserve to be asked.
                what: Row = {"type": type(error).__name__, "message": str(error)}
                if isinstance(error, BackendError) and error.attempts:
                    what["requests"] = [asdict(request) for request in error.attempts]
                if attempt == self.retries or not isinstance(error, PASSING) or self.stop.is_set():
                    return what
                tried.append({**what, "at": at, "seconds": round(time.perf_counter() - began, 3)})
                self.stop.wait(min(FIRST_PAUSE * 2.0**attempt, LONGEST_PAUSE))
            else:
                return answer if self.price is None or answer.cost is not None else replace(answer, cost=self.price.of(answer))
        raise AssertionError("the last attempt answers or fails")


def gold(turn: Turn, relevant: Sequence[str], unresolved: Sequence[str]) -> Row:
    """An exchange before anything is answered."""
    return {
        "question": turn.question,
        "answerable": turn.answerable,
        "reference": turn.answer,
        "label": turn.label,
        "key_facts": list(turn.key_facts),
        "evidence": list(turn.evidence),
        **({"must_not": [*turn.must_not.phrases, *filter(None, [turn.must_not.title])]} if turn.must_not else {}),
        "relevant": list(relevant),
        "unresolved": list(unresolved),
        "answer": None,
        "confidence": None,
        "said": None,
        "scores": None,
        "outcome": None,
        "blame": None,
    }


def given(turn: Turn, relevant: Sequence[str], answer: Answer, labels: Collection[str], *, scored: bool) -> Row:
    """What an answer adds to its exchange."""
    said = metrics.label_of(answer.text, labels) if turn.label is not None and not answer.abstained else None
    exchange: Row = {"answer": answer.to_dict(), "confidence": answer.confidence, "said": said}
    if scored:
        exchange["scores"] = scores = score(turn, relevant, answer, said=said)
        outcome, blame = judge(turn, relevant, answer, scores)
        exchange |= {"outcome": outcome.value, "blame": blame.value}
        if turn.must_not:
            exchange["broken"] = forbidden.broken(turn.must_not, answer)
    return exchange
