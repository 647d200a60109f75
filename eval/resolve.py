"""Which papers of the library a question names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from eval.questions import PaperRef
from rag.paper import Paper

OPENING_LETTERS = 70
OPENING_CHARACTERS = 500  # where 70 letters are looked for
FEWEST_LETTERS = 20


def opening_key(text: str) -> str:
    """The first 70 ASCII letters and digits, in lower case: case, spacing, punctuation and LaTeX braces do not matter.

    A text that is mostly in another script gets its own letters and digits instead; its ASCII ones alone are too few to
    tell two papers apart.
    """
    lowered = text[:OPENING_CHARACTERS].lower()
    letters = [c for c in lowered[:100] if c.isalnum()]  # as many characters as an opening usually has
    if 2 * sum(c.isascii() for c in letters) >= len(letters):
        return re.sub(r"[^a-z0-9]+", "", lowered)[:OPENING_LETTERS]
    return "".join(c for c in lowered if c.isalnum())[:OPENING_LETTERS]


def title_key(text: str) -> str:
    """All letters and digits, case folded."""
    return "".join(c for c in text.casefold() if c.isalnum())


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A named paper that is not in the library, or whose name fits several of its papers."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """`ids` maps every resolved reference to its paper id, `unresolved` every other one to why."""

    ids: Mapping[PaperRef, str]
    unresolved: Mapping[PaperRef, Unresolved]

    def split(self, refs: Iterable[PaperRef]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The paper ids behind `refs`, each once, and the labels of those that are not resolved."""
        refs = tuple(refs)
        found = dict.fromkeys(self.ids[ref] for ref in refs if ref in self.ids)
        missing = tuple(f"{u.label} ({u.reason})" for u in (self.unresolved.get(ref) for ref in refs) if u)
        return tuple(found), missing


def resolve(refs: Iterable[PaperRef], papers: Iterable[Paper]) -> Resolution:
    """Find each reference in one pass over the library; memory grows with the references, not with the abstracts.

    An id decides before an opening, that before a title. An opening shorter than 70 letters matches abstracts that begin
    with it, but is not used below 20. Where an opening fits several papers the title decides; where that does not either,
    the reference is unresolved, because any choice would be a guess.
    """
    wanted = tuple(dict.fromkeys(refs))
    ids = {ref.id for ref in wanted if ref.id}
    titles = {title_key(ref.title) for ref in wanted if ref.title} - {""}
    openings = {ref: opening_key(ref.opening) for ref in wanted if ref.opening}
    by_length: dict[int, set[str]] = defaultdict(set)
    for opening in openings.values():
        if len(opening) >= FEWEST_LETTERS:
            by_length[len(opening)].add(opening)

    with_id: dict[str, list[str]] = {}
    with_title: dict[str, list[str]] = defaultdict(list)
    with_opening: dict[str, list[str]] = defaultdict(list)
    for paper in papers:
        if paper.id in ids:
            with_id[paper.id] = [paper.id]
        if paper.title and (title := title_key(paper.title)) in titles:
            with_title[title].append(paper.id)
        beginning = opening_key(paper.abstract) if by_length else ""
        for length, keys in by_length.items():
            if beginning[:length] in keys:
                with_opening[beginning[:length]].append(paper.id)

    found: dict[PaperRef, str] = {}
    missing: dict[PaperRef, Unresolved] = {}
    for ref in wanted:
        same_id = with_id.get(ref.id or "", [])
        same_opening = with_opening.get(openings.get(ref, ""), [])
        same_title = with_title.get(title_key(ref.title or ""), [])
        both = [p for p in same_opening if p in same_title]
        candidates = same_id or (both if len(same_opening) > 1 and both else same_opening) or same_title
        if len(candidates) == 1:
            found[ref] = candidates[0]
        else:
            reason = f"fits {len(candidates)} papers" if candidates else "not in the library"
            missing[ref] = Unresolved(ref.label, reason)
    return Resolution(found, missing)


def resolve_in(refs: Iterable[PaperRef], papers: Callable[[], Iterable[Paper]]) -> Resolution:
    """`resolve`, and a second pass over the library for texts that begin no abstract: they may stand anywhere in one."""
    resolution = resolve(refs, papers())
    passages = {ref: letters(ref.opening) for ref in resolution.unresolved if ref.opening}
    wanted = {ref: passage for ref, passage in passages.items() if len(passage) >= FEWEST_LETTERS}
    if not wanted:
        return resolution
    holders: dict[PaperRef, list[str]] = defaultdict(list)
    for paper in papers():
        text = letters(paper.abstract)
        for ref, passage in wanted.items():
            if passage in text:
                holders[ref].append(paper.id)
    found = {ref: own[0] for ref, own in holders.items() if len(own) == 1}
    missing = {ref: why for ref, why in resolution.unresolved.items() if ref not in found}
    return Resolution({**resolution.ids, **found}, missing)


def letters(text: str) -> str:
    """The letters and digits of a passage or an abstract, in lower case: spacing and punctuation do not matter."""
    return "".join(c for c in text.lower() if c.isalnum())
