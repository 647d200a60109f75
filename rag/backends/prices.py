"""What an answer costs: list prices from a file with dates; a price not known is shown as unknown, never guessed.

`rag/backends/prices.json` comes with the program. `prices.json` in VOUCH_HOME has the same form; its entries win.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.answering.record import Tokens
from rag.errors import SettingsError

FILE = "prices.json"
SHIPPED = Path(__file__).parent / FILE
MILLION = 1_000_000
EXAMPLE = '{"openai:gpt-4o": {"prompt": 2.5, "completion": 10.0, "as_of": "2026-11"}}'
_DATED = re.compile(r"-\d{4}-?\d{2}-?\d{2}$")


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens, and the month in which that was the list price."""

    prompt: float
    completion: float
    as_of: str


def load(home: Path | None = None) -> dict[str, Price]:
    """`provider:model` to its price. Raises SettingsError for a price file in `home` that cannot be used."""
    own = home / FILE if home is not None else None
    if own is None or not own.is_file():
        return _read(SHIPPED, 0)
    return {**_read(SHIPPED, 0), **_read(own, own.stat().st_mtime_ns)}


def price(spec: str, home: Path | None = None) -> Price | None:
    """The price of `provider:model`; a dated release (`gpt-4o-2024-08-06`) costs what its family does unless listed itself,
    and what litellm reaches what it costs there."""
    known = load(home)
    inner = spec.removeprefix("litellm:").replace("/", ":", 1) if spec.startswith("litellm:") else spec
    names = dict.fromkeys((spec, _DATED.sub("", spec), inner, _DATED.sub("", inner)))
    return next((known[name] for name in names if name in known), None)


def cost(spec: str, tokens: Tokens, home: Path | None = None) -> float | None:
    """US dollars for `tokens` at `spec`, or None where the price is not known."""
    known = price(spec, home)
    if known is None:
        return None
    return (tokens.prompt * known.prompt + tokens.completion * known.completion) / MILLION


@lru_cache(maxsize=8)
def _read(file: Path, changed: int) -> dict[str, Price]:
    """The prices in a file; `changed` is its time of change, so that an edited file is read again."""
    del changed
    try:
        rows: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file} cannot be read as JSON ({error}).", remedy=f"Write it like this: {EXAMPLE}") from None
    if not isinstance(rows, dict):
        raise SettingsError(f"{file} holds no object of models.", remedy=f"Write it like this: {EXAMPLE}")
    return {name: _price(file, name, row) for name, row in rows.items()}


def _price(file: Path, name: str, row: Any) -> Price:
    try:
        dollars = [float(row["prompt"]), float(row["completion"])]
        as_of = row["as_of"]
    except (KeyError, TypeError, ValueError):
        dollars, as_of = [-1.0], None
    if min(dollars) < 0 or not isinstance(as_of, str) or not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", as_of):
        raise SettingsError(
            f"{file}: the entry {name!r} is not a price; expected dollars per million tokens for prompt and completion, and a "
            "month as_of.",
            remedy=f"Write it like this: {EXAMPLE}",
        )
    return Price(dollars[0], dollars[1], as_of)
