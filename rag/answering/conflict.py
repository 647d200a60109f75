"""Papers that disagree on what a question asks: who says so and who says otherwise, where polarity or a figure makes it plain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answering.abstain_presence import holds, names
from rag.answering.deciding import FIGURES, YES_NO
from rag.answering.draft import Draft
from rag.answering.missing import Asked, details
from rag.answering.missing_names import TOKEN
from rag.answering.scales import marks
from rag.retrieval.evidence import ScoredSentence, passages_of, together
from rag.terms import WORD, content_words, stem

NEAR = 0.5  # cosine to the question from which a sentence may take a side
SHARE = 0.5  # of the question's words that it must hold
ALIKE = 0.6  # Jaccard index of the words of two sentences from which on they speak of the same figure
BETWEEN = 3  # words after a number among which the noun stands that it counts
SCALED = frozenset(["thousand", "million", "billion", "trillion"])
HEDGES = re.compile(r"\b(may|might|can|could|however|although|whether|but|while|except|unless|yet|not only)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Conflict:
    """The sentence of each paper that takes a side, best paper first; both sides have at least one. Of figures that differ each
    is told: the first is that of `agree`, the others follow in `deny`."""

    agree: tuple[ScoredSentence, ...]
    deny: tuple[ScoredSentence, ...]
    figures: tuple[tuple[str, int], ...] = ()

    @property
    def text(self) -> str:
        """How many papers stand on either side."""
        if self.figures:
            return f"The papers disagree: {', '.join(f'{papers(count)} {figure}' for figure, count in self.figures)}."
        return f"The papers disagree: {papers(len(self.agree))} so, {papers(len(self.deny))} otherwise."


def papers(count: int) -> str:
    """A number of papers with its verb."""
    return "1 paper says" if count == 1 else f"{count} papers say"


def conflict(question: str, sentences: Sequence[Sequence[ScoredSentence]]) -> Conflict | None:
    """Sides taken on a yes-no question that names one end of a scale ("Does X improve Y?"), or figures given for what a question
    asks the number of; None unless there are two.

    A paper counts only with a sentence that is near the question, holds half of its words, says the scale of the same thing, and
    hedges nothing: a disagreement that is not there costs more than one that is missed. Each paper is one work (the library holds
    a work once); further papers by the same authors are not independent and do not count.
    """
    if not YES_NO.search(question):
        return figures(question, sentences)
    asked = [(key, of) for key, of in marks(question).items() if (key[0], 1 - key[1]) not in marks(question)]
    if len(asked) != 1:
        return None
    mark, of = asked[0]
    wanted, about = set(content_words(question)), subject(question, mark[0])
    told = {n: found for n, own in enumerate(sentences) if (found := taking_sides(own, wanted, about, mark, of))}
    if {True, False} - {side for found in told.values() for side in found.values()}:
        return None  # told from the wording alone, before any sentence is embedded
    together([sentences[n] for n in told])
    sides: dict[bool, list[ScoredSentence]] = {True: [], False: []}
    authors: set[str] = set()
    for n, found in told.items():
        place = max(found, key=lambda place: sentences[n][place].cosine)
        sentence = sentences[n][place]
        by = {name.lower() for name in sentence.paper.authors}
        if sentence.cosine >= NEAR and not by & authors:
            sides[found[place]].append(sentence)
            authors |= by
    if not sides[True] or not sides[False]:
        return None
    return Conflict(tuple(sides[True]), tuple(sides[False]))


def subject(question: str, scale: int) -> set[str]:
    """The content words in front of the word that names the scale: of these something is asked."""
    before: list[str] = []
    for word in WORD.findall(question):
        if any(named == scale for named, _ in marks(word)):
            break
        before.append(word)
    return set(content_words(" ".join(before)))


def taking_sides(
    sentences: Sequence[ScoredSentence], wanted: set[str], about: set[str], mark: tuple[int, int], of: set[str]
) -> dict[int, bool]:
    """Place -> whether it agrees, of the sentences of one paper that speak `about` what is asked and that take a side."""
    scale, end = mark
    found = {}
    for place, passage in enumerate(passages_of(sentences)):
        held = wanted & set(content_words(passage.text))
        if len(held) < SHARE * len(wanted) or not about <= held or HEDGES.search(passage.text):
            continue
        said = marks(passage.text)
        same, other = said.get((scale, end), set()) & of, said.get((scale, 1 - end), set()) & of
        if bool(same) != bool(other):
            found[place] = bool(same)
    return found


@dataclass(frozen=True, slots=True)
class Figure:
    """The one number of a sentence, what it counts, and the other words of the sentence."""

    number: str
    unit: str
    words: frozenset[str]


def figures(question: str, sentences: Sequence[Sequence[ScoredSentence]]) -> Conflict | None:
    """Different figures for what a question asks a number of, from papers that share no author; None unless there are two.

    Only sentences count that hold every name and half of the words of the question, and one number. Two are compared where they
    count the noun that is asked for of the same name ("How many parameters has BLOOM?"), or are otherwise worded alike: papers
    count different things more often than they disagree.
    """
    asked = [detail for detail in details(question) if detail.kind in FIGURES]
    nouns = {stem(own.noun.rpartition(" ")[2].lower()) if own.kind is Asked.COUNT else "" for own in asked}
    if len(nouns) != 1:
        return None
    (noun,), named, wanted = nouns, names(question), set(content_words(question))
    told: list[tuple[Figure, int, int]] = []
    for n, own in enumerate(sentences):
        for place, passage in enumerate(passages_of(own)):
            said = figure(passage.text, noun) if speaks(passage.text, wanted, named) else None
            if said is not None and (not told or comparable(said, told[0][0], named=bool(noun and named))):
                told.append((said, n, place))
                break
    if len({said.number for said, _, _ in told}) <= 1:
        return None  # told from the wording alone, before any sentence is embedded
    together([sentences[n] for _, n, _ in told])
    given: dict[str, list[ScoredSentence]] = {}
    authors: set[str] = set()
    for said, n, place in told:
        sentence = sentences[n][place]
        by = {name.lower() for name in sentence.paper.authors}
        if not by & authors:
            given.setdefault(said.number if noun else f"{said.number} {said.unit}", []).append(sentence)
            authors |= by
    if len(given) <= 1:
        return None
    first, *rest = given.values()
    other = tuple(sentence for own in rest for sentence in own)
    return Conflict(tuple(first), other, tuple((number, len(own)) for number, own in given.items()))


def speaks(text: str, wanted: set[str], named: Sequence[str]) -> bool:
    """Whether a sentence is about the question: every name, half of the words, and no hedge."""
    share = len(wanted & set(content_words(text))) / (len(wanted) or 1)
    return share >= SHARE and not HEDGES.search(text) and all(holds(name, text) for name in named)


def figure(text: str, noun: str) -> Figure | None:
    """The number of a sentence that counts `noun`, a stem, with at most two words between; without a noun its only number."""
    words = [word for word in (found.strip(".,").lower() for found in TOKEN.findall(text)) if word]
    found: list[tuple[str, str]] = []
    for at, word in enumerate(words):
        behind = words[at + 1 : at + 1 + BETWEEN]
        if word[0].isdigit() and (not noun or noun in map(stem, behind)):
            scaled = bool(behind) and behind[0] in SCALED
            found.append((f"{word} {behind[0]}" if scaled else word, noun or (behind[0] if behind and not scaled else "")))
    if len(set(found)) != 1:
        return None
    return Figure(*found[0], frozenset(word for word in content_words(text) if not word[0].isdigit()))


def comparable(one: Figure, other: Figure, *, named: bool) -> bool:
    """Whether two sentences give the figure of the same thing: `named` in the question, or worded alike."""
    shared = len(one.words & other.words) / (len(one.words | other.words) or 1)
    return one.unit == other.unit and (named or shared >= ALIKE)


def with_both_sides(draft: Draft, found: Conflict | None) -> Draft:
    """A model's answer, with a note that quotes either side where the papers visibly disagree and it rests on one side alone."""
    cited = {source.paper.id for source in draft.sources}
    sides = (found.agree, found.deny) if found is not None and not draft.abstained else ()
    if found is None or all(any(sentence.paper.id in cited for sentence in side) for side in sides):
        return draft
    quoted = " ".join(f"“{side[0].passage.text}” ({side[0].paper.title or 'untitled'})" for side in sides)
    return replace(draft, notes=(f"{found.text} The answer tells one side only. {quoted}", *draft.notes))
