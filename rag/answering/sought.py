"""What kind of sentence a follow-up asks for, and which of its paper's sentences are news: those not quoted before come first."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from enum import StrEnum

from rag.answering.record import Answer, Passage
from rag.retrieval.evidence import ASKS_NUMBER, DIGIT, ScoredSentence


class Sought(StrEnum):
    """What a question wants to hear of."""

    NUMBER = "number"
    LIMITATION = "limitation"
    CAUSE = "cause"
    RESULT = "result"
    METHOD = "method"


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


ASKS: dict[Sought, re.Pattern[str]] = {
    Sought.NUMBER: ASKS_NUMBER,
    Sought.LIMITATION: _words(
        r"limits?|limitations?|drawbacks?|weakness(?:es)?|downsides?|caveats?|shortcomings?|disadvantages?|fails?"
        r"|failures?|go(?:es)? wrong"
        r"|open (?:problems?|questions?)|future work|missing"
    ),
    Sought.CAUSE: _words(
        r"why|how come|reasons?|causes?|caused|explains?|explanation|behind (?:it|that|this)|due to what|where does .* come from"
    ),
    Sought.RESULT: _words(
        r"results?|outcomes?|findings?|found|find out|conclu\w+|how well|how good|better|gains?|effects?|benefits?|perform\w*"
        r"|(?:does|did|do|is|was) (?:it|this|that|they|the \w+) (?:\w+ )?(?:helps?|works?|worked|improve\w*|pay off"
        r"|effective|useful)|evidence"
    ),
    Sought.METHOD: _words(
        r"how (?:is|are|was|were|can|could|do|does|did|would|should|to|exactly)|fix(?:ed|es)?|solv\w+|solution"
        r"|remed\w+|address\w*|avoid\w*|mitigat\w*"
        r"|overcome|prevent\w*|methods?|approach(?:es)?|propos\w+|suggest\w*|technique|what (?:is|was) done"
        r"|what (?:do|did) they do|tackle\w*"
    ),
}
"""Kind -> wording of the question; the first that fits counts."""
SHOWS: dict[Sought, re.Pattern[str]] = {
    Sought.NUMBER: DIGIT,
    Sought.LIMITATION: _words(
        r"however|limit\w*|fails?|failure\w*|remain\w*|drawback\w*|although|though|despite|still|only|cannot|worse"
        r"|struggl\w*|degrad\w*|not|open"
    ),
    Sought.CAUSE: _words(
        r"because|due to|caus\w+|stems?|reasons?|lead(?:s|ing)? to|results? (?:from|in)|aris\w+|owing|since"
        r"|attribut\w+|explain\w*|driven"
        r"|thus|therefore|as a result|underl\w+|consequen\w+"
    ),
    Sought.RESULT: _words(
        r"results?|show\w*|outperform\w*|improv\w*|achiev\w*|better|worse|find(?:ings?)?|found|gains?|exceed\w*"
        r"|surpass\w*|reduc\w*|demonstrat\w*"
        r"|reveal\w*|significant\w*|observ\w*|increas\w*|boost\w*"
    ),
    Sought.METHOD: _words(
        r"propos\w+|introduc\w+|present|presents|develop\w*|design\w*|solution|remed\w+|fix(?:es|ed)?|(?:to"
        r"|and) (?:address|tackle|mitigate|overcome|solve"
        r"|avoid|prevent|remedy|alleviate)|by \w+ing|method|approach|framework|algorithm|technique|replac\w+|modif\w+"
        r"|we (?:use|train|apply|combine|scale)"
    ),
}
"""Kind -> wording of a sentence that tells of it."""
TELLS = 1.5
"""What it adds to a sentence's score (0 to 8) that it tells of what is asked for."""
OFFERS = _words(
    r"we (?:\w+ )?(?:propose|introduce|present|develop|design|implement|devise)|our (?:solution|remedy|method|approach)"
)
AGAIN, AGAIN_COSTS = frozenset({Sought.RESULT, Sought.NUMBER}), 1.0
"""Kinds for which a sentence may be told again, and what that costs it."""
LED = frozenset({Sought.CAUSE, Sought.LIMITATION})
"""Kinds for which a first answer begins with a sentence that tells of it; the best sentence mostly tells of a result."""
LEANS = re.compile(
    r"(?:(?:this|these|those|such|it|they|their|its|he|she)\b|\(?(?:[2-9]|ii|iii|iv)\)|(?:second|third|thirdly|secondly|moreover|furthermore"
    r"|in addition|additionally|besides|meanwhile|in contrast|conversely|on the other hand)\b)"
    r"(?! (?:paper|work|study|article|survey|thesis|report|review)\b)",
    re.IGNORECASE,
)
"""How a sentence begins that depends on the one before it."""
LEANING = 0.5
"""What that costs it where an answer is to begin."""
OWN = 1.5
"""What it adds, where a method is sought, that the authors offer it: what others did is told in other words."""


def sought(turn: str) -> Sought | None:
    """What the turn asks for, from its wording; None where nothing shows."""
    return next((kind for kind, pattern in ASKS.items() if pattern.search(turn)), None)


def told_before(history: Sequence[Answer]) -> frozenset[str]:
    """The sentences of abstracts that earlier answers quoted or were written from."""
    said = [sentence for answer in history for sentence in answer.sentences]
    return frozenset([*(each.text for each in said), *(each.evidence.text for each in said if each.evidence is not None)])


def fresh(turn: str, sentences: Sequence[ScoredSentence], before: Collection[str]) -> list[ScoredSentence]:
    """The sentences that were not told `before`, those that tell of what the turn asks for raised.

    A sentence is told again where nothing new tells of it, or nothing new is left; and a figure or a result that is asked for
    may have been told, too.
    """
    kind = sought(turn)
    new = [sentence for sentence in sentences if sentence.passage.text not in before]
    telling_new = kind is not None and any(SHOWS[kind].search(sentence.passage.text) for sentence in new)
    if not new or (kind is not None and not telling_new):
        new = list(sentences)
    kept = []
    for sentence in sentences:
        gain = telling(kind, sentence.passage.text)
        if sentence in new:
            kept.append(replace(sentence, score=sentence.score + gain))
        elif kind in AGAIN and gain:
            kept.append(replace(sentence, score=sentence.score + gain - AGAIN_COSTS))
    return kept


def leading(question: str, sentences: Sequence[ScoredSentence]) -> ScoredSentence:
    """The sentence to begin with: the best one, where those that tell of the cause or the limit that is asked for are raised."""
    kind = sought(question)
    raised = kind if kind in LED else None
    return max(sentences, key=lambda own: own.score + telling(raised, own.passage.text) - LEANING * dependent(own.passage))


def dependent(passage: Passage) -> bool:
    """Whether a sentence depends on the one before it."""
    return passage.index > 0 and LEANS.match(passage.text) is not None


def telling(kind: Sought | None, text: str) -> float:
    """What a sentence gains for telling of what is asked for."""
    if kind is None or not SHOWS[kind].search(text):
        return 0.0
    return TELLS + (OWN if kind is Sought.METHOD and OFFERS.search(text) else 0.0)
