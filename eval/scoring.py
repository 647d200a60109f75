"""One turn and its answer -> scores. A figure that does not apply is absent, never zero and never NaN."""

from __future__ import annotations

from collections.abc import Collection

from eval import metrics
from eval.questions import Turn
from rag.answering.record import Answer

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
    "fact_recall": "key-fact recall",
    "words": "words an answer",
    "answered": "answered",
    "abstained": "abstained",
    "wrongly_refused": "answerable, wrongly refused",
    "rightly_refused": "unanswerable, rightly refused",
}


def score(turn: Turn, relevant: Collection[str], answer: Answer) -> dict[str, float]:
    """The figures of one answer, by the names of FIGURES.

    `relevant` are the ids of the named papers that the library holds. Ranking and citation figures need at least one,
    key-fact recall at least one fact. Ranks are those of `answer.retrieved`. `answered` and the three refusal figures are
    0 or 1; their means are rates.
    """
    scores: dict[str, float] = {}
    if relevant:
        cited = [source.paper.id for source in answer.sources]
        scores |= metrics.ranking([hit.paper.id for hit in answer.retrieved], relevant)
        scores["citation_precision"] = metrics.citation_precision(cited, relevant)
        scores["citation_recall"] = metrics.citation_recall(cited, relevant)
    if turn.key_facts:
        scores["fact_recall"] = metrics.key_fact_recall(answer.text, turn.key_facts)
    scores["words"] = float(metrics.word_count(answer.text))
    scores["answered"] = float(not answer.abstained)
    scores["abstained"] = float(answer.abstained)
    scores["wrongly_refused" if turn.answerable else "rightly_refused"] = float(answer.abstained)
    return scores
