"""What an answer costs. List prices of the makers' own services; a price not known here is shown as unknown, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.answering.record import Tokens

MILLION = 1_000_000
_DATED = re.compile(r"-\d{4}-?\d{2}-?\d{2}$")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, and the month in which that was the list price."""

    prompt: float
    completion: float
    as_of: str


PRICES: dict[str, Price] = {
    "openai:gpt-4o": Price(2.50, 10.00, "2026-04"),
    "openai:gpt-4o-2024-05-13": Price(5.00, 15.00, "2025-11"),
    "openai:gpt-4o-mini": Price(0.15, 0.60, "2026-04"),
    "openai:gpt-4.1": Price(2.00, 8.00, "2026-04"),
    "openai:gpt-4.1-mini": Price(0.40, 1.60, "2026-04"),
    "openai:gpt-4.1-nano": Price(0.10, 0.40, "2026-04"),
    "openai:gpt-5": Price(1.25, 10.00, "2026-03"),
    "openai:gpt-5-mini": Price(0.25, 2.00, "2026-03"),
    "openai:gpt-5-nano": Price(0.05, 0.40, "2026-03"),
    "anthropic:claude-haiku-4-5": Price(1.00, 5.00, "2026-11"),
    "anthropic:claude-sonnet-5": Price(2.00, 10.00, "2026-11"),
    "anthropic:claude-sonnet-5-5": Price(2.00, 10.00, "2026-11"),
    "anthropic:claude-opus-5": Price(5.00, 25.00, "2026-11"),
    "anthropic:claude-opus-5-5": Price(4.00, 20.00, "2026-11"),
}


def price(spec: str) -> Price | None:
    """The price of `provider:model`; a dated release (`gpt-4o-2024-08-06`) costs what its family does unless listed itself."""
    return PRICES.get(spec) or PRICES.get(_DATED.sub("", spec))


def cost(spec: str, tokens: Tokens) -> float | None:
    """US dollars for `tokens` at `spec`, or None where the price is not known."""
    known = price(spec)
    if known is None:
        return None
    return (tokens.prompt * known.prompt + tokens.completion * known.completion) / MILLION
