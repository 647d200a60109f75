"""Two questions in one: "What is KNN-MMD for, and what is POND for?" """

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answering.record import Hit
from rag.retrieval.followup import leads, leans
from rag.terms import content_words

_ASKING = r"(?:what|which|who|whom|whose|when|where|why|how|does|do|did|is|are|was|were|can|could)"
_JOINED = re.compile(
    rf"^(?P<one>\W*(?:\w+ ){{0,3}}?{_ASKING}\b[^?]*?)"
    r"(?:\?\s+(?:and |also,? |then,? )?|[,;]? and (?:also )?|; ?)"
    rf"(?P<other>(?:(?:on|in|by|for|with|at|to|from) )?{_ASKING}\b[^?]*\??)\s*$",
    re.IGNORECASE,
)
LEAST = 1  # words that mean something in either question


def two_questions(text: str) -> tuple[str, str] | None:
    """The two questions, where the wording joins two of which the later one does not lean on the earlier."""
    found = _JOINED.match(text)
    if found is None or leans(found["other"]):
        return None
    parts = found["one"].strip(), found["other"].strip()
    return parts if all(len(set(content_words(part))) >= LEAST for part in parts) else None


def both(one: Sequence[Hit], other: Sequence[Hit], limit: int) -> list[Hit]:
    """The hits of two questions of different papers as one ranking, in which the best of either is first or second; none where
    that is not plain: the paper of either question has to be surely found, and not be that of the other."""
    if not (leads(one) and leads(other)) or one[0].paper.id == other[0].paper.id:
        return []
    share = one[0].score / other[0].score if other[0].score > 0 else 0.0
    best: dict[str, Hit] = {}
    for hit in (*one, *(replace(hit, score=share * hit.score) for hit in other)):
        if hit.paper.id not in best or best[hit.paper.id].score < hit.score:
            best[hit.paper.id] = hit
    ranking = sorted(best.values(), key=lambda hit: -hit.score)
    first = [hit for hit in ranking if hit.paper.id == one[0].paper.id]
    second = [hit for hit in ranking if hit.paper.id == other[0].paper.id]
    return [*first, *second, *(hit for hit in ranking if hit not in (*first, *second))][:limit]
