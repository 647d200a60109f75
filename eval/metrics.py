"""The metrics, as pure functions of papers and texts. Figures are in 0..1 unless a function says otherwise."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Sequence

from rag.terms import content_words

RANK_FIGURES = ("hit@1", "hit@3", "hit@5", "hit@10", "recall@5", "recall@10", "mrr@10", "ndcg@10")

BOOTSTRAP_RESAMPLES = 2000
BOOTSTRAP_SEED = 20_240_611
CHUNK = 250
Z_SQUARED = 3.841459  # of the standard normal deviate that leaves 2.5 % on each side


def ranking(ranked: Sequence[str], relevant: Collection[str]) -> dict[str, float]:
    """The figures named in RANK_FIGURES for one question, computed by ir_measures.

    `ranked` are paper ids, best first, each once; `relevant` the ids of the named papers, at least one (else ValueError).

    hit@k     1 where a relevant paper is among the first k, else 0 (Success@k of TREC)
    recall@k  share of the relevant papers among the first k
    mrr@10    1 / rank of the first relevant paper, 0 beyond rank 10 (Voorhees, TREC-8 QA track, 1999)
    ndcg@10   sum of 1 / log2(rank + 1) over the relevant papers in the first 10, divided by the sum an ideal order would
              have (Järvelin and Kekäläinen, TOIS 20(4), 2002; binary gains)
    """
    import ir_measures
    from ir_measures import RR, R, Success, nDCG

    if not relevant:
        raise ValueError("no relevant paper: a ranking without one has no figures")
    measures = {"recall": R, "hit": Success, "mrr": RR, "ndcg": nDCG}
    names = {measures[name.split("@")[0]] @ int(name.split("@")[1]): name for name in RANK_FIGURES}
    # Scores only carry the order: ir_measures breaks ties by id, so no two may be equal.
    scores = {paper: float(-rank) for rank, paper in enumerate(dict.fromkeys(ranked))}
    values = ir_measures.iter_calc(list(names), {"q": dict.fromkeys(relevant, 1)}, {"q": scores})
    found = {names[value.measure]: float(value.value) for value in values}
    return {name: found[name] for name in RANK_FIGURES}


def citation_precision(cited: Collection[str], relevant: Collection[str]) -> float:
    """Share of the cited papers that are relevant: |cited ∩ relevant| / |cited|.

    Nothing cited counts 0, as does a refusal: the question names papers, and none of them was given.
    """
    cited = set(cited)
    return len(cited & set(relevant)) / len(cited) if cited else 0.0


def citation_recall(cited: Collection[str], relevant: Collection[str]) -> float:
    """Share of the relevant papers that are cited: |cited ∩ relevant| / |relevant|. ValueError where none is relevant."""
    if not relevant:
        raise ValueError("no relevant paper: recall is not defined")
    relevant = set(relevant)
    return len(set(cited) & relevant) / len(relevant)


def normalised(text: str) -> str:
    """Lower case; hyphens, `\\%` and everything but letters, digits, `.` and `%` evened out to single spaces."""
    return re.sub(r"(?:[^\w.%]|_)+", " ", text.lower().replace("\\%", "%").replace("-", " ")).strip()


def answer_text(text: str) -> str:
    """An answer's text without its marks [1], normalised."""
    return normalised(re.sub(r"\[\d+\]", " ", text))


def key_fact_recall(text: str, facts: Sequence[str]) -> float:
    """Share of `facts` that occur in the answer's `text`, word for word after `normalised` on both sides.

    A containment test: a reworded fact counts as missing, and `5` is found in `15`. ValueError where there is no fact.
    """
    if not facts:
        raise ValueError("no key fact: recall is not defined")
    given = answer_text(text)
    return sum(normalised(fact) in given for fact in facts) / len(facts)


def facts_covered(text: str, facts: Sequence[str]) -> float:
    """Share of `facts` whose words the answer's `text` has: every number, and two thirds of the stems that carry meaning.

    For facts told in other words than the answer's (`key_fact_recall` wants them word for word); word order and negation do
    not count, so it errs on the kind side. ValueError where there is no fact.
    """
    if not facts:
        raise ValueError("no key fact: recall is not defined")
    given = set(content_words(answer_text(text)))
    return sum(_is_covered(content_words(normalised(fact)), given) for fact in facts) / len(facts)


def _is_covered(wanted: Sequence[str], given: Collection[str]) -> bool:
    words = set(wanted)
    numbers = {word for word in words if any(c.isdigit() for c in word)}
    return bool(words) and numbers <= set(given) and 3 * len(words.intersection(given)) >= 2 * len(words)


def token_f1(text: str, reference: str) -> float:
    """Harmonic mean of the precision and recall of an answer's words against those of a reference answer.

    Words are counted as often as they occur; case, marks, punctuation and the articles a, an, the do not count (SQuAD's
    F1; Rajpurkar et al., EMNLP 2016). Two texts without a word agree.
    """
    given, wanted = _tokens(answer_text(text)), _tokens(normalised(reference))
    if not given or not wanted:
        return float(given == wanted)
    shared = (given & wanted).total()
    if not shared:
        return 0.0
    precision, recall = shared / given.total(), shared / wanted.total()
    return 2 * precision * recall / (precision + recall)


def _tokens(text: str) -> Counter[str]:
    return Counter(word.strip(".") for word in text.split() if word.strip(".") and word not in {"a", "an", "the"})


def evidence_recall(cited: Sequence[str], gold: Sequence[str]) -> float:
    """Share of the gold sentences that stand in what is cited. Both are lists of single sentences; see `same_sentence`.

    ValueError where there is no gold sentence.
    """
    if not gold:
        raise ValueError("no gold sentence: recall is not defined")
    return sum(any(same_sentence(own, one) for own in cited) for one in gold) / len(gold)


def evidence_precision(cited: Sequence[str], gold: Sequence[str]) -> float:
    """Share of the cited sentences that are gold. Nothing cited counts 0, as in `citation_precision`."""
    return sum(any(same_sentence(own, one) for one in gold) for own in cited) / len(cited) if cited else 0.0


def same_sentence(one: str, other: str) -> bool:
    """Whether two sentences are the same after `normalised`, or one is part of the other and at least half as long."""
    shorter, longer = sorted((normalised(one), normalised(other)), key=len)
    return bool(shorter) and shorter in longer and 2 * len(shorter) >= len(longer)


def label_of(text: str, labels: Collection[str]) -> str | None:
    """The one of `labels` that an answer gives: its first word, else the only label that occurs in it; None otherwise."""
    given = f" {answer_text(text).replace('.', ' ')} "
    known = {label: f" {normalised(label)} " for label in labels}
    for label, words in known.items():
        if given.startswith(words):
            return label
    found = [label for label, words in known.items() if words in given]
    return found[0] if len(found) == 1 else None


def word_count(text: str) -> int:
    """Words of an answer: pieces between spaces after `answer_text`, so hyphenated parts count and marks do not."""
    return len(answer_text(text).split())


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean, the same in any order of `values`. ValueError where there is none."""
    if not values:
        raise ValueError("no value: the mean is not defined")
    return math.fsum(values) / len(values)


def mean_interval(groups: Sequence[Sequence[float]]) -> tuple[float, float]:
    """The 95 % interval of the mean of values in 0..1: the bootstrap's, but Wilson's where all are 0 or all are 1.

    There the bootstrap has no width, though 20 of 20 does not mean 100 %. Wilson's score interval (Journal of the American
    Statistical Association 22, 1927), which is n / (n + z^2) to 1 for n of n, takes questions as its n, not turns. ValueError
    where there is no value.
    """
    values = {value for group in groups for value in group}
    if len(values) == 1 and values <= {0.0, 1.0}:
        beyond = Z_SQUARED / (sum(map(bool, groups)) + Z_SQUARED)
        return (0.0, beyond) if values == {0.0} else (1.0 - beyond, 1.0)
    return bootstrap_interval(groups)


def bootstrap_interval(groups: Sequence[Sequence[float]], *, level: float = 0.95) -> tuple[float, float]:
    """The percentile bootstrap interval of the mean (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13).

    `groups` holds the values of each question: one, or for a dialogue one a turn. Whole questions are drawn, because the
    turns of one dialogue are not independent (the cluster bootstrap; Davison and Hinkley, 1997, section 3.8). 2,000
    resamples from a fixed seed, so equal input gives an equal interval. Where all values are equal it has no width: the
    bootstrap cannot see beyond the sample, and 20 of 20 does not mean 100 %. ValueError where there is no value.
    """
    import numpy as np

    groups = [group for group in groups if group]
    if not groups:
        raise ValueError("no value: the interval is not defined")
    sums = np.array([math.fsum(group) for group in groups])
    sizes = np.array([len(group) for group in groups], dtype=float)
    random = np.random.default_rng(BOOTSTRAP_SEED)
    means: list[float] = []
    # In chunks: all resamples of a set of many thousand questions at once would fill the memory.
    for begin in range(0, BOOTSTRAP_RESAMPLES, CHUNK):
        drawn = random.integers(len(groups), size=(min(CHUNK, BOOTSTRAP_RESAMPLES - begin), len(groups)))
        means.extend(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)
