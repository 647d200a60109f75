"""The fitted part of the support verdict: two logistic regressions whose coefficients lie in support.json."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Logistic:
    """A logistic regression over named features, in their own units."""

    intercept: float
    weights: Mapping[str, float]

    def chance(self, features: Mapping[str, float]) -> float:
        """A probability; every weight's feature must be given."""
        return logistic(self.intercept + sum(weight * features[name] for name, weight in self.weights.items()))


@dataclass(frozen=True, slots=True)
class SupportModel:
    """`about`: the passages speak of what the sentence says. `agrees`: given that, they say the same and not the contrary."""

    about: Logistic
    agrees: Logistic

    def chances(self, features: Mapping[str, float]) -> tuple[float, float]:
        """Both chances; their product is the chance of support."""
        return self.about.chance(features), self.agrees.chance(features)


@cache
def load_model() -> SupportModel:
    """The model that eval.fit.support wrote."""
    row = json.loads(files("rag.answering").joinpath("support.json").read_text(encoding="utf-8"))
    return SupportModel(*(Logistic(row[name]["intercept"], row[name]["weights"]) for name in ("about", "agrees")))


def logistic(x: float) -> float:
    """1 / (1 + e^-x)."""
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0
