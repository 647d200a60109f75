"""A comparison in words: the verdict on its figure, and what has to be known beside it."""

from __future__ import annotations

from eval.compare import Comparison, Effect
from eval.scoring import UNBOUNDED


def sentence(effect: Effect, comparisons: int = 1) -> str:
    """The verdict in one line: `fact_recall +3.0 points (0.674 to 0.704), …, not significant (exact McNemar p = 0.16)`."""
    share = effect.name not in UNBOUNDED
    scale, digits, unit = (100, 1, " points") if share else (1, 2, "")
    low, high = effect.low * scale, effect.high * scale
    verdict = "significant" if effect.significant else "not significant"
    p = f"{effect.test} p {probability(effect.p)}"
    if comparisons > 1:
        p += f", Holm over {comparisons} comparisons p {probability(effect.adjusted)}"
    return (
        f"{effect.name} {effect.difference * scale:+.{digits}f}{unit} ({effect.first:.3f} to {effect.second:.3f}), "
        f"95 % interval {low:+.{digits}f} to {high:+.{digits}f}, n = {effect.n}: {verdict} ({p})"
    )


def probability(p: float) -> str:
    """`= 0.16`, `= 0.003`, `= 1.0e-26`."""
    return f"= {p:.1e}" if p < 0.001 else f"= {p:.2f}" if p >= 0.095 else f"= {p:.2g}"


def remarks(found: Comparison) -> list[str]:
    """What else has to be known to read the figures: failures, questions without a partner, other wordings."""
    said = []
    if any(found.failures):
        ran = ""
        if found.bounds is not None:
            low, high = (100 * end for end in found.bounds)
            ran = f"; whatever their answers had been, the difference lies in {low:+.1f} to {high:+.1f} points"
        said.append(f"{found.failures[0]} and {found.failures[1]} questions failed and are in no figure{ran}.")
    if found.unpaired:
        said.append(f"{found.unpaired} questions are in one of the runs only and are left out.")
    if found.reworded:
        said.append(f"{found.reworded} questions are worded differently under the same id.")
    return said
