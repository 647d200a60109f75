"""Sentences scored for how likely they answer."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence

import pytest

from rag.answering.evidence import choose
from rag.answering.record import Hit, Passage
from rag.assistant import Assistant
from rag.embedding import Vectors
from rag.embedding.minilm import MiniLM
from rag.paper import Paper
from rag.retrieval import evidence
from rag.retrieval.evidence import (
    ScoredSentence,
    SentenceScorer,
    features,
    only,
    parts,
    passages_of,
    rarity,
    sentence_passages,
    together,
    unread,
)


def hit(abstract: str, paper_id: str = "x") -> Hit:
    paper = Paper(id=paper_id, abstract=abstract)
    return Hit(paper, Passage(paper_id, 0, 0, len(abstract), abstract), 1.0, {})


def test_sentences_are_passages_with_their_offsets() -> None:
    paper = Paper(id="x", abstract="One here.  Two there.")
    assert sentence_passages(paper) == (Passage("x", 0, 0, 9, "One here."), Passage("x", 1, 11, 21, "Two there."))
    assert sentence_passages(Paper(id="x", abstract="")) == (Passage("x", 0, 0, 0, ""),)


def test_rare_words_weigh_more() -> None:
    weights = rarity(frozenset({"bee", "radar", "gone"}), [frozenset({"bee"}), frozenset({"bee", "radar"}), frozenset({"bee"})])
    assert weights == pytest.approx({"bee": math.log(1 + 3 / 4), "radar": math.log(1 + 3 / 2), "gone": math.log(1 + 3)})


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How do bees dance?", ["How do bees dance?"]),
        ("How many bees dance and what do drones eat?", ["How many bees dance", "what do drones eat?"]),
        ("I keep wild bees. Which ones dance, and for how long do drones live?", None),
        ("Bees and wasps dance?", ["Bees and wasps dance?"]),
    ],
)
def test_a_question_has_parts(question: str, expected: list[str] | None) -> None:
    assert parts(question) == (expected or ["I keep wild bees.", "Which ones dance", "for how long do drones live?"])


def test_each_part_of_a_question_finds_its_sentence(embedder: MiniLM) -> None:
    abstract = "Bees dance in the dark of the hive. Wild flowers need rain. One drone lives for eight weeks in summer."
    (sentences,) = SentenceScorer(embedder).score("Where do bees dance, and how many weeks does a drone live?", [hit(abstract)])
    assert min(sentences[0].score, sentences[2].score) > sentences[1].score


@pytest.mark.parametrize(
    ("text", "index", "asks_number", "expected"),
    [
        ("It wins 97% of games.", 2, True, {"place": 1.0, "first": 0, "last": 1, "number": 1, "background": 0}),
        ("It wins 97% of games.", 1, False, {"place": 0.5, "first": 0, "last": 0, "number": 0, "background": 0}),
        ("However, games remain hard.", 0, True, {"place": 0.0, "first": 1, "last": 0, "number": 0, "background": 1}),
    ],
)
def test_place_and_wording_are_features(text: str, index: int, asks_number: bool, expected: dict[str, float]) -> None:
    found = features(Passage("x", index, 0, len(text), text), 3, asks_number)
    assert found.pop("length") == pytest.approx(math.log(len(text.split()) + 1))
    assert found == expected


def test_an_abstract_of_one_sentence_is_scored(embedder: MiniLM) -> None:
    ((only,),) = SentenceScorer(embedder).score("bees", [hit("Bees dance.")])
    assert (only.passage.text, only.overlap) == ("Bees dance.", 1.0)
    assert 0 < only.cosine <= 1


def test_the_sentence_that_answers_has_the_highest_score(embedder: MiniLM) -> None:
    abstract = (
        "Language models are important. We study how glaciers melt. Ice thickness agrees with drilled holes within 2 metres. "
        "The code is online."
    )
    (scored,) = SentenceScorer(embedder).score("How exact is the ice thickness in metres?", [hit(abstract)])
    assert [s.passage.index for s in scored] == [0, 1, 2, 3]
    assert max(scored, key=lambda s: s.score).passage.index == 2


def test_papers_keep_their_order_and_their_sentences(embedder: MiniLM) -> None:
    first, second = hit("Bees dance. Rain stops them.", "a"), hit("Ice melts.", "b")
    scored = SentenceScorer(embedder).score("ice", [first, second])
    assert [[s.passage.text for s in own] for own in scored] == [["Bees dance.", "Rain stops them."], ["Ice melts."]]
    assert [[s.paper.id for s in own] for own in scored] == [["a", "a"], ["b"]]
    assert SentenceScorer(embedder).score("ice", []) == []


def test_vectors_are_kept_for_papers_asked_about_lately(embedder: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "CACHED_PAPERS", 2)
    embedded: list[int] = []

    class Counting:
        def embed(self, texts: list[str]) -> object:
            embedded.append(len(texts))
            return embedder.embed(texts)

    scorer = SentenceScorer(Counting())  # type: ignore[arg-type]
    a, b, c = hit("Bees dance. Rain stops them.", "a"), hit("Ice melts.", "b"), hit("Tides turn. Wind blows. It rains.", "c")

    def look(*hits: Hit) -> list[list[ScoredSentence]]:
        return [list(own) for own in together(scorer.score("ice", hits))]

    first = look(a, b)
    assert look(a, b) == first
    assert embedded == [3, 1, 1]  # three sentences in one go, the question, the question again
    look(c)  # the oldest one goes
    look(b)
    look(a)
    assert embedded[3:] == [3, 1, 1, 2, 1]


def test_only_papers_looked_at_are_embedded(embedder: MiniLM) -> None:
    embedded: list[list[str]] = []

    class Telling:
        def embed(self, texts: list[str]) -> object:
            embedded.append(texts)
            return embedder.embed(texts)

    scored = SentenceScorer(Telling()).score("ice", [hit("Bees dance.", "a"), hit("Ice melts. Rain falls.", "b")])  # type: ignore[arg-type]
    assert [len(own) for own in scored] == [1, 2]
    assert [passage.text for passage in passages_of(scored[0])] == ["Bees dance."]
    assert embedded == []
    last = only(scored[1], [1])
    assert last[0] == scored[1][1]  # scored among all sentences of its paper
    assert embedded == [["Ice melts.", "Rain falls."], ["ice"]]


def test_an_abstract_that_changed_is_read_again(embedder: MiniLM) -> None:
    scorer = SentenceScorer(embedder)
    assert [s.passage.text for s in scorer.score("ice", [hit("Ice melts.")])[0]] == ["Ice melts."]
    assert [s.passage.text for s in scorer.score("ice", [hit("Ice grows.")])[0]] == ["Ice grows."]


def test_threads_may_share_a_scorer(embedder: MiniLM, small: Assistant) -> None:
    hits = small.search("bees", 8)
    scorer = SentenceScorer(embedder)
    expected = [[s.passage for s in own] for own in scorer.score("bees", hits)]
    different: list[str] = []

    def run(question: str) -> None:
        scored = SentenceScorer.score(scorer, question, hits[::-1])
        if [[s.passage for s in own] for own in scored] != expected[::-1]:
            different.append(question)

    threads = [threading.Thread(target=run, args=(f"question {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not different


def test_papers_read_ahead_are_not_read_again(embedder: MiniLM) -> None:
    read: list[list[str]] = []

    def reading(texts: Sequence[str]) -> Vectors:
        read.append(list(texts))
        return embedder.embed(texts)

    scorer = SentenceScorer(embedder, reading)
    bees = hit("Bees dance. Rain stops them.", "a")
    scorer.read_ahead([bees.paper])
    assert [s.passage.text for s in scorer.score("ice", [bees])[0]] == ["Bees dance.", "Rain stops them."]
    assert read == [["Bees dance.", "Rain stops them."]]


def test_papers_beyond_the_first_three_are_chosen_from_without_reading_them(embedder: MiniLM) -> None:
    read: list[str] = []

    def reading(texts: Sequence[str]) -> Vectors:
        read.extend(texts)
        return embedder.embed(texts)

    hits = [
        hit(f"Bees dance in hive {n}. Ice melts. However, much remains unclear. Tides turn. Wind blows.", str(n))
        for n in range(4)
    ]
    chosen = choose(SentenceScorer(embedder, reading).score("Where does ice melt?", hits))
    assert len(chosen) == 4
    assert read == [passage.text for own in hits[:3] for passage in sentence_passages(own.paper)]
    assert "Ice melts." in [passage.text for passage in chosen[3].passages]  # it has the question's words


def test_a_score_without_reading_is_the_same_whether_the_paper_was_read_or_not(embedder: MiniLM) -> None:
    scorer = SentenceScorer(embedder)
    (before,) = scorer.score("Where does ice melt?", [hit("Bees dance. Ice melts.", "a")])
    first = list(unread(before))
    assert [s.cosine for s in first] == [0.0, 0.0]
    assert first[1].score > first[0].score
    together([before])
    assert list(unread(before)) == first
