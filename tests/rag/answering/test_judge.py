"""The model's own verdicts stand beside the offline ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pytest

from rag.answering.draft import Draft
from rag.answering.record import Passage, Support, Verdict
from rag.answering.written import write
from rag.backends import Message
from rag.backends.scripted import Scripted
from rag.errors import BackendBusy, BackendError
from tests.fakes.evidence import EVIDENCE, key_of, make

Line = str | BackendError | Callable[[Sequence[Message]], str]


def partly(sentence: str, passages: Sequence[Passage]) -> Support:
    """An offline check that is never sure."""
    return Support(Verdict.PARTLY, 0.5, passages[0])


def judged(verdicts: str | BackendError, support: str = "llm") -> tuple[Draft, Scripted]:
    """The draft of three sentences, the second one without a citation, and the model with what it heard."""

    def answer(heard: Sequence[Message]) -> str:
        return f"LLaMA is open [{key_of(heard, 'LLaMA is')}]. It is nice. BERT is masked [{key_of(heard, 'BERT is')}]."

    script: list[Line] = [answer, verdicts]
    backend = Scripted(*script)
    return write("Q?", EVIDENCE, backend, make(support=support, repair=False), partly), backend


def test_one_call_asks_for_all_sentences_that_cite_something() -> None:
    done, backend = judged("S1: supported\nS3: contradicted")
    assert [(s.verdict, s.judged) for s in done.sentences] == [
        (Verdict.PARTLY, Verdict.SUPPORTED),
        (Verdict.UNCITED, None),
        (Verdict.PARTLY, Verdict.CONTRADICTED),
    ]
    assert len(backend.heard) == 2
    (asked,) = backend.heard[1]
    fence = re.findall(r"<data (\w{16})>", asked.text)[0]
    listed = asked.text.split(f"\n<data {fence}>\n")[1].split(f"\n</data {fence}>")[0]
    assert listed.splitlines() == [
        "S1: LLaMA is open.",
        "Passages for S1: LLaMA is a family of open models. The largest has 65 billion parameters.",
        "S3: BERT is masked.",
        "Passages for S3: BERT is trained on masked words. Code is at https://github.example/bert now.",
    ]
    assert done.tokens.prompt == 3  # two messages and one


def test_without_the_setting_nobody_is_asked() -> None:
    done, backend = judged("S1: supported", support="offline")
    assert len(backend.heard) == 1
    assert {s.judged for s in done.sentences} == {None}


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("S1: supported", Verdict.SUPPORTED),
        ("**S1**: Supported - the passages say so", Verdict.SUPPORTED),
        ('{"S1": "unsupported"}', Verdict.UNSUPPORTED),
        ("S1. not supported", Verdict.UNSUPPORTED),
        ("S1 - partially supported", Verdict.PARTLY),
        ("- S1: NUMBER MISMATCH (65, not 70)", Verdict.NUMBER_MISMATCH),
        ("<think>S1: contradicted?</think>\nS1: supported", Verdict.SUPPORTED),
        ("S1: I would say it is supported", None),
        ("S1: yes and no", None),
        ("All of them are supported.", None),
    ],
)
def test_verdicts_are_read_as_models_write_them_and_never_guessed(said: str, verdict: Verdict | None) -> None:
    done, _ = judged(f"{said}\nS3: supported")
    assert done.sentences[0].judged is verdict
    unread = "1 of 2 verdicts of the model could not be read."
    assert (unread in done.notes) is (verdict is None)


def test_an_error_of_the_back_end_is_told_and_loses_nothing() -> None:
    done, _ = judged(BackendBusy("The server is busy."))
    assert len(done.sentences) == 3
    assert done.notes[-1] == "The model gave no verdicts of its own: The server is busy."
