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
    (
        Particular.DATE,
        r"\byears? (?:lie|are|is|apart|between|of)\b|\b(?:came|come) out\b|\brecent\b|\bsame (?:year|month|date)\b",
    ),
    (Particular.UPVOTES, r"\bup-?votes?\b|\bup-?voted\b"),
    (
        Particular.COUNT,
        r"\b(?:how many|number of|more|fewer|most|fewest|less) (?:co-?)?(?:authors|people wrote)\b|\bauthor counts?\b",
    ),
    (
        Particular.AUTHORS,
        r"\b(?:who|names? of)\b.*\b(?:wrote|written|authors?|author(?:ed)?)\b|\bwritten by\b|\bsame authors?\b|^\W*authors?\W*$",
    ),
    (Particular.ORGANISATION, r"\b(?:labs?|laborator\w+|compan\w+|organi[sz]ations?|institut\w+|universit\w+|affiliat\w+)\b"),
    (Particular.VENUE, r"\b(?:conferences?|venues?|journals?|proceedings)\b"),
    (Particular.PLACE, r"\b(?:arxiv|doi|links?|urls?)\b"),
    (Particular.TITLE, r"\btitles?\b"),
)
_MORE = re.compile(r"\b(?:more|most|higher|highest|larger|bigger)\b", re.IGNORECASE)
_FEWER = re.compile(r"\b(?:fewer|fewest|less|least|lower|lowest)\b", re.IGNORECASE)
_OF_RECORDS = """
former latter pls plz sure
affiliated affiliation affiliations again age apart appear appeared article articles arxiv author authored authors between
both came co come company compare compared conference count counts date dated dates differ difference different doi each
earlier earliest exactly exist fewer fewest first five four gap get got had higher highest id identifier identifiers ids
institute institution issued journal know known lab laboratory largest last later latest least less lie link links list
listed many month most name names new newer newest number old older oldest one ones order ordered organisation organization
out people popular predate predates preprint proceedings publication publications publish published recent record records
release released researchers same second separate similar sooner study survey surveys third three time title titles two
university up upvote upvoted upvotes url urls venue version votes work works write written wrote year years younger youngest
"""
OF_RECORDS = frozenset(stem(word) for word in _OF_RECORDS.split())
"""Words of which a turn about records consists, names of the papers talked of left aside."""
_SUPERLATIVE = re.compile(r"\b(?:oldest|newest|latest|earliest|most|fewest|highest|lowest|least)\b", re.IGNORECASE)
_COMPARING = re.compile(
    r"\b(?:older|newer|earlier|later|younger|first|sooner|more|fewer|less|higher|between|apart|predates?|difference)\b",
    re.IGNORECASE,
)
_ALIKE = re.compile(r"^(?=.*\b(?:they|both|two|these|those)\b).*\bsame\b|\beach\b", re.IGNORECASE)
SHORT = 4  # words of a title that is a name
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
    named = _named(turn, known) or [paper for paper in known[1:] if _titled(paper, read.called)][:1]
    words = {stem(word) for word in WORD.findall(read.text.lower())}
    beside = (
        words - OF_RECORDS - set(read.called if named else ()) - {stem(w) for p in named for w in WORD.findall(_name(p).lower())}
    )
    if beside & set(content_words(read.text)):
        return None
    wanted = tuple(dict.fromkeys(part for part, said in _ASKED if re.search(said, read.text, re.IGNORECASE)))
    if not wanted:
        return None
    comparing = (_COMPARING.search(turn) or _ALIKE.search(turn)) is not None
    if not comparing and re.search(r"\bsame\b", turn, re.IGNORECASE):
        return None
    papers = together(read.together, history) if read.together else named or placed(turn, history)
    if comparing and len(papers) == 1 and named:
        papers = papers + [paper for paper in known if paper.id != papers[0].id][:1]
    if not papers:
        papers = _pointed(history, known, comparing, superlative=_SUPERLATIVE.search(turn) is not None)
    if not papers or (len(papers) > FEW and read.together != EVERY):
        return None
    asked = Particulars(wanted, "", True, first=_first(turn) if len(papers) > 1 else "")
    return asked, papers, read.together if read.together < EVERY else 0


def of_records(asked: str) -> Particulars | None:
    """What a question without the papers it names asks of their records; None where it holds any word about something else."""
    if ({stem(word) for word in WORD.findall(asked.lower())} - OF_RECORDS) & set(content_words(asked)):
        return None
    wanted = tuple(dict.fromkeys(part for part, said in _ASKED if re.search(said, asked, re.IGNORECASE)))
    return Particulars(wanted, "", True, first=_first(asked)) if wanted else None


def _pointed(history: Sequence[Answer], known: Sequence[Paper], comparing: bool, superlative: bool) -> list[Paper]:
    """The papers that a turn means which names none: those of the last answer, or the last two talked of, where it compares."""
    last = latest(history)
    papers = [source.paper for source in last.sources] if last is not None else []
    if superlative or (comparing and len(known) < 2 and len(papers) < 2):
        return []
    return list(known[:2]) if comparing and not 1 < len(papers) <= FEW else papers


def _named(turn: str, papers: Sequence[Paper]) -> list[Paper]:
    """The papers called by a word of the name in their titles that no other of them has, as the turn has them in its order."""
    said = [stem(word) for word in WORD.findall(turn.lower())]
    names = [{stem(word) for word in WORD.findall(_name(paper).lower())} for paper in papers]
    found: list[tuple[int, Paper]] = []
    for n, (name, paper) in enumerate(zip(names, papers, strict=True)):
        own = name.difference(*(other for m, other in enumerate(names) if m != n)) - OF_RECORDS
        places = [place for place, word in enumerate(said) if word in own and word in set(content_words(turn))]
        if places:
            found.append((places[0], paper))
    return [paper for _, paper in sorted(found, key=lambda pair: pair[0])]


def _titled(paper: Paper, words: Sequence[str]) -> bool:
    """Whether the title holds all the words of "the ... one"."""
    return bool(words) and set(words) <= set(content_words(paper.title or ""))


def _name(paper: Paper) -> str:
    """What stands in front of the colon of its title, or a title that is as short; empty where there is no such name."""
    name = (paper.title or "").partition(":")[0]
    return name if len(name.split()) <= SHORT else ""


def _first(turn: str) -> str:
    """Which of the papers is asked for: the one with the `least`, or the `most`; empty for neither."""
    if re.search(_OLD, turn, re.IGNORECASE) or _FEWER.search(turn):
        return "least"
    return "most" if re.search(_NEW, turn, re.IGNORECASE) or _MORE.search(turn) else ""
