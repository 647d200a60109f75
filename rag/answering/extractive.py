"""The answer without a model: the sentences that answer, verbatim, each with its citation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.answering.draft import Draft
from rag.answering.record import CitedSource, Passage, Sentence, Verdict
from rag.retrieval.evidence import ScoredSentence
from rag.retrieval.understand import QuestionType

PAPERS = {QuestionType.ONE: 1, QuestionType.COMPARE: 4, QuestionType.LIST: 10}
"""Papers quoted at most."""
LIST_WORDS = 3  # a list may be this many times as long as another answer
NOTE = "These are sentences quoted from the abstracts; no language model was used."


def quote(
    kind: QuestionType, sentences: Sequence[Sequence[ScoredSentence]], words: int, on_token: Callable[[str], None] | None = None
) -> Draft:
    """Pick sentences up to about `words` words; `sentences` are those of each paper found, best paper first.

    Papers come in order of rank, sentences of one paper in the order of the abstract.
    """
    picked = pick(kind, sentences, words)
    sources, said, parts = [], [], []
    for number, own in enumerate(picked, 1):
        passages: list[Passage] = [sentence.passage for sentence in own]
        sources.append(CitedSource(number, own[0].paper, tuple(passages)))
        for passage in passages:
            said.append(Sentence(passage.text, (number,), Verdict.SUPPORTED, 1.0))
            parts.append(f"{passage.text} [{number}]")
            if on_token is not None:
                on_token(parts[-1] + " ")
    return Draft(" ".join(parts), tuple(said), tuple(sources), notes=(NOTE,))


def pick(kind: QuestionType, sentences: Sequence[Sequence[ScoredSentence]], words: int) -> list[list[ScoredSentence]]:
    """The sentences to quote, by paper."""
    papers = [own for own in sentences if own][: PAPERS[kind]]
    budget = words * LIST_WORDS if kind is QuestionType.LIST else words
    left = budget
    chosen: dict[str, list[ScoredSentence]] = {}
    order = sorted((s for own in papers for s in own), key=lambda s: -s.score)
    if kind is not QuestionType.ONE:  # every paper has its best sentence before any has a second one
        first = [max(own, key=lambda s: s.score) for own in papers]
        order = [*first, *(s for s in order if s not in first)]
    for sentence in order:
        length = len(sentence.passage.text.split())
        if length <= left or not chosen:
            chosen.setdefault(sentence.paper.id, []).append(sentence)
            left -= length
    return [sorted(chosen[own[0].paper.id], key=lambda s: s.passage.index) for own in papers if own[0].paper.id in chosen]
