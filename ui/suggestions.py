"""Questions to click: first ones for an empty chat, and ones that lead on from an answer. Each is kept only where the library
answers it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

from rag.answering.record import Answer, Passage
from rag.paper import Paper
from rag.sentences import sentence_spans

WANTED = 4
NEAR = 6  # papers found for one, among which another is looked for to compare it with
TRIES = 12  # questions asked at most to find those
ON, ON_TRIES, ON_SECONDS = 3, 8, 4.0  # the same for those that lead on, and after how long to be content with fewer
NAME_WORDS, NAME_LETTERS, TITLE_LETTERS = 3, 30, 70
_COINED = re.compile(r"\b[A-Z][a-z]*\d*[A-Z][A-Za-z\d]*(?:-[A-Z\d][A-Za-z\d]*)*\b")  # SkyLedger, RAG-RewardBench, WACK
_ABBREVIATION = re.compile(r"[A-Z]{1,4}s?")  # LLMs, RLHF: nobody's own name


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be asked of a paper: how a sentence looks that tells it, and the question about a work with a name and about one
    that only has a title."""

    told: re.Pattern[str]
    of_name: str
    of_title: str


def _kind(told: str, of_name: str, of_title: str) -> Kind:
    return Kind(re.compile(told, re.IGNORECASE), of_name, of_title)


FIGURE = r"\d+(?:\.\d+)? ?(?:%|percent|points|times\b|x\b|×|-?fold)"
KINDS = (
    _kind(FIGURE, "How large are the gains of {}?", "How large are the gains of {}?"),
    _kind(
        r"\b(?:limit(?:s|ed|ations?)|fails?|failures?|struggl\w+|weakness\w*|drawbacks?|degrad\w+|gap between|falls? short)\b",
        "What are the limits of {}?",
        "Which limits does {} name?",
    ),
    _kind(r"\b(?:data ?sets?|benchmarks?|corpora|corpus)\b", "Which data does {} use?", "Which data does {} use?"),
    _kind(
        r"\b(?:because|due to|owing to|caused? by|stems? from|suffers?|lacks?|challeng\w+|costly|problems?)\b",
        "Why is {} needed?",
        "Which problem does {} start from?",
    ),
    _kind(
        r"\b(?:by \w+ing|consists? of|combin\w+|framework|pipeline|two-stage|modules?|trained (?:on|with))\b",
        "How does {} work?",
        "Which method does {} use?",
    ),
)
PLAIN = Kind(re.compile(""), "What is {}?", "What does {} show?")
BOTH = Kind(re.compile(""), "Compare {} and {}", "Compare {} and {}")

Ask = Callable[[str], Answer]


def question_about(paper: Paper) -> str | None:
    """A question whose answer is that paper, None where neither title nor abstract gives one short enough for a button.

    `Name: what it is` asks for the name, a title that is a question is taken as it stands, another is quoted. Without a
    title it asks for a name that the abstract coins, told by its spelling and by being used twice.
    """
    title = " ".join((paper.title or "").split())
    if name := name_of(paper):
        return f"What is {name}?"
    if title.endswith("?") and len(title) <= TITLE_LETTERS:
        return title
    return f"What does “{title}” show?" if 0 < len(title) <= TITLE_LETTERS else None


def name_of(paper: Paper) -> str:
    """What the paper calls its work, empty where it gives it no name."""
    title = " ".join((paper.title or "").split())
    name, colon, _ = title.partition(": ")
    if colon and len(name.split()) <= NAME_WORDS and len(name) <= NAME_LETTERS and not name.endswith("?"):
        return name
    if title:
        return ""
    coined = Counter(name for name in _COINED.findall(paper.abstract) if not _ABBREVIATION.fullmatch(name))
    name, times = coined.most_common(1)[0] if coined else ("", 0)
    return name if times > 1 and len(name) <= NAME_LETTERS else ""


def spread(papers: Iterable[Paper], tries: int = TRIES) -> Iterator[tuple[Paper, str]]:
    """Papers from all over the library that give a question, with it; different libraries show different ones."""
    usable = [(paper, question) for paper in papers if (question := question_about(paper))]
    step = max(1, len(usable) // tries)
    yield from usable[::step][:tries]


def choose(papers: Iterable[Paper], ask: Ask, wanted: int = WANTED) -> tuple[str, ...]:
    """At most `wanted` questions that the library answers from the very paper they were made of: of several kinds, where papers
    give them, so that they show what can be asked."""
    found: list[str] = []
    kinds: set[Kind] = set()
    for paper, plain in spread(papers):
        others = (each for each in _deeper(paper, ()) if each[0] not in kinds) if found else iter(())
        kind, question = next(others, (PLAIN, plain))
        answer = ask(question)
        if _about(answer, paper):
            found.append(question)
            kinds.add(kind)
            if BOTH not in kinds and len(found) < wanted and (rival := _rival(paper, answer)):
                kinds.add(BOTH)
                both = BOTH.of_name.format(name_of(paper), name_of(rival))
                answer = ask(both)
                found += [both] if _about(answer, paper) and _about(answer, rival) else []
        if len(found) == wanted:
            break
    return tuple(found)


def _about(answer: Answer, paper: Paper) -> bool:
    return not answer.abstained and any(source.paper.id == paper.id for source in answer.sources)


def _rival(paper: Paper, answer: Answer) -> Paper | None:
    """The paper found next to this one, where both have names to compare them by."""
    named = (hit.paper for hit in answer.retrieved[:NEAR] if hit.paper.id != paper.id and name_of(hit.paper))
    return next(named, None) if name_of(paper) else None


def lead_on(answer: Answer, asked: Collection[str], ask: Ask, wanted: int = ON) -> tuple[str, ...]:
    """At most `wanted` questions, each of another kind, that the library answers from evidence the answer has found but not used.

    `asked` are the conversation's questions so far; none of them comes again. Nothing leads on from a refusal.
    """
    if answer.abstained:
        return ()
    began, tries, found = time.monotonic(), 0, list[str]()
    known = {question.casefold() for question in asked}
    used = {(passage.paper_id, passage.text) for source in answer.sources for passage in source.passages}
    kinds, spent = set[Kind](), set[str]()
    for kind, papers, question in _leads(answer):
        if kind in kinds or papers[-1].id in spent or question.casefold() in known:
            continue
        if tries == ON_TRIES or time.monotonic() - began > ON_SECONDS:
            break
        tries += 1
        known.add(question.casefold())
        given = ask(question)
        fresh = [p for source in given.sources for p in source.passages if (p.paper_id, p.text) not in used]
        if not given.abstained and _tells(fresh, kind, papers[-1]) and _all_there(given, papers):
            found.append(question)
            kinds.add(kind)
            spent.add(papers[-1].id)
        if len(found) == wanted:
            break
    return tuple(found)


def _tells(fresh: Iterable[Passage], kind: Kind, paper: Paper) -> bool:
    """Whether what was not quoted before says of that paper what was asked."""
    return any(passage.paper_id == paper.id and kind.told.search(passage.text) for passage in fresh)


def _all_there(answer: Answer, papers: Iterable[Paper]) -> bool:
    return {paper.id for paper in papers} <= {source.paper.id for source in answer.sources}


def _leads(answer: Answer) -> Iterator[tuple[Kind, tuple[Paper, ...], str]]:
    """What the first paper says beyond the answer, that paper beside another one, then the papers that were found and not used,
    best first. The last paper of each is the one from which something new is to come."""
    cited = {source.paper.id for source in answer.sources}
    others = [hit.paper for hit in answer.retrieved if hit.paper.id not in cited]
    for source in answer.sources[:1]:
        first = source.paper
        yield from ((kind, (first,), said) for kind, said in _deeper(first, [p.text for p in source.passages]))
        if name_of(first) and (rival := next((paper for paper in others[:NEAR] if name_of(paper)), None)):
            yield BOTH, (first, rival), BOTH.of_name.format(name_of(first), name_of(rival))
    for paper in others:
        yield from ((kind, (paper,), said) for kind, said in _deeper(paper, ()))
        if plain := question_about(paper):
            yield PLAIN, (paper,), plain


def _deeper(paper: Paper, used: Collection[str]) -> Iterator[tuple[Kind, str]]:
    """Questions that sentences which were not quoted may answer, one of each kind."""
    name, title = name_of(paper), " ".join((paper.title or "").split())
    if not name and not 0 < len(title) <= TITLE_LETTERS:
        return
    sentences = [paper.abstract[start:end] for start, end in sentence_spans(paper.abstract)]
    rest = [sentence for sentence in sentences if not any(sentence in one or one in sentence for one in used)]
    for kind in KINDS:
        if any(kind.told.search(sentence) for sentence in rest):
            yield kind, kind.of_name.format(name) if name else kind.of_title.format(f"“{title}”")
