"""A turn about the records of the papers talked of, in whatever wording: "Which of the two is older?" """

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answering.record import Answer
from rag.paper import Paper
from rag.retrieval.discussed import latest, placed, talked_of, together
from rag.retrieval.particulars import Particular, Particulars
from rag.retrieval.turns import EVERY, read_turn
from rag.terms import WORD, content_words, stem

_OLD = r"\b(?:older|oldest|earlier|earliest|(?:(?:came|come|appear(?:ed)?|published|out|is|was)\b.*?) first|predates?)\b"
_NEW = r"\b(?:newer|newest|more recent|most recent|later|latest|younger|last to (?:appear|come))\b"
_ASKED: tuple[tuple[Particular, str], ...] = (
    (
        Particular.DATE,
        rf"{_OLD}|{_NEW}|\b(?:(?:when|how old|what year|which year|what date|date[sd]?|which month)\b|publi\w+ date)",
    ),
    (Particular.DATE, r"\byears? (?:lie|are|is|apart|between|of)\b|\b(?:came|come) out\b|\brecent\b"),
    (Particular.UPVOTES, r"\bup-?votes?\b|\bup-?voted\b"),
    (Particular.COUNT, r"\b(?:how many|number of|more|fewer|most|fewest|less) (?:co-?)?(?:authors|people wrote)\b"),
    (
        Particular.AUTHORS,
        r"\b(?:who|names? of)\b.*\b(?:wrote|written|authors?|author(?:ed)?)\b|\bwritten by\b|\bsame (?:authors?|people)\b",
    ),
    (Particular.ORGANISATION, r"\b(?:labs?|laborator\w+|compan\w+|organi[sz]ations?|institut\w+|universit\w+|affiliat\w+)\b"),
    (Particular.VENUE, r"\b(?:conferences?|venues?|journals?|proceedings)\b"),
)
_MORE = re.compile(r"\b(?:more|most|higher|highest|larger|bigger)\b", re.IGNORECASE)
_FEWER = re.compile(r"\b(?:fewer|fewest|less|least|lower|lowest)\b", re.IGNORECASE)
_OF_RECORDS = """
affiliated affiliation affiliations age apart appear appeared article articles author authored authors between both came co
come company compare compared conference count date dated dates differ difference different each earlier earliest exactly
exist fewer fewest first five four gap higher highest institute institution issued journal know known lab laboratory largest
last later latest least less lie list listed many month most name names new newer newest number old older oldest one ones
order ordered organisation organization out people popular predate predates preprint proceedings publication publications
publish published recent record records release released researchers second separate similar sooner study survey surveys
third three time two university up upvote upvoted upvotes venue version votes work works write written wrote year years
younger youngest
"""
OF_RECORDS = frozenset(stem(word) for word in _OF_RECORDS.split())
"""Words of which a turn about records consists, names of the papers talked of left aside."""
_SUPERLATIVE = re.compile(r"\b(?:oldest|newest|latest|earliest|most|fewest|highest|lowest|least)\b", re.IGNORECASE)
_COMPARING = re.compile(
    r"\b(?:older|newer|earlier|later|younger|first|sooner|more|fewer|less|higher|between|apart|same|predates?|difference)\b",
    re.IGNORECASE,
)
_SINGULAR = re.compile(r"\b(?:it|its|this|that)\b", re.IGNORECASE)
FEW = 3  # papers whose records are set side by side


def pointed_particulars(turn: str, history: Sequence[Answer]) -> tuple[Particulars, list[Paper], int] | None:
    """What is asked of the records of papers talked of, these papers, and how many are meant, 0 where no number is said.

    None for a turn that holds any word about something else. A bare superlative ("the oldest?") is of the whole library.
    """
    last = latest(history)
    read = read_turn(turn)
    if last is None or read.moves:
        return None
    known = talked_of(history)
    named = _named(turn, known)
    words = {stem(word) for word in WORD.findall(read.text.lower())}
    beside = words - OF_RECORDS - {stem(word) for paper in named for word in WORD.findall((paper.title or "").lower())}
    if beside & set(content_words(read.text)):
        return None
    wanted = tuple(dict.fromkeys(part for part, said in _ASKED if re.search(said, read.text, re.IGNORECASE)))
    if not wanted:
        return None
    comparing = _COMPARING.search(turn) is not None
    papers = placed(turn, history) if not named else []
    if read.together:
        papers = together(read.together, history)
    elif named:
        papers = named
        if len(papers) == 1 and comparing:
            papers = papers + [paper for paper in known if paper.id != papers[0].id][:1]
    elif not papers:
        if _SUPERLATIVE.search(turn) or (comparing and len(known) < 2 and len(last.sources) < 2):
            return None
        if comparing:
            papers = [source.paper for source in last.sources] if 1 < len(last.sources) <= FEW else known[:2]
        else:
            papers = [source.paper for source in last.sources]
    if not papers or (len(papers) > FEW and read.together != EVERY):
        return None
    asked = Particulars(wanted, "", True, first=_first(turn) if len(papers) > 1 else "")
    return asked, papers, read.together if read.together < EVERY else 0


def _named(turn: str, papers: Sequence[Paper]) -> list[Paper]:
    """The papers that the turn calls by words of their titles that no other of them has, as the turn has them in its order."""
    said = [stem(word) for word in WORD.findall(turn.lower())]
    titles = [{stem(word) for word in WORD.findall((paper.title or "").lower())} for paper in papers]
    found: list[tuple[int, Paper]] = []
    for n, (title, paper) in enumerate(zip(titles, papers, strict=True)):
        own = title.difference(*(other for m, other in enumerate(titles) if m != n)) - OF_RECORDS
        places = [place for place, word in enumerate(said) if word in own and word in set(content_words(turn))]
        if places:
            found.append((places[0], paper))
    return [paper for _, paper in sorted(found, key=lambda pair: pair[0])]


def _first(turn: str) -> str:
    """Which of the papers is asked for: the one with the `least`, or the `most`; empty for neither."""
    if re.search(_OLD, turn, re.IGNORECASE) or _FEWER.search(turn):
        return "least"
    return "most" if re.search(_NEW, turn, re.IGNORECASE) or _MORE.search(turn) else ""
