"""The answer without a model: the sentences that answer, verbatim, each with its citation."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from rag.answering.comparison import table
from rag.answering.conflict import conflict
from rag.answering.deciding import deciding
from rag.answering.draft import Draft
from rag.answering.listing import lines
from rag.answering.record import CitedSource, Hit, Passage, Sentence, Table, Verdict
from rag.answering.sought import fresh, leading
from rag.paper import Paper
from rag.retrieval.evidence import ScoredSentence, only, passages_of, together
from rag.retrieval.understand import QuestionType
from rag.terms import WORD

PAPERS = {QuestionType.ONE: 1, QuestionType.COMPARE: 4, QuestionType.LIST: 100}
"""Papers quoted at most."""
KEEP = {QuestionType.ONE: 1.0, QuestionType.COMPARE: 0.7, QuestionType.LIST: 0.7}
"""A paper is quoted when its score is at least this share of the best one's."""
LENGTH = {QuestionType.ONE: 1.0, QuestionType.COMPARE: 1.0, QuestionType.LIST: 3.0}
"""Length of an answer from more than one paper, as a multiple of the usual one."""
EACH = {QuestionType.ONE: 99, QuestionType.COMPARE: 4, QuestionType.LIST: 1}
"""Sentences of one paper at most, where there are several."""
SIDE = 0.9
"""Share of the length asked for that each of several papers side by side has: with 0.7 the answers to 11 such questions hold 0.62
of the words of their key facts, with 0.9 0.70."""
POINTS_TO = re.compile(
    r"https?:|\bgithub\b|^(?:[\w,]+ ){0,4}(?:code|data|datasets?|models?|repository) (?:is|are|will be) [^.;]*\bavailable\b\W*$",
    re.IGNORECASE,
)
POINTING = 25  # words at most of a sentence that says no more than where something is to be had
ASKS_WHERE = re.compile(
    r"\b(?:code|github|url|link|address|website|available|open.?source\w*|releas\w*|licen[cs]e\w*|download\w*|repository|publish\w*"
    r"|where|host\w*|public\w*)\b",
    re.IGNORECASE,
)
OVER = 0.1  # share of the length asked for by which the last sentence may go beyond it: else too little is said
NOTE = "These are sentences quoted from the abstracts; no language model was used."


def quote(
    kind: QuestionType,
    hits: Sequence[Hit],
    sentences: Sequence[Sequence[ScoredSentence]],
    words: int,
    on_token: Callable[[str], None] | None = None,
    *,
    question: str = "",
    one: bool = False,
    opening: str = "",
    beyond: int = 0,
    turn: str = "",
    before: Collection[str] = (),
    only: Collection[str] = (),
) -> Draft:
    """Pick sentences up to about `words` words; `sentences` are those of each hit, best hit first.

    Papers come in order of rank, sentences of one paper in the order of the abstract. Where one paper is quoted the one comes
    first that decides a yes-no or a how-much `question`, or else the best. A list has one line a paper, below an `opening` that
    says how many there are; `beyond` are those that were not even looked at. Papers that disagree are told apart by side.
    Where `one` paper is clearly meant it alone is quoted, though the wording would do for several ("compared to", "which data").
    Where it is known which papers are asked about (`only` these ids), they are quoted and no others.
    Where a `turn` of a conversation is answered from one paper, what was quoted `before` gives way to what is new.
    """
    kind = QuestionType.ONE if one and not opening else kind
    quoted = those(() if kind is QuestionType.ONE else only, hits, sentences) or papers_to_quote(kind, hits, sentences)
    near = together([telling(own, question) for own in quoted])
    if kind is QuestionType.LIST and (len(near) > 1 or opening):
        said = f"{opening}\n" if opening else ""
        return told(lines(near, question), "\n", on_token, left_out=len(hits) - len(near) + beyond, opening=said)
    if kind is QuestionType.ONE and (told_apart := conflict(question, sentences)):
        return told([*told_apart.agree, *told_apart.deny], "\n", on_token, note=told_apart.text, opening=f"{told_apart.text}\n")
    if turn and kind is QuestionType.ONE and near:
        near, question = [fresh(turn, near[0], before)], turn
    first = (deciding(question, near[0]) or leading(question, near[0])) if len(near) == 1 else None
    standing = lines(near, question) if kind is QuestionType.COMPARE and len(near) > 1 else [first] if first else []
    if only and kind is QuestionType.COMPARE and len(near) > 1:
        words, standing = round(SIDE * words * len(near)), []
    picked = pick(kind, near, words, standing, fair=bool(only))
    draft = told([sentence for own in picked for sentence in own], " ", on_token)
    if kind is QuestionType.COMPARE:
        whole = {own[0].paper.id: passages_of(own) for own in near}
        draft = with_table(draft, table(question, [(source.number, whole[source.paper.id]) for source in draft.sources]))
    return draft


def with_table(draft: Draft, made: Table | None) -> Draft:
    """The draft with the table; what its cells quote is added to what the sources have."""
    if made is None:
        return draft
    cells = {number: [row.cells[n] for row in made.rows] for n, number in enumerate(made.columns)}
    sources = []
    for source in draft.sources:
        quoted = {*source.passages, *filter(None, cells.get(source.number, ()))}
        sources.append(replace(source, passages=tuple(sorted(quoted, key=lambda passage: passage.index))))
    return replace(draft, table=made, sources=tuple(sources))


def told(
    chosen: Sequence[ScoredSentence],
    between: str,
    on_token: Callable[[str], None] | None,
    *,
    note: str = "",
    left_out: int = 0,
    opening: str = "",
) -> Draft:
    """The sentences as an answer: papers are numbered as they come; `between` stands between sentences."""
    numbers: dict[str, int] = {}
    passages: dict[int, list[Passage]] = {}
    papers: dict[int, Paper] = {}
    said: list[Sentence] = []
    text = opening
    if opening and on_token is not None:
        on_token(opening)
    for sentence in chosen:
        number = numbers.setdefault(sentence.paper.id, len(numbers) + 1)
        papers[number] = sentence.paper
        passages.setdefault(number, []).append(sentence.passage)
        piece = f"{between if said else ''}{sentence.passage.text} [{number}]"
        said.append(Sentence(sentence.passage.text, (number,), Verdict.SUPPORTED, 1.0))
        text += piece
        if on_token is not None:
            on_token(piece)
    sources = tuple(CitedSource(number, papers[number], tuple(passages[number])) for number in papers)
    notes = (note, NOTE) if note else (NOTE,)
    return Draft(text, tuple(said), sources, notes=notes, left_out=left_out)


def those(
    ids: Collection[str], hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]]
) -> list[Sequence[ScoredSentence]]:
    """The sentences of the papers with these ids, as far as they may be evidence."""
    return [own for hit, own in zip(hits, sentences, strict=False) if own and hit.paper.id in ids]


def papers_to_quote(
    kind: QuestionType, hits: Sequence[Hit], sentences: Sequence[Sequence[ScoredSentence]]
) -> list[Sequence[ScoredSentence]]:
    """The sentences of the papers that score near the best one; how near depends on what is asked."""
    best = max((hit.score for hit in hits), default=0.0)
    return [own for hit, own in zip(hits, sentences, strict=False) if own and hit.score >= KEEP[kind] * best][: PAPERS[kind]]


def telling(sentences: Sequence[ScoredSentence], question: str) -> Sequence[ScoredSentence]:
    """Without those that say no more than where the code is, unless that is asked for or nothing else is left."""
    if ASKS_WHERE.search(question):
        return sentences
    said = [passage.text for passage in passages_of(sentences)]
    places = [n for n, text in enumerate(said) if len(text.split()) > POINTING or not POINTS_TO.search(text)]
    return only(sentences, places) if places and len(places) < len(sentences) else sentences


def pick(
    kind: QuestionType,
    papers: Sequence[Sequence[ScoredSentence]],
    words: int,
    leading: Sequence[ScoredSentence] = (),
    *,
    fair: bool = False,
) -> list[list[ScoredSentence]]:
    """The sentences to quote, by paper. Every paper has the `leading` one that is its own, or its best, before any has a second;
    where it is to be `fair`, a second before any has a third. A single paper's leading sentence is said first."""
    left = words * (LENGTH[kind] if len(papers) > 1 else 1.0)
    chosen: dict[str, list[ScoredSentence]] = {}
    best = [max(own, key=lambda s: s.score) for own in papers]
    first = [next((s for s in leading if s in own), top) for own, top in zip(papers, best, strict=True)]
    others = [sorted((s for s in own if s not in first), key=lambda s: -s.score) for own in papers]
    turns = [(n if fair else 0, sentence) for own in others for n, sentence in enumerate(own)]
    rest = [sentence for _, sentence in sorted(turns, key=lambda turn: (turn[0], -turn[1].score))]
    most = EACH[kind] if len(papers) > 1 else EACH[QuestionType.ONE]
    for sentence in [*first, *rest]:
        length = len(WORD.findall(sentence.passage.text))
        own = chosen.setdefault(sentence.paper.id, [])
        if not own or (length <= left + OVER * words and len(own) < most):
            own.append(sentence)
            left -= length
    lead = first[0] if len(papers) == 1 and leading else None
    return [sorted(own, key=lambda s: (s is not lead, s.passage.index)) for own in chosen.values()]
