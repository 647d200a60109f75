"""How far to trust a verdict: what was measured of the marks, with intervals, as data that the pages and the README show."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure, 0 to 1, with its 95 % interval; `says` explains it to a reader."""

    name: str
    value: float
    low: float
    high: float
    says: str

    def __str__(self) -> str:
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


@dataclass(frozen=True, slots=True)
class Trust:
    """The figures of the verdicts, the data they were measured on, its size in pairs of claim and abstract, how, and when."""

    figures: tuple[Figure, ...]
    data: str
    pairs: int
    method: str
    date: str

    @property
    def sentence(self) -> str:
        """The whole in one sentence for readers."""
        told = "; ".join(f"{figure.says} {figure}" for figure in self.figures)
        return f"On {self.pairs} pairs of a claim and an abstract ({self.data}), {self.method}: {told}."


@cache
def trust() -> Trust:
    """What eval.fit.support measured when it wrote the coefficients."""
    row = json.loads(files("rag.answering").joinpath("support.json").read_text(encoding="utf-8"))["trust"]
    figures = tuple(Figure(**figure) for figure in row["figures"])
    return Trust(figures, row["data"], row["pairs"], row["method"], row["date"])
