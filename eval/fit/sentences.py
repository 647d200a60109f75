"""`python -m eval.fit.sentences [--shared DIR]`: the weights by which sentences are chosen, cross-validated by paper."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.fit.material import is_gold, read, reference
from eval.fit.tuning import shares
from eval.metrics import mean, mean_interval, normalised
from rag.answering.record import Passage
from rag.embedding import EMBEDDERS, Embedder
from rag.errors import ReadError
from rag.paper import Paper
from rag.readers import expand, read_file
from rag.retrieval.evidence import WEIGHTS, Asked, Known, features, known_of, reading
from rag.terms import WORD, content_words

Floats = NDArray[np.float64]
FOLDS, ROUNDS = 5, 3
RIDGE = 1.0  # L2 penalty on coefficients of features divided by their spread
LONGEST = 90  # words quoted
COUNTS = {"development": 1.0, "described": 1.0, "sample": 1.0, "chemistry": 0.5, "claims": 0.2}
"""Set -> how much a question of it counts: other fields less, and claims are no questions."""
EVERY = 3  # of the claims with evidence, so that they do not outweigh the questions
LEAST = 0.5  # share of an answer's words that a sentence must hold to be called its source
ROUNDING = 0.006  # half of the last of the two decimals in the code, and a little for another processor's arithmetic


@dataclass(frozen=True, slots=True)
class Row:
    """One question and the sentences of its paper. `held` says of each sentence which facts it holds, shape (sentences, facts);
    `known` has the text. Where a fact is in no sentence `complete` says whether that counts against the choice: it does where
    facts were written from the whole abstract. Rows of one `group` are about the same paper."""

    source: str
    group: str
    question: str
    known: Known
    held: NDArray[np.bool_]
    complete: bool = False


@dataclass(frozen=True, slots=True)
class Measured:
    """A row as the engine sees it: features, shape (sentences, len(WEIGHTS)), and the words of each sentence."""

    row: Row
    features: Floats
    words: tuple[int, ...]


def gather(shared: Path) -> list[Row]:
    """The questions of all five sets, in the order of their files."""
    paths = [path for path in expand([str(shared / "corpus")]) if not isinstance(path, ReadError)]
    papers = [paper for path in paths for paper in read_file(path) if not isinstance(paper, ReadError)]
    sets = files("eval").joinpath("sets")
    own, described = (read(Path(str(sets.joinpath(f"{name}.jsonl")))) for name in ("refusal", "described"))
    return [
        *of_set("development", read(shared / "questions/single.jsonl"), papers, complete=True),
        *of_set("described", described, papers, complete=True),
        *of_set("sample", own, papers),
        *in_chemistry(read(shared / "bench/chemlit/dev.jsonl.gz")),
        *claims(read(shared / "bench/scifact/claims.jsonl"), read(shared / "bench/scifact/corpus.jsonl.gz")),
    ]


def of_set(source: str, questions: Sequence[dict[str, Any]], papers: Sequence[Paper], *, complete: bool = False) -> Iterator[Row]:
    """Questions with key facts about one paper, over that paper's whole abstract where `papers` have it. Those of which no fact
    stands in a sentence teach nothing."""
    for question in questions:
        if question["kind"] != "single" or not question.get("key_facts"):
            continue
        gold = [reference(paper) for paper in question["papers"]]
        paper = next((paper for paper in papers if is_gold(paper, gold)), None)
        if paper is None:
            continue
        known = known_of(paper)
        texts = [normalised(passage.text) for passage in known.passages]
        held = np.array([[normalised(fact) in text for fact in question["key_facts"]] for text in texts])
        if held.any():
            yield Row(source, gold[0], question["question"], known, held, complete)


def in_chemistry(questions: Sequence[dict[str, Any]]) -> Iterator[Row]:
    """Questions on chemistry passages: the sentences that hold the most words of the answer, where these are at least half."""
    for question in questions:
        known = known_of(Paper("", question["context"]))
        wanted = set(content_words(question["answer"])) if question["answerable"] else set()
        if not wanted:
            continue
        parts = np.array([len(wanted & words) / len(wanted) for words in known.words])
        if parts.max() >= LEAST:
            yield Row("chemistry", question["context"][:60], question["question"], known, (parts == parts.max())[:, None])


def claims(claimed: Sequence[dict[str, Any]], abstracts: Sequence[dict[str, Any]]) -> Iterator[Row]:
    """SciFact's claims with each abstract in which people marked sentences as evidence, of these every third."""
    sentences = {str(row["_id"]): row["metadata"]["sentences"] for row in abstracts}
    marked = [
        (claim["text"], paper, {n for one in claim["evidence"] if one["doc"] == paper for n in one["sentences"]})
        for claim in claimed
        for paper in dict.fromkeys(one["doc"] for one in claim["evidence"])
    ]
    for text, paper, evidence in marked[EVERY - 1 :: EVERY]:
        passages, start = [], 0
        for n, sentence in enumerate(sentences[paper]):
            passages.append(Passage(paper, n, start, start + len(sentence), sentence))
            start += len(sentence) + 1
        known = known_of(Paper(paper, " ".join(sentences[paper])), tuple(passages))
        yield Row("claims", paper, text, known, np.array([[n in evidence] for n in range(len(passages))]))


def measure(rows: Sequence[Row], embedder: Embedder) -> list[Measured]:
    """The features of every row, by the engine's own functions."""
    found, read = [], reading(embedder)
    for row in rows:
        _, told = Asked(row.question, embedder, read).told(row.known)
        passages = row.known.passages
        both = [{**features(own, len(passages), False), **asked} for own, asked in zip(passages, told, strict=True)]
        values = np.array([[one[name] for name in WEIGHTS] for one in both])
        found.append(Measured(row, values, tuple(len(WORD.findall(passage.text)) for passage in passages)))
    return found


def fit(rows: Sequence[Measured], ridge: float = RIDGE) -> Floats:
    """Coefficients of a conditional logit: the chance that a sentence drawn by softmax of its score is one of those that hold a
    fact, its negative logarithm meaned over a question's facts, weighed by COUNTS and summed (McFadden 1974, with several right
    choices). Shape (len(WEIGHTS),), in the features' own units."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    spread = np.vstack([one.features for one in rows]).std(0) + 1e-9
    taught = [
        (one.features / spread, one.row.held[:, one.row.held.any(0)].T.astype(np.float64), COUNTS[one.row.source]) for one in rows
    ]

    def loss(at: Floats) -> tuple[float, Floats]:
        total, slope = ridge * float(at @ at), 2 * ridge * at
        for x, facts, count in taught:
            scores = x @ at
            chances = np.exp(scores - scores.max())
            chances /= chances.sum()
            for holds in facts:
                right = chances * holds
                total -= count / len(facts) * float(np.log(right.sum()))
                slope = slope - count / len(facts) * (x.T @ (right / right.sum() - chances))
        return total, slope

    found: Floats = minimize(loss, np.zeros(len(WEIGHTS)), jac=True, method="L-BFGS-B").x / spread
    return found


def quoted(one: Measured, weights: Floats, longest: int = LONGEST) -> list[int]:
    """The sentences in the order of their scores, the first of any length, each other one where it still fits."""
    found: list[int] = []
    for n in np.argsort(-(one.features @ weights), kind="stable").tolist():
        if not found or sum(one.words[k] for k in found) + one.words[n] <= longest:
            found.append(n)
    return found


def judged(one: Measured, weights: Floats) -> tuple[float, float]:
    """The share of the facts that what is quoted holds, and whether its first sentence holds one."""
    chosen, held = quoted(one, weights), one.row.held
    there = held if one.row.complete else held[:, held.any(0)]
    return float(there[chosen].any(0).mean()), float(held[chosen[0]].any())


def out_of_fold(rows: Sequence[Measured], rounds: int = ROUNDS) -> list[tuple[float, float]]:
    """`judged` of each row by weights fitted without any row about its paper, meaned over `rounds` ways to part the papers."""
    total = np.zeros((len(rows), 2))
    for round_ in range(rounds):
        part = shares(FOLDS, [one.row.group for one in rows], seed=round_)
        fitted = [fit([one for one, own in zip(rows, part, strict=True) if own != held]) for held in range(FOLDS)]
        total += [judged(one, fitted[own]) for one, own in zip(rows, part, strict=True)]
    return [(float(facts), float(first)) for facts, first in total / rounds]


def report(rows: Sequence[Measured], found: Sequence[tuple[float, float]]) -> Iterable[str]:
    """Both figures of each set with 95 % intervals over its papers."""
    for source in dict.fromkeys(one.row.source for one in rows):
        own = [(one.row.group, values) for one, values in zip(rows, found, strict=True) if one.row.source == source]
        told = [figure([(group, values[n]) for group, values in own]) for n in range(2)]
        yield f"  {source:12} {len(own):3} questions: key facts {told[0]}, first sentence {told[1]}"


def figure(values: Sequence[tuple[str, float]]) -> str:
    """The mean of values by group, with its interval."""
    groups = [[value for group, value in values if group == own] for own in dict.fromkeys(group for group, _ in values)]
    low, high = mean_interval(groups)
    return f"{mean([value for _, value in values]):.3f} [{low:.3f}, {high:.3f}]"


def compared(fitted: Mapping[str, float], code: Mapping[str, float]) -> Iterable[str]:
    """Each fitted weight beside that of the code, and which of them differ by more than its rounding."""
    for name, weight in code.items():
        yield f"  {name:10} fitted {fitted[name]:6.3f}, in the code {weight:5.2f}"
    off = [name for name, weight in code.items() if abs(fitted[name] - weight) > ROUNDING]
    yield f"  differ by more than rounding: {', '.join(off)}" if off else "  equal to the rounding of the code"


def main() -> None:
    """Fit on all rows, print the weights beside the code's, and what cross-validation says of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder of dumps, questions and benchmarks")
    rows, embedder = gather(parser.parse_args().shared), EMBEDDERS["minilm"]().load()
    now, code = measure(rows, embedder), np.array(list(WEIGHTS.values()))
    told = ["weights:", *compared(dict(zip(WEIGHTS, fit(now).tolist(), strict=True)), WEIGHTS)]
    told += [f"cross-validated by paper in {FOLDS} parts, {ROUNDS} times:"]
    told += report(now, out_of_fold(now))
    told += ["by the weights of the code, which have seen these questions:", *report(now, [judged(one, code) for one in now])]
    sys.stdout.write("\n".join(told) + "\n")


if __name__ == "__main__":
    main()
