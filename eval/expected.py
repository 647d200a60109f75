"""What a run will cost, before it is started: list price times questions times the tokens that such questions usually take."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from eval.runs import RunInfo
from rag.answering.record import Tokens
from rag.backends import prices
from rag.request import EXTRACTIVE

TYPICAL = Tokens(2_500, 200)
"""Tokens of a question where no earlier run tells: instructions and evidence sentences, and an answer of a paragraph."""
FEWEST = 5  # answers of an earlier run from which it tells something


@dataclass(frozen=True, slots=True)
class Expected:
    """`cost` in US dollars for all the questions, None where the price of the back end is not known; `tokens` are those of one
    question, `measured` where they come from earlier runs; `as_of` is the month of the price."""

    cost: float | None
    tokens: Tokens
    measured: bool
    as_of: str = ""


def expected(llm: str, asked: int, earlier: Iterable[RunInfo], home: Path) -> Expected:
    """What `asked` exchanges will cost at that back end. Raises SettingsError for a price file that cannot be used."""
    if llm == EXTRACTIVE:
        return Expected(0.0, Tokens(), measured=True)
    found = usual(llm, earlier)
    tokens = found or TYPICAL
    price = prices.price(llm, home)
    if price is None:
        return Expected(None, tokens, found is not None)
    cost = prices.cost(llm, Tokens(tokens.prompt * asked, tokens.completion * asked), home)
    return Expected(cost, tokens, found is not None, price.as_of)


def usual(llm: str, earlier: Iterable[RunInfo]) -> Tokens | None:
    """Mean tokens of an answer in the finished runs of that back end, None where there are too few."""
    groups = [run.summary.overall for run in earlier if run.summary is not None and run.manifest.llm == llm]
    answers = sum(group.answers for group in groups)
    prompt, completion = sum(group.prompt_tokens for group in groups), sum(group.completion_tokens for group in groups)
    if answers < FEWEST or not prompt:
        return None
    return Tokens(math.ceil(prompt / answers), math.ceil(completion / answers))
