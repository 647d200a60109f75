"""Two small papers as evidence, and the keys under which a prompt shows their passages."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any

from rag.answering.evidence import Evidence
from rag.answering.record import Passage
from rag.backends import Message
from rag.paper import Paper
from rag.sentences import sentence_spans
from rag.settings import Settings

LLAMA = "LLaMA is a family of open models. The largest has 65 billion parameters."
BERT = "BERT is trained on masked words. Code is at https://github.example/bert now."


def paper(ident: str, abstract: str, **values: Any) -> Evidence:
    """Evidence with one passage for each sentence."""
    spans = enumerate(sentence_spans(abstract))
    passages = [Passage(ident, index, start, end, abstract[start:end]) for index, (start, end) in spans]
    return Evidence(Paper(ident, abstract, **values), tuple(passages))


EVIDENCE = (
    paper("llama", LLAMA, title="LLaMA", date=dt.date(2023, 2, 27), arxiv_id="2302.13971"),
    paper("bert", BERT, title="BERT", year=2018),
)


def make(**values: Any) -> Settings:
    return Settings(**{"home": "/nonexistent", **values})


def prompt(heard: Sequence[Message]) -> str:
    return "\n".join(message.text for message in heard)


def key_of(heard: Sequence[Message] | str, words: str) -> str:
    """The key of the passage that begins with `words`."""
    found = re.search(rf"^\[(\w{{5}})\] {re.escape(words)}", heard if isinstance(heard, str) else prompt(heard), re.MULTILINE)
    assert found, f"no passage begins with {words!r}"
    return found[1]
