"""What became of a question, and whose fault it is where that is not right: retrieval, citation, wording or refusal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum

from rag.answering.record import Answer, Verdict

FACTS_FROM = 0.5
"""Share of the key facts, or of a complete list of papers, from which an answer counts as right."""
READ = 10
"""Papers whose sentences are read; a named paper below them might as well not have been found."""


class Outcome(StrEnum):
    """What became of a question. Refusing is an outcome of its own, neither right nor wrong by itself."""

    ANSWERED_RIGHT = "answered right"
    ANSWERED_WRONG = "answered wrong"
    REFUSED_RIGHTLY = "refused rightly"
    REFUSED_WRONGLY = "refused wrongly"
    NOT_JUDGED = "not judged"  # answered, and the set has nothing to hold the answer against
    FAILED = "failed"


class Blame(StrEnum):
    """The first thing that went wrong on the way to an answer that is not right."""

    NONE = "none"
    NOT_RETRIEVED = "not retrieved"
    NOT_CITED = "retrieved but not cited"
    WRONG_OR_UNSUPPORTED = "cited but wrong or unsupported"
    WRONG = "wrong, nothing cited"
    WRONGLY_REFUSED = "wrongly refused"
    WRONGLY_ANSWERED = "wrongly answered"  # it should have been refused
    FAILED = "failed"


def outcome(answer: Answer, *, answerable: bool, scores: Mapping[str, float], support: float | None = None) -> Outcome:
    """What became of a question, from its scores (see `eval.scoring`).

    An answer to an answerable question is right where, of what the set gives, the first of these holds: the right label;
    half of the key facts by their words (`metrics.facts_covered`); half of the named papers cited and half of the sentences
    supported. Without a label, key facts or
    papers it is not judged. `support` is the share of supported sentences, None where nothing was checked.
    """
    if answer.abstained:
        return Outcome.REFUSED_WRONGLY if answerable else Outcome.REFUSED_RIGHTLY
    if not answerable:
        return Outcome.ANSWERED_WRONG
    if "label_accuracy" in scores:
        right = scores["label_accuracy"] == 1.0
    elif "facts_covered" in scores:
        right = scores["facts_covered"] >= FACTS_FROM
    elif "citation_recall" in scores:
        right = scores["citation_recall"] >= FACTS_FROM and (support is None or support >= FACTS_FROM)
    else:
        return Outcome.NOT_JUDGED
    return Outcome.ANSWERED_RIGHT if right else Outcome.ANSWERED_WRONG


def blame(became: Outcome, answer: Answer, relevant: Collection[str], *, answerable: bool) -> Blame:
    """Why the outcome is not right. `relevant` are the ids of the named papers that the library holds.

    A named paper that was not found is to blame before the refusal or the answer that came of it. An answer that was
    recorded without what was retrieved is asked only whether it cites.
    """
    if became not in (Outcome.ANSWERED_WRONG, Outcome.REFUSED_WRONGLY):
        return Blame.FAILED if became is Outcome.FAILED else Blame.NONE
    if not answerable:
        return Blame.WRONGLY_ANSWERED
    cited = {source.paper.id for source in answer.sources}
    found = {hit.paper.id for hit in answer.retrieved[:READ]} | cited
    if relevant and answer.retrieved and not found.intersection(relevant):
        return Blame.NOT_RETRIEVED
    if became is Outcome.REFUSED_WRONGLY:
        return Blame.NOT_RETRIEVED if relevant and not found else Blame.WRONGLY_REFUSED
    if relevant and not cited.intersection(relevant):
        return Blame.NOT_CITED
    return Blame.WRONG_OR_UNSUPPORTED if cited else Blame.WRONG


def supported_share(answer: Answer) -> float | None:
    """Share of the answer's sentences with the verdict supported; None where no sentence was checked."""
    if all(sentence.probability is None for sentence in answer.sentences):
        return None
    return sum(sentence.verdict is Verdict.SUPPORTED for sentence in answer.sentences) / len(answer.sentences)
