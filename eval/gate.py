"""The gate: whether a run is worse than a baseline by more than is allowed, as far as the data can tell.

It closes where both hold: with 95 % confidence the drop is larger than the allowance (the one-sided bootstrap bound lies
beyond it), and a drop of any size is more than chance (the exact one-sided test). The second keeps a handful of questions,
whose bootstrap interval is too narrow, from closing it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval import metrics, statistics
from eval.compare import LOWER_IS_BETTER, Comparison, Run, compare, means, pairs

LEVEL = 0.90  # the lower end of this two-sided interval is the bound of 95 % in one direction


@dataclass(frozen=True, slots=True)
class Check:
    """One figure at the gate. `drop` is baseline minus run (the other way round where lower is better), `at_least` the
    one-sided 95 % bound of it, `p` the chance of such a drop where there is none; `passed` False closes the gate."""

    figure: str
    n: int
    baseline: float
    run: float
    drop: float
    at_least: float
    test: str
    p: float
    max_drop: float

    @property
    def passed(self) -> bool:
        return not (self.at_least > self.max_drop and self.p < statistics.LEVEL)

    @property
    def reason(self) -> str:
        """One sentence that says why."""
        lead = f"{self.figure} {self.baseline:.3f} to {self.run:.3f} over {self.n} questions"
        numbers = f"with 95 % confidence the drop is at least {self.at_least:+.3f}; one-sided {self.test} p = {self.p:.2g}"
        if not self.passed:
            return f"{lead}: a drop of {self.drop:.3f} where {self.max_drop:g} is allowed, and the data support it ({numbers})."
        if self.drop <= 0:
            return f"{lead}: no drop."
        if self.drop <= self.max_drop:
            return f"{lead}: a drop of {self.drop:.3f}, and {self.max_drop:g} is allowed."
        return f"{lead}: a drop of {self.drop:.3f}, more than {self.max_drop:g}, which the data do not support ({numbers})."


@dataclass(frozen=True, slots=True)
class Gate:
    """The checks of one run against one baseline, with their comparison on the first figure."""

    checks: tuple[Check, ...]
    comparison: Comparison

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)


def gate(baseline: Run, run: Run, max_drop: float, figures: Sequence[str] = ()) -> Gate:
    """Check `figures`, by default the one that decides a comparison. Raises RunError where the runs do not share one."""
    comparisons = [compare(baseline, run, figure) for figure in figures] or [compare(baseline, run)]
    names = [comparison.headline.name for comparison in comparisons]
    return Gate(tuple(check(baseline, run, name, max_drop) for name in names), comparisons[0])


def check(baseline: Run, run: Run, figure: str, max_drop: float) -> Check:
    """The check of one figure that both runs have."""
    found = pairs(baseline, run, figure, [key for key in baseline.asked if key in run.asked])
    values = [found[key] for key in sorted(found)]
    sign = -1.0 if figure in LOWER_IS_BETTER else 1.0
    drops = [[sign * (before - after) for before, after in zip(*pair, strict=True)] for pair in values]
    at_least, _ = metrics.bootstrap_interval(drops, level=LEVEL)
    test, p = statistics.paired_test(drops, alternative="greater")
    return Check(figure, len(values), *means(values, drops), at_least, test, p, max_drop)
