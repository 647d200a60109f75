"""Verifier: the verdict on each sentence a model wrote, from the passages it cites."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.answering.cited import CitedSentence
from rag.answering.packing import Packed
from rag.answering.record import Passage, Sentence, Support, Verdict

Check = Callable[[str, Sequence[Passage]], Support]

RANK = {
    verdict: rank
    for rank, verdict in enumerate(
        (
            Verdict.SUPPORTED,
            Verdict.PARTLY,
            Verdict.NUMBER_MISMATCH,
            Verdict.UNSUPPORTED,
            Verdict.CONTRADICTED,
            Verdict.UNCITED,
        )
    )
}
STANDS = (Verdict.SUPPORTED, Verdict.PARTLY)
"""Verdicts with which a sentence is left as it is."""
SEARCHED = 5  # papers in which the passage behind a sentence without a citation is looked for


class Verifier:
    """Checks each wording once, however often it is asked about. `outside` is the key for the model's own knowledge."""

    def __init__(self, packed: Packed, check: Check, outside: str = "") -> None:
        self._packed, self._check, self._outside = packed, check, outside
        self._known: dict[tuple[str, tuple[str, ...]], Support] = {}

    def judge(self, sentence: CitedSentence, papers: Sequence[str]) -> Sentence:
        """The sentence with its verdict; `papers` are the ids behind the numbers of citations, [1] first."""
        keys = tuple(key for key in sentence.keys if key in self._packed.keys)
        if not keys:
            return Sentence(sentence.text, (), Verdict.UNCITED, outside=self._outside in sentence.keys)
        numbers = dict.fromkeys(papers.index(self._packed.keys[key].paper_id) + 1 for key in keys)
        support = self.support(sentence.text, keys)
        return Sentence(sentence.text, tuple(numbers), support.label, support.probability, support.evidence)

    def support(self, text: str, keys: tuple[str, ...]) -> Support:
        """How far what is cited supports the text: the sentences themselves or, where they do not, all that was shown of
        their papers, since a citation leads to the paper and a claim is often spread over its sentences."""
        if (text, keys) not in self._known:
            cited = [self._packed.keys[key] for key in keys]
            found = self._check(text, cited)
            if found.label is not Verdict.SUPPORTED:
                papers = dict.fromkeys(passage.paper_id for passage in cited)
                around = [passage for paper in papers for passage in self._packed.of_paper(paper)]
                if len(around) > len(cited):
                    wider = self._check(text, around)
                    found = wider if RANK[wider.label] < RANK[found.label] else found
            self._known[text, keys] = found
        return self._known[text, keys]

    def find(self, text: str) -> str | None:
        """The key of the passage that supports a sentence for which the model named none; None where there is none."""
        best: tuple[float, Passage] | None = None
        for paper in list(self._packed.blocks)[:SEARCHED]:
            support = self._check(text, self._packed.of_paper(paper))
            if support.label is Verdict.SUPPORTED and support.evidence and (best is None or support.probability > best[0]):
                best = support.probability, support.evidence
        if best is None:
            return None
        place = best[1]
        inside = (
            key
            for key, passage in self._packed.keys.items()
            if passage.paper_id == place.paper_id and passage.start <= place.start < passage.end
        )
        return next(inside, None)


def failed(sentence: Sentence) -> bool:
    """Whether a sentence has to be put right: it claims to be from the library and is not borne out."""
    return not sentence.outside and sentence.verdict not in STANDS
