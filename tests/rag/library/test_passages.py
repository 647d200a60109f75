"""Abstracts cut into passages: nothing left out, nothing twice, nothing longer than the encoder reads."""

from __future__ import annotations

import itertools
import re
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.answering.record import Passage
from rag.assistant import Assistant
from rag.embedding.minilm import MiniLM
from rag.library.passages import PASSAGE_TOKENS, cut, embedded_text, pack
from rag.library.pieces import Pieces
from rag.paper import Paper


def passages(embedder: MiniLM, abstract: str, title: str | None = None) -> list[Passage]:
    return cut([Paper(id="x", abstract=abstract, title=title)], embedder)[0]


def assert_complete(abstract: str, own: list[Passage]) -> None:
    """Every character that shows is in exactly one passage, and each passage is the text at its offsets."""
    assert [passage.index for passage in own] == list(range(len(own)))
    assert all(passage.text == abstract[passage.start : passage.end] for passage in own)
    assert all(one.end <= two.start for one, two in itertools.pairwise(own))
    times = Counter(at for passage in own for at in range(passage.start, passage.end))
    assert not [at for at, character in enumerate(abstract) if not character.isspace() and times[at] != 1]


def pieces(embedder: MiniLM, text: str) -> int:
    return len(embedder.token_spans([text])[0])


def words(text: str) -> Pieces:
    """One piece a word: lengths a person can count."""
    found = [(match.start(), match.end()) for match in re.finditer(r"\S+", text)]
    return Pieces([start for start, _ in found], [((0, end - start),) for start, end in found])


def test_neighbouring_sentences_are_joined_up_to_the_aim() -> None:
    text = "One two three. Four five. Six seven eight. Nine."
    spans = pack(text, words(text), aim=5, longest=50)
    assert [text[start:end] for start, end in spans] == ["One two three. Four five.", "Six seven eight. Nine."]


def test_a_sentence_beyond_the_aim_stays_whole() -> None:
    text = "One. Two three four five six seven. Eight."
    spans = pack(text, words(text), aim=3, longest=50)
    assert [text[start:end] for start, end in spans] == ["One.", "Two three four five six seven.", "Eight."]


def test_a_sentence_too_long_to_be_read_is_cut_between_words() -> None:
    text = "One two three four five six seven. Eight."
    spans = pack(text, words(text), aim=2, longest=3)
    assert [text[start:end] for start, end in spans] == ["One two three", "four five six", "seven. Eight."]


def test_text_without_spaces_is_cut_all_the_same() -> None:
    text = "abcdefgh"
    spans = pack(text, Pieces([0], [tuple((n, n + 1) for n in range(8))]), aim=3, longest=3)
    assert [text[start:end] for start, end in spans] == ["abc", "def", "gh"]


def test_a_sentence_of_3000_words_is_read_whole(embedder: MiniLM) -> None:
    abstract = "First sentence. " + "glacier, radar and 3.5 " * 1000 + "end. Last sentence."
    paper = Paper(id="x", abstract=abstract, title="A title of the usual length, with a subtitle and a name: GlacierNet")
    own = cut([paper], embedder)[0]
    assert_complete(abstract, own)
    assert len(own) > 10
    assert max(pieces(embedder, embedded_text(paper, passage)) for passage in own) <= MiniLM.max_tokens


def test_a_title_that_is_no_title_does_not_push_the_passage_out(embedder: MiniLM) -> None:
    paper = Paper(id="x", abstract="The answer is 42.", title="word " * 700)
    text = embedded_text(paper, cut([paper], embedder)[0][0])
    assert text.endswith("The answer is 42.")
    assert pieces(embedder, text) <= MiniLM.max_tokens


@pytest.mark.parametrize("abstract", ["x", ".", "…", "No end", "\x00", " a ", "\u200b", "(1)"], ids=ascii)
def test_hardly_any_text_is_one_passage(embedder: MiniLM, abstract: str) -> None:
    own = passages(embedder, abstract)
    assert len(own) == 1
    assert_complete(abstract, own)


def test_no_text_is_one_empty_passage(embedder: MiniLM) -> None:
    assert passages(embedder, "") == [Passage("x", 0, 0, 0, "")]


@given(st.text(max_size=400) | st.lists(st.sampled_from(["word", "3.5", "et al.", "End.", "(1)", "\n", "大きさ"])).map(" ".join))
@settings(max_examples=150, deadline=None)
@example("word " * 400 + "a" * 3000 + " end")
@example("supercalifragilistic" * 100)
@example("大" * 700)
def test_no_character_is_left_out_or_doubled(embedder: MiniLM, abstract: str) -> None:
    own = passages(embedder, abstract)
    assert_complete(abstract, own)
    assert all(pieces(embedder, passage.text) <= MiniLM.max_tokens for passage in own)


def test_the_title_stands_in_front_of_what_is_embedded() -> None:
    passage = Passage("x", 0, 0, 5, "Text.")
    assert embedded_text(Paper(id="x", abstract="Text.", title="Bees"), passage) == "Bees. Text."
    assert embedded_text(Paper(id="x", abstract="Text."), passage) == "Text."


def test_no_word_of_the_real_abstracts_is_left_out(embedder: MiniLM, corpus: Assistant) -> None:
    papers = list(corpus.papers())
    assert len(papers) == 217
    cuts = cut(papers, embedder)
    for paper, own in zip(papers, cuts, strict=True):
        assert_complete(paper.abstract, own)
        assert max(pieces(embedder, embedded_text(paper, passage)) for passage in own) <= MiniLM.max_tokens
    lengths = [pieces(embedder, passage.text) for own in cuts for passage in own]
    assert sum(length <= PASSAGE_TOKENS for length in lengths) > 0.9 * len(lengths)
