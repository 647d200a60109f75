"""LLM judges: LlamaIndex's evaluators over any of our back ends.

faithfulness  is the answer supported by the passages it cites          0 or 1
relevancy     do answer and passages fit the question                   0 or 1
correctness   how good is the answer beside the reference answer        1 to 5, kept as 0..1
pairwise      is it better than another answer, asked in both orders    1 better, 0.5 tie or undecided, 0 worse

The evaluators give the prompts and make the calls. Their reading of a reply is not used where it guesses: they take every reply
without "yes" for a no, and fail on a score without a reason. A reply that cannot be read here has no score, and is counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from rag.answering.record import Tokens
from rag.backends.base import Backend, Message, collect

if TYPE_CHECKING:
    from llama_index.core.evaluation import BaseEvaluator, EvaluationResult

WINDOW = 100_000
"""Tokens a judge may read at once. LlamaIndex would otherwise cut the passages up and ask several times, each time with the
last answer as a hint; a back end with a smaller window says so itself."""

_YES_NO = re.compile(r"\b(yes|no)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\d.])([1-5](?:\.\d+)?)(?![\d.])")
_OF_FIVE = re.compile(r"(?:\s*/|\s+out of)\s*5(?:\.0)?\b", re.IGNORECASE)
_VERDICT = re.compile(r"\[\[([ABC])\]\]")


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged. `contexts` are the passages cited, `reference` the reference answer, `other` the answer it is held
    against; a judge that needs one of these cannot judge a case without it."""

    question: str
    answer: str
    contexts: tuple[str, ...] = ()
    reference: str | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """`score` in 0..1, None where no reply could be read as one. `replies` are the judge's words, `tokens` those of all calls."""

    score: float | None
    replies: tuple[str, ...]
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Metric:
    """One way of judging. `needs` names the fields of a case that must not be empty; `make` builds LlamaIndex's evaluator
    from its LLM, `read` turns the result and the judge's replies into a score."""

    name: str
    needs: tuple[str, ...]
    make: Callable[[Any], BaseEvaluator]
    read: Callable[[EvaluationResult, Sequence[str]], float | None]

    def applies(self, case: Case) -> bool:
        """Whether the case has what is needed."""
        return bool(case.answer.strip()) and all(getattr(case, name) for name in self.needs)


def judge(metric: Metric, case: Case, backend: Backend) -> Judged:
    """Ask the judge. Raises BackendError where the back end gives no reply."""
    llm = _llm_class()(backend=backend)
    heard: _Heard = llm.heard
    evaluator = metric.make(llm)
    result = evaluator.evaluate(
        query=case.question,
        response=case.answer,
        contexts=list(case.contexts),
        reference=case.reference,
        second_response=case.other,
    )
    return Judged(metric.read(result, heard.replies), tuple(heard.replies), heard.tokens)


def yes_or_no(reply: str) -> float | None:
    """1 for yes, 0 for no: the word the reply begins with, else the only one of the two that it holds."""
    found = [word.lower() for word in _YES_NO.findall(reply)]
    begins = re.match(r"\W*(yes|no)\b", reply, re.IGNORECASE)
    said = begins[1].lower() if begins else found[0] if len(set(found)) == 1 else None
    return None if said is None else float(said == "yes")


def one_to_five(reply: str) -> float | None:
    """A score of 1 to 5 as 0..1: a line that holds nothing but the number, else the only such number in the reply."""
    reply = _OF_FIVE.sub("", reply)
    lines = [line.strip().strip("*").strip() for line in reply.splitlines()]
    alone = [line for line in lines if _NUMBER.fullmatch(line)]
    found = alone[:1] or _NUMBER.findall(reply)
    if len(set(found)) != 1 or float(found[0]) > 5:
        return None
    return (float(found[0]) - 1) / 4


def better(reply: str) -> float | None:
    """1 for [[A]], 0 for [[B]], 0.5 for [[C]]: the last one, because the verdict ends the reply."""
    found = _VERDICT.findall(reply)
    return {"A": 1.0, "B": 0.0, "C": 0.5}[found[-1]] if found else None


def _correctness(llm: Any) -> BaseEvaluator:
    from llama_index.core.evaluation import CorrectnessEvaluator

    return CorrectnessEvaluator(llm=llm, parser_function=lambda reply: (None, reply))


def _faithfulness(llm: Any) -> BaseEvaluator:
    from llama_index.core.evaluation import FaithfulnessEvaluator

    return FaithfulnessEvaluator(llm=llm)


def _relevancy(llm: Any) -> BaseEvaluator:
    from llama_index.core.evaluation import RelevancyEvaluator

    return RelevancyEvaluator(llm=llm)


def _pairwise(llm: Any) -> BaseEvaluator:
    from llama_index.core.evaluation import PairwiseComparisonEvaluator

    def parse(reply: str) -> tuple[bool | None, float | None, str | None]:
        score = better(reply)
        return (None, None, None) if score is None else (None if score == 0.5 else score == 1.0, score, reply)

    return PairwiseComparisonEvaluator(llm=llm, parser_function=parse)


def _last(parse: Callable[[str], float | None]) -> Callable[[EvaluationResult, Sequence[str]], float | None]:
    return lambda _, replies: parse(replies[-1]) if replies else None


def _both_orders(_: EvaluationResult, replies: Sequence[str]) -> float | None:
    """The mean of both orders: a judge that prefers a place and not an answer is undecided."""
    first, second = (better(reply) for reply in replies) if len(replies) == 2 else (None, None)
    if first is None or second is None:
        return None
    mean = (first + 1 - second) / 2
    return 1.0 if mean > 0.5 else 0.0 if mean < 0.5 else 0.5


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("faithfulness", ("contexts",), _faithfulness, _last(yes_or_no)),
        Metric("relevancy", ("contexts",), _relevancy, _last(yes_or_no)),
        Metric("correctness", ("reference",), _correctness, _last(one_to_five)),
        Metric("pairwise", ("other",), _pairwise, _both_orders),
    )
}


@dataclass(slots=True)
class _Heard:
    """What one judgement's calls said and cost."""

    replies: list[str] = field(default_factory=list)
    tokens: Tokens = field(default_factory=Tokens)


@cache
def _llm_class() -> Callable[..., Any]:
    """A LlamaIndex LLM whose calls go through one of our back ends, with its time limits, retries and errors."""
    from llama_index.core.base.llms.types import ChatMessage, ChatResponse, CompletionResponse
    from llama_index.core.llms import CustomLLM, LLMMetadata
    from pydantic import PrivateAttr

    class JudgeLLM(CustomLLM):
        _backend: Any = PrivateAttr()
        _heard: _Heard = PrivateAttr(default_factory=_Heard)

        def __init__(self, backend: Backend) -> None:
            super().__init__()
            self._backend = backend

        @property
        def heard(self) -> _Heard:
            return self._heard

        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(context_window=WINDOW, is_chat_model=True, model_name=self._backend.name)

        def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
            said = self._ask([Message(_role(message.role.value), message.content or "") for message in messages])
            return ChatResponse(message=ChatMessage(role="assistant", content=said))

        def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
            del formatted
            return CompletionResponse(text=self._ask([Message("user", prompt)]))

        def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
            yield self.complete(prompt, formatted)

        def _ask(self, messages: Sequence[Message]) -> str:
            reply = collect(self._backend.stream(messages))
            heard = self._heard
            heard.replies.append(reply.text)
            counted_by = reply.tokens.counted_by
            heard.tokens = Tokens(
                heard.tokens.prompt + reply.tokens.prompt, heard.tokens.completion + reply.tokens.completion, counted_by
            )
            return reply.text

    return JudgeLLM


def _role(name: str) -> Any:
    return name if name in ("system", "assistant") else "user"


def case_from(exchange: Mapping[str, Any], other: Mapping[str, Any] | None = None) -> Case | None:
    """The case of an exchange of a run, None where it failed or was refused: a refusal says nothing that could be judged.

    Without a reference answer the key facts stand in for it.
    """
    answer = exchange.get("answer")
    if answer is None or answer["abstained"] or (other is not None and other["abstained"]):
        return None
    facts = exchange.get("key_facts") or ()
    reference = exchange.get("reference") or (f"It has to say: {'; '.join(map(str, facts))}." if facts else None)
    contexts = tuple(passage["text"] for source in answer["sources"] for passage in source["passages"])
    return Case(exchange["question"], answer["text"], contexts, reference, None if other is None else other["text"])
