"""The two sides of a comparison that names them: "What is the difference between PowerNorm and Unified Normalization?" """

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.record import Hit
from rag.paper import Paper
from rag.retrieval.lookup import LIFT, coined, folded, used_names
from rag.terms import content_words

_ONE, _OTHER = r"(?P<one>[^?,;:]+?)", r"(?P<other>[^?,;:]+?)"
_END = r"(?= (?:in|on|for|when|regarding|as|at|under|with respect to)\b|[?.,;:]|$)"
_WORDINGS = tuple(
    re.compile(wording, re.IGNORECASE)
    for wording in (
        rf"\bcompar(?:e|ing|ison of) {_ONE} (?:with|to|and|against|versus|vs\.?) {_OTHER}{_END}",
        rf"\b(?:differences?|comparison|contrast|relation|relationship) between {_ONE} and {_OTHER}{_END}",
        rf"\b(?:distinguishes|separates|sets) {_ONE} (?:apart )?from {_OTHER}{_END}",
        rf"\bhow (?:different )?(?:does|do|is|are) {_ONE} (?:compared?|differ|different) (?:with|to|from|against) {_OTHER}{_END}",
        rf"\bhow (?:different )?(?:do|are) {_ONE} and {_OTHER} (?:differ|different|compare|relate)\b",
        rf"^\W*{_ONE} (?:vs\.?|versus) {_OTHER}{_END}",
        rf"\b(?:contrast|differentiate) {_ONE} (?:with|and|from) {_OTHER}{_END}",
    )
)
_AROUND = re.compile(
    r"^(?:(?:the|a|an|both|between|method|paper|approach) )+|(?: (?:method|paper|approach|model|framework|algorithm)s?)+$",
    re.IGNORECASE,
)
LONGEST = 6  # words of a side that is a name
LEAST = 3  # letters of one


def sides(question: str) -> tuple[str, str] | None:
    """The names of what is compared, where the wording names two things; None where a side is a whole clause."""
    for wording in _WORDINGS:
        if found := wording.search(question):
            one, other = (_AROUND.sub("", found[side].strip()) for side in ("one", "other"))
            short = all(len(folded(side)) >= LEAST and len(side.split()) <= LONGEST for side in (one, other))
            return (one, other) if short and folded(one) != folded(other) else None
    return None


def is_named(side: str, paper: Paper) -> bool:
    """Whether the paper is what the side names: it stands in the title, or the abstract gives the name to what it is about."""
    name = folded(side)
    title = folded(paper.title or "")
    return name in title or name in coined(paper.abstract) or (len(content_words(side)) > 1 and name in folded(paper.abstract))


def side_by_side(hits: Sequence[Hit], names: tuple[str, str], found: Sequence[Sequence[Hit]], limit: int) -> list[Hit]:
    """The ranking with the papers of both sides in front, as far ahead of the others as a paper asked for by name is.

    `found` are the hits of a search for each name. As it was where a side has no paper of its own, or a title has both names:
    that paper compares them.
    """
    if any(all(folded(name) in folded(hit.paper.title or "") for name in names) for hit in (*hits, *found[0], *found[1])):
        return list(hits)
    known = {hit.paper.id: hit for own in (*found, hits) for hit in own}
    pair: list[str] = []
    for name, own in zip(names, found, strict=True):
        paper = next((hit.paper.id for hit in own if is_named(name, hit.paper) and hit.paper.id not in pair), None)
        if paper is None:
            return list(hits)
        pair.append(paper)
    best = max(hit.score for hit in hits) + LIFT
    others = [hit for hit in hits if hit.paper.id not in pair]
    return [*(replace(known[key], score=best) for key in pair), *others][:limit]


def unheard_of(names: tuple[str, str], found: Sequence[Sequence[Hit]]) -> str:
    """A note on a side written like a name that none of its hits mentions; empty where both are known, or neither."""
    unknown = [
        name
        for name, own in zip(names, found, strict=True)
        if used_names(name) and not any(folded(name) in folded(f"{hit.paper.title or ''} {hit.paper.abstract}") for hit in own)
    ]
    return f"No paper found mentions “{unknown[0]}”." if len(unknown) == 1 else ""
