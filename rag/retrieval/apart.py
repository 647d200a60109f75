"""Several papers asked for at once: each thing that a question puts side by side is searched for itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.answering.record import Hit
from rag.retrieval.discussed import leads
from rag.retrieval.extent import length
from rag.retrieval.followup import leans
from rag.retrieval.items import Called, Item, distinct, is_name, item_of
from rag.retrieval.lookup import LIFT, folded, used_names
from rag.retrieval.rows import NAMED, bare, clauses, headed, heading, heads, kinds_of, rows, several
from rag.retrieval.understand import Form, form_of, how_many, surely_several
from rag.terms import content_words

Search = Callable[[str, int], Sequence[Hit]]

AMONG = 30  # papers among which that of a side is looked for
NEAR = 10  # first papers for the whole question among which that of a side is that is merely described
CLEAR = 0.02  # by how much the paper of one side answers to that side better than those of the others
BRIEF = 8  # words of a text without question or papers in which names may stand side by side
SEVERAL = 3  # things in front of a question that can hardly be anything but several papers
FULL = 3  # words of a question without a name that may stand by itself
ROWS = 8  # ways of reading a question that are tried
AHEAD = 0.1  # lead from which a question is likely to be about the first paper alone
ALONE = 4  # content words of a question that may find a paper by itself
_JOINTS = re.compile(
    r"(?:^|(?<=[,.:;?]))[\s,/&]*(?:\b(?:and|or|vs|versus|with|from|between)\b[\s,./&]*)+(?=[?.:;,]|$|\s)", re.IGNORECASE
)
"""What stood between the items of a row."""
_ASKED = re.compile(r"\b(?:papers?|works|studies)\b|[:,.;–-] (?:what|which|how|who|where|when)\b", re.IGNORECASE)
_ASKING = re.compile(r"(?:what|which|who|when|where|why|how|does|do|did|is|are|can)\b", re.IGNORECASE)


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


def apart(question: str, hits: Sequence[Hit], search: Search, limit: int, *, described: bool = True) -> Apart:
    """The papers of the things that the question puts side by side, where the library has one for each.

    `hits` are those of the whole question. A reading of the question as a row is believed where its items find different
    papers, of which one is the first for the whole question, and the others are near it or called as the item says; or where all
    are called so. Where the wording does not speak of several, all items have to be names of papers, or questions of which each
    finds its paper by itself. Only names are looked for where rows of things `described` are not wanted, which cost a search
    each, or where one paper is clearly ahead for the whole question and "both" or "each" may be its own.
    """
    if not hits:
        return Apart(tuple(hits))
    stated = form_of(question) is Form.STATEMENT and not _ASKED.search(question)
    if stated and len(question.split()) > BRIEF:
        return Apart(tuple(hits))  # a claim about both kidneys is no comparison
    many = several(question) and not stated
    said = how_many(question)
    asked: dict[str, Sequence[Hit]] = {}

    def find(text: str) -> Sequence[Hit]:
        if text not in asked:
            asked[text] = search(text, AMONG)
        return asked[text]

    row, missing = (_of_a_kind(question, find) if many and described else []), ""
    described = described and (surely_several(question) or _lead(hits) < AHEAD)
    best = -1.0, -1.0
    for texts in () if row else rows(question)[:ROWS]:
        them = headed(question, texts) or (len(texts) >= SEVERAL and all(len(text.split()) <= NAMED for text in texts))
        names, questions, head = all(map(is_name, texts)), _questions(texts), heads(question, texts)
        # Each search costs as much as that of the question: what can be told before it is.
        questions = questions and described and (many or (all(map(_says_enough, texts)) and leads(find(texts[-1]))))
        head = head and described and (them or any(map(is_name, texts)))
        named_only = names and not (questions or head or (many and described))
        if not (named_only or (many and described) or questions or head) or (named_only and not _may_be_called(texts, hits)):
            continue
        found = _named_among(texts, hits) if names else []
        for text in () if found else texts:
            found.append(item_of(text, find(text), hits))
            if not (many or questions or head or found[-1].called is Called.BY_NAME):
                break
        if len(found) < len(texts):
            continue
        if names and asked:
            missing = missing or _unheard_of(found, asked)
        kept = _believed(distinct(found) if many and said == len(found) else found, hits, many=many or them)
        if len(kept) < said and not all(item.called is Called.BY_NAME for item in kept):
            continue
        named = sum(item.called is Called.BY_NAME for item in kept)
        alone = questions and all(leads(asked.get(item.text, ())) for item in kept)
        if not kept or not (many or named == len(kept) or alone or ((named or them) and head and _first(kept, hits))):
            continue
        if (named, _clearness(kept)) > best:
            best, row = (named, _clearness(kept)), kept
    if not row or _compared_in_one(row, hits):
        return Apart(tuple(hits), missing=missing)
    known = {hit.paper.id: hit for found in (*asked.values(), hits) for hit in found}
    papers = [item.paper for item in row]
    top = max(hit.score for hit in hits) + LIFT
    ranking = (*(replace(known[key], score=top) for key in papers), *(hit for hit in hits if hit.paper.id not in papers))
    sides = tuple(Side(item.paper, aspects(question, item.text, row)) for item in row)
    return Apart(ranking[: max(limit, len(row))], sides, all(item.called is Called.BY_NAME for item in row))


def aspects(question: str, text: str, row: Sequence[Item]) -> str:
    """What is asked of one side: the question without the row; of an item that is a question itself, that question and what is
    asked of all of them."""
    rest = question
    for item in row:
        rest = rest.replace(item.text, " ")
    rest = " ".join(_JOINTS.sub(" ", rest).split()).strip(" ,;:-–—/?.!")
    if text in clauses(question):
        return f"{text}? {rest}" if len(content_words(rest)) > 1 else text
    return rest if content_words(rest) else question


def _of_a_kind(question: str, find: Callable[[str], Sequence[Hit]]) -> list[Item]:
    """The row of "CRS papers: which is a survey, which one needs no training?": each a paper of its own of those that the heading
    finds before a gap; empty where the question has no such form, or the heading finds fewer."""
    topic, texts = heading(question), kinds_of(question)
    if not topic or len(texts) < 2:
        return []
    hits = find(topic)
    few = hits[: max(len(texts), length([hit.score for hit in hits]))]
    if len(few) < len(texts):
        return []
    inside = {hit.paper.id for hit in few}
    row = [item_of(text, [hit for hit in find(text) if hit.paper.id in inside], few) for text in texts]
    return distinct(row)


def _questions(texts: Sequence[str]) -> bool:
    """Whether the items are questions that stand by themselves: "how many domains?" asks on."""
    full = all(used_names(text) or len(set(content_words(text))) >= FULL for text in texts)
    return full and all(_ASKING.match(text) for text in texts) and not any(leans(text) for text in texts[1:])


def _believed(row: Sequence[Item], hits: Sequence[Hit], *, many: bool) -> list[Item]:
    """One item for each paper, in order; empty where the row is not believed."""
    places = {hit.paper.id: n for n, hit in enumerate(hits)}
    kept: dict[str, Item] = {}
    for item in row:
        before = kept.get(item.paper)
        if before is None or (item.called, item.score) > (before.called, before.score):
            kept[item.paper] = item
    items = list(kept.values())
    near = all(item.called or places.get(item.paper, AMONG) < NEAR for item in items)
    first = hits[0].paper.id in kept or (many and all(item.called is Called.BY_NAME for item in items))
    return items if len(items) > 1 and near and first and _clearness(items) >= CLEAR else []


def _lead(hits: Sequence[Hit]) -> float:
    """How far the first paper is ahead of the next."""
    return hits[0].score - hits[1].score if len(hits) > 1 else 1.0


def _says_enough(text: str) -> bool:
    """Whether a question may find a paper by itself: "how many domains" cannot."""
    return len(content_words(text)) >= ALONE or bool(used_names(text))


def _may_be_called(texts: Sequence[str], hits: Sequence[Hit]) -> bool:
    """Whether names may be those of different papers, by the papers found for the whole question: each is that of one of them, or
    none of them mentions it. "CIFAR-10" or "LLM" is mentioned, and is no paper's name."""
    if _named_among(texts, hits):
        return True
    taken = [item_of(text, (), hits) for text in texts]
    papers = [item.paper for item in taken if item.called is Called.BY_NAME]
    others = [item.text for item in taken if item.called is not Called.BY_NAME]
    return bool(papers) and len(set(papers)) == len(papers) and not any(mentioned(text, hits) for text in others)


def _named_among(texts: Sequence[str], hits: Sequence[Hit]) -> list[Item]:
    """The items where all of them are names of different papers found for the whole question, which saves their searches."""
    row = [item_of(text, (), hits) for text in texts]
    sure = all(item.called is Called.BY_NAME for item in row) and len({item.paper for item in row}) == len(row)
    return row if sure else []


def mentioned(name: str, hits: Sequence[Hit]) -> bool:
    """Whether a paper has the name in its title or abstract."""
    return any(folded(bare(name)) in folded(f"{hit.paper.title or ''} {hit.paper.abstract}") for hit in hits)


def _first(row: Sequence[Item], hits: Sequence[Hit]) -> bool:
    """Whether the papers of the row are the first for the whole question."""
    return {item.paper for item in row} == {hit.paper.id for hit in hits[: len(row)]}


def _clearness(row: Sequence[Item]) -> float:
    """The least by which the paper of an item that is described answers to it better than those of the other described ones."""
    described = [item for item in row if item.called is not Called.BY_NAME]
    if len(described) < 2:
        return 1.0
    return min(item.score - max(item.scores.get(o.paper, 0.0) for o in described if o is not item) for item in described)


def _compared_in_one(row: Sequence[Item], hits: Sequence[Hit]) -> bool:
    """Whether a title has all the items: that paper compares them."""
    return any(all(folded(bare(item.text)) in folded(hit.paper.title or "") for item in row) for hit in hits)


def _unheard_of(row: Sequence[Item], asked: Mapping[str, Sequence[Hit]]) -> str:
    """The one of two items that is written like a name and mentioned by none of its hits, where the other is that of a paper."""
    unknown = [
        bare(item.text)
        for item, other in zip(row, reversed(row), strict=True)
        if used_names(item.text) and other.called is Called.BY_NAME and not mentioned(item.text, asked.get(item.text, ()))
    ]
    return unknown[0] if len(unknown) == 1 and len(row) == 2 else ""
