"""Papers and answers of every shape a record may have, for tests of what must hold for all of them."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from rag.answering.record import Answer, AnswerKind, Aspect, CitedSource, Hit, Passage, Repair, Sentence, Table, Tokens, Verdict
from rag.paper import Paper, Source

texts = st.text(max_size=30)
maybe_text = st.none() | texts
counts = st.none() | st.integers(0, 10**9)
shares = st.floats(0, 1)
numbers = st.floats(allow_nan=False, allow_infinity=False)

sources = st.builds(Source, file=texts, line=st.integers(1, 10**6))
papers = st.builds(
    Paper,
    id=texts,
    abstract=texts,
    title=maybe_text,
    authors=st.lists(texts, max_size=3).map(tuple),
    author_count=counts,
    organisation=maybe_text,
    date=st.none() | st.dates(dt.date(1, 1, 1)),
    year=counts,
    arxiv_id=maybe_text,
    doi=maybe_text,
    comment=maybe_text,
    upvotes=counts,
    url=maybe_text,
    sources=st.lists(sources, max_size=2).map(tuple),
)
passages = st.builds(Passage, paper_id=texts, index=st.integers(0), start=st.integers(0), end=st.integers(0), text=texts)
sentences = st.builds(
    Sentence,
    text=texts,
    citations=st.lists(st.integers(1, 20), max_size=3).map(tuple),
    verdict=st.sampled_from(Verdict),
    probability=st.none() | shares,
    evidence=st.none() | passages,
    outside=st.booleans(),
    judged=st.none() | st.sampled_from(Verdict),
)
repairs = st.builds(Repair, before=texts, verdict=st.sampled_from(Verdict), after=maybe_text)
rows = st.builds(Aspect, name=texts, cells=st.lists(st.none() | passages, max_size=2).map(tuple))
tables = st.builds(Table, columns=st.lists(st.integers(1, 20), max_size=2).map(tuple), rows=st.lists(rows, max_size=2).map(tuple))
cited = st.builds(CitedSource, number=st.integers(1, 20), paper=papers, passages=st.lists(passages, max_size=2).map(tuple))
scores = st.dictionaries(st.sampled_from(["dense", "keyword", "rerank"]), numbers)
hits = st.builds(Hit, paper=papers, passage=passages, score=numbers, parts=scores)
answers = st.builds(
    Answer,
    question=texts,
    text=texts,
    sentences=st.lists(sentences, max_size=2).map(tuple),
    sources=st.lists(cited, max_size=2).map(tuple),
    retrieved=st.lists(hits, max_size=2).map(tuple),
    kind=st.sampled_from(AnswerKind),
    abstained=st.booleans(),
    confidence=shares,
    model=texts,
    tokens=st.builds(Tokens, prompt=st.integers(0), completion=st.integers(0), counted_by=texts),
    cost=st.none() | numbers,
    timings=st.dictionaries(texts, numbers, max_size=3),
    standalone=texts,
    filters=st.lists(texts, max_size=2).map(tuple),
    invented=st.lists(texts, max_size=2).map(tuple),
    notes=st.lists(texts, max_size=2).map(tuple),
    settings_fingerprint=texts,
    asked_at=texts,
    id=texts,
    follows=st.lists(texts, max_size=2).map(tuple),
    settings=st.dictionaries(texts, maybe_text, max_size=2),
    repairs=st.lists(repairs, max_size=2).map(tuple),
    missing=texts,
    table=st.none() | tables,
    left_out=st.integers(0, 99),
)
