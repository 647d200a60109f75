"""Whether a question takes for granted what the evidence denies: "Why does it get slower?" of a method that gets faster."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from rag.answering.abbreviations import abbreviated, abbreviations
from rag.answering.missing import details
from rag.answering.polarity import cues
from rag.answering.roles import comparison, exchanged, same_order
from rag.answering.scales import FURTHER, marks, prefixed, under_negation
from rag.terms import QUESTION_WORDS, WORD, numbers, stem

JUDGED = 5  # sentences nearest to the question by which the learned verdict judges it
SAME, LONG = 2, 20
"""Words that must stand beside both ends before they are surely said of the same thing; one more in a question of more words than
this. One word is as often shared by chance (12 false premises, 13 answerable questions), two are not (21 and 2)."""
BESIDE = 5  # words either side of an end of a scale that say what it is said of
NEAREST = 3  # sentences nearest to the question that may deny
ASKS_WHETHER = re.compile(
    r"^\W*(is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|may|might)\b|\b(whether|or not)\b", re.IGNORECASE
)
"""Such a question takes nothing for granted."""
WHETHER_TOO = re.compile(
    r"(?:,|;|:|\band|\bor|[-–—]) (?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|had|may|might) [^?.;]+",
    re.IGNORECASE,
)
"""A part of a question that does so: "On what was it tried, and does it need labels?"."""
ASKING = re.compile(
    r"\b(how (many|much|far|long|often)( (more|less))?|rather than|at (least|most)|more generally|compared?)\b", re.IGNORECASE
)
"""Words that point without saying which way something went."""
COMPARES = re.compile(
    r"\b(beats?|outperform\w*|better|worse|higher|lower|more|less|fewer|faster|slower|larger|smaller|surpass\w*|exceeds?|prefer(?:s|red)?"
    r"|ahead of|(?:lags?|falls?|trails?) behind|above|below|over(?! \d)|wins?|loses?)\b",
    re.IGNORECASE,
)
THAN_FIRST = re.compile(
    r"^\W*((?:by )?(?:how|why|what|which)\b[^.?!]*?\bthan [^.?!,]+?)"
    r" ((?:does|do|did|is|are|was|were|has|have|can|could|will|would) .+)$",
    re.IGNORECASE,
)
UNDENIED = 0.25
"""What the learned verdict says of an ordinary question; taken for one of which the evidence does not speak."""
Agrees = Callable[[str, Sequence[str]], float | None]
"""As `SupportChecker.agrees`."""


@dataclass(frozen=True, slots=True)
class Premise:
    """What speaks against what the question takes for granted, 0 or 1 each (`strange` in 0..1).

    `anchored`: a near sentence says the opposite of the same thing, or has a word of the question only with the opposite prefix.
    `loose`: the first sentence that speaks of the scale says the opposite of something. `negated`: a word of the question stands
    in the nearest sentence under a negation only. `swapped`: a near sentence compares the two things the other way round.
    `strange`: share of the question's figures that the paper does not have. `denied` in 0..1: how sure the learned verdict is
    that the sentences say otherwise.
    """

    anchored: float = 0.0
    loose: float = 0.0
    negated: float = 0.0
    swapped: float = 0.0
    strange: float = 0.0
    denied: float = UNDENIED


def premise(question: str, title: str, sentences: Sequence[str], agrees: Agrees) -> Premise:
    """Compare a question with the sentences of the paper it seems to be about, nearest to the question first."""
    strange = strange_numbers(question, f"{title} {' '.join(sentences)}")
    near = sentences[:NEAREST]
    asked = {stem(word.lower()) for detail in details(question) for word in WORD.findall(detail.noun)}
    question = WHETHER_TOO.sub("", question)
    if ASKS_WHETHER.search(question) or not near:
        return Premise(strange=strange)
    anchored, loose = opposed(question, near)
    agreed = agrees(question, sentences[:JUDGED])
    return Premise(
        anchored=float(anchored or prefixed(question, near)),
        loose=float(loose),
        negated=float(negated(question, near[0], asked)),
        swapped=float(len(question.split()) <= LONG and reversed_in(question, sentences)),
        strange=strange,
        denied=UNDENIED if agreed is None else 1 - agreed,
    )


def reversed_in(question: str, sentences: Sequence[str]) -> bool:
    """Whether a near sentence compares two things the other way round, names abbreviated as the paper does."""
    known = abbreviations(" ".join(sentences))
    question, *said = (abbreviated(text, known) for text in (question, *sentences[:JUDGED]))
    return swapped(question, said[:NEAREST]) or turned(question, said)


def opposed(question: str, near: Sequence[str]) -> tuple[bool, bool]:
    """Whether sentences stand at the other end of a scale: surely of the same thing, and of anything at all."""
    asked = marks(ASKING.sub(" ", question), FURTHER, BESIDE)
    told = [marks(sentence, FURTHER, BESIDE) for sentence in near]
    wanted = SAME if len(question.split()) <= LONG else SAME + 1
    shared, anywhere = 0, False
    for (scale, end), of in asked.items():
        if (scale, 1 - end) in asked:
            continue  # the question names both ends
        shared = max(shared, *(len(of & said.get((scale, 1 - end), set()) - said.get((scale, end), set())) for said in told))
        speaks = next((found for found in told if (scale, 0) in found or (scale, 1) in found), None)
        anywhere |= speaks is not None and (scale, end) not in speaks
    return shared >= wanted, anywhere


def negated(question: str, sentence: str, asked: Collection[str] = ()) -> bool:
    """Whether a word of the question, which negates nothing and is none of those that ask (stems `asked`), stands in the sentence
    under a negation only. Not the other way round: "without" in a question mostly says what is wanted."""
    denied, affirmed = under_negation(question)
    there, plain = under_negation(sentence)
    return not denied and bool((affirmed & there) - plain - set(asked))


def swapped(question: str, near: Sequence[str]) -> bool:
    """Whether a sentence compares the same two things the other way round ("A beats B" for "Why does B beat A?")."""
    sides = sides_of(straight(question))
    for other in filter(None, map(sides_of, near)):
        if sides is None:
            return False
        same = len(sides[0] & other[0]) + len(sides[1] & other[1])
        crossed = min(len(sides[0] & other[1]), len(sides[1] & other[0]))
        if crossed and 2 * crossed > same:
            return True
    return False


def straight(question: str) -> str:
    """ "How much faster than B does A run?" in the order of a statement: "A run? How much faster than B"."""
    return THAN_FIRST.sub(r"\2 \1", question)


def turned(question: str, near: Sequence[str]) -> bool:
    """The same by the rules for verdicts: a sentence that gives the other side more, or says of one name what the question
    says of another."""
    question = straight(question)
    asked = comparison(question, cues(question))
    other = [found for sentence in near if asked and (found := comparison(sentence, cues(sentence)))]
    return any(asked and same_order(asked, found) < 0 for found in other) or any(exchanged(question, said) for said in near)


def sides_of(text: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The words on either side of the first comparison, without those on both."""
    found = COMPARES.search(text)
    if not found:
        return None
    left, right = (
        frozenset(stem(word) for word in WORD.findall(part.lower()) if word not in QUESTION_WORDS)
        for part in (text[: found.start()], text[found.end() :])
    )
    return left - right, right - left


def strange_numbers(question: str, text: str) -> float:
    """Share of the question's figures (two characters or more, no years, nor the 100 of "100 %") that the text does not have."""
    given = {number for number in numbers(question) if len(number) > 1 and not re.fullmatch(r"(19|20)\d\d|100", number)}
    return len(given - numbers(text)) / len(given) if given else 0.0
