"""Several papers asked for at once: each thing that a question puts side by side is searched for itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from rag.answering.record import Hit
from rag.paper import Paper
from rag.retrieval.discussed import leads
from rag.retrieval.followup import leans
from rag.retrieval.lookup import LIFT, coined, folded, names_of, used_names
from rag.retrieval.rows import NAMED, bare, clauses, heading, heads, rows, several
from rag.retrieval.understand import Form, form_of
from rag.terms import QUESTION_WORDS, WORD, content_words

Search = Callable[[str, int], Sequence[Hit]]

AMONG = 30  # papers among which that of a side is looked for
WHOLE = 0.5
"""What the score for the whole question counts beside the one for the side alone, which lacks what the question is about."""
NEAR = 10  # first papers for the whole question among which that of a side is that is merely described
CLEAR = 0.02  # by how much the paper of one side answers to that side better than those of the others
ROWS = 8  # ways of reading a question that are tried
CALLED = 10  # papers found for a side among which one may be called as it says
LEAST = 2  # letters of a name
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Side:
    """One of several things asked about: the id of its paper, and the text that the paper's sentences are to answer."""

    paper: str
    asked: str


@dataclass(frozen=True, slots=True)
class Apart:
    """The ranking with the papers of the `sides` in front, in the order in which the question has them; as it was where there are
    none. `named` says that all of them are called by their names. `missing` is a side written like a name that no paper mentions,
    next to one that is known; empty otherwise.
    """

    hits: tuple[Hit, ...]
    sides: tuple[Side, ...] = ()
    named: bool = False
    missing: str = ""

    @property
    def papers(self) -> tuple[str, ...]:
        """The ids of the papers of the sides."""
        return tuple(side.paper for side in self.sides)

    @property
    def note(self) -> str:
        """What is missing, for the reader."""
        return f"No paper found mentions “{self.missing}”." if self.missing else ""


class Called(IntEnum):
    """Whether a paper is called as an item says: not so, in words of its abstract or of its title that follow each other, or by
    its name (in front of its title's colon, by initials, by what the abstract coins)."""

    NO = 0
    IN_WORDS = 1
    IN_TITLE = 2
    BY_NAME = 3


@dataclass(frozen=True, slots=True)
class _Found:
    """What was found for one item of a row: the scores by paper, and which paper it is, with how surely it is called so."""

    item: str
    scores: Mapping[str, float]
    named: Called
    best: str


def apart(question: str, hits: Sequence[Hit], search: Search, limit: int) -> Apart:
    """The papers of the things that the question puts side by side, where the library has one for each.

    `hits` are those of the whole question. A reading of the question as a row is believed where its items find different
    papers, the first of which for the whole question is one, and the others are near it or called as the item says. Where the
    wording does not speak of several, all items have to be names of papers, or questions of which each finds its paper by itself.
    """
    if not hits:
        return Apart(tuple(hits))
    many = form_of(question) is not Form.STATEMENT and several(question)  # a claim about both kidneys is no comparison
    known = {hit.paper.id: hit for hit in hits}
    asked: dict[str, Sequence[Hit]] = {}

    def find(item: str, text: str) -> Sequence[Hit]:
        if item not in asked:
            asked[item] = search(text, AMONG)
            for hit in asked[item]:
                known.setdefault(hit.paper.id, hit)
        return asked[item]

    best: tuple[tuple[float, ...], list[_Found]] | None = None
    missing, topic, parts = "", heading(question), clauses(question)
    for items in rows(question)[:ROWS]:
        names, questions, head = all(_is_name(item) for item in items), _questions(items), heads(question, items)
        if not (many or names or questions or head):
            continue
        # "The CRS papers: which is a survey?" is no more than "which is a survey?" without its heading
        found = [
            _of_item(item, hits, find(item, f"{topic} {item}" if item in parts and topic not in items else item))
            for item in items
        ]
        if names:
            missing = missing or _unheard_of(found, asked)
        kept = _believed(found, hits)
        if kept is None:
            continue
        named = sum(own.named is Called.BY_NAME for own in kept)
        alone = questions and all(leads(asked[own.item]) for own in kept)
        if not (many or named == len(kept) or alone or (head and named and _first(kept, hits))):
            continue
        worth = (named, _clearness(kept))
        if best is None or worth > best[0]:
            best = worth, kept
    if best is None or _compared_in_one(best[1], hits):
        return Apart(tuple(hits), missing=missing)
    first = [own.best for own in best[1]]
    top = max(hit.score for hit in hits) + LIFT
    others = [hit for hit in hits if hit.paper.id not in first]
    ranking = (*(replace(known[key], score=top) for key in first), *others)[: max(limit, len(first))]
    named = all(own.named is Called.BY_NAME for own in best[1])
    return Apart(ranking, tuple(Side(own.best, aspects(question, own.item, best[1])) for own in best[1]), named)


def aspects(question: str, item: str, row: Sequence[_Found]) -> str:
    """What is asked of one side: the question without the row; of an item that is a question itself, that question and what is
    asked of all of them."""
    rest = question
    for own in row:
        rest = rest.replace(own.item, " ")
    rest = " ".join(rest.split()).strip(" ,;:-–—/?.!")
    if item in clauses(question):
        return f"{item}? {rest}" if len(content_words(rest)) > 1 else item
    return rest if content_words(rest) else question


def called(item: str, paper: Paper) -> Called:
    """How surely the paper is what the item says, by its words."""
    name, title, text = folded(bare(item)), paper.title or "", paper.abstract
    if len(name) < LEAST:
        return Called.NO
    if name in names_of(title) or name in coined(text) or _initials(bare(item), title):
        return Called.BY_NAME
    words = WORD.findall(bare(item).lower())
    if len(words) < 2 or len(content_words(item)) < 2:
        return Called.IN_TITLE if len(words) == 1 and _is_name(item) and words[0] in WORD.findall(title.lower()) else Called.NO
    run = f" {' '.join(words)} "
    if run in f" {' '.join(WORD.findall(title.lower()))} ":
        return Called.IN_TITLE
    return Called.IN_WORDS if run in f" {' '.join(WORD.findall(text.lower()))} " else Called.NO


def _initials(name: str, title: str) -> bool:
    """Whether a name in capitals has letters of the title's words in order, from the first word on, at most one word left out."""
    if not re.fullmatch(r"[A-Z]{3,6}", name):
        return False
    words = [word[0].upper() for word in _WORDS.findall(title.partition(":")[0]) if word.lower() not in QUESTION_WORDS]
    head = words[: len(name) + 1]
    return any("".join(head[:n] + head[n + 1 :])[: len(name)] == name for n in range(1, len(head) + 1))


def _is_name(item: str) -> bool:
    short = len(bare(item).split()) <= NAMED
    return short and (bool(used_names(item)) or bare(item)[:1].isupper())


def _questions(items: Sequence[str]) -> bool:
    """Whether the items are questions that stand by themselves."""
    asking = re.compile(r"(?:what|which|who|when|where|why|how|does|do|did|is|are|can)\b", re.IGNORECASE)
    return all(asking.match(item) for item in items) and not any(leans(item) for item in items[1:])


def _of_item(item: str, hits: Sequence[Hit], own: Sequence[Hit]) -> _Found:
    least = min((hit.score for hit in own), default=0.0)
    low = min(hit.score for hit in hits)
    whole = {hit.paper.id: hit.score for hit in hits}
    scores = {hit.paper.id: hit.score + WHOLE * whole.get(hit.paper.id, low) for hit in own}
    for key, score in whole.items():
        scores.setdefault(key, least + WHOLE * score)
    degrees = {hit.paper.id: called(item, hit.paper) for hit in (*own[:CALLED], *hits)}
    entitled = [key for key, degree in degrees.items() if degree is Called.IN_TITLE]
    sole = len(entitled) == 1 and Called.BY_NAME not in degrees.values()  # what several titles have is no name
    degrees |= dict.fromkeys(entitled, Called.BY_NAME if sole else Called.IN_WORDS)
    scores = {key: score + LIFT * (degrees.get(key, Called.NO) > Called.NO) for key, score in scores.items()}
    best = max(scores, key=lambda key: (degrees.get(key) is Called.BY_NAME, scores[key]))
    return _Found(item, scores, degrees.get(best, Called.NO), best)


def _believed(found: Sequence[_Found], hits: Sequence[Hit]) -> list[_Found] | None:
    """One item for each paper, in order, where the row is believed."""
    places = {hit.paper.id: n for n, hit in enumerate(hits)}
    kept: dict[str, _Found] = {}
    for own in found:
        before = kept.get(own.best)
        if before is None or (own.named, own.scores[own.best]) > (before.named, before.scores[own.best]):
            kept[own.best] = own
    row = list(kept.values())
    near = all(own.named or places.get(own.best, AMONG) < NEAR for own in row)
    return row if len(row) > 1 and near and hits[0].paper.id in kept and _clearness(row) >= CLEAR else None


def _first(row: Sequence[_Found], hits: Sequence[Hit]) -> bool:
    """Whether the papers of the row are the first for the whole question."""
    return {own.best for own in row} == {hit.paper.id for hit in hits[: len(row)]}


def _clearness(row: Sequence[_Found]) -> float:
    """The least by which the paper of an item that is described answers to it better than those of the other described ones."""
    described = [own for own in row if own.named is not Called.BY_NAME]
    if len(described) < 2:
        return 1.0
    return min(own.scores[own.best] - max(own.scores.get(o.best, 0.0) for o in described if o is not own) for own in described)


def _compared_in_one(row: Sequence[_Found], hits: Sequence[Hit]) -> bool:
    """Whether a title has all the items: that paper compares them."""
    return any(all(folded(bare(own.item)) in folded(hit.paper.title or "") for own in row) for hit in hits)


def _unheard_of(row: Sequence[_Found], asked: Mapping[str, Sequence[Hit]]) -> str:
    """The one of two items that is written like a name and mentioned by none of its hits, where the other is that of a paper."""
    unknown = [
        bare(own.item)
        for own, other in zip(row, reversed(row), strict=True)
        if used_names(own.item)
        and other.named is Called.BY_NAME
        and not any(folded(bare(own.item)) in folded(f"{hit.paper.title or ''} {hit.paper.abstract}") for hit in asked[own.item])
    ]
    return unknown[0] if len(unknown) == 1 and len(row) == 2 else ""
