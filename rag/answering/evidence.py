"""What an answer is made from: the sentences of the papers found that bear on the question, each a passage of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answering.hostile import disguised, for_readers
from rag.answering.record import Hit, Passage
from rag.paper import Paper
from rag.retrieval.evidence import ScoredSentence, only, passages_of, together, unread

DEPTH = (9, 7, 5)  # best sentences of the first, the second, the third paper
REST = 3  # of each further one
"""Chosen so that no key fact of the development questions is lost: 1.00 of them are in the evidence at 2,060 tokens, as in ten
whole abstracts at 3,560, whether the further papers are read for it or not; LOG.md has the other depths."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Passages of one paper that go into an answer, best paper first."""

    paper: Paper
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Screened:
    """The hits that may be evidence, with their sentences; `left_out` counts sentences that are not for readers, `disguised`
    the papers that pass themselves off as others."""

    hits: tuple[Hit, ...]
    sentences: tuple[Sequence[ScoredSentence], ...]
    left_out: int = 0
    disguised: int = 0

    @property
    def note(self) -> str:
        """What was left out, for the reader; empty where nothing was."""
        told = []
        if self.left_out:
            what = "1 sentence that addresses" if self.left_out == 1 else f"{self.left_out} sentences that address"
            told.append(f"{what} an assistant or a machine rather than a reader")
        if self.disguised:
            what = "1 paper whose words mix" if self.disguised == 1 else f"{self.disguised} papers whose words mix"
            told.append(f"{what} alphabets to pass for others")
        return f"Left out as evidence: {' and '.join(told)}." if told else ""


def screen(hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]]) -> Screened:
    """Leave out what is no evidence; `sentences` are those of the first hits, best hit first. Further hits are kept."""
    kept: list[Hit] = []
    own_kept: list[Sequence[ScoredSentence]] = []
    left_out = impostors = 0
    for n, hit in enumerate(hits):
        if disguised(hit.paper):
            impostors += n < len(sentences)
            continue
        if n < len(sentences):
            own = sentences[n]
            readable = [place for place, passage in enumerate(passages_of(own)) if for_readers(passage.text)]
            left_out += len(own) - len(readable)
            if not readable:
                continue
            own_kept.append(own if len(readable) == len(own) else only(own, readable))
        kept.append(hit)
    return Screened(tuple(kept), tuple(own_kept), left_out, impostors)


def choose(sentences: Sequence[Sequence[ScoredSentence]], sides: int = 0) -> list[Evidence]:
    """The evidence for a question: fewer sentences of each further paper, and the neighbours of each paper's best one, which
    say what its "it" is. Best paper first, best sentence first, so that a budget cuts at the end.

    Papers beyond the first three are not read for it: their sentences are chosen by place, wording and the question's words.
    Where the first ones are those of several `sides`, each of them has as many as the third paper, or more.
    """
    chosen = []
    read = max(len(DEPTH), sides)
    closely = together(sentences[:read])
    for rank, own in enumerate([*closely, *map(unread, sentences[read:])]):
        depth = DEPTH[min(rank, len(DEPTH) - 1)] if rank < read else REST
        ordered = sorted(own, key=lambda s: -s.score)[:depth]
        if ordered:
            chosen.append(Evidence(ordered[0].paper, tuple(s.passage for s in with_neighbours(ordered, own))))
    return chosen


def with_neighbours(ordered: Sequence[ScoredSentence], own: Sequence[ScoredSentence]) -> Iterator[ScoredSentence]:
    """The sentences, and behind them those around the first of them that are not among them."""
    yield from ordered
    place = ordered[0].passage.index
    taken = {s.passage.index for s in ordered}
    yield from (s for s in own if abs(s.passage.index - place) == 1 and s.passage.index not in taken)
