"""Direction, learned from reversals, tuned on claims that people judged; and what it then says of claims it did not see."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from eval.fit.attention import Adam, Mean, Parameters, odds, slope
from eval.fit.claims import Judged
from rag.answering.direction import Direction

ROUNDS, BATCH = 6, 16
RATE, LEAST_RATE = 3e-3, 0.1  # Adam's at first, and the share of it that is left at the end
HELD = 3e-3  # L2 penalty on how far the parameters go from where they began
WIDE = {"cosine": 3.0, "sentence": 3.0}
PARTS = 3  # of the claims taught, each judged by what the others teach


def before() -> Parameters:
    """What `python -m eval.fit.direction` learned, without any judgement."""
    row = json.loads(files("eval.fit").joinpath("direction.json").read_text(encoding="utf-8"))
    return {name: np.array(row[name], np.float64) for name in Direction.__slots__}


def tune(begun: Parameters, judged: Sequence[Judged], rounds: int = ROUNDS, seed: int = 0) -> Parameters:
    """Logistic loss over the claims that are decided, both verdicts of equal weight in all; the mean of the parameters over the
    second half of the steps."""
    rng = np.random.default_rng(seed)
    taught = [one for one in judged if one.label != "NEI"]
    supported = sum(one.label == "SUPPORT" for one in taught)
    weight = {"SUPPORT": 1.0, "CONTRADICT": supported / max(len(taught) - supported, 1)}
    p, adam, mean, steps = begun, Adam(begun), Mean(), 0
    planned = rounds * -(-len(taught) // BATCH)
    for _ in range(rounds):
        order = rng.permutation(len(taught)).tolist()
        for at in range(0, len(order), BATCH):
            total = {name: 2 * HELD * (value - begun[name]) for name, value in p.items()}
            rows = [taught[n] for n in order[at : at + BATCH]]
            whole = sum(weight[row.label] for row in rows)
            for row in rows:
                value, slopes = slope(p, row.said, row.evidence)
                off = (1 / (1 + np.exp(-value)) - (row.label == "SUPPORT")) * weight[row.label] / whole
                total = {name: total[name] + off * slopes[name] for name in p}
            p = adam.moved(p, total, RATE * max(LEAST_RATE, 1 - steps / planned), WIDE)
            steps += 1
            if 2 * steps > planned:
                mean.add(p)
    return mean.value


def asked(p: Parameters, judged: Sequence[Judged]) -> list[dict[str, float]]:
    """The features of the claims with the direction that these parameters give."""
    return [{**one.features, "direction": odds(p, one.said, one.evidence)} for one in judged]


def unseen(begun: Parameters, judged: Sequence[Judged]) -> list[dict[str, float]]:
    """The features of the claims, each with the direction from parameters tuned on claims of other groups: a regression over
    what was tuned on the same claims would trust it too much."""
    part = shares(PARTS, [one.group for one in judged], seed=0)
    found: list[dict[str, float]] = [{}] * len(judged)
    for held in range(PARTS):
        own = [n for n, one in enumerate(judged) if part[n] == held]
        learned = tune(begun, [one for n, one in enumerate(judged) if part[n] != held])
        for n, row in zip(own, asked(learned, [judged[n] for n in own]), strict=True):
            found[n] = row
    return found


def shares(count: int, groups: Sequence[str], seed: int) -> NDArray[np.intp]:
    """For every row which of `count` parts it is in; rows of one group are in the same."""
    names = sorted(set(groups))
    shuffled = np.random.default_rng(seed).permutation(len(names))
    part = dict(zip(names, (shuffled % count).tolist(), strict=True))
    return np.array([part[name] for name in groups], np.intp)
