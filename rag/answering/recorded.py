"""The answer from a paper's record: who wrote it, when and where it was published, where it can be read, or that the record
does not say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from rag.answering.draft import Draft
from rag.answering.record import CitedSource, Hit, Sentence, Verdict
from rag.paper import Paper
from rag.retrieval.particulars import Particular, Particulars

MOST = 5  # papers told of
NAMED = 10  # authors named
NOTE = "This is from the record of the paper, not from its abstract; no language model was used."
UNKNOWN = "The library holds no paper that is called so."
Told = tuple[str, bool]
"""A sentence, and whether the record says what was asked."""


def recorded(asked: Particulars, hits: Sequence[Hit], on_token: Callable[[str], None] | None = None, most: int = MOST) -> Draft:
    """A sentence for each paper and each thing asked for. Refused where no paper is meant, or no record says any of it."""
    said: list[Sentence] = []
    known = False
    lines: list[str] = []
    missing: list[str] = []
    for number, hit in enumerate(hits[:most], 1):
        told = [tell(hit.paper, particular) for particular in asked.wanted]
        known = known or any(given for _, given in told)
        missing += [text for text, given in told if not given]
        said += [Sentence(text, (number,), Verdict.SUPPORTED, 1.0) for text, _ in told]
        lines.append(" ".join(f"{text} [{number}]" for text, _ in told))
    if (conclusion := concluded(asked, [hit.paper for hit in hits[:most]])) is not None:
        number = conclusion[1]
        said.insert(0, Sentence(conclusion[0], (number,), Verdict.SUPPORTED, 1.0))
        lines.insert(0, f"{conclusion[0]} [{number}]")
    text = "\n".join(lines) or UNKNOWN
    if on_token is not None:
        on_token(text)
    sources = tuple(CitedSource(number, hit.paper, (hit.passage,)) for number, hit in enumerate(hits[:most], 1))
    notes = (NOTE,) if sources else ()
    return Draft(
        text, tuple(said), sources, notes=notes, abstained=not known, missing=" ".join(missing), left_out=max(0, len(hits) - most)
    )


def concluded(asked: Particulars, papers: Sequence[Paper]) -> tuple[str, int] | None:
    """Which of the papers is the older one, or has more of what is counted, and its number; None where that was not asked, a
    record does not say it, or two are alike in it."""
    part = next((part for part in asked.wanted if part in _MEASURED), None)
    if not asked.first or part is None or len(papers) < 2:
        return None
    measured = [_MEASURED[part][0](paper) for paper in papers]
    known = [value for value in measured if value is not None]
    wanted = (min if asked.first == "least" else max)(known, default=None)
    if wanted is None or len(known) < len(papers) or known.count(wanted) > 1:
        return None
    number = known.index(wanted)
    words = _MEASURED[part][1][asked.first][len(papers) > 2]
    return f"{_name(papers[number])} {words}.", number + 1


def _since(paper: Paper) -> float | None:
    """Days up to its date; of a year alone the middle."""
    if paper.date is not None:
        return float(paper.date.toordinal())
    return None if paper.year is None else dt.date(paper.year, 7, 1).toordinal() + 0.5


def _authors_known(paper: Paper) -> float | None:
    return paper.author_count if paper.author_count is not None else len(paper.authors) or None


_MEASURED: dict[Particular, tuple[Callable[[Paper], float | None], dict[str, tuple[str, str]]]] = {
    Particular.DATE: (_since, {"least": ("is the older one", "is the oldest"), "most": ("is the newer one", "is the newest")}),
    Particular.UPVOTES: (
        lambda paper: paper.upvotes,
        {"least": ("has fewer upvotes", "has the fewest upvotes"), "most": ("has more upvotes", "has the most upvotes")},
    ),
    Particular.COUNT: (
        _authors_known,
        {"least": ("has fewer authors", "has the fewest authors"), "most": ("has more authors", "has the most authors")},
    ),
}


def tell(paper: Paper, particular: Particular) -> Told:
    """What a record says of one thing."""
    return _TELL[particular](paper, _name(paper))


def _name(paper: Paper) -> str:
    return f"“{paper.title}”" if paper.title else "The paper without a title"


def _authors(paper: Paper, name: str) -> Told:
    names = paper.authors
    if names:
        others = len(names) - NAMED
        shown = [*names[:NAMED], f"{others} others"] if others > 1 else list(names)
        return f"{name} was written by {_listed(shown)}.", True
    if paper.author_count is not None:
        return f"{name} has {_counted(paper.author_count)}, whom the record does not name.", False
    return f"The record of {_lower(name)} does not name its authors.", False


def _count(paper: Paper, name: str) -> Told:
    count = paper.author_count if paper.author_count is not None else len(paper.authors) or None
    if count is None:
        return f"The record of {_lower(name)} does not say how many authors it has.", False
    return f"{name} has {_counted(count)}.", True


def _date(paper: Paper, name: str) -> Told:
    if paper.date is not None:
        return f"{name} is dated {paper.date.isoformat()}.", True
    if paper.year is not None:
        return f"{name} is from {paper.year}; the record has no exact date.", True
    return f"The record of {_lower(name)} has no date.", False


def _venue(paper: Paper, name: str) -> Told:
    if paper.comment:
        return f"The record of {_lower(name)} says: {paper.comment.rstrip('.')}.", True
    return f"The record of {_lower(name)} names no venue{f'; it is {_identifier(paper)}' if _identifier(paper) else ''}.", False


def _place(paper: Paper, name: str) -> Told:
    if paper.link:
        identifier = _identifier(paper)
        return f"{name} can be read at {paper.link}{f' ({identifier})' if identifier else ''}.", True
    read = f"; it was read from {paper.sources[0].file}, line {paper.sources[0].line}" if paper.sources else ""
    return f"The record of {_lower(name)} has no address and no identifier{read}.", False


def _title(paper: Paper, name: str) -> Told:
    further = [paper.date.isoformat() if paper.date else str(paper.year or ""), paper.link or ""]
    ending = "".join(f", {each}" for each in further if each)
    if paper.title:
        return f"It is {name}{ending}.", True
    return f"The record has no title{ending}; the abstract begins “{' '.join(paper.abstract.split()[:12])}…”.", True


def _organisation(paper: Paper, name: str) -> Told:
    if paper.organisation:
        return f"{name} is from {paper.organisation}.", True
    return f"The record of {_lower(name)} names no organisation.", False


def _upvotes(paper: Paper, name: str) -> Told:
    if paper.upvotes is not None:
        return f"{name} has {paper.upvotes:,} {'upvote' if paper.upvotes == 1 else 'upvotes'}.", True
    return f"The record of {_lower(name)} has no number of upvotes.", False


_TELL: dict[Particular, Callable[[Paper, str], Told]] = {
    Particular.AUTHORS: _authors,
    Particular.COUNT: _count,
    Particular.DATE: _date,
    Particular.VENUE: _venue,
    Particular.PLACE: _place,
    Particular.TITLE: _title,
    Particular.ORGANISATION: _organisation,
    Particular.UPVOTES: _upvotes,
}


def _identifier(paper: Paper) -> str:
    return f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else f"DOI {paper.doi}" if paper.doi else ""


def _counted(number: int) -> str:
    return "1 author" if number == 1 else f"{number:,} authors"


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
