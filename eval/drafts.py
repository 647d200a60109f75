"""Questions proposed from the library without a model: from the sentence of an abstract that most likely holds its finding.

They are drafts for a person to accept, mend or reject; each carries the sentence it came from.
"""

from __future__ import annotations

import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from rag.answering.record import Passage
from rag.paper import Paper
from rag.retrieval.evidence import WEIGHTS, features, sentence_passages
from rag.terms import QUESTION_WORDS

FEWEST_WORDS, MOST_WORDS = 8, 60  # of a sentence to ask about
MOST_FACTS = 3
OPENING = 100  # characters
LONGEST_NAME = 4  # words before a title's colon that are taken for a name

_AMOUNT = re.compile(r"(?<![\w.-])\d+(?:[.,]\d+)*(?:\s?(?:%|x\b|×|\\%)|[KMB]\b)?")
_WORDS = re.compile(r"[^\W\d_]+(?:[-'’][^\W_]+)*|\d[\w.,%]*|[^\w\s]")
_INTRODUCED = re.compile(r"\b(?:introduc|propos|present|call|dub|nam)(?:e|es|ed|ing)? ([A-Z][\w-]*[A-Z0-9][\w-]*)")
_BREAKS = """
achieve achieves achieving across additionally address addresses allow allows also although among approach approaches based
because before being between both compared demonstrate demonstrates despite does due during each effectively enable enables
even evaluate evaluated experiments extensive finally find first followed furthermore further gains hence however improve
improved improves including indicate indicates introduce introduces like many may method methods might moreover novel obtain
obtained often other outperform outperforms over per perform performs present presents propose proposed proposes provide
provides provided reduce reduces remarkably report reports result results reveal reveals second shown shows significantly
since study suggest suggests than through thus under up use used uses using various via well when whereas while within work
yet yields
"""
BREAKS = QUESTION_WORDS | frozenset(_BREAKS.split())
"""Words at which a phrase ends."""


def draft_rows(
    papers: Iterable[Paper], count: int, seed: int = 0, *, kinds: Collection[str] = ("single",)
) -> list[dict[str, Any]]:
    """At most `count` rows of a question set, each about another paper; the same library and seed give the same rows.

    `kinds` takes turns: `single` asks what a paper reports, `unanswerable` asks the same with that paper left out of the
    library (`without`), where a refusal is right.
    """
    chosen = heapq.nsmallest(3 * count, papers, key=lambda paper: order_of(seed, paper.id))
    rows: list[dict[str, Any]] = []
    order = [kind for kind in ("single", "unanswerable") if kind in kinds]
    for paper in chosen:
        if len(rows) == count:
            break
        if row := draft(paper):
            rows.append(unanswerable(row) if order[len(rows) % len(order)] == "unanswerable" else row)
    return rows


def draft(paper: Paper) -> dict[str, Any] | None:
    """A question about the paper's most telling sentence, or None where it has none that can be asked about."""
    for sentence in salient(paper):
        phrases = key_phrases(sentence.text)
        subject = name_of(paper)
        about = next((p for p in phrases if not subject or p.lower() not in subject.lower()), None)
        amounts = list(dict.fromkeys(match.group().strip() for match in _AMOUNT.finditer(sentence.text)))[:MOST_FACTS]
        if about is None:
            continue
        whose = subject or f"the paper on {_topic(paper, about)}"
        asked = f"Which figures does {whose} report for {about}?" if amounts else f"What does {whose} say about {about}?"
        return {
            "id": draft_id("single", [paper.id]),
            "status": "draft",
            "kind": "single",
            "question": asked,
            "papers": [reference(paper)],
            "answer": sentence.text,
            "key_facts": amounts,
            "evidence": [sentence.text],
            "made_by": "salient sentence",
        }
    return None


def salient(paper: Paper) -> Iterator[Passage]:
    """The paper's sentences that can be asked about, the most telling first: by the wording and place that findings have."""
    passages = sentence_passages(paper)
    usable = [p for p in passages if FEWEST_WORDS <= len(p.text.split()) <= MOST_WORDS and p.text.rstrip()[-1:] in ".!"]

    def weight(passage: Passage) -> float:
        found = features(passage, len(passages), True)
        return sum(WEIGHTS.get(name, 0.0) * value for name, value in found.items())

    yield from sorted(usable, key=lambda p: (-weight(p), p.index))


def key_phrases(text: str) -> list[str]:
    """Phrases of one to four words that say what a sentence is about, best first (RAKE; Rose et al., Text Mining, 2010).

    The sentence is cut at stop words, numbers and punctuation; a word counts by the words it stands beside over the times it
    occurs, a phrase by the sum over its words.
    """
    runs: list[list[str]] = [[]]
    for word in _WORDS.findall(text):
        if word[0].isalpha() and word.lower() not in BREAKS and not word.lower().endswith("ly"):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    phrases = [run for run in runs if 0 < len(run) <= 4]
    times = Counter(word.lower() for run in phrases for word in run)
    beside = Counter[str]()
    for run in phrases:
        for word in run:
            beside[word.lower()] += len(run)
    scores = {" ".join(run): sum(beside[w.lower()] / times[w.lower()] for w in run) for run in phrases}
    return sorted((p for p in scores if len(p) > 3), key=lambda phrase: (-scores[phrase], phrase))


def name_of(paper: Paper) -> str:
    """What the paper is called: the name its title begins with or its abstract introduces, else the title; may be empty."""
    title = paper.title or ""
    head, colon, _ = title.partition(":")
    if colon and len(head.split()) <= LONGEST_NAME and re.search(r"\w[A-Z]|\d", head):
        return head.strip()
    if introduced := _INTRODUCED.search(paper.abstract):
        return introduced[1]
    return f"“{title}”" if title else ""


def unanswerable(row: dict[str, Any]) -> dict[str, Any]:
    """The same question with its paper left out of the library: refusing is right."""
    ids = [str(paper["id"]) for paper in row["papers"]]
    kept = {name: value for name, value in row.items() if name not in ("answer", "key_facts", "papers")}
    changed = {"id": draft_id("unanswerable", ids), "kind": "unanswerable", "subkind": "removed-paper", "answerable": False}
    return {**kept, **changed, "papers": [], "without": row["papers"]}


def reference(paper: Paper) -> dict[str, Any]:
    """The paper as a set names it: by id, and by what is in the paper itself for another library."""
    return {"id": paper.id, "title": paper.title, "opening": paper.abstract[:OPENING]}


def draft_id(kind: str, papers: Iterable[str]) -> str:
    """The same for the same papers, so that a second generation proposes nothing twice."""
    return f"{kind}-{hashlib.sha256('|'.join(papers).encode()).hexdigest()[:8]}"


def _topic(paper: Paper, about: str) -> str:
    """Two phrases of an untitled abstract, to say which one is meant."""
    phrases = [phrase for phrase in key_phrases(" ".join(p.text for p in sentence_passages(paper)[:3])) if phrase != about]
    return " and ".join(phrases[:2]) or about


def order_of(seed: int, paper_id: str) -> bytes:
    """A place for each paper that looks random and is the same every time."""
    return hashlib.sha256(f"{seed}:{paper_id}".encode()).digest()
