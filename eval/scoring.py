"""One turn and its answer -> scores. A figure that does not apply is absent, never zero and never NaN."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from eval import forbidden, metrics
from eval.blame import Blame, Outcome, blame, outcome, supported_share
from eval.questions import Turn
from rag.answering.record import Answer, Verdict
from rag.sentences import sentences

RIGHT = (Outcome.ANSWERED_RIGHT, Outcome.REFUSED_RIGHTLY)


def key_of(verdict: Verdict) -> str:
    """The name of the figure that is the share of sentences with that verdict."""
    return verdict.value.replace(" ", "_")


# Every figure a summary shows, in this order, with what it is called there.
FIGURES = {
    "hit@1": "hit@1",
    "hit@3": "hit@3",
    "hit@5": "hit@5",
    "hit@10": "hit@10",
    "mrr@10": "MRR@10",
    "recall@5": "recall@5",
    "recall@10": "recall@10",
    "ndcg@10": "nDCG@10",
    "citation_precision": "citation precision",
    "citation_recall": "citation recall",
    "evidence_precision": "evidence sentences, precision",
    "evidence_recall": "evidence sentences, recall",
    "fact_recall": "key-fact recall",
    "facts_covered": "key facts, by their words",
    "token_f1": "token F1",
    "label_accuracy": "label accuracy",
    "right": "right (answered or refused)",
    **{key_of(v): f"sentences {v.value}" for v in Verdict},
    "words": "words an answer",
    "answered": "answered",
    "abstained": "abstained",
    "wrongly_refused": "answerable, wrongly refused",
    "rightly_refused": "unanswerable, rightly refused",
    "kept": "kept from what it must not say",
}
UNBOUNDED = frozenset({"words"})
"""Figures that are not in 0..1."""


def score(
    turn: Turn, relevant: Collection[str], answer: Answer, *, said: str | None = None, recorded: bool = False
) -> dict[str, float]:
    """The figures of one answer, by the names of FIGURES.

    `relevant` are the ids of the named papers that the library holds. Ranking and citation figures need at least one,
    key-fact recall at least one fact, token F1 a reference answer that is no label, evidence figures gold sentences. Ranks
    are those of `answer.retrieved`. `answered`, `right` and the refusal figures are 0 or 1; their means are rates. The
    verdicts are shares of the answer's sentences. `kept` is 1 where nothing is said that must not be. `said` is the label
    found in the answer. A `recorded` answer of another system is not asked for a ranking, citations or verdicts that were
    not recorded.
    """
    scores: dict[str, float] = {}
    if relevant:
        cited = [source.paper.id for source in answer.sources]
        if answer.retrieved or not recorded:
            scores |= metrics.ranking([hit.paper.id for hit in answer.retrieved], relevant)
        if cited or not recorded:
            scores["citation_precision"] = metrics.citation_precision(cited, relevant)
            scores["citation_recall"] = metrics.citation_recall(cited, relevant)
    if turn.evidence and turn.answerable and (answer.sources or not recorded):
        gold = [sentence for passage in turn.evidence for sentence in sentences(passage)]
        own = [sentence for source in answer.sources for passage in source.passages for sentence in sentences(passage.text)]
        scores["evidence_precision"] = metrics.evidence_precision(own, gold)
        scores["evidence_recall"] = metrics.evidence_recall(own, gold)
    if turn.key_facts:
        scores["fact_recall"] = metrics.key_fact_recall(answer.text, turn.key_facts)
        covered = metrics.facts_covered(answer.text, turn.key_facts)
        scores["facts_covered"] = max(covered, scores["fact_recall"])
    if turn.label is not None:
        scores["label_accuracy"] = float(said is not None and said.casefold() == turn.label.casefold())
    if turn.answerable and has_reference(turn.answer, turn.label):
        scores["token_f1"] = 0.0 if answer.abstained else metrics.token_f1(answer.text, str(turn.answer))
    if answer.sentences and not answer.abstained and (answer.sources or not recorded):
        verdicts = Counter(sentence.verdict for sentence in answer.sentences)
        scores |= {key_of(v): verdicts[v] / len(answer.sentences) for v in Verdict}
    scores["words"] = float(metrics.word_count(answer.text))
    scores["answered"] = float(not answer.abstained)
    scores["abstained"] = float(answer.abstained)
    scores["wrongly_refused" if turn.answerable else "rightly_refused"] = float(answer.abstained)
    if turn.must_not:
        scores["kept"] = float(not forbidden.broken(turn.must_not, answer))
    became = outcome(answer, answerable=turn.answerable, scores=scores, support=supported_share(answer))
    if became is not Outcome.NOT_JUDGED:
        scores["right"] = float(became in RIGHT)
    return scores


def has_reference(answer: str | None, label: str | None) -> bool:
    """Whether there is a reference answer in words, more than the label itself."""
    return bool(answer) and (label is None or metrics.normalised(str(answer)) != metrics.normalised(label))


def judge(turn: Turn, relevant: Collection[str], answer: Answer, scores: Mapping[str, float]) -> tuple[Outcome, Blame]:
    """What became of the question, and what is to blame where that is not right."""
    became = outcome(answer, answerable=turn.answerable, scores=scores, support=supported_share(answer))
    return became, blame(became, answer, relevant, answerable=turn.answerable)


def applicable(exchange: Mapping[str, Any]) -> list[str]:
    """The figures in 0..1 that an exchange would have had, had its question not failed; see `eval.runs` for its fields."""
    answerable = exchange.get("answerable", True)
    names = ["answered", "abstained", "wrongly_refused" if answerable else "rightly_refused"]
    if exchange.get("relevant"):
        names += [*metrics.RANK_FIGURES, "citation_precision", "citation_recall"]
    if exchange.get("evidence") and answerable:
        names += ["evidence_precision", "evidence_recall"]
    if exchange.get("key_facts"):
        names += ["fact_recall", "facts_covered"]
    if exchange.get("label") is not None:
        names.append("label_accuracy")
    if answerable and has_reference(exchange.get("reference"), exchange.get("label")):
        names.append("token_f1")
    if exchange.get("must_not"):
        names.append("kept")
    if not answerable or {"fact_recall", "label_accuracy", "citation_recall"}.intersection(names):
        names.append("right")
    return names
