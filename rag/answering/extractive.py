"""The answer without a model: the sentences that answer, verbatim, each with its citation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.answering.draft import Draft
from rag.answering.record import CitedSource, Hit, Passage, Sentence, Verdict
from rag.retrieval.evidence import ScoredSentence
from rag.retrieval.understand import QuestionType
from rag.terms import WORD

PAPERS = {QuestionType.ONE: 1, QuestionType.COMPARE: 4, QuestionType.LIST: 100}
"""Papers quoted at most."""
KEEP = {QuestionType.ONE: 1.0, QuestionType.COMPARE: 0.7, QuestionType.LIST: 0.7}
"""A paper is quoted when its score is at least this share of the best one's."""
LENGTH = {QuestionType.ONE: 1.0, QuestionType.COMPARE: 1.0, QuestionType.LIST: 3.0}
"""Length of an answer from more than one paper, as a multiple of the usual one."""
EACH = {QuestionType.ONE: 99, QuestionType.COMPARE: 4, QuestionType.LIST: 2}
"""Sentences of one paper at most, where there are several."""
NOTE = "These are sentences quoted from the abstracts; no language model was used."


def quote(
    kind: QuestionType,
    hits: Sequence[Hit],
    sentences: Sequence[Sequence[ScoredSentence]],
    words: int,
    on_token: Callable[[str], None] | None = None,
) -> Draft:
    """Pick sentences up to about `words` words; `sentences` are those of each hit, best hit first.

    Papers come in order of rank, sentences of one paper in the order of the abstract.
    """
    picked = pick(kind, papers_to_quote(kind, hits, sentences), words)
    sources, said, parts = [], [], []
    for number, own in enumerate(picked, 1):
        passages: list[Passage] = [sentence.passage for sentence in own]
        sources.append(CitedSource(number, own[0].paper, tuple(passages)))
        for passage in passages:
            said.append(Sentence(passage.text, (number,), Verdict.SUPPORTED, 1.0))
            parts.append(f"{passage.text} [{number}]")
            if on_token is not None:
                on_token(parts[-1] if len(parts) == 1 else f" {parts[-1]}")
    return Draft(" ".join(parts), tuple(said), tuple(sources), notes=(NOTE,))


def papers_to_quote(
    kind: QuestionType, hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]]
) -> list[Sequence[ScoredSentence]]:
    """The sentences of the papers that score near the best one; how near depends on what is asked."""
    best = max((hit.score for hit in hits), default=0.0)
    return [own for hit, own in zip(hits, sentences, strict=False) if own and hit.score >= KEEP[kind] * best][: PAPERS[kind]]


def pick(kind: QuestionType, papers: Sequence[Sequence[ScoredSentence]], words: int) -> list[list[ScoredSentence]]:
    """The sentences to quote, by paper. Every paper has its best sentence before any has a second one."""
    left = words * (LENGTH[kind] if len(papers) > 1 else 1.0)
    chosen: dict[str, list[ScoredSentence]] = {}
    first = [max(own, key=lambda s: s.score) for own in papers]
    rest = sorted((s for own in papers for s in own if s not in first), key=lambda s: -s.score)
    most = EACH[kind] if len(papers) > 1 else EACH[QuestionType.ONE]
    for sentence in [*first, *rest]:
        length = len(WORD.findall(sentence.passage.text))
        own = chosen.setdefault(sentence.paper.id, [])
        if not own or (length <= left and len(own) < most):
            own.append(sentence)
            left -= length
    return [sorted(own, key=lambda s: s.passage.index) for own in chosen.values()]
