"""Answers made of quotations: which sentences, in which order, how many words, and never a changed character."""

from __future__ import annotations

import json
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from rag.answering.draft import Draft
from rag.answering.extractive import NOTE, OVER, papers_to_quote, pick, quote
from rag.answering.listing import count
from rag.answering.record import Answer, AnswerKind, Hit, Passage, Sentence, Verdict
from rag.assistant import Assistant
from rag.paper import Paper
from rag.retrieval.evidence import ScoredSentence, sentence_passages
from rag.retrieval.understand import QuestionType
from rag.terms import WORD

ONE, COMPARE, LIST = QuestionType.ONE, QuestionType.COMPARE, QuestionType.LIST


def paper(name: str, *scores: float, words: int = 4) -> tuple[Hit, list[ScoredSentence]]:
    """A paper with one sentence of `words` words for each score."""
    abstract = " ".join(f"{name.upper()}{n} {'word ' * (words - 2)}end." for n in range(len(scores)))
    known = Paper(id=name, abstract=abstract)
    sentences = sentence_passages(known)
    assert len(sentences) == len(scores)
    scored = [ScoredSentence(known, passage, score, 0.5, 0.5) for passage, score in zip(sentences, scores, strict=True)]
    return Hit(known, sentences[0], 1.0, {}), scored


def quoted(kind: QuestionType, *papers: tuple[Hit, list[ScoredSentence]], words: int = 90) -> list[str]:
    """The first word of each sentence quoted."""
    draft = quote(kind, [hit for hit, _ in papers], [own for _, own in papers], words)
    return [sentence.text.split()[0] for sentence in draft.sentences]


def test_the_best_sentence_comes_first_and_the_others_in_the_order_of_the_abstract() -> None:
    assert quoted(ONE, paper("a", 1, 3, 0, 2), words=12) == ["A1", "A0", "A3"]
    assert quoted(ONE, paper("a", 1, 3, 0, 2), words=8) == ["A1", "A3"]


def test_a_sentence_that_does_not_fit_gives_way_to_a_shorter_one() -> None:
    (_, long), (_, short) = paper("a", 3, 2, words=6), paper("a", 1, words=3)
    assert {sentence.score for sentence in pick(ONE, [[*long, *short]], 9)[0]} == {3, 1}


def test_the_best_sentence_is_quoted_however_long_it_is() -> None:
    assert quoted(ONE, paper("a", 1, 2, words=50), words=20) == ["A1"]


def test_a_last_sentence_may_go_a_little_beyond_the_length() -> None:
    assert quoted(ONE, paper("a", 3, 2, words=50), words=94) == ["A0", "A1"]
    assert quoted(ONE, paper("a", 3, 2, words=50), words=90) == ["A0"]


def test_one_paper_that_is_clearly_meant_is_quoted_alone() -> None:
    (hit, own), (other, further) = paper("a", 1, 3), paper("b", 9, 2)
    compared = quote(COMPARE, [hit, other], [own, further], 90, one=True)
    assert [source.paper.id for source in compared.sources] == ["a"]
    assert compared.table is None
    assert len(quote(COMPARE, [hit, other], [own, further], 90).sources) == 2


def test_where_the_code_is_is_told_only_who_asks_for_it() -> None:
    abstract = "Bees dance in the dark. Our code is available at https://example.org/bees. Drones watch them dance."
    known = Paper(id="bees", abstract=abstract)
    own = [ScoredSentence(known, passage, 1, 0.5, 0.5) for passage in sentence_passages(known)]
    hit = Hit(known, own[0].passage, 1.0, {})

    def told(question: str) -> bool:
        return "https://example.org/bees" in quote(ONE, [hit], [own], 90, question=question).text

    assert not told("Which animals dance?")
    assert told("Which animals dance, and is the code on GitHub?")


def test_one_paper_answers_unless_more_are_asked_for() -> None:
    a, b, c = paper("a", 1, 3), paper("b", 9, 2), paper("c", 5, 4)
    assert quoted(ONE, a, b, c) == ["A1", "A0"]
    assert quoted(COMPARE, a, b, c, words=8) == ["A1", "B0", "C0"]
    assert quoted(LIST, a, b, c, words=8) == ["A1", "B0", "C0"]


def test_a_list_has_one_line_a_paper_and_tells_what_it_leaves_out() -> None:
    papers = [paper(name, 9, 8) for name in "abcdef"]
    assert quoted(LIST, *papers, words=8) == ["A0", "B0", "C0", "D0", "E0", "F0"]
    far = Hit(Paper(id="g", abstract="Far away."), papers[0][0].passage, 0.1, {})
    draft = quote(LIST, [*(hit for hit, _ in papers), far], [*(own for _, own in papers), papers[0][1]], 90)
    assert len(draft.text.splitlines()) == 6
    assert draft.left_out == 1
    assert [count(6, draft.left_out), count(6, 0)] == ["6 of 7 papers found are shown.", ""]


def test_the_sentence_that_decides_comes_first() -> None:
    said = "Bees dance in the dark of the hive. We filmed them for years. The 14 hives stood in a meadow. Rain cut the dances."
    bees = Paper(id="bees", abstract=said)
    scored = [
        ScoredSentence(bees, passage, score, 0.5, 0.1)
        for passage, score in zip(sentence_passages(bees), (2, 1, 1.5, 1), strict=True)
    ]
    hits = [Hit(bees, scored[0].passage, 1.0, {})]

    def first(question: str) -> str:
        return quote(ONE, hits, [scored], 90, question=question).sentences[0].text

    assert first("How many hives stood there?") == "The 14 hives stood in a meadow."
    assert first("Why do bees dance?") == "Bees dance in the dark of the hive."


def test_only_papers_that_score_near_the_best_are_quoted() -> None:
    (hit_a, a), (hit_b, b), (hit_c, c) = paper("a", 1), paper("b", 1), paper("c", 1)
    hits = [hit_a, Hit(hit_b.paper, hit_b.passage, 0.8, {}), Hit(hit_c.paper, hit_c.passage, 0.4, {})]
    assert papers_to_quote(COMPARE, hits, [a, b, c]) == [a, b]
    assert papers_to_quote(ONE, hits, [a, b, c]) == [a]
    assert papers_to_quote(COMPARE, [], []) == []


def test_marks_and_sources_have_the_same_numbers() -> None:
    a, b = paper("a", 2, 1), paper("b", 3)
    draft = quote(COMPARE, [a[0], b[0]], [a[1], b[1]], 90)
    assert draft.text == "A0 word word end. [1] A1 word word end. [1] B0 word word end. [2]"
    assert [(source.number, source.paper.id) for source in draft.sources] == [(1, "a"), (2, "b")]
    assert draft.sources[0].passages == (
        Passage("a", 0, 0, 17, "A0 word word end."),
        Passage("a", 1, 18, 35, "A1 word word end."),
    )
    assert draft.sentences[2] == Sentence("B0 word word end.", (2,), Verdict.SUPPORTED, 1.0)
    assert draft.notes == (NOTE,)
    assert "quoted" in NOTE


def test_a_draft_without_more_is_free_and_stands() -> None:
    draft = Draft("Text.", (), ())
    assert (draft.tokens.total, draft.invented, draft.notes, draft.abstained) == (0, (), (), False)


papers = st.lists(st.lists(st.floats(-3, 3), min_size=1, max_size=6), min_size=1, max_size=5)


@given(papers, st.sampled_from(QuestionType), st.integers(20, 200))
@settings(max_examples=80, deadline=None)
def test_whatever_is_picked(rows: list[list[float]], kind: QuestionType, words: int) -> None:
    made = [paper(f"p{n}", *scores, words=15) for n, scores in enumerate(rows)]
    told: list[str] = []
    draft = quote(kind, [hit for hit, _ in made], [own for _, own in made], words, told.append)
    assert "".join(told) == draft.text
    assert draft.sentences
    assert [source.number for source in draft.sources] == list(range(1, len(draft.sources) + 1))
    for source in draft.sources:
        after = source.passages[1:] if len(draft.sources) == 1 else source.passages  # the best of a single paper leads
        assert [p.index for p in after] == sorted({p.index for p in after})
        assert all(p.text == source.paper.abstract[p.start : p.end] for p in source.passages)
    count = sum(len(WORD.findall(sentence.text)) for sentence in draft.sentences)
    most = {ONE: words, COMPARE: 1.5 * words, LIST: 3 * words}[kind]
    assert count <= max(most + OVER * words, 15 * len(draft.sources))  # every paper has its best sentence
    if kind is ONE:
        assert len(draft.sources) == 1


# --- the real dumps ----------------------------------------------------------------------------------------------------


def test_an_answer_streams_what_it_says(small: Assistant) -> None:
    told: list[str] = []
    answer = small.ask("How many dances were filmed?", on_token=told.append)
    assert len(told) == len(answer.sentences) > 1
    assert "".join(told) == answer.text


def assert_verbatim(answer: Answer) -> None:
    """Every sentence stands, to the character, where its citation says."""
    assert answer.kind is AnswerKind.QUOTED
    cited = [(source.number, passage) for source in answer.sources for passage in source.passages]
    cells = [cell for row in answer.table.rows for cell in row.cells if cell] if answer.table else []
    quoted = {(sentence.citations, sentence.text) for sentence in answer.sentences}
    assert quoted <= {((n,), p.text) for n, p in cited}
    assert {p.text for _, p in cited} == {text for _, text in quoted} | {cell.text for cell in cells}
    for number, passage in cited:
        abstract = answer.source(number).paper.abstract
        assert passage.text
        assert passage.text == abstract[passage.start : passage.end]
        assert passage.paper_id == answer.source(number).paper.id
    assert answer.text.split() == " ".join(f"{s.text} [{s.citations[0]}]" for s in answer.sentences).split()
    assert {source.paper.id for source in answer.sources} <= {hit.paper.id for hit in answer.retrieved}


def test_every_sentence_of_every_answer_is_a_quotation(corpus: Assistant, shared: Path) -> None:
    rows = [json.loads(line) for line in (shared / "questions" / "single.jsonl").read_text(encoding="utf-8").splitlines()]
    answers = [corpus.ask(row["question"]) for row in rows]
    given_answers = [answer for answer in answers if not answer.abstained]
    assert len(given_answers) > 0.9 * len(rows)
    for answer in given_answers:
        assert_verbatim(answer)
    lengths = [len(re.sub(r"\[\d+\]", "", answer.text).split()) for answer in given_answers]
    assert sum(lengths) / len(lengths) <= 95


def test_a_list_question_quotes_more_papers(corpus: Assistant) -> None:
    answer = corpus.ask("Which papers are about evaluating language models on code?")
    assert_verbatim(answer)
    assert len(answer.sources) > 1
    assert len(corpus.ask("How does IterAlign come up with its constitutions?").sources) == 1
