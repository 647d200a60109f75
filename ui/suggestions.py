"""Questions to click: first ones for an empty chat, and ones that lead on from an answer. Each is kept only where the library
answers it."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator

from rag.answering.record import Answer
from rag.paper import Paper
from rag.sentences import sentence_spans

WANTED = 4
NEAR = 6  # papers found for one, among which another is looked for to compare it with
TRIES = 12  # questions asked at most to find those
ON, ON_TRIES, ON_SECONDS = 3, 8, 4.0  # the same for those that lead on, and after how long to be content with fewer
NAME_WORDS, NAME_LETTERS, TITLE_LETTERS = 3, 30, 70
_COINED = re.compile(r"\b[A-Z][a-z]*\d*[A-Z][A-Za-z\d]*(?:-[A-Z\d][A-Za-z\d]*)*\b")  # SkyLedger, RAG-RewardBench, WACK
_ABBREVIATION = re.compile(r"[A-Z]{1,4}s?")  # LLMs, RLHF: nobody's own name
_FIGURE = re.compile(r"\d+(?:\.\d+)? ?(?:%|percent|points|times|x\b|×)")
_DATA = re.compile(r"\b(?:data ?sets?|benchmarks?|corpora|corpus)\b", re.IGNORECASE)

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
    compared = False
    for paper, plain in spread(papers):
        question = next(_deeper(paper, ()), plain) if len(found) % 2 else plain
        answer = ask(question)
        if _about(answer, paper):
            found.append(question)
            if not compared and len(found) < wanted and (rival := _rival(paper, answer)):
                compared, both = True, f"Compare {name_of(paper)} and {name_of(rival)}"
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
    """At most `wanted` questions that the library answers from evidence the answer has found but not used.

    `asked` are the conversation's questions so far; none of them comes again. Nothing leads on from a refusal.
    """
    if answer.abstained:
        return ()
    began, found = time.monotonic(), list[str]()
    known = {question.casefold() for question in asked}
    used = {(passage.paper_id, passage.text) for source in answer.sources for passage in source.passages}
    for paper, question in _leads(answer):
        if question.casefold() in known:
            continue
        known.add(question.casefold())
        if len(known) - len(asked) > ON_TRIES or time.monotonic() - began > ON_SECONDS:
            break
        given = ask(question)
        fresh = (p for source in given.sources if source.paper.id == paper.id for p in source.passages)
        if not given.abstained and any((p.paper_id, p.text) not in used for p in fresh):
            found.append(question)
        if len(found) == wanted:
            break
    return tuple(found)


def _leads(answer: Answer) -> Iterator[tuple[Paper, str]]:
    """What the first paper says beyond the answer, then the papers that were found and not used, best first."""
    cited = {source.paper.id for source in answer.sources}
    for source in answer.sources[:1]:
        yield from ((source.paper, question) for question in _deeper(source.paper, [p.text for p in source.passages]))
    for hit in answer.retrieved:
        if hit.paper.id not in cited and (question := question_about(hit.paper)):
            yield hit.paper, question


def _deeper(paper: Paper, used: Collection[str]) -> Iterator[str]:
    """A question about figures or data in sentences that were not quoted; one is enough of one paper."""
    title = " ".join((paper.title or "").split())
    subject = name_of(paper) or (f"“{title}”" if 0 < len(title) <= TITLE_LETTERS else "")
    if not subject:
        return
    sentences = [paper.abstract[start:end] for start, end in sentence_spans(paper.abstract)]
    rest = [sentence for sentence in sentences if not any(sentence in one or one in sentence for one in used)]
    for pattern, question in ((_FIGURE, f"How large are the gains of {subject}?"), (_DATA, f"Which data does {subject} use?")):
        if any(pattern.search(sentence) for sentence in rest):
            yield question
            return
