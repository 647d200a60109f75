"""`python -m eval.fit.support [--shared DIR] [--write]`: the support verdict fitted, cross-validated by claim and abstract."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.fit.claims import Judged, Pair, load_pairs, measured
from eval.fit.confidence import auroc, logistic_regression
from eval.fit.direction import written
from eval.fit.tuning import asked, before, shares, tune, unseen
from rag.embedding import EMBEDDERS

Floats = NDArray[np.float64]
FOLDS, ROUNDS = 5, 3
RIDGE = 3.0  # L2 penalty on standardised coefficients
RESAMPLES = 2000
ABOUT = ("cosine", "pieces", "pieces_weakest", "words", "numbers")
AGREES = ("pieces_together", "agreement_least", "sides_least", "bound", "comparison", "direction")
"""Features of the two regressions."""
FIGURES = {
    "auroc_nei": ("NEI", "chance that a supported claim gets a higher probability than one the abstract does not decide"),
    "auroc_contradict": ("CONTRADICT", "than one the abstract contradicts"),
    "auroc_rest": ("NEI CONTRADICT", "than either"),
}
DATA = "SciFact, biomedical; claims written by experts, many of them reversed on purpose"
METHOD = f"cross-validated in {FOLDS} parts that share neither claim nor abstract, {ROUNDS} times"


def fit_one(names: Sequence[str], rows: Sequence[dict[str, float]], met: Sequence[bool]) -> dict[str, Any]:
    """Intercept and weights of a ridge logistic regression, in the features' own units."""
    x = np.array([[row[name] for name in names] for row in rows])
    middle, spread = x.mean(0), x.std(0) + 1e-9
    found = logistic_regression((x - middle) / spread, np.array(met, np.float64), np.ones(len(rows)), RIDGE)
    slopes = found[1:] / spread
    weights = {name: round(float(slope), 4) for name, slope in zip(names, slopes, strict=True)}
    return {"intercept": round(float(found[0] - slopes @ middle), 4), "weights": weights}


def fit(rows: Sequence[dict[str, float]], labels: Sequence[str]) -> dict[str, Any]:
    """Both regressions: `about` over all pairs, `agrees` over those that are decided."""
    decided = [n for n, label in enumerate(labels) if label != "NEI"]
    return {
        "about": fit_one(ABOUT, rows, [label != "NEI" for label in labels]),
        "agrees": fit_one(AGREES, [rows[n] for n in decided], [labels[n] == "SUPPORT" for n in decided]),
    }


def chance(model: dict[str, Any], rows: Sequence[dict[str, float]]) -> Floats:
    """The chance of support: the product of both."""
    odds = [
        np.array([part["intercept"] + sum(w * row[name] for name, w in part["weights"].items()) for row in rows])
        for part in (model["about"], model["agrees"])
    ]
    return np.asarray(1 / (1 + np.exp(-odds[0])) / (1 + np.exp(-odds[1])))


def out_of_fold(judged: Sequence[Judged], rounds: int = ROUNDS) -> Floats:
    """Probabilities from models that saw neither claim nor abstract, shape (rounds, pairs); direction is tuned anew each time."""
    found, begun = np.zeros((rounds, len(judged))), before()
    for round_ in range(rounds):
        own = shares(FOLDS, [one.group for one in judged], round_)
        for held in range(FOLDS):
            taught, others = ([judged[n] for n in np.flatnonzero(rows).tolist()] for rows in (own != held, own == held))
            model = fit(unseen(begun, taught), [one.label for one in taught])
            found[round_, own == held] = chance(model, asked(tune(begun, taught), others))
    return found


def figures(values: Floats, pairs: Sequence[Pair | Judged]) -> list[dict[str, Any]]:
    """AUROC against each kind of unsupported claim; the mean over rounds, its interval by resampling groups."""
    labels = np.array([pair.label for pair in pairs])
    members: dict[str, list[int]] = {}
    for n, pair in enumerate(pairs):
        members.setdefault(pair.group, []).append(n)
    own = [np.array(group) for group in members.values()]
    rng = np.random.default_rng(0)
    draws = [np.concatenate([own[k] for k in rng.integers(len(own), size=len(own))]) for _ in range(RESAMPLES)]
    found = []
    for name, (against, says) in FIGURES.items():
        other = np.isin(labels, against.split())

        def area(values: Floats, at: NDArray[np.intp], other: NDArray[np.bool_] = other) -> float:
            return auroc(values[at][labels[at] == "SUPPORT"], values[at][other[at]])

        everywhere = np.arange(len(pairs))
        value = float(np.mean([area(row, everywhere) for row in values]))
        low, high = np.quantile([area(values[n % len(values)], at) for n, at in enumerate(draws)], [0.025, 0.975])
        found.append(
            {"name": name, "value": round(value, 3), "low": round(float(low), 3), "high": round(float(high), 3), "says": says}
        )
    return found


def calibration(values: Floats, pairs: Sequence[Pair | Judged]) -> list[tuple[float, float, int]]:
    """For tenths of the probability: mean probability, share supported, pairs."""
    supported = np.array([pair.label == "SUPPORT" for pair in pairs])
    found = []
    for low in np.arange(0, 1, 0.1):
        inside = (values >= low) & (values < low + 0.1)
        if inside.any():
            found.append((float(values[inside].mean()), float(supported[inside].mean()), int(inside.sum())))
    return found


def main() -> None:
    """Fit on all pairs, print what cross-validation says of it, and write the coefficients where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--write", action="store_true", help="write support.json and direction.json of rag/answering")
    given = parser.parse_args()
    pairs = load_pairs(given.shared / "bench/scifact")
    reader: Any = EMBEDDERS["minilm"]().load()
    judged = measured(pairs, reader)
    values = out_of_fold(judged)
    found = figures(values, pairs)
    told = [f"{figure['name']:17} {figure['value']:.3f} [{figure['low']:.3f}, {figure['high']:.3f}]" for figure in found]
    told += [
        f"said {mean:.2f}, supported {share:.2f} ({count} pairs)" for mean, share, count in calibration(values.mean(0), pairs)
    ]
    sys.stdout.write("\n".join(told) + "\n")
    if given.write:
        begun = before()
        model = fit(unseen(begun, judged), [pair.label for pair in pairs])
        Path(str(files("rag.answering").joinpath("direction.json"))).write_text(written(tune(begun, judged)), encoding="utf-8")
        trust = {
            "figures": found,
            "data": DATA,
            "pairs": len(pairs),
            "method": METHOD,
            "date": dt.datetime.now(dt.UTC).date().isoformat(),
        }
        row = {"description": "The support verdict, see rag/answering/support_model.py.", **model, "trust": trust}
        row = {**row, "made_by": "python -m eval.fit.support --write"}
        Path(str(files("rag.answering").joinpath("support.json"))).write_text(json.dumps(row, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
