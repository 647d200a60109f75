"""`python -m eval.fit.ranking [--shared DIR] [--home DIR]`: the coefficients of `rag.retrieval.statement`, cross-validated."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import typer
from numpy.typing import NDArray

from eval.bench.inputs import SHARED
from eval.bench.judged import find_sets
from eval.bench.quality import values
from eval.runner import open_assistant
from rag.embedding import EMBEDDERS
from rag.retrieval.hybrid import HybridRetriever
from rag.retrieval.statement import NAMES, READ, WEIGHTS, Parts
from rag.settings import Settings

Floats = NDArray[np.float64]
FOLDS, SEEDS = 5, (0, 1, 2)
SHARPNESS = 15.0  # scores are multiplied by it before the softmax
RIDGE = 1e-3
START = {"cosine": 0.69, "keyword": 0.31, "near": 1.0, "letters": 0.0}
"""The ranking of questions, which the penalty draws towards."""


def candidates(parts: Parts) -> tuple[list[str], Floats]:
    """The papers whose wording was read, and their features (papers, len(NAMES))."""
    features = parts.features()
    papers = list(parts.letters)
    return papers, np.array([[features[paper][name] for name in NAMES] for paper in papers])


def fit(features: Sequence[Floats], gains: Sequence[Floats]) -> Floats:
    """Coefficients that minimise the mean cross entropy between grades and softmax(SHARPNESS * score) over each claim's
    papers (ListNet; Cao et al. 2007), with a penalty on the distance from START. A claim whose papers were not read teaches
    nothing."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    taught = [(x, gain / gain.sum()) for x, gain in zip(features, gains, strict=True) if gain.sum() > 0]
    start = np.array([START[name] for name in NAMES])

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, slope = 0.0, np.zeros_like(weights)
        for x, wanted in taught:
            scores = SHARPNESS * (x @ weights)
            scores -= scores.max()
            share = np.exp(scores) / np.exp(scores).sum()
            total -= float(wanted @ np.log(share + 1e-300))
            slope -= SHARPNESS * (x.T @ (wanted - share))
        off = weights - start
        return total / len(taught) + RIDGE * float(off @ off), slope / len(taught) + 2 * RIDGE * off

    found: Floats = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return found


def scaled(weights: Floats) -> dict[str, float]:
    """The same ranking with cosine, keyword and letters adding up to 1, as the scores of other questions do at best."""
    named = dict(zip(NAMES, weights, strict=True))
    full = named["cosine"] + named["keyword"] + named["letters"]
    return {name: round(float(weight / full), 3) for name, weight in named.items()}


def learn(retriever: HybridRetriever, queries: Mapping[str, str], qrels: Mapping[str, Mapping[str, int]]) -> None:
    """Print nDCG@10 of the shipped coefficients and in cross-validation, and the coefficients fitted on everything."""
    asked = list(queries)
    read = [candidates(retriever.statement_parts(queries[query])) for query in asked]
    features = [x for _, x in read]
    gains = [np.array([float(qrels[query].get(p, 0)) for p in papers]) for query, (papers, _) in zip(asked, read, strict=True)]

    def ndcg(weights: Sequence[Floats]) -> float:
        order = {
            query: [papers[at] for at in np.argsort(-(x @ own), kind="stable")]
            for query, (papers, x), own in zip(asked, read, weights, strict=True)
        }
        return float(np.mean(values(order, {query: qrels[query] for query in asked})["ndcg@10"]))

    shipped = np.array([WEIGHTS[name] for name in NAMES])
    typer.echo(f"{len(asked)} claims, the best {READ} papers each")
    typer.echo(f"as shipped      {ndcg([shipped] * len(asked)):.4f}")
    typer.echo(f"as questions    {ndcg([np.array([START[name] for name in NAMES])] * len(asked)):.4f}")
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(asked))
        own: list[Floats] = [shipped] * len(asked)
        for fold in range(FOLDS):
            held = set(order[fold::FOLDS].tolist())
            rest = [n for n in range(len(asked)) if n not in held]
            weights = fit([features[n] for n in rest], [gains[n] for n in rest])
            for n in held:
                own[n] = weights
        typer.echo(f"cross-validated {ndcg(own):.4f} (seed {seed})")
    typer.echo(f"WEIGHTS = {scaled(fit(features, gains))}")


def main() -> None:
    """Take SciFact into a library and fit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=SHARED)
    parser.add_argument("--home", type=Path, help="a library to keep, so that a second run takes in nothing")
    chosen = parser.parse_args()
    (judged,) = find_sets(["scifact"], chosen.shared)
    with tempfile.TemporaryDirectory() as empty, open_assistant(Settings.load(home=chosen.home or Path(empty))) as assistant:
        assistant.ingest(judged.files)
        stores = assistant.stores()
        retriever = HybridRetriever(stores.catalogue, stores.vectors, stores.keywords, EMBEDDERS["minilm"]().load())
        learn(retriever, judged.queries(), judged.judge(list(assistant.papers())))


if __name__ == "__main__":
    main()
