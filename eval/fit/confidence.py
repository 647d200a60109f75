"""`python -m eval.fit.confidence [--shared DIR] [--write]`: when to refuse, fitted and cross-validated by paper."""

from __future__ import annotations

import argparse
import datetime as dt
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.fit.material import ANSWERED, UNANSWERED, Row, gather
from rag.answering.abstain import BROAD, MODEL, STAGES, Model, Point, Stage, logistic, read

Floats = NDArray[np.float64]
FOLDS = 5
RIDGE = 1.0  # L2 penalty on standardised coefficients
ENOUGH, LEAST = 0.5, 0.35
WEIGHT = {"sample": 0.5, "corpus": 1.0, "chemlit": 0.3, "pubmedqa": 0.3, "bioasq": 0.3}
"""By library or source: the sample's questions are asked of two libraries, other fields count less."""
ANSWERABLE = 0.75
PARTS = {"missing-detail": 7, "false-premise": 5, "absent-paper": 4, "out-of-domain": 2}
"""Share of questions in the curve's mix that the library answers, and the parts that the unanswerable kinds have in the rest: as
among the development questions."""
BOUNDED = {"cosine"}
"""Features by which a bound goes (`FAR` in `abstain`): beside the others they weigh nothing."""
GRID = [round(0.02 * n, 2) for n in range(50)]


def rows_of(stage: str, rows: Sequence[Row]) -> list[tuple[Row, bool]]:
    """The rows that teach a stage, with whether its condition is met.

    `there` is met by questions about a paper that is in the library, answered or not; `given` only looks at questions with
    their paper in the library, `holds` too. Passages from the middle of a paper say nothing about abstracts, hence no chemlit.
    """
    if stage == "there":
        return [(row, row.kind not in ("absent-paper", "out-of-domain")) for row in rows]
    unmet = {"given": "missing-detail", "holds": "false-premise"}[stage]
    kinds = (*ANSWERED, "missing-detail", unmet)
    return [(row, row.kind != unmet) for row in rows if row.kind in kinds and row.source != "chemlit"]


def fit_stage(stage: str, rows: Sequence[Row]) -> Stage:
    """Ridge logistic regression over the stage's features."""
    taught = rows_of(stage, rows)
    names = sorted(getattr(taught[0][0].features, stage).keys() - BOUNDED)
    x = np.array([[getattr(row.features, stage)[name] for name in names] for row, _ in taught])
    y = np.array([float(met) for _, met in taught])
    weights = np.array([weight_of(row) for row, _ in taught])
    middle, spread = x.mean(0), x.std(0) + 1e-9
    found = logistic_regression((x - middle) / spread, y, weights)
    slopes = found[1:] / spread
    return Stage(float(found[0] - slopes @ middle), {name: float(slope) for name, slope in zip(names, slopes, strict=True)})


def logistic_regression(x: Floats, y: Floats, weights: Floats, ridge: float = RIDGE) -> Floats:
    """Intercept and coefficients that minimise the weighted log loss plus half of ridge times the squared coefficients."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    def loss(at: Floats) -> tuple[float, Floats]:
        odds = x @ at[1:] + at[0]
        off = (1 / (1 + np.exp(-odds)) - y) * weights
        value = float((np.logaddexp(0, np.where(y == 1, -odds, odds)) * weights).sum() + ridge * (at[1:] ** 2).sum() / 2)
        return value, np.concatenate([[off.sum()], x.T @ off + ridge * at[1:]])

    best: Floats = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B").x
    return best


def weight_of(row: Row) -> float:
    """How much a row counts."""
    return WEIGHT.get(row.source if row.source in ("pubmedqa", "bioasq") else row.library, 1.0)


def fit(rows: Sequence[Row]) -> Model:
    """The three stages, not yet calibrated."""
    return Model({stage: fit_stage(stage, rows) for stage in STAGES}, ENOUGH, LEAST, 1.0, 0.0, ())


def fold_of(row: Row) -> int:
    """Rows about the same paper fall into the same fold."""
    return int(hashlib.sha256(row.group.encode()).hexdigest(), 16) % FOLDS


def out_of_fold(rows: Sequence[Row]) -> tuple[Floats, Floats]:
    """For each row the uncalibrated confidence, and the chance that its paper is there, by a model that saw no row about it."""
    values, there = np.zeros(len(rows)), np.zeros(len(rows))
    for fold in range(FOLDS):
        fitted = fit([row for row in rows if fold_of(row) != fold])
        for n, row in enumerate(rows):
            if fold_of(row) == fold:
                sure = fitted.confidence(row.features)
                values[n], there[n] = sure.value, sure.there
    return values, there


def mix(rows: Sequence[Row]) -> Floats:
    """Weights that give answerable questions the share ANSWERABLE and each unanswerable kind its part of the rest."""
    counts = Counter("answered" if row.answerable else row.kind for row in rows)
    rest = {kind: (1 - ANSWERABLE) * part / sum(PARTS.values()) for kind, part in PARTS.items()}
    return np.array([ANSWERABLE / counts["answered"] if row.answerable else rest[row.kind] / counts[row.kind] for row in rows])


def answers(values: Floats, there: Floats, rows: Sequence[Row], threshold: float) -> NDArray[np.bool_]:
    """Which rows are answered from a threshold on, as `rag.answering.abstain.refuses` has it: of several papers asked for each
    gives a part, and no detail or premise is judged."""
    one = np.array([row.features.one for row in rows])
    answered: NDArray[np.bool_] = np.where(one, (there >= LEAST) & (values >= threshold), there >= BROAD)
    return answered


def calibration(values: Floats, rows: Sequence[Row]) -> tuple[float, float]:
    """Slope and offset of Platt scaling over the log odds, in the mix."""
    odds = np.log(values + 1e-9) - np.log(1 - values + 1e-9)
    answerable = np.array([float(row.answerable) for row in rows])
    offset, slope = logistic_regression(odds[:, None], answerable, mix(rows) * len(rows), ridge=0.0)
    return float(slope), float(offset)


def curve(values: Floats, there: Floats, rows: Sequence[Row]) -> tuple[Point, ...]:
    """The risk-coverage curve in the mix, as if the threshold held for questions for several papers, too."""
    weights, right = mix(rows), np.array([row.answerable for row in rows])
    points = []
    for threshold in GRID:
        given = (there >= LEAST) & (values >= threshold)
        coverage = float(weights[given].sum())
        risk = float(weights[given & ~right].sum()) / coverage if coverage else 0.0
        refused = float(weights[right & ~given].sum()) / ANSWERABLE
        points.append(Point(threshold, round(coverage, 4), round(risk, 3), round(refused, 4)))
    return tuple(points)


def auroc(yes: Floats, no: Floats) -> float:
    """Chance that a value of `yes` is greater than one of `no`, ties half."""
    return float(((yes[:, None] > no) + 0.5 * (yes[:, None] == no)).mean())


def interval(yes: Floats, no: Floats, times: int = 1000) -> str:
    """The AUROC with its 95 % bootstrap interval over questions."""
    if not len(yes) or not len(no):
        return "-"
    draws = np.random.default_rng(0)
    found = sorted(auroc(draws.choice(yes, len(yes)), draws.choice(no, len(no))) for _ in range(times))
    return f"{auroc(yes, no):.3f} [{found[int(times * 0.025)]:.3f}, {found[int(times * 0.975)]:.3f}]"


def report(rows: Sequence[Row], values: Floats, refused: NDArray[np.bool_]) -> Iterable[str]:
    """AUROC and refusals by library, source and kind, all out of fold."""
    for library, source in dict.fromkeys((row.library, row.source) for row in rows):
        here = [n for n, row in enumerate(rows) if (row.library, row.source) == (library, source)]

        def pick(wanted: Callable[[Row], bool], here: list[int] = here) -> list[int]:
            return [n for n in here if wanted(rows[n])]

        yes = pick(lambda row: row.answerable)
        single = pick(lambda row: row.kind == "single")
        no = pick(lambda row: not row.answerable and not row.removed)
        yield f"{library}, questions of {source}: AUROC {interval(values[single], values[no])}"
        if yes:
            yield f"  answerable {len(yes)}: wrongly refused {refused[yes].mean():.3f}"
        for kind in UNANSWERED:
            for removed in (False, True):
                own = pick(lambda row, kind=kind, removed=removed: row.kind == kind and row.removed == removed)  # type: ignore[misc]
                if own:
                    name = f"{kind} (paper taken out)" if removed else kind
                    yield f"  {name} {len(own)}: refused {refused[own].mean():.3f}, AUROC {interval(values[single], values[own])}"


def as_row(fitted: Model, rows: Sequence[Row], measured: Sequence[str]) -> dict[str, Any]:
    """What the file holds; `measured` is the report, so that what the README says can be held against it."""
    counts = Counter(f"{row.library}: {row.source}, {row.kind}{', paper taken out' * row.removed}" for row in rows)
    return {
        "description": "When to refuse: see rag/answering/abstain.py. Chances of three conditions, multiplied and calibrated.",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "made_by": "python -m eval.fit.confidence --shared ../shared --write",
        "questions": dict(sorted(counts.items())),
        "mix": f"{ANSWERABLE:.0%} answerable questions, the rest {', '.join(f'{kind} ({part})' for kind, part in PARTS.items())}",
        "stages": {
            name: {
                "intercept": round(stage.intercept, 3),
                "weights": {feature: round(weight, 3) for feature, weight in stage.weights.items()},
            }
            for name, stage in fitted.stages.items()
        },
        "measured": list(measured),
        "enough": fitted.enough,
        "least": fitted.least,
        "calibration": {"slope": round(fitted.slope, 3), "offset": round(fitted.offset, 3)},
        "curve": [{"threshold": p.threshold, "coverage": p.coverage, "risk": p.risk, "refused": p.refused} for p in fitted.curve],
    }


def main() -> None:
    """Fit, report, and write the file where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--shared", type=Path, help="folder of dumps, questions and benchmarks; without it only the sample is used"
    )
    parser.add_argument("--write", action="store_true", help=f"write rag/answering/{MODEL}")
    parser.add_argument("--risk", type=float, default=0.1, help="share of wrong answers accepted in the report")
    arguments = parser.parse_args()
    rows = gather(arguments.shared)
    raw, there = out_of_fold(rows)
    slope, offset = calibration(raw, rows)
    odds = np.log(raw + 1e-9) - np.log(1 - raw + 1e-9)
    values = np.array([logistic(slope * value + offset) for value in odds])
    fitted = Model(fit(rows).stages, ENOUGH, LEAST, slope, offset, curve(values, there, rows))
    threshold = fitted.threshold(arguments.risk)
    say = sys.stdout.write
    say(f"answering from a confidence of {threshold} on, for at most {arguments.risk:.0%} wrong answers in the mix\n")
    measured = list(report(rows, values, ~answers(values, there, rows, threshold)))
    say("\n".join(measured) + "\n")
    text = json.dumps(as_row(fitted, rows, measured), indent=1) + "\n"
    read(text)  # the engine reads what is about to be written
    if arguments.write:
        Path(str(files("rag.answering").joinpath(MODEL))).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
