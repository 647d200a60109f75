"""Sentences scored for how likely they answer."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence

import pytest

from rag.answering.evidence import choose
from rag.answering.record import Hit, Passage
from rag.answering.support import SupportChecker
from rag.assistant import Assistant
from rag.embedding import TokenVectors
from rag.embedding.minilm import MiniLM
from rag.paper import Paper
from rag.retrieval import evidence
from rag.retrieval.evidence import (
    Known,
    PaperSentences,
    SentenceScorer,
    features,
    only,
    parts,
    passages_of,
    rarity,
    reading,
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


class Telling:
    """Reads with the real encoder and tells what it was given."""

    def __init__(self, embedder: MiniLM) -> None:
        self._read, self.given = reading(embedder), list[list[str]]()

    def __call__(self, texts: Sequence[str]) -> Mapping[str, TokenVectors]:
        self.given.append(list(texts))
        return self._read(texts)


def test_what_is_known_of_papers_asked_about_lately_is_kept(embedder: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "CACHED_PAPERS", 2)
    scorer = SentenceScorer(embedder)
    a, b, c = hit("Bees dance. Rain stops them.", "a"), hit("Ice melts.", "b"), hit("Tides turn. Wind blows. It rains.", "c")

    def known(*hits: Hit) -> list[Known]:
        return [own.known for own in scorer.score("ice", hits) if isinstance(own, PaperSentences)]

    first, second = known(a, b)
    again = known(a, b)
    assert (again[0] is first, again[1] is second) == (True, True)
    known(c)  # the oldest one goes
    assert (known(b)[0] is second, known(a)[0] is first) == (True, False)


def test_only_papers_looked_at_are_read(embedder: MiniLM) -> None:
    read = Telling(embedder)
    scored = SentenceScorer(embedder, read).score("ice", [hit("Bees dance.", "a"), hit("Ice melts. Rain falls.", "b")])
    assert [len(own) for own in scored] == [1, 2]
    assert [passage.text for passage in passages_of(scored[0])] == ["Bees dance."]
    assert read.given == []
    last = only(scored[1], [1])
    assert last[0] == scored[1][1]  # scored among all sentences of its paper
    assert read.given == [["ice", "Ice melts.", "Rain falls."]]


def test_several_papers_are_read_in_one_go(embedder: MiniLM) -> None:
    read = Telling(embedder)
    scored = together(SentenceScorer(embedder, read).score("ice", [hit("Bees dance.", "a"), hit("Ice melts. Rain falls.", "b")]))
    assert max(scored[1], key=lambda sentence: sentence.score).passage.text == "Ice melts."
    assert read.given == [["ice", "Bees dance.", "Ice melts.", "Rain falls."]]


def test_a_sentence_that_says_it_in_other_words_is_preferred(embedder: MiniLM) -> None:
    """No content word of the question stands in any sentence; its word pieces lie nearest to those of the second."""
    abstract = "We study colonies in spring. Workers signal the site of nectar by moving in circles. Funding came from the state."
    (scored,) = SentenceScorer(embedder).score("How do bees tell each other where food is?", [hit(abstract)])
    assert [sentence.overlap for sentence in scored] == [0.0, 0.0, 0.0]
    assert max(scored, key=lambda sentence: sentence.score) is scored[1]


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
    checker = SupportChecker(embedder)
    scorer = SentenceScorer(embedder, checker.read)
    bees = hit("Bees dance. Rain stops them.", "a")
    scorer.read_ahead([bees.paper])
    sentences = ["Bees dance.", "Rain stops them."]
    before = checker.read(sentences)
    assert [s.passage.text for s in scorer.score("ice", [bees])[0]] == sentences
    assert all(checker.read(sentences)[text] is before[text] for text in sentences)


def test_papers_beyond_the_first_three_are_chosen_from_without_reading_them(embedder: MiniLM) -> None:
    read = Telling(embedder)
    hits = [
        hit(f"Bees dance in hive {n}. Ice melts. However, much remains unclear. Tides turn. Wind blows.", str(n))
        for n in range(4)
    ]
    chosen = choose(SentenceScorer(embedder, read).score("Where does ice melt?", hits))
    assert len(chosen) == 4
    given = list(dict.fromkeys(text for texts in read.given for text in texts))
    assert sorted(given[1:]) == sorted({passage.text for own in hits[:3] for passage in sentence_passages(own.paper)})
    assert "Ice melts." in [passage.text for passage in chosen[3].passages]  # it has the question's words


def test_a_score_without_reading_is_the_same_whether_the_paper_was_read_or_not(embedder: MiniLM) -> None:
    scorer = SentenceScorer(embedder)
    (before,) = scorer.score("Where does ice melt?", [hit("Bees dance. Ice melts.", "a")])
    first = list(unread(before))
    assert [s.cosine for s in first] == [0.0, 0.0]
    assert first[1].score > first[0].score
    together([before])
    assert list(unread(before)) == first
